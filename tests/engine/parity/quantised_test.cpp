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

namespace {

// What the form in memory changes of the weights (grouped_matrix.h, import_fp8.h, import_bitsandbytes.h say why).
enum class Kept {
    Exactly, // integers, scales and minima as in the file
    Scales, // a scale or a minimum rounded to 16 bits: 2^-12/√3 … 2^-11/√3 of it, a minimum being about twice the rms
    Again, // rounded again to 8 bits in groups of 32, whose largest is about 2.2 standard deviations: 2.2/(127·√12)
};

Kept keptAs(const std::string& name)
{
    for (const char* part : {"fp8", "nf4", "fp4", "desc-act", "actorder"})
        if (name.find(part) != name.npos)
            return Kept::Again;
    for (const char* part : {"asym", "awq", "f32", "bitsandbytes-int8"})
        if (name.find(part) != name.npos)
            return Kept::Scales;
    return Kept::Exactly;
}

} // namespace

// The form in memory, computed in floats: what loading costs, apart from the arithmetic. The embedding of these models
// is f16 in the file and stays so here, so that only the quantised layers are measured. Depth amplifies as
// transformers_test.cpp says.
TEST_CASE("theFormInMemoryKeepsTheQuantisation")
{
    constexpr double kAmplification = 8, kHalf = 2.8e-4, kRounding = 5.0e-3;
    for (const Golden& golden : quantisedGoldens()) {
        DirectOptions o = options(golden, WeightFormat::Auto);
        o.decoded = true;
        DirectModel model(o);
        const Difference d = compare(model, golden);
        const double relative = d.rms / golden.logitsStd;
        MESSAGE(golden.name << ": rms " << relative << " of the logits'");
        switch (keptAs(golden.name)) {
        case Kept::Exactly: CHECK_MESSAGE(d.worst <= kExact / 10, golden.name); break;
        case Kept::Scales: CHECK_MESSAGE(relative <= kAmplification * kHalf, golden.name); break;
        case Kept::Again: CHECK_MESSAGE(relative <= kAmplification * kRounding, golden.name); break;
        }
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
