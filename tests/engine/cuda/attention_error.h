#pragma once
// Attention of a scene in one of its forms, and how far it is from the CPU's. Single thread.

#include "attention_scene.h"

namespace qwill::engine::cuda::testing {

// Pages from the cache at once, or by way of shared memory, where a prompt's blocks share them; Near: with one part.
enum class Form { Cache, Staged, Prompt, Near };

struct Options {
    int splits, window;
    float cap;
    Form form = Form::Cache;
    int least = 1, most = 1 << 30; // tokens of the slices that are served
};

inline bool hasForm(Form form, const Shape& shape)
{
    const DeviceTraits card{computeCapability(), 4, sharedBytes()};
    return form == Form::Cache ? true
        : form == Form::Staged ? attentionStages(card, shape.element, shape.headDim) > 0
                               : attentionSharesPages(card, shape.element, shape.headDim, form == Form::Near ? 1 : 2);
}

// The device's attention; NaN in rows that nobody asked for.
inline Floats attentionOutput(const Scene& s, const Device& device, const Options& o)
{
    const AsCard card({computeCapability(), 4, o.form == Form::Cache ? 0 : sharedBytes()});
    const Shape& shape = s.shape;
    int tiles = o.form == Form::Near ? 0 : 1; // one more than needed
    for (const Sequence& sequence : s.sequences)
        tiles += sequence.count < o.least || sequence.count > o.most ? 0 : attentionTiles(sequence.count, shape.group);
    const DeviceArray<float> out(static_cast<std::size_t>(s.rows * s.heads() * shape.headDim));
    const DeviceArray<float> partials(
        std::max<std::size_t>(1, attentionScratchBytes(tiles, o.splits, shape.kvHeads, shape.headDim) / 4));
    const DeviceArray<std::int32_t> counters(
        Ints(static_cast<std::size_t>(attentionCounters(tiles, shape.kvHeads, shape.headDim)), 0));
    AttentionArgs args = device.attentionArgs(s, tiles, o.splits);
    args.window = o.window;
    args.cap = o.cap;
    args.partials = partials.data();
    args.counters = counters.data();
    args.out = out.data();
    args.leastTokens = o.least;
    args.mostTokens = o.most;
    args.sharesPages = o.form >= Form::Prompt;
    args.parts = o.form == Form::Near ? 1 : 2;
    REQUIRE(kernels().attention(&args, nullptr) == 0);
    CHECK(counters.get() == Ints(counters.size(), 0));
    return out.get();
}

// Largest share of its bound that an error of the device's attention has; infinite when something is missing.
inline double worstError(const Scene& s, const Device& device, const Options& o)
{
    const Shape& shape = s.shape;
    const auto outCols = static_cast<std::size_t>(s.heads() * shape.headDim);
    const Floats got = attentionOutput(s, device, o), rotated = device.qkv.get();
    double worst = 0;
    std::vector<bool> wanted(static_cast<std::size_t>(s.rows));
    int firstRow = 0;
    for (std::size_t i = 0; i < s.seqs.size(); firstRow += s.sequences[i++].context) {
        const SeqView& seq = s.seqs[i];
        for (int head = 0; head < shape.kvHeads; ++head) {
            const auto pages = cpuPages(s, firstRow, seq.contextLen, head);
            float mostV = 0, mostScore = 0;
            for (int t = 0; t < seq.contextLen; ++t)
                for (int d = 0; d < shape.headDim; ++d)
                    mostV = std::max(mostV, std::fabs(s.v(firstRow + t, head)[d]));
            for (int n = 0; n < seq.tokenCount; ++n) {
                const int row = seq.firstToken + n, visible = seq.contextLen - seq.tokenCount + n + 1;
                wanted[static_cast<std::size_t>(row)] = true;
                for (int h = head * shape.group; h < (head + 1) * shape.group; ++h) {
                    const float* q = rotated.data() + row * s.stride + h * shape.headDim;
                    const Floats expected = attend(s, pages, Floats(q, q + shape.headDim), visible, o.window, o.cap);
                    for (int t = 0; t < visible; ++t) {
                        float score = 0;
                        for (int d = 0; d < shape.headDim; ++d)
                            score += std::fabs(q[d] * s.k(firstRow + t, head)[d]);
                        mostScore = std::max(mostScore, score);
                    }
                    // F16: q to 22 bits, scores summed in another order (8 products at a time), p to 22 bits; a score's
                    // error is its weight's. Int8: t to half of 1/32767 of its block's largest on both sides, 32 of
                    // them to a block, whose largest weights add up to at most the sum of all.
                    // One part: f16's 2^-11 of q, of a weight and of the sum of the weights.
                    const bool isRounded = o.form == Form::Near && shape.element == KvElement::F16;
                    const double perScore = 0x1p-21 * (2 + shape.headDim / 8) + (isRounded ? 0x1p-11 : 0);
                    const double bound = static_cast<double>(mostV)
                        * (2 * static_cast<double>(mostScore) * perScore + (visible + 64) * 0x1p-22
                           + (shape.element == KvElement::Int8 ? 64.0 / 65534
                                  : isRounded                  ? 0x1p-10
                                                               : 0));
                    for (int d = 0; d < shape.headDim; ++d) {
                        const float value = got[static_cast<std::size_t>(row) * outCols
                                                + static_cast<std::size_t>(h * shape.headDim + d)];
                        const double error = std::fabs(static_cast<double>(value)
                                                       - static_cast<double>(expected[static_cast<std::size_t>(d)]));
                        worst = std::isnan(error) ? HUGE_VAL : std::max(worst, error / bound);
                    }
                }
            }
        }
    }
    for (std::size_t row = 0; row < wanted.size(); ++row)
        for (std::size_t d = 0; d < outCols && !wanted[row]; ++d)
            if (!std::isnan(got[row * outCols + d]))
                worst = HUGE_VAL; // a row nobody asked for
    return worst;
}

} // namespace qwill::engine::cuda::testing
