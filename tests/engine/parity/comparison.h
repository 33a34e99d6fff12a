#pragma once
// Compares a model's logits with a golden's kept rows. Test code; one thread.

#include "golden.h"

#include <cmath>
#include <cstdlib>
#include <doctest/doctest.h>

namespace qwill::test {

// Both sides compute in float32; they differ by the order of their sums. Sums of up to 500 terms through two layers
// stay below 1e-4; the bound leaves a factor of ten and is a hundredth of the smallest mistake the goldens show.
inline constexpr float kExact = 1e-3f;

struct Difference {
    double worst = 0; // of any logit
    double rms = 0; // of all
};

// `Model` is a DirectModel or a LoadedModel.
template <typename Model>
Difference compare(Model& model, const Golden& golden)
{
    Difference d;
    double sum = 0;
    REQUIRE(model.vocab() == golden.vocab);
    for (const GoldenCase& c : golden.cases) {
        const std::vector<float> rows = model.logits(c.ids);
        for (std::size_t i = 0; i < c.positions.size(); ++i) {
            const float* ours = rows.data() + static_cast<std::ptrdiff_t>(c.positions[i]) * golden.vocab;
            for (const float theirs : golden.row(c, i)) {
                const double error = std::abs(static_cast<double>(*ours++) - theirs);
                // A NaN must not slip through a comparison.
                d.worst = error <= d.worst ? d.worst : std::isnan(error) ? HUGE_VAL : error;
                sum += error * error;
            }
        }
    }
    d.rms = std::sqrt(sum / static_cast<double>(golden.logits.size()));
    return d;
}

} // namespace qwill::test
