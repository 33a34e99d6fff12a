#include "runner_factory.h"

#include "base/log.h"
#include "base/thread_pool.h"
#include "cpu/cpu_features.h"
#include "cpu/cpu_runner.h"
#include "cpu/kernel_table.h"
#include "cuda/cuda_runner.h"
#include "cuda/cuda_system.h"
#include "host_memory.h"

#include <algorithm>
#include <string>
#include <utility>

namespace qwill::engine {

namespace {

// The driver's own: code of the kernels as they are loaded, graphs, stacks.
constexpr std::uint64_t kCardReserve = 256 << 20;

KvElement elementOf(KvFormat format, DeviceKind device)
{
    switch (resolveKvFormat(format, device)) {
    case KvFormat::F32: return KvElement::F32;
    case KvFormat::Int8: return KvElement::Int8;
    default: return KvElement::F16;
    }
}

cpu::CpuRunnerOptions cpuOptions(const RunnerOptions& options)
{
    cpu::CpuRunnerOptions result;
    result.kv = elementOf(options.kv, DeviceKind::Cpu);
    result.contextTokens = options.contextTokens;
    result.threads = options.threads;
    result.prefillThreads = options.prefillThreads;
    result.maxBatchTokens = std::max(result.maxBatchTokens, options.prefillChunk);
    return result;
}

cuda::CudaRunnerOptions cudaOptions(const RunnerOptions& options)
{
    cuda::CudaRunnerOptions result;
    result.kv = elementOf(options.kv, DeviceKind::Cuda);
    result.contextTokens = options.contextTokens;
    result.maxBatchTokens = std::max(result.maxBatchTokens, options.prefillChunk);
    result.upload = {options.prefillThreads > 0 ? options.prefillThreads : options.threads, options.progress,
                     options.stop};
    return cuda::withSwitches(result);
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

DeviceInfo cardDevice(const cuda::CudaSystem& system)
{
    const cuda::Card& card = *system.card;
    return {DeviceKind::Cuda, card.name, "sm_" + std::to_string(card.capability), card.memoryBytes,
            cuda::freeBytes(system, card)};
}

void addSentence(std::string& text, const std::string& sentence)
{
    if (!sentence.empty())
        text.append(1, ' ').append(sentence);
}

// Adds and chooses this machine's card; returns why there is none to choose, in a whole sentence.
std::string addCard(DeviceChoice& choice)
{
    const cuda::CudaSystem& system = cuda::cudaSystem();
    if (!system.card)
        return system.missing;
    choice.devices.push_back(cardDevice(system));
    const DeviceInfo& card = choice.devices.back();
    if (card.freeBytes == 0)
        return "The " + card.name + " does not answer.";
    choice.chosen = static_cast<int>(choice.devices.size()) - 1;
    choice.reason = "The " + card.name + " computes, with CUDA.";
    addSentence(choice.reason, cuda::blasText());
    return {};
}

// What sizes a runner's memory on this machine's card, or on one like it.
cuda::DeviceTraits cardTraits(const DeviceInfo& device)
{
    const cuda::CudaSystem& system = cuda::cudaSystem();
    cuda::CardTraits card;
    if (system.card && system.card->name == device.name
        && system.module->runtime->traits(system.card->ordinal, &card) == 0)
        return {card.capability, card.multiprocessors, static_cast<std::size_t>(card.sharedBytesPerBlock)};
    return {90, 132, 227 << 10};
}

// Adds to `reason` what the runner found out that listDevices() could not.
Result<std::unique_ptr<ModelRunner>> createCudaRunner(const Weights& weights, const RunnerOptions& options,
                                                      std::string& reason)
{
    auto device = cuda::openCard(cuda::cudaSystem());
    if (!device)
        return device.error();
    auto runner = cuda::CudaRunner::create(*device, weights, cudaOptions(options));
    if (!runner)
        return runner.error();
    if (const std::string failure = (*runner)->blasFailure(); !failure.empty())
        addSentence(reason, failure + ": Qwill's own kernels multiply.");
    return std::unique_ptr<ModelRunner>(std::move(*runner));
}

} // namespace

KvFormat resolveKvFormat(KvFormat format, DeviceKind device)
{
    // Half the bytes of a long chat, and quicker to attend to; its divergence from bf16 is a tenth of what 8-bit
    // weights cost and two hundredths of what 4-bit ones do (cpu/README.md).
    if (format == KvFormat::Auto)
        return KvFormat::Int8;
    return format == KvFormat::F32 && device == DeviceKind::Cuda ? KvFormat::F16 : format;
}

DeviceChoice listDevices(DeviceKind wanted)
{
    DeviceChoice choice;
    choice.devices.push_back(cpuDevice());
    for (const std::string_view feature : cpu::featureNames(cpu::cpuFeatures().mask))
        choice.cpuFeatures.emplace_back(feature);
    if (wanted == DeviceKind::Cpu) {
        const auto table = cpu::selectKernelTable(); // QWILL_CPU may name what is not here: then nothing computes
        choice.reason = table ? std::string("The CPU was asked for: the CPU's ") + (*table)->name + " kernels."
                              : table.error().message;
        return choice;
    }
    const std::string missing = addCard(choice);
    return missing.empty() ? choice : onCpu(std::move(choice), missing);
}

Result<DeviceChoice> chooseDevice(DeviceKind wanted)
{
    DeviceChoice choice = listDevices(wanted);
    if (wanted != DeviceKind::Cuda || choice.chosen > 0)
        return choice;
    DeviceChoice again;
    return Error{ErrorCode::Unsupported, addCard(again) + " Choose the device auto or cpu."};
}

DeviceChoice onCpu(DeviceChoice choice, const std::string& why)
{
    choice.chosen = 0;
    const auto table = cpu::selectKernelTable();
    choice.reason = why + " "
        + (table ? std::string("The CPU computes, with its ") + (*table)->name + " kernels." : table.error().message);
    return choice;
}

Result<ChosenRunner> createRunner(Weights weights, const RunnerOptions& options, DeviceChoice choice)
{
    if (choice.devices[static_cast<std::size_t>(choice.chosen)].kind == DeviceKind::Cuda) {
        auto runner = createCudaRunner(weights, options, choice.reason);
        if (runner)
            return ChosenRunner{std::move(*runner), std::move(choice)};
        if (options.device == DeviceKind::Cuda || runner.error().code == ErrorCode::Cancelled)
            return runner.error();
        log(LogLevel::Warning, runner.error().message);
        choice = onCpu(std::move(choice), runner.error().message);
    }
    auto runner = cpu::CpuRunner::create(std::move(weights), cpuOptions(options));
    if (!runner)
        return runner.error();
    return ChosenRunner{std::move(*runner), std::move(choice)};
}

Result<RunnerMemory> planRunnerMemory(const Weights& shapes, const RunnerOptions& options, const DeviceInfo& device)
{
    if (device.kind == DeviceKind::Cuda) {
        if (const Result<void> served = cuda::servesModel(shapes); !served)
            return served.error();
        const cuda::CudaMemory memory = cuda::planCudaMemory(shapes, cardTraits(device), cudaOptions(options));
        return RunnerMemory{memory.weightBytes, memory.kvBytes, memory.scratchBytes, kCardReserve};
    }
    const cpu::CpuMemory memory = cpu::planCpuMemory(shapes.config, cpuOptions(options));
    return RunnerMemory{0, memory.kvBytes, memory.scratchBytes, 0};
}

} // namespace qwill::engine
