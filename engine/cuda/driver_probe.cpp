#include "cuda/driver_probe.h"

#include "base/shared_library.h"

#include <cstddef>
#include <cstdlib>

namespace qwill::engine::cuda {

namespace {

// The driver's C interface (cuda.h), as far as it is used here.
constexpr int kNoDevice = 100;
constexpr int kCapabilityMajor = 75, kCapabilityMinor = 76; // CUdevice_attribute
using Init = int (*)(unsigned flags);
using GetVersion = int (*)(int* version);
using GetCount = int (*)(int* count);
using GetDevice = int (*)(int* device, int ordinal);
using GetName = int (*)(char* name, int size, int device);
using GetAttribute = int (*)(int* value, int attribute, int device);
using GetMemory = int (*)(std::size_t* bytes, int device);

struct Driver {
    Init init;
    GetVersion version;
    GetCount count;
    GetDevice device;
    GetName name;
    GetAttribute attribute;
    GetMemory memory;

    explicit Driver(const SharedLibrary& library)
    {
        find(library, "cuInit", init);
        find(library, "cuDriverGetVersion", version);
        find(library, "cuDeviceGetCount", count);
        find(library, "cuDeviceGet", device);
        find(library, "cuDeviceGetName", name);
        find(library, "cuDeviceGetAttribute", attribute);
        find(library, "cuDeviceTotalMem_v2", memory);
    }
    bool complete() const { return init && version && count && device && name && attribute && memory; }

private:
    template <typename F>
    void find(const SharedLibrary& library, const char* symbol, F& function)
    {
        function = reinterpret_cast<F>(library.symbol(symbol));
    }
};

Error failed(int code)
{
    return {ErrorCode::Device, "The NVIDIA driver did not start (error " + std::to_string(code) + ")."};
}

} // namespace

std::string driverLibraryName()
{
    if (const char* other = std::getenv("QWILL_CUDA_DRIVER"); other && *other)
        return other;
#ifdef _WIN32
    return "nvcuda.dll";
#else
    return "libcuda.so.1";
#endif
}

Result<DriverFindings> probeDriver(const std::string& name)
{
    const auto library = SharedLibrary::open(name);
    if (!library)
        return Error{ErrorCode::NotFound, "There is no NVIDIA driver."};
    const Driver driver(*library);
    if (!driver.complete())
        return Error{ErrorCode::Unsupported, "The NVIDIA driver is too old for Qwill."};
    int code = driver.init(0), count = 0;
    if (code == 0)
        code = driver.count(&count);
    if (code == kNoDevice || (code == 0 && count == 0))
        return Error{ErrorCode::NotFound, "The NVIDIA driver knows no card."};
    DriverFindings findings;
    if (code == 0)
        code = driver.version(&findings.version);
    for (int ordinal = 0; code == 0 && ordinal < count; ++ordinal) {
        Card card;
        card.ordinal = ordinal;
        int device = 0, major = 0, minor = 0;
        char text[256] = {};
        std::size_t bytes = 0;
        if ((code = driver.device(&device, ordinal)) || (code = driver.name(text, sizeof text - 1, device))
            || (code = driver.attribute(&major, kCapabilityMajor, device))
            || (code = driver.attribute(&minor, kCapabilityMinor, device)) || (code = driver.memory(&bytes, device)))
            break;
        card.name = text;
        card.capability = major * 10 + minor;
        card.memoryBytes = bytes;
        findings.cards.push_back(card);
    }
    if (code != 0)
        return failed(code);
    return findings;
}

} // namespace qwill::engine::cuda
