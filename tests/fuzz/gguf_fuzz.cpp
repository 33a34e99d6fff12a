// A GGUF file is any bytes: whatever parseGguf accepts lies inside them, its metadata decodes, its configuration is
// valid or refused, and the rows of its tensors can be read.

#include "model/gguf.h"
#include "model/gguf_config.h"
#include "model/row_reader.h"

#include <cstdint>
#include <cstdlib>
#include <vector>

using namespace qwill::engine;

namespace {

void readFirstRow(const TensorView& tensor)
{
    const std::int64_t cols = tensor.cols();
    if (cols > 4096 || !(isFloat(tensor.dtype) || isGgufQuantised(tensor.dtype)))
        return;
    std::vector<float> row(static_cast<std::size_t>(cols));
    readColumns(tensor, 0, 0, cols, row.data());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::span<const std::byte> file(reinterpret_cast<const std::byte*>(data), size);
    const auto parsed = parseGguf(file, "fuzz");
    if (!parsed)
        return 0;
    for (const auto& [key, value] : parsed->metadata.values()) {
        (void)parsed->metadata.texts(key);
        (void)parsed->metadata.integers(key);
        (void)parsed->metadata.reals(key);
    }
    for (const TensorView& tensor : parsed->tensors) {
        if (tensor.data.data() < file.data() || tensor.data.data() + tensor.data.size() > file.data() + file.size())
            std::abort();
        if (tensor.shape.size() <= 2)
            readFirstRow(tensor);
        (void)hfTensorName(tensor.name);
    }
    const auto config = parseGgufConfig(*parsed);
    if (config && !validateConfig(*config))
        std::abort();
    return 0;
}
