#pragma once
// RowHeights: how tall each row was when it was last seen, and from that where every row may lie. Rows never seen count
// as tall as the others on average. A plain value; any thread.

#include <vector>

namespace qwill::ui {

class RowHeights {
public:
    void reset(int rows) { m_seen.assign(static_cast<std::size_t>(rows), 0.0F); }
    void insert(int first, int rows);
    void remove(int first, int rows);
    void see(int row, double height) { m_seen[static_cast<std::size_t>(row)] = static_cast<float>(height); }
    double of(int row) const { return m_seen[static_cast<std::size_t>(row)]; } // 0 = never seen

    double total() const { return topOf(static_cast<int>(m_seen.size())); }
    double topOf(int row) const; // linear in the number of rows
    struct Place {
        int row = 0;
        double below = 0; // from the row's top
    };
    Place at(double y) const; // linear in the number of rows

private:
    double guess() const;

    std::vector<float> m_seen;
};

} // namespace qwill::ui
