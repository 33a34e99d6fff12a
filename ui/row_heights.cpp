#include "row_heights.h"

namespace qwill::ui {

namespace {

constexpr double kFirstGuess = 60; // before any row has been seen

} // namespace

void RowHeights::insert(int first, int rows)
{
    m_seen.insert(m_seen.begin() + first, static_cast<std::size_t>(rows), 0.0F);
}

void RowHeights::remove(int first, int rows)
{
    m_seen.erase(m_seen.begin() + first, m_seen.begin() + first + rows);
}

double RowHeights::guess() const
{
    double sum = 0;
    int rows = 0;
    for (const float height : m_seen) {
        sum += height;
        rows += height > 0 ? 1 : 0;
    }
    return rows > 0 ? sum / rows : kFirstGuess;
}

double RowHeights::topOf(int row) const
{
    double top = 0;
    int unseen = 0;
    for (int before = 0; before < row; ++before) {
        top += of(before);
        unseen += of(before) > 0 ? 0 : 1;
    }
    return top + unseen * guess();
}

RowHeights::Place RowHeights::at(double y) const
{
    const double unseen = guess();
    const int last = static_cast<int>(m_seen.size()) - 1;
    int row = 0;
    for (; row < last; ++row) {
        const double height = of(row) > 0 ? of(row) : unseen;
        if (y < height)
            break;
        y -= height;
    }
    return {row, y};
}

} // namespace qwill::ui
