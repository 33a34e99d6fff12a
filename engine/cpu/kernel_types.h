#pragma once
// The arguments of the CPU kernels. No STL in here: files compiled with ISA flags include it. Engine thread and pool.
//
// The arithmetic of the quantised products is part of the contract, so that every ISA, tile shape, batch shape and
// thread count gives bitwise the same result for one (token, row):
//   activations   per (token, 128 k): a = max|x| / 127;  q = round-half-even(x · (1/a)), 0 where a = 0
//   dot_g         exact int32 Σ over the group's k of weight quant × activation quant
//   W8            acc = fma(scale · a, float(dot_g), acc) for each group in order of k  (weight quant = byte − 128)
//   W4G           acc = fma(scale · a, float(dot_g), acc); acc = fma(min · a, float(sum_g), acc) for each group
//   W4K           for each half (128 k) of a 256 block: isum = Σ_g sc_g · dot_g, msum = Σ_g m_g · sum_g, exact int32;
//                 acc = fma(d · a, float(isum), acc); acc = fma(−(dmin · a), float(msum), acc)
//   W4Z           as W4G, min = −zero · scale (exact)
//   coded         T the 16-bit integers of panel_layout.h: for each group (F8, C4, W8G) or the block (the others)
//                 acc = fma(scale · a, float(Σ T · q), acc), and where there are minima acc = fma(min · a, float(s),
//                 acc), s = sum_g of W8G, with W8K and W4S min = −dmin and s = Σ_g m_g · sum_g, all sums exact int32
// with sum_g = Σ of the activation quants of the group, acc starting at 0, products in parentheses rounded to float.
// Whole blocks are always computed, padding included. Extremes: a below 2^-126 counts as 0 (its inverse would
// overflow); a group of activations with an Inf or NaN in it has a = NaN and q = 0, so that the rows it touches become
// NaN instead of plausible nonsense.

#include "cpu/cpu_feature.h"
#include "cpu/vector_kernels.h"
#include "model/panel_layout.h"

#include <cstddef>
#include <cstdint>

namespace qwill::engine::cpu {

// A weight matrix as kernels see it.
struct MatrixView {
    MatrixFormat format;
    std::int32_t rows;
    std::int32_t cols;
    std::int32_t groupSize;
    const std::byte* data;
};

inline constexpr int kActGroup = 128; // k per activation scale
inline constexpr int kActSumGroup = 32; // k per activation sum
inline constexpr int kActPad = 256; // columns are padded to this with zeros

// Activations of some tokens, quantised once and shared by every matrix that reads them. 64-byte aligned rows.
struct QuantActs {
    std::int8_t* q; // [tokens, colsPadded]
    float* scales; // [tokens, colsPadded / 128]
    std::int32_t* sums; // [tokens, colsPadded / 32]
    std::int32_t colsPadded; // multiple of kActPad
};

enum class Store : std::uint8_t { Write, Add }; // out = acc, or out += acc (the residual)

struct QuantMatmul {
    MatrixView weights; // in panels
    QuantActs acts;
    std::int32_t tokenBegin, tokenEnd;
    std::int32_t panelBegin, panelEnd; // rows 64·panelBegin …; rows ≥ weights.rows are not written
    float* out; // out[token · outStride + row]
    std::ptrdiff_t outStride; // floats
    Store store;
};

struct DenseMatmul {
    MatrixView weights; // F32, F16 or Bf16
    const float* x; // x[token · xStride + k]
    std::ptrdiff_t xStride;
    std::int32_t tokenBegin, tokenEnd;
    std::int32_t rowBegin, rowEnd;
    float* out;
    std::ptrdiff_t outStride;
    Store store;
};

// One set of CPU kernels, all for one instruction set. Immutable; any thread.
struct KernelTable {
    const char* name; // "scalar", "avx2", "avxvnni", "avx512vnni"
    std::uint32_t requiredFeatures; // mask of CpuFeature

    // x[token · xStride + k] for tokens [tokenBegin, tokenEnd) → acts; pads with zeros.
    void (*quantizeActs)(const float* x, std::ptrdiff_t xStride, int tokenBegin, int tokenEnd, int cols,
                         const QuantActs& acts);
    void (*matmulQuant)(const QuantMatmul& args);
    void (*matmulDense)(const DenseMatmul& args);

    const VectorKernels* vector; // everything beside the products

    // For the probe (cpu/probe.h): the ISA's fastest int8 multiply-adds, `rounds` times on registers alone, returning
    // how many were done; and a read of whole cache lines, returning something that depends on all of them.
    std::uint64_t (*int8PeakMacs)(int rounds);
    std::uint64_t (*streamRead)(const std::byte* data, std::size_t bytes);
};

} // namespace qwill::engine::cpu
