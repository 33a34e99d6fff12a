// Counts every allocation of the process, all threads together, while a loaded engine decodes.

#include "engine/engine.h"

#include "engine/engine/tiny_text.h"
#include "support/tiny_model.h"

#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <semaphore>

namespace {
std::atomic<bool> g_counting{false};
std::atomic<int> g_allocations{0};
} // namespace

void* operator new(std::size_t size)
{
    if (g_counting.load(std::memory_order_relaxed))
        g_allocations.fetch_add(1, std::memory_order_relaxed);
    if (void* memory = std::malloc(size))
        return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept
{
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept
{
    std::free(memory);
}

using namespace qwill::engine;
using namespace qwill::test;

TEST_CASE("two hundred decode steps of a real model allocate nothing, text and logprobs included")
{
    TempDir dir;
    TinyModelOptions model;
    model.vocab = kTinyTextVocab;
    writeTinyModel(dir.path(), model);
    writeTinyTokenizer(dir.path());
    for (const WeightFormat format : {WeightFormat::F32, WeightFormat::W8, WeightFormat::W4}) {
        LoadOptions options;
        options.path = dir.string();
        options.contextLength = 512;
        options.threads = 2;
        options.weights = format;
        options.usePackedCache = false;
        int tokens = 0, textEvents = 0;
        std::binary_semaphore ended(0);
        const EventSink sink = [&](RequestId, const Event& event) { // engine thread
            textEvents += std::holds_alternative<TextDelta>(event) ? 1 : 0;
            if (std::holds_alternative<TokenInfo>(event)) {
                ++tokens;
                if (tokens == 50 || tokens == 250)
                    g_counting = tokens == 50;
            } else if (std::holds_alternative<Finished>(event) || std::holds_alternative<Failed>(event)) {
                ended.release();
            }
        };
        const auto engine = Engine::load(options, sink);
        REQUIRE(engine.ok());
        g_allocations = 0;
        GenerationRequest request;
        request.prompt = {1, 2, 3, 4, 5};
        request.sampling.temperature = 1.0f;
        request.sampling.topP = 0.95f;
        request.sampling.frequencyPenalty = 0.2f;
        request.sampling.seed = 3;
        request.stop.maxTokens = 300;
        request.stop.ignoreEos = true;
        request.stop.strings = {"never said in this reply"};
        request.wantTokens = true;
        request.topLogprobs = 5;
        (*engine)->submit(request);
        ended.acquire();
        CHECK(tokens == 300);
        CHECK(textEvents > 100);
        CHECK(g_allocations == 0);
    }
}
