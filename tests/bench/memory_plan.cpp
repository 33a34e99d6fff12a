// The memory plan beside what the process holds once the model is loaded and its whole context is in use.
// Usage: bench_memory_plan MODEL [CONTEXT…]     MODEL: a Hugging Face directory or a .gguf file
//
// Each row is a process of its own: what it held before, then Engine::load as the application does it, a prompt and a
// reply (so that the working space is in use, too), and last every page of the large blocks, as a full context would
// touch them: reading 32768 tokens with a 4B model takes an hour here, and touches nothing else.
// QWILL_READ=1 reads the whole context instead.

#include "base/process_memory.h"
#include "engine/engine.h"

#include <algorithm>
#include <cinttypes>
#include <cmath>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <string>
#include <vector>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace qwill::engine;

namespace {

constexpr double kMiB = 1 << 20;
constexpr double kBound = 3; // per cent

// Every page of the mappings that were made for huge pages: weights, KV cache, working space (base/huge_buffer.h).
bool touchLargeBlocks()
{
    std::ifstream maps("/proc/self/smaps");
    std::uintptr_t begin = 0, end = 0;
    bool touched = false;
    for (std::string line; std::getline(maps, line);) {
        std::uintptr_t from = 0, to = 0;
        if (std::sscanf(line.c_str(), "%" SCNxPTR "-%" SCNxPTR " ", &from, &to) == 2) {
            begin = from;
            end = to;
        } else if (line.starts_with("VmFlags:") && line.find(" hg") != std::string::npos) {
            touched = true;
            if (madvise(reinterpret_cast<void*>(begin), end - begin, MADV_POPULATE_WRITE) != 0)
                return false;
        }
    }
    return touched;
}

struct Ending {
    std::mutex mutex;
    std::condition_variable ended;
    bool over = false;
    std::string failure;

    void take(const Event& event)
    {
        const auto* failed = std::get_if<Failed>(&event);
        if (!failed && !std::holds_alternative<Finished>(event))
            return;
        const std::lock_guard lock(mutex);
        over = true;
        failure = failed ? failed->error.message : "";
        ended.notify_one();
    }
    void wait()
    {
        std::unique_lock lock(mutex);
        ended.wait(lock, [this] { return over; });
    }
};

int fail(const std::string& sentence)
{
    std::fprintf(stderr, "%s\n", sentence.c_str());
    return 2;
}

// 0: within the bound; 1: off; 2: it could not be measured.
int measure(const LoadOptions& options, const char* name, bool read)
{
    const DeviceChoice choice = listDevices();
    const auto plan = planMemory(options.path, options.weights, options.kv, options.contextLength,
                                 choice.devices.at(static_cast<std::size_t>(choice.chosen)));
    if (!plan)
        return fail(plan.error().message);
    const std::uint64_t before = processMemory().residentBytes;
    Ending ending;
    auto engine = Engine::load(options, [&](RequestId, const Event& event) { ending.take(event); });
    if (!engine)
        return fail(engine.error().message);
    const std::uint64_t loaded = processMemory().residentBytes - before;
    GenerationRequest request;
    const int tokens = read ? options.contextLength - 16 : std::min(options.contextLength - 16, 600);
    for (int i = 0; i < tokens; ++i)
        request.prompt.push_back(i % 500);
    request.sampling.temperature = 0;
    request.stop.maxTokens = 8;
    request.stop.ignoreEos = true;
    (*engine)->submit(std::move(request));
    ending.wait();
    if (!ending.failure.empty())
        return fail(ending.failure);
    const std::uint64_t answered = processMemory().residentBytes - before;
    if (!read && !touchLargeBlocks())
        return fail("The pages could not be touched; Linux 5.14 can.");
    const ProcessMemory after = processMemory();
    const double held = static_cast<double>(after.residentBytes - before);
    const double off = 100 * (held / static_cast<double>(plan->totalBytes) - 1);
    const auto mib = [](std::uint64_t bytes) { return static_cast<double>(bytes) / kMiB; };
    std::printf("%-7s %8d %9.1f %9.1f %9.1f %9.1f %+7.2f %%\n", name, options.contextLength, mib(plan->totalBytes),
                mib(loaded), mib(answered), mib(after.residentBytes - before), off);
    return std::abs(off) <= kBound ? 0 : 1;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 2)
        return fail("bench_memory_plan MODEL [CONTEXT…]");
    std::vector<int> contexts;
    for (int i = 2; i < argc; ++i)
        contexts.push_back(std::atoi(argv[i]));
    if (contexts.empty())
        contexts = {2048, 8192, 32768};
    std::printf("weights  context      plan    loaded  answered      full       off   (MiB)\n");
    int worst = 0;
    for (const auto& [format, name] : {std::pair{WeightFormat::W4, "W4"}, std::pair{WeightFormat::W8, "W8"}})
        for (const int context : contexts) {
            std::fflush(stdout);
            const pid_t child = fork();
            if (child == 0) {
                LoadOptions options;
                options.path = argv[1];
                options.weights = format;
                options.contextLength = context;
                const int result = measure(options, name, std::getenv("QWILL_READ") != nullptr);
                std::fflush(stdout);
                _exit(result);
            }
            int status = 0;
            waitpid(child, &status, 0);
            worst = std::max(worst, WIFEXITED(status) ? WEXITSTATUS(status) : 2);
        }
    return worst;
}
