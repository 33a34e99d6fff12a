// Does a quantised checkpoint mean to the engine what the tool that packed it meant? Tiny models that each format's own
// tool packed, and the logits transformers computes from the weights that went in: tests/reference/make_quantised.py.

#include "comparison.h"
#include "direct_model.h"
#include "golden.h"

#include <cmath>
#include <doctest/doctest.h>
#include <string>

using namespace qwill::engine;
using namespace qwill::test;

namespace {

DirectOptions options(const Golden& golden, WeightFormat weights)
{
    DirectOptions o;
    o.path = golden.model.string();
    o.weights = weights;
    return o;
}

} // namespace

TEST_CASE("logitsOfQuantisedCheckpointsEqualTransformers")
{
    for (const Golden& golden : quantisedGoldens()) {
        DirectModel model(options(golden, WeightFormat::F32));
        const Difference d = compare(model, golden);
        MESSAGE(golden.name << ": worst " << d.worst << " of " << golden.logitsStd);
        CHECK_MESSAGE(d.worst <= kExact, golden.name);
    }
}

// The form in memory, computed in floats: what loading costs, apart from the arithmetic. The embedding of these models
// is f16 in the file and stays so here, so that only the quantised layers are measured. Everything is kept as it is but
// scales of 32 bits, which are rounded to 16 (at most 2^-12/√3 … 2^-11/√3 of the weights), and nf4's and fp4's
// codebooks, which become integers of 16 bits.
TEST_CASE("theFormInMemoryKeepsTheQuantisation")
{
    for (const Golden& golden : quantisedGoldens()) {
        DirectOptions o = options(golden, WeightFormat::Auto);
        o.decoded = true;
        DirectModel model(o);
        const Difference d = compare(model, golden);
        const double relative = d.rms / golden.logitsStd;
        MESSAGE(golden.name << ": rms " << relative << " of the logits'");
        const bool scales = golden.name.find("f32") != std::string::npos || golden.name == "bitsandbytes-int8";
        CHECK_MESSAGE(relative <= (scales ? 1e-3 : 1e-4), golden.name);
    }
}

// The kernels on those forms: besides, activations are rounded to 8 bits in groups of 128, and the embedding is int8.
TEST_CASE("quantisedCheckpointsRunAsTheyAre")
{
    constexpr double kAmplification = 8, kRounding = 5.9e-3;
    for (const Golden& golden : quantisedGoldens()) {
        DirectModel model(options(golden, WeightFormat::Auto));
        const Difference d = compare(model, golden);
        const double relative = d.rms / golden.logitsStd;
        MESSAGE(golden.name << ": rms " << relative << " of the logits'");
        CHECK_MESSAGE(relative <= kAmplification * kRounding * std::sqrt(2.0), golden.name);
    }
}
