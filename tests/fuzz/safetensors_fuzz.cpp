// A safetensors file is any bytes: whatever parseSafetensors accepts lies inside them.

#include "model/safetensors.h"

#include <cstdint>
#include <cstdlib>

using namespace qwill::engine;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::span<const std::byte> file(reinterpret_cast<const std::byte*>(data), size);
    const auto parsed = parseSafetensors(file, "fuzz");
    if (!parsed)
        return 0;
    for (const TensorView& tensor : *parsed) {
        if (tensor.data.data() < file.data() || tensor.data.data() + tensor.data.size() > file.data() + file.size())
            std::abort();
        if (tensorBytes(tensor.dtype, tensor.shape) != tensor.data.size())
            std::abort();
    }
    return 0;
}
