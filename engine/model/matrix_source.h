#pragma once
// MatrixSource: one matrix of weights as a checkpoint stores it, whatever the file format. Every importer gives these,
// and loading knows nothing else. Immutable; views into the checkpoint's mapped files; any thread.

#include "engine/result.h"
#include "model/panel_layout.h"
#include "model/tensor.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace qwill::engine {

// The form in memory that keeps a file's own quantisation.
struct KeptForm {
    MatrixFormat format = MatrixFormat::W8;
    std::int32_t groupSize = 128;
    bool repack = false; // repackPanel() writes it from the file's integers; otherwise it is quantised from read()
    bool ordered = false; // its columns in order(); only with repack
};

class MatrixSource {
public:
    MatrixSource(std::int64_t rows, std::int64_t cols, std::vector<const TensorView*> tensors)
        : m_rows(rows),
          m_cols(cols),
          m_tensors(std::move(tensors))
    {
    }
    virtual ~MatrixSource() = default;
    MatrixSource(const MatrixSource&) = delete;
    MatrixSource& operator=(const MatrixSource&) = delete;

    std::int64_t rows() const { return m_rows; }
    std::int64_t cols() const { return m_cols; }
    const std::vector<const TensorView*>& tensors() const { return m_tensors; } // everything it reads

    virtual std::string text() const = 0; // "BF16", "Q4_K", "int4 g128"
    virtual KeptForm kept() const = 0;

    // Columns [col, col + count) of a row as floats: what the file means, every operation in float. col is a multiple
    // of 256, count too unless it reaches the end of the row. False when a value is not finite.
    virtual bool read(std::int64_t row, std::int64_t col, std::int64_t count, float* out) const = 0;
    // Rows [64 · panel, …) in the form kept() to `out` (panelBytes() long), padded with zeros. False when a value does
    // not fit. Only where kept().repack.
    virtual bool repackPanel(std::int64_t panel, std::byte* out) const;
    // Which column of the matrix each column of the panels is: cols() of them where kept().ordered.
    virtual std::span<const std::int32_t> order() const { return {}; }

    std::uint64_t bytes() const; // in the files

private:
    std::int64_t m_rows, m_cols;
    std::vector<const TensorView*> m_tensors;
};

// A tensor whose own element type says everything: dense, or GGUF blocks.
std::unique_ptr<MatrixSource> plainMatrix(const TensorView& tensor);

// Rows [begin, begin + rows) of another matrix: models that store q, k and v, or gate and up, as one. begin may lie
// inside a panel; then nothing is repacked as it lies, and kept() says so.
std::unique_ptr<MatrixSource> rowsOf(std::shared_ptr<const MatrixSource> whole, std::int64_t begin, std::int64_t rows);

} // namespace qwill::engine
