// A GGUF file is any bytes: whatever parseGguf accepts lies inside them, its metadata decodes, its configuration is
// valid or refused, and the rows of its tensors can be read.

#include "model/gguf.h"
#include "model/gguf_config.h"
#include "model/import_gguf.h"
#include "model/row_reader.h"
#include "model/weight_matrix.h"

#include <algorithm>
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
    // The panel holds what the rows say, bit for bit, unless a scale is no number.
    const KeptForm form = ggufKeptForm(tensor.dtype);
    if (!form.repack || tensor.rows() > 128)
        return;
    std::vector<std::byte> panel(panelBytes(form.format, form.groupSize, static_cast<int>(cols)));
    if (!repackPanel(tensor, 0, panel.data()))
        return;
    const auto rows = static_cast<std::int32_t>(tensor.rows());
    const WeightMatrix matrix{form.format,  rows,   static_cast<std::int32_t>(cols), form.groupSize, panel.data(),
                              panel.size(), nullptr};
    std::vector<float> kept(row.size());
    for (std::int32_t r = 0; r < std::min(rows, 64); ++r) {
        readColumns(tensor, r, 0, cols, row.data());
        dequantizeRow(matrix, r, kept.data());
        for (std::size_t k = 0; k < row.size(); ++k)
            if (kept[k] != row[k])
                std::abort();
    }
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
