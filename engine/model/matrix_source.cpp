#include "model/matrix_source.h"

#include "base/check.h"
#include "model/import_gguf.h"
#include "model/row_reader.h"

namespace qwill::engine {

bool MatrixSource::repackPanel(std::int64_t, std::byte*) const
{
    QWILL_CHECK(!"a matrix that has no integers to repack");
    return false;
}

std::uint64_t MatrixSource::bytes() const
{
    std::uint64_t total = 0;
    for (const TensorView* tensor : m_tensors)
        total += tensor->data.size();
    return total;
}

namespace {

class PlainMatrix : public MatrixSource {
public:
    explicit PlainMatrix(const TensorView& tensor)
        : MatrixSource(tensor.rows(), tensor.cols(), {&tensor}),
          m_tensor(tensor)
    {
    }
    std::string text() const override { return std::string(dtypeName(m_tensor.dtype)); }
    KeptForm kept() const override { return ggufKeptForm(m_tensor.dtype); }
    bool read(std::int64_t row, std::int64_t col, std::int64_t count, float* out) const override
    {
        readColumns(m_tensor, row, col, count, out);
        return allFinite(out, static_cast<std::size_t>(count));
    }
    bool repackPanel(std::int64_t panel, std::byte* out) const override
    {
        return engine::repackPanel(m_tensor, panel, out);
    }

private:
    const TensorView& m_tensor;
};

class RowsOf : public MatrixSource {
public:
    RowsOf(std::shared_ptr<const MatrixSource> whole, std::int64_t begin, std::int64_t rows)
        : MatrixSource(rows, whole->cols(), whole->tensors()),
          m_whole(std::move(whole)),
          m_begin(begin)
    {
    }
    std::string text() const override { return m_whole->text(); }
    KeptForm kept() const override
    {
        KeptForm form = m_whole->kept();
        // Whole panels are somebody's; a cut one would need its rows moved.
        if (form.repack && (m_begin % kPanelRows != 0 || rows() % kPanelRows != 0))
            return {MatrixFormat::W8, 32, false};
        return form;
    }
    bool read(std::int64_t row, std::int64_t col, std::int64_t count, float* out) const override
    {
        return m_whole->read(m_begin + row, col, count, out);
    }
    bool repackPanel(std::int64_t panel, std::byte* out) const override
    {
        return m_whole->repackPanel(m_begin / kPanelRows + panel, out);
    }
    std::span<const std::int32_t> order() const override { return m_whole->order(); }

private:
    std::shared_ptr<const MatrixSource> m_whole;
    std::int64_t m_begin;
};

} // namespace

std::unique_ptr<MatrixSource> plainMatrix(const TensorView& tensor)
{
    return std::make_unique<PlainMatrix>(tensor);
}

std::unique_ptr<MatrixSource> rowsOf(std::shared_ptr<const MatrixSource> whole, std::int64_t begin, std::int64_t rows)
{
    QWILL_CHECK(begin >= 0 && rows > 0 && begin + rows <= whole->rows());
    return std::make_unique<RowsOf>(std::move(whole), begin, rows);
}

} // namespace qwill::engine
