#include "runner_factory.h"

#include "base/thread_pool.h"
#include "cpu/cpu_features.h"
#include "cpu/cpu_runner.h"
#include "cpu/kernel_table.h"
#include "cuda/cuda_system.h"
#include "host_memory.h"

#include <algorithm>
#include <string>
#include <utility>

namespace qwill::engine {

namespace {

KvElement elementOf(KvFormat format)
{
    switch (resolveKvFormat(format)) {
    case KvFormat::F32: return KvElement::F32;
    case KvFormat::Int8: return KvElement::Int8;
    default: return KvElement::F16;
    }
}

cpu::CpuRunnerOptions cpuOptions(const RunnerOptions& options)
{
    cpu::CpuRunnerOptions result;
    result.kv = elementOf(options.kv);
    result.contextTokens = options.contextTokens;
    result.threads = options.threads;
    result.prefillThreads = options.prefillThreads;
    result.maxBatchTokens = std::max(result.maxBatchTokens, options.prefillChunk);
    return result;
}

DeviceInfo cpuDevice()
{
    DeviceInfo info;
    const int cores = ThreadPool::physicalCores();
    info.name = cpu::cpuFeatures().brand + (cores == 1 ? " (1 core)" : " (" + std::to_string(cores) + " cores)");
    const auto table = cpu::selectKernelTable();
    info.kernels = table ? (*table)->name : "none";
    const HostMemory memory = hostMemory();
    info.memoryBytes = memory.totalBytes;
    info.freeBytes = memory.availableBytes;
    return info;
}

} // namespace

KvFormat resolveKvFormat(KvFormat format)
{
    // Half the bytes of a long chat, and quicker to attend to; its divergence from bf16 is a tenth of what 8-bit
    // weights cost and two hundredths of what 4-bit ones do (cpu/README.md).
    return format == KvFormat::Auto ? KvFormat::Int8 : format;
}

DeviceChoice listDevices(DeviceKind wanted)
{
    DeviceChoice choice;
    choice.devices.push_back(cpuDevice());
    for (const std::string_view feature : cpu::featureNames(cpu::cpuFeatures().mask))
        choice.cpuFeatures.emplace_back(feature);
    const std::string kernels = choice.devices.front().kernels;
    if (wanted == DeviceKind::Cpu) {
        choice.reason = "The CPU was asked for: the CPU's " + kernels + " kernels.";
        return choice;
    }
    const cuda::CudaSystem& cuda = cuda::cudaSystem();
    choice.reason = cuda.missing + " The CPU computes, with its " + kernels + " kernels.";
    return choice;
}

Result<ChosenRunner> createRunner(Weights weights, const RunnerOptions& options)
{
    if (options.device == DeviceKind::Cuda)
        return Error{ErrorCode::Unsupported, cuda::cudaSystem().missing + " Choose the device auto or cpu."};
    auto runner = cpu::CpuRunner::create(std::move(weights), cpuOptions(options));
    if (!runner)
        return runner.error();
    return ChosenRunner{std::move(*runner), listDevices(options.device)};
}

RunnerMemory planRunnerMemory(const ModelConfig& config, const RunnerOptions& options)
{
    const cpu::CpuMemory memory = cpu::planCpuMemory(config, cpuOptions(options));
    return {memory.kvBytes, memory.scratchBytes};
}

} // namespace qwill::engine
