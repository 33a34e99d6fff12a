// Does the forward pass compute what Hugging Face transformers computes? Eighteen tiny models, made so that the classic
// mistakes move their logits by 0.2 to 12 (golden.json keeps the figures), on every kernel table this machine can run.

#include "comparison.h"
#include "cpu/cpu_features.h"
#include "direct_model.h"
#include "golden.h"

#include <doctest/doctest.h>
#include <string>
#include <vector>

using namespace qwill::engine;
using namespace qwill::test;

namespace {

DirectOptions options(const Golden& golden)
{
    DirectOptions o;
    o.path = golden.model.string();
    return o;
}

std::vector<const cpu::KernelTable*> supportedTables()
{
    std::vector<const cpu::KernelTable*> tables;
    for (const cpu::KernelTable* table : cpu::allKernelTables())
        if ((table->requiredFeatures & ~cpu::cpuFeatures().mask) == 0)
            tables.push_back(table);
        else
            MESSAGE(std::string(table->name) << " kernels: this processor cannot run them");
    return tables;
}

} // namespace

TEST_CASE("logitsEqualTransformers")
{
    for (const Golden& golden : huggingFaceGoldens())
        for (const cpu::KernelTable* table : supportedTables()) {
            DirectOptions o = options(golden);
            o.kernels = table;
            o.threads = 2;
            DirectModel model(o);
            const Difference d = compare(model, golden);
            MESSAGE(golden.name << ", " << model.kernels() << ": worst " << d.worst << ", rms " << d.rms);
            CHECK_MESSAGE(d.worst <= kExact, golden.name << ", " << model.kernels());
        }
}

// Token by token, chunks that divide neither a page of the KV cache nor a tile of a kernel, and all at once.
TEST_CASE("chunkedPrefillEqualsOneShot")
{
    for (const cpu::KernelTable* table : supportedTables())
        for (const Golden& golden : huggingFaceGoldens())
            for (const int chunk : {1, 7, 130}) {
                DirectOptions o = options(golden);
                o.kernels = table;
                o.chunk = chunk;
                DirectModel model(o);
                const Difference d = compare(model, golden);
                CHECK_MESSAGE(d.worst <= kExact, golden.name << ", chunks of " << chunk << ": " << d.worst);
            }
}

// A cache that rounds each element of K and V with relative error e moves a score q·k/√d by about e·|q·k|/√d – scores
// here have a standard deviation near 2 – and each value by e; both pass through two layers whose norms amplify them.
// f16: e = 2⁻¹¹/√3 = 2.8e-4. int8 with one scale per head: the largest of 64–128 values is about 2.5 standard
// deviations, a step 2.5/127 of it, e = 2.5/(127·√12) = 5.7e-3.
TEST_CASE("roundedKvCacheStaysWithinItsArithmetic")
{
    constexpr double kAmplification = 8;
    const struct {
        KvElement element;
        double error;
        std::string name;
    } formats[] = {{KvElement::F16, 2.8e-4, "f16"}, {KvElement::Int8, 5.7e-3, "int8"}};
    for (const Golden& golden : huggingFaceGoldens())
        for (const auto& f : formats) {
            DirectOptions o = options(golden);
            o.kv = f.element;
            DirectModel model(o);
            const Difference d = compare(model, golden);
            const double relative = d.rms / golden.logitsStd;
            MESSAGE(golden.name << ", KV " << f.name << ": rms " << relative << " of the logits', amplification "
                                << relative / f.error << ", worst " << d.worst);
            CHECK_MESSAGE(relative <= kAmplification * f.error, golden.name << ", KV " << f.name);
            // It is used at all: no cache of that format gives the exact rows.
            CHECK_MESSAGE(relative > f.error / 100, golden.name << ", KV " << f.name);
        }
}
