// Counts every allocation of the process, all threads together, while a loaded engine decodes.

#include "engine/engine.h"

#include "engine/engine/tiny_text.h"
#include "engine/sched/allocation_count.h"
#include "support/tiny_model.h"

#include <doctest/doctest.h>

#include <semaphore>

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
                if (tokens == 50)
                    startCountingAllocations();
                else if (tokens == 250)
                    stopCountingAllocations();
            } else if (std::holds_alternative<Finished>(event) || std::holds_alternative<Failed>(event)) {
                ended.release();
            }
        };
        const auto engine = Engine::load(options, sink);
        REQUIRE(engine.ok());
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
        CHECK(countedAllocations() == 0);
    }
}
