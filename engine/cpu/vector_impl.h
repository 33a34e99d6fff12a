#pragma once
// The vector kernels beside attention against the Simd layer: norm, RoPE, activation, the KV cache's write. Only for
// vector_<isa>.cpp after its simd_<isa>.h: no STL, everything local to the including file. Any thread.
// Their arithmetic is defined in vector_kernels.h; vector_scalar.cpp is the reference.

#include "cpu/vector_kernels.h"

namespace qwill::engine::cpu {

namespace {

using F = Simd::F;
constexpr int kVectorLanes = Simd::kLanes;
constexpr int kSumLanes = 16; // of the contract
constexpr int kSumVectors = kSumLanes / kVectorLanes;

QWILL_INLINE F expOf(F x)
{
    const F clamped = Simd::min(x, Simd::set1(kExpMax));
    const F n = Simd::round(Simd::mul(clamped, Simd::set1(kLog2e)));
    F r = Simd::fnma(n, Simd::set1(kLn2Hi), clamped);
    r = Simd::fnma(n, Simd::set1(kLn2Lo), r);
    F p = Simd::set1(kExpPoly[4]);
    for (int i = 3; i >= 0; --i)
        p = Simd::fma(p, r, Simd::set1(kExpPoly[i]));
    p = Simd::fma(p, r, Simd::set1(1.0f));
    p = Simd::fma(p, r, Simd::set1(1.0f));
    return Simd::selectGreater(Simd::set1(kExpMin), x, Simd::zero(), Simd::mul(p, Simd::pow2(n)));
}

// Lane i takes lane i + half, from 16 down to 1.
QWILL_INLINE float foldLanes(const F (&lanes)[kSumVectors])
{
    if constexpr (kSumVectors == 1)
        return Simd::reduceAdd(lanes[0]);
    else
        return Simd::reduceAdd(Simd::add(lanes[0], lanes[1]));
}

// Calls body(offset, lanes) for whole vectors, then once for what is left.
template <typename Whole, typename Part>
QWILL_INLINE void forEachVector(int count, Whole whole, Part part)
{
    int i = 0;
    for (; i + kVectorLanes <= count; i += kVectorLanes)
        whole(i);
    if (i < count)
        part(i, count - i);
}

void rmsNorm(const float* x, const float* weight, float eps, int count, float* out)
{
    F lanes[kSumVectors];
    for (F& lane : lanes)
        lane = Simd::zero();
    int i = 0;
    for (; i + kSumLanes <= count; i += kSumLanes)
        for (int v = 0; v < kSumVectors; ++v) {
            const F a = Simd::load(x + i + v * kVectorLanes);
            lanes[v] = Simd::fma(a, a, lanes[v]);
        }
    for (int v = 0; v < kSumVectors && i < count; ++v, i += kVectorLanes) {
        const int left = count - i < kVectorLanes ? count - i : kVectorLanes;
        const F a = Simd::loadPart(x + i, left);
        lanes[v] = Simd::fma(a, a, lanes[v]);
    }
    const float inverse = 1.0f / __builtin_sqrtf(foldLanes(lanes) / static_cast<float>(count) + eps);
    const F factor = Simd::set1(inverse);
    forEachVector(
        count,
        [&](int at) {
            Simd::store(out + at, Simd::mul(Simd::mul(Simd::load(x + at), factor), Simd::load(weight + at)));
        },
        [&](int at, int n) {
            const F scaled = Simd::mul(Simd::loadPart(x + at, n), factor);
            Simd::storePart(out + at, Simd::mul(scaled, Simd::loadPart(weight + at, n)), n);
        });
}

void addTo(float* x, const float* y, int count)
{
    forEachVector(
        count, [&](int i) { Simd::store(x + i, Simd::add(Simd::load(x + i), Simd::load(y + i))); },
        [&](int i, int n) {
            Simd::storePart(x + i, Simd::add(Simd::loadPart(x + i, n), Simd::loadPart(y + i, n)), n);
        });
}

void scale(float* x, float factor, int count)
{
    const F f = Simd::set1(factor);
    forEachVector(
        count, [&](int i) { Simd::store(x + i, Simd::mul(Simd::load(x + i), f)); },
        [&](int i, int n) { Simd::storePart(x + i, Simd::mul(Simd::loadPart(x + i, n), f), n); });
}

QWILL_INLINE void rotate(F& a, F& b, F cos, F sin)
{
    const F first = Simd::sub(Simd::mul(a, cos), Simd::mul(b, sin));
    b = Simd::add(Simd::mul(b, cos), Simd::mul(a, sin));
    a = first;
}

void rope(float* head, const float* cos, const float* sin, int headDim)
{
    const int half = headDim / 2;
    float* other = head + half;
    forEachVector(
        half,
        [&](int i) {
            F a = Simd::load(head + i), b = Simd::load(other + i);
            rotate(a, b, Simd::load(cos + i), Simd::load(sin + i));
            Simd::store(head + i, a);
            Simd::store(other + i, b);
        },
        [&](int i, int n) {
            F a = Simd::loadPart(head + i, n), b = Simd::loadPart(other + i, n);
            rotate(a, b, Simd::loadPart(cos + i, n), Simd::loadPart(sin + i, n));
            Simd::storePart(head + i, a, n);
            Simd::storePart(other + i, b, n);
        });
}

QWILL_INLINE F gated(F gate, F up)
{
    const F one = Simd::set1(1.0f);
    return Simd::mul(Simd::div(gate, Simd::add(one, expOf(Simd::sub(Simd::zero(), gate)))), up);
}

void swiglu(float* gate, const float* up, int count)
{
    forEachVector(
        count, [&](int i) { Simd::store(gate + i, gated(Simd::load(gate + i), Simd::load(up + i))); },
        [&](int i, int n) {
            Simd::storePart(gate + i, gated(Simd::loadPart(gate + i, n), Simd::loadPart(up + i, n)), n);
        });
}

QWILL_INLINE F geluGated(F gate, F up)
{
    const F cube = Simd::mul(Simd::mul(gate, gate), gate);
    const F bent = Simd::add(gate, Simd::mul(cube, Simd::set1(kGeluCube)));
    const F e = expOf(Simd::mul(bent, Simd::set1(kGeluScale)));
    return Simd::mul(Simd::div(gate, Simd::add(Simd::set1(1.0f), e)), up);
}

void geglu(float* gate, const float* up, int count)
{
    forEachVector(
        count, [&](int i) { Simd::store(gate + i, geluGated(Simd::load(gate + i), Simd::load(up + i))); },
        [&](int i, int n) {
            Simd::storePart(gate + i, geluGated(Simd::loadPart(gate + i, n), Simd::loadPart(up + i, n)), n);
        });
}

void softCap(float* x, float cap, int count)
{
    const F scale = Simd::set1(2.0f / cap), top = Simd::set1(cap), twice = Simd::set1(2.0f * cap),
            one = Simd::set1(1.0f);
    const auto capped = [&](F s) {
        return Simd::sub(top, Simd::div(twice, Simd::add(expOf(Simd::mul(s, scale)), one)));
    };
    forEachVector(
        count, [&](int i) { Simd::store(x + i, capped(Simd::load(x + i))); },
        [&](int i, int n) { Simd::storePart(x + i, capped(Simd::loadPart(x + i, n)), n); });
}

// --- KV cache --------------------------------------------------------------------------------------------------------

// Largest magnitude / 127; 0 below 2^-126, whose inverse would overflow. headDim is a multiple of 8.
float int8Scale(const float* x, int count)
{
    F most = Simd::zero();
    forEachVector(
        count, [&](int i) { most = Simd::max(most, Simd::abs(Simd::load(x + i))); },
        [&](int i, int n) { most = Simd::max(most, Simd::abs(Simd::loadPart(x + i, n))); });
    const float a = Simd::reduceMax(most) / 127.0f;
    return a < 0x1p-126f ? 0.0f : a;
}

// out has room for a whole vector at the end.
void quantizeInt8(const float* x, float a, int count, int8_t* out)
{
    const F inverse = Simd::set1(a > 0.0f ? 1.0f / a : 0.0f);
    forEachVector(
        count, [&](int i) { Simd::storeI8(out + i, Simd::mul(Simd::load(x + i), inverse)); },
        [&](int i, int n) { Simd::storeI8(out + i, Simd::mul(Simd::loadPart(x + i, n), inverse)); });
}

// 65504 is the largest f16: an outlier is clipped, not made infinite. out has room for a whole vector at the end.
void toF16(const float* x, int count, uint16_t* out)
{
    const F most = Simd::set1(65504.0f), least = Simd::set1(-65504.0f);
    const auto clip = [&](F v) { return Simd::max(Simd::min(v, most), least); };
    forEachVector(
        count, [&](int i) { Simd::storeF16(out + i, clip(Simd::load(x + i))); },
        [&](int i, int n) { Simd::storeF16(out + i, clip(Simd::loadPart(x + i, n))); });
}

// K lies transposed: one element a row of 32 tokens; V contiguous.
template <typename Element>
QWILL_INLINE void scatter(const KvStore& a, const Element* k, const Element* v)
{
    Element* kPlace = reinterpret_cast<Element*>(a.page) + a.slot;
    Element* vPlace = reinterpret_cast<Element*>(a.page) + (kBlockTokens + a.slot) * a.headDim;
    for (int d = 0; d < a.headDim; ++d)
        kPlace[d * kBlockTokens] = k[d];
    __builtin_memcpy(vPlace, v, static_cast<size_t>(a.headDim) * sizeof(Element));
}

void storeInt8(const KvStore& a)
{
    alignas(64) int8_t k[kMaxHeadDim + 64], v[kMaxHeadDim + 64];
    const float kScale = int8Scale(a.k, a.headDim), vScale = int8Scale(a.v, a.headDim);
    quantizeInt8(a.k, kScale, a.headDim, k);
    quantizeInt8(a.v, vScale, a.headDim, v);
    float* scales = reinterpret_cast<float*>(a.page);
    scales[a.slot] = kScale;
    scales[kBlockTokens + a.slot] = vScale;
    uint8_t* kPlace = reinterpret_cast<uint8_t*>(scales + 2 * kBlockTokens);
    uint8_t* vPlace = kPlace + kBlockTokens * a.headDim;
    for (int d = 0; d < a.headDim; d += 4) {
        uint32_t four;
        __builtin_memcpy(&four, k + d, 4);
        four ^= 0x80808080u; // value + 128
        __builtin_memcpy(kPlace + (d / 4 * kBlockTokens + a.slot) * 4, &four, 4);
    }
    vPlace += a.slot / 4 * a.headDim * 4 + a.slot % 4;
    for (int d = 0; d < a.headDim; ++d)
        vPlace[d * 4] = static_cast<uint8_t>(v[d]);
}

void storeKv(const KvStore& a)
{
    if (a.element == KvElement::F32)
        return scatter(a, a.k, a.v);
    if (a.element == KvElement::Int8)
        return storeInt8(a);
    alignas(64) uint16_t k[kMaxHeadDim + 64], v[kMaxHeadDim + 64];
    toF16(a.k, a.headDim, k);
    toF16(a.v, a.headDim, v);
    scatter(a, k, v);
}

} // namespace

} // namespace qwill::engine::cpu
