#pragma once
// VectorKernels: everything a forward pass does beside matrix products: norms, RoPE, activation, the KV cache's write
// and attention. One table per instruction set; immutable; any thread. No STL in here: files compiled with ISA flags
// include it.
//
// The arithmetic is part of the contract: 16 float lanes everywhere, fused multiply-adds where written fma, sums as one
// accumulator of 16 lanes folded 16 → 8 → 4 → 2 → 1 (lane i takes lane i + half). So every instruction set gives
// bitwise the scalar result, and a token's result does not depend on what else is in the batch:
//   rmsNorm     out = (x · (1 / sqrt(sum(fma(x, x)) / n + eps))) · weight
//   rope        (a, b) → (a·cos − b·sin, b·cos + a·sin), each product rounded, on the halves of a head
//   swiglu      (g / (1 + exp(−g))) · u
//   geglu       (g / (1 + exp((g + (g·g·g)·kGeluCube) · kGeluScale))) · u: gelu by tanh
//   softCap     cap − 2·cap / (exp(x · (2/cap)) + 1): cap · tanh(x / cap)
//   exp         kExp… below: n = round(x·log2e), e^r = 1 + r·(1 + r·P(r)); below kExpMin 0, above kExpMax clamped
//   attention   per row, over blocks of 32 tokens in order, n of them visible:
//               s_j = fma over d of q_d · K_jd from 0;  m' = max(m, s);  c = exp(m − m');  p_j = exp(s_j − m')
//               l = fma(l, c, sum(p));  o_d = o_d·c, then fma(p_j, V_jd, o_d) for j in order
//     before the maximum: s_j = softCap(s_j) where there is a cap; s_j = −∞ for tokens before hidden[row]
//     Int8      q_d as int8 with a = max|q| / 127;  s_j = float(exact dot) · (a · kScale_j);  t_j = p_j · vScale_j;
//               t_j as 15 bits with b = max(t) / 32767;  o_d = fma(float(exact Σ t_j·V_jd), b, o_d·c)
//   segments    a row's keys are taken in segments of kSegmentTokens by absolute position, each from a fresh state; the
//               segments are folded in order (foldSegment). Where a fold may happen so never depends on chunks or
//               threads.

#include "kv/kv_layout.h"

#include <cstddef>
#include <cstdint>

namespace qwill::engine::cpu {

inline constexpr float kExpMin = -87.3f; // below: the result would be subnormal, taken as 0
inline constexpr float kExpMax = 88.0f; // above: 2^n would leave the exponent; for silu 1e38 is as good as infinity
inline constexpr float kLog2e = 1.44269502f;
inline constexpr float kLn2Hi = 0.693359375f; // 9 bits: n · kLn2Hi is exact
inline constexpr float kLn2Lo = -0.000212194442f; // ln 2 − kLn2Hi
// P of degree 4, interpolated at the Chebyshev nodes of ±ln2/2; exp as a whole stays within 0.96 ulp of the truth.
// Not inline: an array that code indexes would be a unique symbol of the objects compiled with ISA flags.
constexpr float kExpPoly[5] = {0.5f, 0.166665763f, 0.0416665561f, 0.00836320315f, 0.00139262131f};

inline constexpr float kGeluCube = 0.044715f;
inline constexpr float kGeluScale = -1.5957691216f; // −2 · √(2/π)

inline constexpr int kSegmentTokens = 512; // 16 blocks
inline constexpr int kAttentionRows = 64; // query rows (queries × heads of one KV head) of one tile

// One page: K and V of 32 tokens for one layer and KV head. Bytes, in order, D = headDim:
//   F32, F16   K[D][32 tokens]  V[32 tokens][D]
//   Int8       float kScale[32]  float vScale[32]  u8 K[D/4][32 tokens][4 d] = value + 128  s8 V[8][D][4 tokens]
// K is transposed so that a vector holds one d of 16 tokens and scores need no horizontal sums; Int8 puts the four
// values of one dot-product lane together. A page is 64-byte aligned when headDim is a multiple of 8.
constexpr std::size_t kvPageBytes(KvElement element, int headDim)
{
    return KvLayout{1, 1, headDim, element}.blockBytes();
}

// One token's K and V (after bias, norm and RoPE) into its slot of a page.
struct KvStore {
    const float* k; // [headDim]
    const float* v; // [headDim]
    std::byte* page;
    std::int32_t slot; // 0…31
    std::int32_t headDim;
    KvElement element;
};

// The softmax state of some rows: running maximum, sum of exponentials, weighted sum of V (not yet divided).
struct AttentionState {
    float* max; // [rows]
    float* sum; // [rows]
    float* out; // [rows, headDim]
};

struct AttentionSegment {
    const float* q; // [rows, headDim], already times 1/√headDim
    const std::int32_t* visible; // [rows]: row r sees the tokens at positions < visible[r]
    std::int32_t rows; // 1…kAttentionRows
    std::int32_t headDim; // multiple of 8, ≤ kMaxHeadDim
    KvElement element;
    const std::byte* const* pages; // of the segment's blocks, from firstToken on
    const std::byte* nextPage; // read soon after these, for the prefetcher; may be null
    std::int32_t firstToken; // multiple of kSegmentTokens
    std::int32_t tokenEnd; // > firstToken, ≤ firstToken + kSegmentTokens; no row sees further inside the segment
    const std::int32_t* hidden; // [rows]: row r sees no tokens at positions < hidden[r]; null = it sees the first
    float cap; // of the scores; 0 = none
    AttentionState state; // written; a row that sees nothing gets max −∞, sum 0, out 0
    std::byte* scratch; // attentionScratchBytes(headDim), 64-byte aligned
};

inline constexpr int kMaxHeadDim = 256;

// Scratch of one thread inside attendSegment: scores of a tile, one page widened to f32 (or q and the weights as packed
// integers), and a few numbers a row.
constexpr std::size_t attentionScratchBytes(int headDim)
{
    const auto d = static_cast<std::size_t>(headDim + 15) / 16 * 16;
    const std::size_t rows = kAttentionRows;
    return rows * kBlockTokens * 4 + 2 * kBlockTokens * d * 4 + rows * 2 * d + rows * kBlockTokens * 2 + rows * 6 * 4
        + 16 * 64;
}

struct VectorKernels {
    void (*rmsNorm)(const float* x, const float* weight, float eps, int count, float* out); // out may be x
    void (*addTo)(float* x, const float* y, int count); // x += y
    void (*scale)(float* x, float factor, int count);
    void (*rope)(float* head, const float* cos, const float* sin, int headDim); // cos, sin: [headDim / 2]
    void (*swiglu)(float* gate, const float* up, int count); // gate = silu(gate) · up
    void (*geglu)(float* gate, const float* up, int count); // gate = gelu(gate) · up
    void (*softCap)(float* x, float cap, int count); // x = cap · tanh(x / cap)
    void (*storeKv)(const KvStore& args);
    void (*attendSegment)(const AttentionSegment& args);
    // state ← state ⊕ next (the segment after it): m' = max(m, m2); a = exp(m − m'); b = exp(m2 − m');
    // l = fma(l2, b, l·a); o_d = fma(o2_d, b, o_d·a).
    void (*foldSegment)(const AttentionState& state, const AttentionState& next, int rows, int headDim);
    // out[row · outStride …] = o / l.
    void (*finishAttention)(const AttentionState& state, int row, int headDim, float* out);
};

} // namespace qwill::engine::cpu
