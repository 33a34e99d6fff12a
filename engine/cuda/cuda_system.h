#pragma once
// CudaSystem: what this machine offers for CUDA – driver, module, card – or the sentence that says what is missing.
// Looked at once per process; immutable; any thread.

#include "cuda/device.h"
#include "cuda/driver_probe.h"
#include "cuda/module_entry.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace qwill::engine::cuda {

inline constexpr int kOldestCapability = 75; // Turing, 2018: the first with tensor cores for 8-bit integers

struct CudaSystem {
    std::vector<Card> cards; // that the driver knows, usable or not
    const ModuleTables* module = nullptr;
    std::optional<Card> card; // the one models go to: of the usable ones that with the most memory
    std::string missing; // a whole sentence where there is no such card
};

// As the machine is.
CudaSystem findCuda(const std::string& driverLibrary, const std::vector<std::string>& modulePaths);

// findCuda() with the places of this machine, kept.
const CudaSystem& cudaSystem();

// The card models go to, opened once more. Only where there is one.
Result<std::shared_ptr<Device>> openCard(const CudaSystem& system);

// Bytes of the card's memory that are free now. The first call starts the card's context, which takes some of them and
// a few tenths of a second. 0 where the card does not answer.
std::uint64_t freeBytes(const CudaSystem& system, const Card& card);

} // namespace qwill::engine::cuda
