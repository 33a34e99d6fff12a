#include "cuda/cuda_system.h"

#include "base/log.h"
#include "cuda/module_loader.h"

#include <algorithm>

namespace qwill::engine::cuda {

namespace {

std::string versionText(int version)
{
    return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

std::string cardText(const Card& card)
{
    return card.name + " (sm_" + std::to_string(card.capability) + ")";
}

// The best card, or why none of them will do.
void chooseCard(CudaSystem& system)
{
    const Card* best = nullptr;
    for (const Card& card : system.cards) {
        const bool serves =
            card.capability >= kOldestCapability && servesCard(system.module->architectures, card.capability);
        if (serves && (!best || card.memoryBytes > best->memoryBytes))
            best = &card;
    }
    if (best) {
        system.card = *best;
        return;
    }
    const Card& first = system.cards.front();
    system.missing = first.capability < kOldestCapability
        ? "The " + cardText(first) + " is too old for CUDA in Qwill, which needs a card of 2018 or later."
        : "Qwill's CUDA module was not built for the " + cardText(first) + ".";
}

} // namespace

CudaSystem findCuda(const std::string& driverLibrary, const std::vector<std::string>& modulePaths)
{
    CudaSystem system;
    auto driver = probeDriver(driverLibrary);
    if (!driver) {
        system.missing = driver.error().message;
        return system;
    }
    system.cards = std::move(driver->cards);
    const bool allOld =
        std::ranges::all_of(system.cards, [](const Card& card) { return card.capability < kOldestCapability; });
    const auto module = openModule(modulePaths);
    if (!module && !allOld) {
        system.missing = module.error().message;
        return system;
    }
    if (!allOld && driver->version < (*module)->requiredDriver) {
        system.missing = "The NVIDIA driver is too old: it serves CUDA " + versionText(driver->version)
            + ", and Qwill needs " + versionText((*module)->requiredDriver) + ".";
        return system;
    }
    if (module)
        system.module = *module;
    chooseCard(system);
    return system;
}

const CudaSystem& cudaSystem()
{
    static const CudaSystem system = [] {
        CudaSystem found = findCuda(driverLibraryName(), modulePaths());
        log(LogLevel::Info, found.card ? "CUDA: " + cardText(*found.card) : "CUDA: " + found.missing);
        return found;
    }();
    return system;
}

Result<std::shared_ptr<Device>> openCard(const CudaSystem& system)
{
    return Device::open(*system.module->runtime, *system.module->kernels, system.card->ordinal);
}

std::uint64_t freeBytes(const CudaSystem& system, const Card& card)
{
    const CudaRuntimeTable& runtime = *system.module->runtime;
    std::uint64_t free = 0, total = 0;
    if (runtime.useCard(card.ordinal) != 0 || runtime.memory(&free, &total) != 0)
        return 0;
    return free;
}

} // namespace qwill::engine::cuda
