#include "spec/draft_planner.h"

#include "base/check.h"

#include <algorithm>
#include <cstddef>

namespace qwill::engine {

namespace {

constexpr double kFirstDraftCost = 0.1; // in plain steps, until one was measured
constexpr double kLeastDraftCost = 0.005;
constexpr double kMargin = 1.03; // what a drafted step must promise over a plain one

// Disturbances only ever lengthen a step, so that shorter ones are believed sooner.
void follow(double& value, double seen)
{
    value += (seen < value ? 0.5 : 0.1) * (seen - value);
}

} // namespace

DraftPlanner::DraftPlanner(int maxSequences, double fixedCost)
    : m_plainMs(static_cast<std::size_t>(maxSequences) + 1, 0.0),
      m_fixedCost(fixedCost)
{
}

void DraftPlanner::observe(int sequences, int drafts, double ms)
{
    double& plain = m_plainMs[static_cast<std::size_t>(sequences)];
    if (drafts == 0) {
        if (plain == 0)
            plain = ms;
        else
            follow(plain, ms);
        return;
    }
    plain = std::min(plain, ms); // verifying more cannot be quicker
    const double each = (ms - plain) / drafts;
    if (m_draftMs < 0)
        m_draftMs = each;
    else
        follow(m_draftMs, each);
}

void DraftPlanner::choose(std::span<const std::span<const float>> chances, int most, std::span<int> counts) const
{
    QWILL_CHECK(chances.size() == counts.size());
    std::fill(counts.begin(), counts.end(), 0);
    const double plain = m_fixedCost >= 0 ? 1.0 : m_plainMs[chances.size()];
    if (plain <= 0)
        return; // a plain step first
    const double seen = m_draftMs < 0 ? kFirstDraftCost * plain : m_draftMs;
    const double each = m_fixedCost >= 0 ? m_fixedCost : std::max(seen, kLeastDraftCost * plain);
    const double base = static_cast<double>(chances.size());
    double gained = base, bestRatio = base / plain * kMargin;
    int best = 0;
    // The likeliest draft first. Once to find how many are worth it, once to hand that many out.
    const auto takeNext = [&] {
        std::size_t likeliest = chances.size();
        for (std::size_t s = 0; s < chances.size(); ++s) {
            const auto at = static_cast<std::size_t>(counts[s]);
            if (at < chances[s].size()
                && (likeliest == chances.size()
                    || chances[s][at] > chances[likeliest][static_cast<std::size_t>(counts[likeliest])]))
                likeliest = s;
        }
        return likeliest;
    };
    for (int taken = 1; taken <= most; ++taken) {
        const std::size_t s = takeNext();
        if (s == chances.size())
            break;
        gained += static_cast<double>(chances[s][static_cast<std::size_t>(counts[s]++)]);
        const double ratio = gained / (plain + taken * each);
        if (ratio > bestRatio) {
            bestRatio = ratio;
            best = taken;
        }
    }
    std::fill(counts.begin(), counts.end(), 0);
    for (int taken = 0; taken < best; ++taken)
        ++counts[takeNext()];
}

} // namespace qwill::engine
