#include "chat/row_index.h"

#include <algorithm>

namespace qwill::app {

int RowIndex::firstRow(int entry) const
{
    const auto wanted = static_cast<std::size_t>(entry);
    while (m_first.size() <= wanted)
        m_first.push_back(m_first.back() + m_counts[m_first.size() - 1]);
    return m_first[wanted];
}

RowIndex::Place RowIndex::placeOf(int row) const
{
    firstRow(entryCount());
    const auto after = std::upper_bound(m_first.begin(), m_first.end(), row);
    const auto entry = static_cast<int>(after - m_first.begin()) - 1;
    return {entry, row - m_first[static_cast<std::size_t>(entry)]};
}

void RowIndex::append(int rows)
{
    m_counts.push_back(rows);
}

void RowIndex::setRows(int entry, int rows)
{
    int& count = m_counts[static_cast<std::size_t>(entry)];
    if (count == rows)
        return;
    count = rows;
    m_first.resize(std::min(m_first.size(), static_cast<std::size_t>(entry) + 1));
}

void RowIndex::insertEmpty(int entry, int count)
{
    m_counts.insert(m_counts.begin() + entry, static_cast<std::size_t>(count), 0);
    m_first.resize(std::min(m_first.size(), static_cast<std::size_t>(entry) + 1));
}

void RowIndex::remove(int entry, int count)
{
    m_counts.erase(m_counts.begin() + entry, m_counts.begin() + entry + count);
    m_first.resize(std::min(m_first.size(), static_cast<std::size_t>(entry) + 1));
}

} // namespace qwill::app
