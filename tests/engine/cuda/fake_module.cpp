// A stand-in for libqwill_cuda with nothing behind its tables: FAKE_MODULE_PAIRING, FAKE_MODULE_CODE and
// FAKE_MODULE_DRIVER say what it claims to be.

#include "cuda/module_entry.h"

#include <cstdlib>

using namespace qwill::engine::cuda;

extern "C" const ModuleTables* qwillCudaModule()
{
    static const CudaRuntimeTable runtime{};
    static ModuleTables tables;
    const auto setting = [](const char* name, const char* otherwise) {
        const char* value = std::getenv(name);
        return value ? value : otherwise;
    };
    tables.magic = kModuleMagic;
    tables.pairing = setting("FAKE_MODULE_PAIRING", FAKE_PAIRING);
    tables.requiredDriver = std::atoi(setting("FAKE_MODULE_DRIVER", "13000"));
    tables.architectures = setting("FAKE_MODULE_CODE", "75,80,86,89,90,100,120+");
    tables.runtime = &runtime;
    tables.kernels = reinterpret_cast<const KernelTable*>(&runtime);
    return &tables;
}
