#pragma once
// Picks the device a model runs on, says why, and makes its runner. Any thread; making a runner blocks while its memory
// is laid out.

#include "engine/model_info.h"
#include "engine/result.h"
#include "model/weights.h"
#include "runner.h"

#include <memory>

namespace qwill::engine {

struct RunnerOptions {
    DeviceKind device = DeviceKind::Auto;
    KvFormat kv = KvFormat::Auto; // Auto = Int8
    int contextTokens = 8192; // of all sequences together
    int threads = 0, prefillThreads = 0; // as planThreads() takes them
    int prefillChunk = 0; // tokens one forward must be able to take; 0 = the runner's choice
};

struct ChosenRunner {
    std::unique_ptr<ModelRunner> runner;
    DeviceChoice device;
};

// Fails when a device is asked for by name and is not there, or when the memory is not.
Result<ChosenRunner> createRunner(Weights weights, const RunnerOptions& options);

struct RunnerMemory {
    std::uint64_t kvBytes = 0;
    std::uint64_t scratchBytes = 0;
};

// What createRunner() will allocate beside the weights, exactly.
RunnerMemory planRunnerMemory(const ModelConfig& config, const RunnerOptions& options);

// F16 for Auto.
KvFormat resolveKvFormat(KvFormat format);

} // namespace qwill::engine
