#pragma once
// RowHeights: how tall each row was when it was last seen, and from that where every row may lie. Rows never seen count
// as tall as the others on average. Sums are kept by the chunk: a look-up in two hundred thousand rows adds up about a
// thousand numbers, a change at the end two hundred. A plain value; any thread.

#include <cstddef>
#include <vector>

namespace qwill::ui {

class RowHeights {
public:
    int count() const { return static_cast<int>(m_seen.size()); }
    void reset(int rows);
    void insert(int first, int rows); // 0 ≤ first ≤ count()
    void remove(int first, int rows); // first + rows ≤ count()
    void see(int row, double height);
    double of(int row) const { return m_seen[static_cast<std::size_t>(row)]; } // 0 = never seen

    double total() const { return topOf(count()); }
    double topOf(int row) const;
    struct Place {
        int row = 0;
        double below = 0; // from the row's top
    };
    Place at(double y) const;

private:
    struct Sum {
        double height = 0; // of those seen
        int seen = 0;
    };

    double guess() const;
    void addUpFrom(int row);

    std::vector<float> m_seen;
    std::vector<Sum> m_chunks;
    Sum m_all;
};

} // namespace qwill::ui
