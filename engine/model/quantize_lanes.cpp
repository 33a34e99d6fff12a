#include "model/quantize_lanes.h"

#include "base/half.h"

#include <cstring>

// GCC's vector extension compiles to whatever the target has; three copies of the same code, chosen at run time.
// CMake switches contraction to fused multiply-add off for this file.

namespace qwill::engine {

namespace {

typedef float F __attribute__((vector_size(kLanes * 4)));
typedef std::int32_t I __attribute__((vector_size(kLanes * 4)));

#define QWILL_INLINE static inline __attribute__((always_inline))

constexpr int kGroup = 32, kGroups = 8;
constexpr float kRound = 12582912.0f; // 1.5 · 2^23: adding it rounds |x| < 2^22 to the nearest even integer

// Steps over a group's range the candidates divide it into: fewer than 15 leave room, more clip the extremes.
constexpr int kCandidates = 20;
constexpr float kFirstSteps = 13.6f, kStepsStep = 0.17f;

QWILL_INLINE void load(F& v, const float* p)
{
    std::memcpy(&v, p, sizeof v);
}

QWILL_INLINE void splat(F& v, float x)
{
    v = F{} + x;
}

QWILL_INLINE void clampRound(F& v, const F& low, const F& high)
{
    v = v < low ? low : v;
    v = v > high ? high : v;
    v = (v + kRound) - kRound;
}

// 1/x, and 0 for 0.
QWILL_INLINE void reciprocal(F& out, const F& x)
{
    const F one = F{} + 1.0f;
    out = x > F{} ? one / (x > F{} ? x : one) : F{};
}

// Rounds each lane to f16, back to float.
QWILL_INLINE void throughF16(F& v, std::uint16_t* bits)
{
    for (int i = 0; i < kLanes; ++i) {
        bits[i] = floatToF16(v[i]);
        if (bits[i] == 0 && v[i] > 0)
            bits[i] = 1; // the smallest scale there is, rather than none
        v[i] = f16ToFloat(bits[i]);
    }
}

struct Fit {
    F scale, min; // x ≈ scale · q + min, min ≤ 0
    F error;
};

struct GroupSums {
    F x, xx; // Σx, Σx²
};

// Quantises the group as q = round((x − min) · inverse), refits scale and min to the result by least squares and keeps
// the fit in lanes where it is better.
QWILL_INLINE void tryFit(const float* x, const GroupSums& sums, const F& inverse, const F& min, Fit& best)
{
    F q1 = {}, qq = {}, xq = {}, high;
    splat(high, 15.0f);
    const F shift = min * inverse;
    for (int k = 0; k < kGroup; ++k) {
        F v;
        load(v, x + k * kLanes);
        F q = v * inverse - shift;
        clampRound(q, F{}, high);
        q1 += q;
        qq += q * q;
        xq += v * q;
    }
    const float n = kGroup;
    const F det = n * qq - q1 * q1;
    F inverseDet, inverseQq;
    reciprocal(inverseDet, det);
    reciprocal(inverseQq, qq);
    F scale = (n * xq - sums.x * q1) * inverseDet;
    F offset = (sums.x - scale * q1) * (1.0f / n);
    // The format has no positive minimum; where all q are equal, a scale or (all 0) a minimum alone must do.
    const I flat = det <= F{}, scaleOnly = (offset > F{}) | (flat & (qq > F{}));
    const F mean = sums.x * (1.0f / n);
    scale = scaleOnly ? xq * inverseQq : flat ? F{} : scale;
    offset = scaleOnly ? F{} : flat ? (mean < F{} ? mean : F{}) : offset;
    const F error = sums.xx - 2.0f * (scale * xq + offset * sums.x) + scale * scale * qq + 2.0f * (scale * offset) * q1
        + n * (offset * offset);
    const I better = (error < best.error) & (scale >= F{});
    best.scale = better ? scale : best.scale;
    best.min = better ? offset : best.min;
    best.error = better ? error : best.error;
}

QWILL_INLINE void fitGroup(const float* x, Fit& best)
{
    GroupSums sums = {};
    F low = {}, high;
    load(high, x);
    for (int k = 0; k < kGroup; ++k) {
        F v;
        load(v, x + k * kLanes);
        low = v < low ? v : low;
        high = v > high ? v : high;
        sums.x += v;
        sums.xx += v * v;
    }
    best = {F{}, F{}, sums.xx};
    F inverseRange;
    reciprocal(inverseRange, high - low);
    for (int c = 0; c < kCandidates; ++c)
        tryFit(x, sums, inverseRange * (kFirstSteps + kStepsStep * static_cast<float>(c)), low, best);
    F inverse;
    reciprocal(inverse, best.scale);
    tryFit(x, sums, inverse, F(best.min), best); // once more from the refitted scale
}

// The state of one block under given super-scales.
struct BlockFit {
    F d, dmin;
    F scale[kGroups], min[kGroups]; // 0 … 63
    F error;
};

QWILL_INLINE void groupError(const float* x, const F& scale, const F& min, F& error)
{
    F inverse, high;
    splat(high, 15.0f);
    reciprocal(inverse, scale);
    const F shift = min * inverse;
    error = F{};
    for (int k = 0; k < kGroup; ++k) {
        F v;
        load(v, x + k * kLanes);
        F q = v * inverse + shift;
        clampRound(q, F{}, high);
        const F e = v - (scale * q - min);
        error += e * e;
    }
}

// The best 6-bit scale and min of a group among the neighbours of (scale, min).
QWILL_INLINE void chooseNeighbour(const float* x, const F& scale, const F& min, BlockFit& fit, int g)
{
    F inverseD, inverseDmin, top, best;
    splat(top, 63.0f);
    reciprocal(inverseD, fit.d);
    reciprocal(inverseDmin, fit.dmin);
    F centreScale = scale * inverseD, centreMin = min * inverseDmin;
    clampRound(centreScale, F{}, top);
    clampRound(centreMin, F{}, top);
    splat(best, 3.4e38f);
    for (int i = -1; i <= 1; ++i)
        for (int j = -1; j <= 1; ++j) {
            F s = centreScale + static_cast<float>(i), m = centreMin + static_cast<float>(j), error;
            clampRound(s, F{}, top);
            clampRound(m, F{}, top);
            groupError(x, fit.d * s, fit.dmin * m, error);
            const I better = error < best;
            best = better ? error : best;
            fit.scale[g] = better ? s : fit.scale[g];
            fit.min[g] = better ? m : fit.min[g];
        }
    fit.error += best;
}

// Least squares of x ≈ d · (scale·q) − dmin · min over the block.
QWILL_INLINE void refitSuperScales(const float* x, const BlockFit& fit, F& d, F& dmin)
{
    F aa = {}, ab = {}, bb = {}, xa = {}, xb = {}, high;
    splat(high, 15.0f);
    for (int g = 0; g < kGroups; ++g) {
        const F scale = fit.d * fit.scale[g], min = fit.dmin * fit.min[g];
        F inverse, sx = {}, sq = {}, sqq = {}, sxq = {};
        reciprocal(inverse, scale);
        const F shift = min * inverse;
        for (int k = 0; k < kGroup; ++k) {
            F v;
            load(v, x + (g * kGroup + k) * kLanes);
            F q = v * inverse + shift;
            clampRound(q, F{}, high);
            sx += v;
            sq += q;
            sqq += q * q;
            sxq += v * q;
        }
        const F &s = fit.scale[g], &m = fit.min[g];
        aa += s * s * sqq;
        ab += s * m * sq;
        bb += m * m * static_cast<float>(kGroup);
        xa += s * sxq;
        xb += m * sx;
    }
    const F det = aa * bb - ab * ab;
    F inverseDet, inverseAa;
    reciprocal(inverseDet, det);
    reciprocal(inverseAa, aa);
    d = (xa * bb - xb * ab) * inverseDet;
    dmin = (xa * ab - xb * aa) * inverseDet;
    const I plain = (det <= aa * bb * 1e-6f) | (dmin < F{}); // the minima do nothing, or would change sign
    d = plain ? xa * inverseAa : d;
    dmin = plain ? F{} : dmin;
    d = d > F{} ? d : F{};
}

QWILL_INLINE bool quantizeW4KBody(const float* x, W4KLanes& out)
{
    Fit groups[kGroups];
    F maxScale = {}, maxMin = {};
    for (int g = 0; g < kGroups; ++g) {
        fitGroup(x + g * kGroup * kLanes, groups[g]);
        groups[g].min = -groups[g].min;
        maxScale = groups[g].scale > maxScale ? groups[g].scale : maxScale;
        maxMin = groups[g].min > maxMin ? groups[g].min : maxMin;
    }
    BlockFit fit = {};
    fit.d = maxScale / 63.0f;
    fit.dmin = maxMin / 63.0f;
    throughF16(fit.d, out.d);
    throughF16(fit.dmin, out.dmin);
    for (int i = 0; i < kLanes; ++i)
        if (out.d[i] >= 0x7c00u || out.dmin[i] >= 0x7c00u)
            return false;
    for (int g = 0; g < kGroups; ++g)
        chooseNeighbour(x + g * kGroup * kLanes, groups[g].scale, groups[g].min, fit, g);

    BlockFit second = {};
    std::uint16_t d[kLanes], dmin[kLanes];
    refitSuperScales(x, fit, second.d, second.dmin);
    throughF16(second.d, d);
    throughF16(second.dmin, dmin);
    for (int g = 0; g < kGroups; ++g)
        chooseNeighbour(x + g * kGroup * kLanes, groups[g].scale, groups[g].min, second, g);
    const I better = second.error < fit.error; // an infinite refit compares false
    fit.d = better ? second.d : fit.d;
    fit.dmin = better ? second.dmin : fit.dmin;
    for (int i = 0; i < kLanes; ++i)
        if (better[i]) {
            out.d[i] = d[i];
            out.dmin[i] = dmin[i];
        }

    F high;
    splat(high, 15.0f);
    for (int g = 0; g < kGroups; ++g) {
        const F s = better ? second.scale[g] : fit.scale[g], m = better ? second.min[g] : fit.min[g];
        for (int i = 0; i < kLanes; ++i) {
            out.scale[g][i] = static_cast<std::uint8_t>(s[i]);
            out.min[g][i] = static_cast<std::uint8_t>(m[i]);
        }
        const F scale = fit.d * s, min = fit.dmin * m;
        F inverse;
        reciprocal(inverse, scale);
        const F shift = min * inverse;
        for (int v = 0; v < kGroup / 8; ++v) {
            I word = {};
            for (int k = 0; k < 8; ++k) { // low nibbles 0…3, high 4…7
                F q;
                load(q, x + (g * kGroup + v * 8 + k) * kLanes);
                q = q * inverse + shift;
                clampRound(q, F{}, high);
                word |= __builtin_convertvector(q, I) << ((k & 3) * 8 + (k >> 2) * 4);
            }
            std::memcpy(out.quants[g * (kGroup / 8) + v], &word, sizeof word);
        }
    }
    return true;
}

QWILL_INLINE bool quantizeW8Body(const float* x, int groupSize, W8Lanes& out)
{
    F low, high;
    splat(low, -127.0f);
    splat(high, 127.0f);
    for (int g = 0; g < 128 / groupSize; ++g) {
        const float* group = x + g * groupSize * kLanes;
        F top = {};
        for (int k = 0; k < groupSize; ++k) {
            F v;
            load(v, group + k * kLanes);
            v = v < F{} ? -v : v;
            top = v > top ? v : top;
        }
        F scale = top / 127.0f;
        throughF16(scale, out.scale[g]);
        for (int i = 0; i < kLanes; ++i) {
            if (scale[i] * 127.5f < top[i]) // rounded down so far (f16 subnormals) that the largest value would clip
                scale[i] = f16ToFloat(++out.scale[g][i]);
            if (out.scale[g][i] >= 0x7c00u)
                return false;
        }
        F inverse;
        reciprocal(inverse, scale);
        for (int v = 0; v < groupSize / 4; ++v) {
            I word = {};
            for (int k = 0; k < 4; ++k) {
                F q;
                load(q, group + (v * 4 + k) * kLanes);
                q = q * inverse;
                clampRound(q, low, high);
                word |= (__builtin_convertvector(q, I) + 128) << (k * 8);
            }
            std::memcpy(out.quants[g * (groupSize / 4) + v], &word, sizeof word);
        }
    }
    return true;
}

bool w4kPlain(const float* x, W4KLanes& out)
{
    return quantizeW4KBody(x, out);
}
bool w8Plain(const float* x, int groupSize, W8Lanes& out)
{
    return quantizeW8Body(x, groupSize, out);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) bool w4kAvx2(const float* x, W4KLanes& out)
{
    return quantizeW4KBody(x, out);
}
__attribute__((target("avx2"))) bool w8Avx2(const float* x, int groupSize, W8Lanes& out)
{
    return quantizeW8Body(x, groupSize, out);
}
__attribute__((target("avx512f"))) bool w4kAvx512(const float* x, W4KLanes& out)
{
    return quantizeW4KBody(x, out);
}
__attribute__((target("avx512f"))) bool w8Avx512(const float* x, int groupSize, W8Lanes& out)
{
    return quantizeW8Body(x, groupSize, out);
}
#endif

} // namespace

std::span<const LaneFunctions> laneFunctions()
{
#if defined(__x86_64__)
    static constexpr LaneFunctions kAll[] = {
        {"avx512f", w4kAvx512, w8Avx512}, {"avx2", w4kAvx2, w8Avx2}, {"plain", w4kPlain, w8Plain}};
    const std::size_t missing = __builtin_cpu_supports("avx512f") ? 0 : __builtin_cpu_supports("avx2") ? 1 : 2;
    return std::span(kAll).subspan(missing);
#else
    static constexpr LaneFunctions kAll[] = {{"plain", w4kPlain, w8Plain}};
    return kAll;
#endif
}

bool quantizeW4K(const float* x, W4KLanes& out)
{
    return laneFunctions().front().w4k(x, out);
}

bool quantizeW8(const float* x, int groupSize, W8Lanes& out)
{
    return laneFunctions().front().w8(x, groupSize, out);
}

void transposeLanes(const float* rows, int stride, int count, float* out)
{
    for (int k = 0; k < count; k += 16) // a 16 × 16 tile is one cache line a row on either side
        for (int r = 0; r < kLanes; ++r) {
            const float* row = rows + static_cast<std::ptrdiff_t>(r) * stride + k;
            for (int i = 0; i < 16; ++i)
                out[(k + i) * kLanes + r] = row[i];
        }
}

} // namespace qwill::engine
