// Heights of rows: the sums kept by the chunk say what adding everything up says, whatever is put in and taken out.

#include "row_heights.h"

#include <QRandomGenerator>
#include <QTest>

#include <vector>

using namespace qwill::ui;

namespace {

// The same, added up.
struct Plain {
    std::vector<double> seen;

    double guess() const
    {
        double sum = 0;
        int rows = 0;
        for (const double height : seen) {
            sum += height;
            rows += height > 0 ? 1 : 0;
        }
        return rows > 0 ? sum / rows : 60;
    }
    double topOf(int row) const
    {
        double top = 0;
        for (int at = 0; at < row; ++at)
            top += seen[static_cast<std::size_t>(at)] > 0 ? seen[static_cast<std::size_t>(at)] : guess();
        return top;
    }
};

} // namespace

class RowHeightsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void sumsAreWhatAddingUpSays()
    {
        QRandomGenerator random(7);
        RowHeights heights;
        Plain plain;
        heights.reset(0);
        for (int round = 0; round < 400; ++round) {
            const auto size = static_cast<int>(plain.seen.size());
            const int what = random.bounded(4);
            if (what == 0 || size == 0) {
                const int first = random.bounded(size + 1), rows = random.bounded(1, 300);
                heights.insert(first, rows);
                plain.seen.insert(plain.seen.begin() + first, static_cast<std::size_t>(rows), 0.0);
            } else if (what == 1 && size > 900) {
                const int first = random.bounded(size), rows = random.bounded(0, std::min(400, size - first) + 1);
                heights.remove(first, rows);
                plain.seen.erase(plain.seen.begin() + first, plain.seen.begin() + first + rows);
            } else {
                for (int seen = 0; seen < 20; ++seen) {
                    const int row = random.bounded(size), height = random.bounded(200);
                    heights.see(row, height);
                    plain.seen[static_cast<std::size_t>(row)] = height;
                }
            }
            QCOMPARE(heights.count(), static_cast<int>(plain.seen.size()));
            const int row = random.bounded(heights.count() + 1);
            QCOMPARE(heights.topOf(row), plain.topOf(row));
            QCOMPARE(heights.total(), plain.topOf(heights.count()));
        }
    }
    void aPlaceIsWhereItsRowIs()
    {
        RowHeights heights;
        heights.reset(5000);
        for (int row = 0; row < 5000; row += 3)
            heights.see(row, 10 + row % 90);
        for (int row = 0; row < 5000; row += 37) {
            const RowHeights::Place place = heights.at(heights.topOf(row) + 4);
            QCOMPARE(place.row, row);
            QVERIFY(std::abs(place.below - 4) < 1e-6);
        }
        QCOMPARE(heights.at(1e9).row, 4999);
        QCOMPARE(heights.at(-5).row, 0);
    }
};

QTEST_GUILESS_MAIN(RowHeightsTest)

#include "row_heights_test.moc"
