#pragma once
// Products with row-major f32, f16 or bf16 weights against the Simd layer: widen to float, multiply, add in float. Only
// for kernels_<isa>.cpp after its simd_<isa>.h: no STL, everything local to the including file. Any thread.
//
// The sum of one (row, token) is one vector of kLanes partial sums over k in order, then Simd::reduceAdd: the same for
// every tile shape, batch and thread count. A tile is kRows rows × up to kTokens tokens; the rows of the last tile are
// repeated instead of having code of their own.

#include "cpu/kernel_types.h"

namespace qwill::engine::cpu {

namespace {

constexpr int kDenseRows = 4;
constexpr int kDenseTokens = Simd::kLanes == 16 ? 6 : 2; // accumulators: 24 of 32 registers, 8 of 16
constexpr int kDenseTokenBytes = 384 * 1024; // of x per pass over the rows: stays in L2

struct DenseF32 {
    using Element = float;
    static QWILL_INLINE Simd::F load(const Element* p) { return Simd::load(p); }
    static QWILL_INLINE Simd::F loadPart(const Element* p, int n) { return Simd::loadPart(p, n); }
};
struct DenseF16 {
    using Element = uint16_t;
    static QWILL_INLINE Simd::F load(const Element* p) { return Simd::loadF16(p); }
    static QWILL_INLINE Simd::F loadPart(const Element* p, int n) { return Simd::loadF16Part(p, n); }
};
struct DenseBf16 {
    using Element = uint16_t;
    static QWILL_INLINE Simd::F load(const Element* p) { return Simd::loadBf16(p); }
    static QWILL_INLINE Simd::F loadPart(const Element* p, int n) { return Simd::loadBf16Part(p, n); }
};

template <class Format, int T>
__attribute__((noinline)) void denseTile(const DenseMatmul& args, int row, int token)
{
    using Element = typename Format::Element;
    const int cols = args.weights.cols;
    const Element* w[kDenseRows];
    const float* x[T];
    Simd::F acc[kDenseRows][T];
    for (int r = 0; r < kDenseRows; ++r) {
        const int clamped = row + r < args.rowEnd ? row + r : args.rowEnd - 1;
        w[r] = reinterpret_cast<const Element*>(args.weights.data) + static_cast<ptrdiff_t>(clamped) * cols;
        for (int t = 0; t < T; ++t)
            acc[r][t] = Simd::zero();
    }
    for (int t = 0; t < T; ++t)
        x[t] = args.x + (token + t) * args.xStride;
    int k = 0;
    for (; k + Simd::kLanes <= cols; k += Simd::kLanes) {
        Simd::F weight[kDenseRows];
        for (int r = 0; r < kDenseRows; ++r)
            weight[r] = Format::load(w[r] + k);
        for (int t = 0; t < T; ++t) {
            const Simd::F v = Simd::load(x[t] + k);
            for (int r = 0; r < kDenseRows; ++r)
                acc[r][t] = Simd::fma(weight[r], v, acc[r][t]);
        }
    }
    if (k < cols)
        for (int t = 0; t < T; ++t) {
            const Simd::F v = Simd::loadPart(x[t] + k, cols - k);
            for (int r = 0; r < kDenseRows; ++r)
                acc[r][t] = Simd::fma(Format::loadPart(w[r] + k, cols - k), v, acc[r][t]);
        }
    for (int t = 0; t < T; ++t) {
        float* out = args.out + (token + t) * args.outStride;
        for (int r = 0; r < kDenseRows && row + r < args.rowEnd; ++r) {
            const float sum = Simd::reduceAdd(acc[r][t]);
            out[row + r] = args.store == Store::Add ? out[row + r] + sum : sum;
        }
    }
}

template <class Format, int T>
void denseTileOf(int tokens, const DenseMatmul& args, int row, int token)
{
    if constexpr (T == 1) {
        denseTile<Format, 1>(args, row, token);
    } else {
        if (tokens >= T)
            denseTile<Format, T>(args, row, token);
        else
            denseTileOf<Format, T - 1>(tokens, args, row, token);
    }
}

template <class Format>
void denseProduct(const DenseMatmul& args)
{
    const int fit = kDenseTokenBytes / (4 * (args.weights.cols > 0 ? args.weights.cols : 1));
    const int tokenBlock = (fit < kDenseTokens ? 1 : fit / kDenseTokens) * kDenseTokens;
    for (int begin = args.tokenBegin; begin < args.tokenEnd; begin += tokenBlock) {
        const int end = args.tokenEnd - begin < tokenBlock ? args.tokenEnd : begin + tokenBlock;
        for (int row = args.rowBegin; row < args.rowEnd; row += kDenseRows)
            for (int token = begin; token < end; token += kDenseTokens)
                denseTileOf<Format, kDenseTokens>(end - token, args, row, token);
    }
}

inline void matmulDense(const DenseMatmul& args)
{
    switch (args.weights.format) {
    case MatrixFormat::F32: return denseProduct<DenseF32>(args);
    case MatrixFormat::F16: return denseProduct<DenseF16>(args);
    default: return denseProduct<DenseBf16>(args);
    }
}

} // namespace

} // namespace qwill::engine::cpu
