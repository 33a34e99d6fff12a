#pragma once
// Picks the device a model runs on, says why, and makes its runner. Any thread; making a runner blocks while its memory
// is laid out.

#include "engine/engine.h"
#include "engine/model_info.h"
#include "engine/result.h"
#include "model/weights.h"
#include "runner.h"

#include <memory>
#include <stop_token>

namespace qwill::engine {

struct RunnerOptions {
    DeviceKind device = DeviceKind::Auto; // what was asked for
    KvFormat kv = KvFormat::Auto; // Auto = Int8
    int contextTokens = 8192; // of all sequences together
    int threads = 0, prefillThreads = 0; // as planThreads() takes them
    int prefillChunk = 0; // tokens one forward must be able to take; 0 = the runner's choice
    LoadProgressFn progress = {}; // while weights go to a card
    std::stop_token stop = {};
};

struct ChosenRunner {
    std::unique_ptr<ModelRunner> runner;
    DeviceChoice device;
};

// As listDevices(); an error where CUDA is asked for and there is no card to choose.
Result<DeviceChoice> chooseDevice(DeviceKind wanted);

// On the device of `choice`. Where a card refuses after all, the CPU takes its place, unless CUDA was
// asked for by name. Fails when the memory is not there.
Result<ChosenRunner> createRunner(Weights weights, const RunnerOptions& options, DeviceChoice choice);

// The choice, moved to the CPU because of what `why` says in whole sentences.
DeviceChoice onCpu(DeviceChoice choice, const std::string& why);

struct RunnerMemory {
    std::uint64_t weightBytes = 0; // a card's; the CPU computes with those of the import
    std::uint64_t kvBytes = 0;
    std::uint64_t scratchBytes = 0;
    std::uint64_t reservedBytes = 0; // not taken, but to be left free
};

// What createRunner() will take of the device's memory, exactly; Unsupported where a card has no kernels for such a
// model. `shapes` needs no data.
Result<RunnerMemory> planRunnerMemory(const Weights& shapes, const RunnerOptions& options, const DeviceInfo& device);

// Int8 for Auto. Cards keep at most 16 bits.
KvFormat resolveKvFormat(KvFormat format, DeviceKind device = DeviceKind::Cpu);

} // namespace qwill::engine
