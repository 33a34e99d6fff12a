#include "row_heights.h"

#include <algorithm>

namespace qwill::ui {

namespace {

constexpr double kFirstGuess = 60; // before any row has been seen
constexpr std::size_t kChunk = 256; // rows

} // namespace

void RowHeights::reset(int rows)
{
    m_seen.assign(static_cast<std::size_t>(rows), 0.0F);
    m_all = {};
    m_chunks.clear();
    addUpFrom(0);
}

void RowHeights::insert(int first, int rows)
{
    m_seen.insert(m_seen.begin() + first, static_cast<std::size_t>(rows), 0.0F);
    addUpFrom(first);
}

void RowHeights::remove(int first, int rows)
{
    m_seen.erase(m_seen.begin() + first, m_seen.begin() + first + rows);
    addUpFrom(first);
}

// The chunk that holds the row, and all behind it.
void RowHeights::addUpFrom(int row)
{
    const std::size_t first = std::min(static_cast<std::size_t>(row) / kChunk, m_chunks.size());
    for (std::size_t chunk = first; chunk < m_chunks.size(); ++chunk) {
        m_all.height -= m_chunks[chunk].height;
        m_all.seen -= m_chunks[chunk].seen;
    }
    m_chunks.resize(first);
    for (std::size_t from = first * kChunk; from < m_seen.size(); from += kChunk) {
        Sum sum;
        for (std::size_t at = from; at < std::min(from + kChunk, m_seen.size()); ++at) {
            sum.height += m_seen[at];
            sum.seen += m_seen[at] > 0 ? 1 : 0;
        }
        m_chunks.push_back(sum);
        m_all.height += sum.height;
        m_all.seen += sum.seen;
    }
}

void RowHeights::see(int row, double height)
{
    const auto at = static_cast<std::size_t>(row);
    const auto now = static_cast<float>(height);
    const double more = static_cast<double>(now) - static_cast<double>(m_seen[at]);
    const int seen = (now > 0 ? 1 : 0) - (m_seen[at] > 0 ? 1 : 0);
    m_seen[at] = now;
    for (Sum* sum : {&m_chunks[at / kChunk], &m_all}) {
        sum->height += more;
        sum->seen += seen;
    }
}

double RowHeights::guess() const
{
    return m_all.seen > 0 ? m_all.height / m_all.seen : kFirstGuess;
}

double RowHeights::topOf(int row) const
{
    const auto end = static_cast<std::size_t>(row), chunks = end / kChunk;
    Sum sum;
    for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
        sum.height += m_chunks[chunk].height;
        sum.seen += m_chunks[chunk].seen;
    }
    for (std::size_t at = chunks * kChunk; at < end; ++at) {
        sum.height += m_seen[at];
        sum.seen += m_seen[at] > 0 ? 1 : 0;
    }
    return sum.height + (row - sum.seen) * guess();
}

RowHeights::Place RowHeights::at(double y) const
{
    const double unseen = guess();
    const int last = count() - 1;
    int row = 0;
    for (const Sum& chunk : m_chunks) {
        const int rows = std::min(static_cast<int>(kChunk), count() - row);
        const double height = chunk.height + (rows - chunk.seen) * unseen;
        if (y < height || row + rows > last)
            break;
        y -= height;
        row += rows;
    }
    for (; row < last; ++row) {
        const double height = of(row) > 0 ? of(row) : unseen;
        if (y < height)
            break;
        y -= height;
    }
    return {row, y};
}

} // namespace qwill::ui
