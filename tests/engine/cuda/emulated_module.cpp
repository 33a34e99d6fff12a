// libqwill_cuda with the emulated card behind its tables: opened by the engine's own loader, so that a whole program
// runs on it. EMULATED_CARD_MEMORY: its bytes.

#include "cuda/module_entry.h"
#include "emulated_card.h"

#include <cstdlib>

using namespace qwill::engine::cuda;
using namespace qwill::test;

// For tests of whole programs: the card behind this module. Its settings are the engine thread's while a model is
// loaded.
extern "C" EmulatedCard* qwillEmulatedCard()
{
    return &emulatedCard();
}

extern "C" const ModuleTables* qwillCudaModule()
{
    if (const char* bytes = std::getenv("EMULATED_CARD_MEMORY"))
        emulatedCard().memoryBytes = std::strtoull(bytes, nullptr, 10);
    static const ModuleTables tables{kModuleMagic,       FAKE_PAIRING,      13000, "75,80,86,89,90,100,120+",
                                     &emulatedRuntime(), &emulatedKernels()};
    return &tables;
}
