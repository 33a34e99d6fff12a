#pragma once
// RowIndex: which of a list's entries a row belongs to, when every entry has some rows of its own. A change at the end
// costs nothing, a look-up a binary search. One thread.

#include <vector>

namespace qwill::app {

class RowIndex {
public:
    struct Place {
        int entry = 0;
        int offset = 0; // of the row in its entry
    };

    int entryCount() const { return static_cast<int>(m_counts.size()); }
    int rowCount() const { return firstRow(entryCount()); }
    int rowsOf(int entry) const { return m_counts[static_cast<std::size_t>(entry)]; }
    int firstRow(int entry) const; // of entryCount(): the number of rows
    Place placeOf(int row) const; // 0 ≤ row < rowCount()

    void append(int rows);
    void insertEmpty(int entry, int count); // entries without rows, before this one
    void remove(int entry, int count);
    void setRows(int entry, int rows);

private:
    std::vector<int> m_counts;
    mutable std::vector<int> m_first{0}; // of each entry, as far as known; one more at most than entries
};

} // namespace qwill::app
