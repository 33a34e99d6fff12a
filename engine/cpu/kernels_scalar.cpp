// The scalar kernels: the reference that every other kernel table is tested against. Compiled without ISA flags.

#include "base/fused.h"
#include "base/half.h"
#include "cpu/coded_scalar.h"
#include "cpu/kernel_types.h"

#include <bit>
#include <cstring>

namespace qwill::engine::cpu {

namespace {

// --- activations -----------------------------------------------------------------------------------------------------

// The scale of one group of kActGroup activations.
float activationScale(const float* x, int count)
{
    std::uint32_t magnitude = 0; // of floats as bits: the order of |x|, and NaN above everything
    for (int k = 0; k < count; ++k) {
        const std::uint32_t bits = std::bit_cast<std::uint32_t>(x[k]) & 0x7fffffffu;
        magnitude = bits > magnitude ? bits : magnitude;
    }
    if (magnitude >= 0x7f800000u)
        return std::bit_cast<float>(0x7fc00000u);
    const float a = std::bit_cast<float>(magnitude) / 127.0f;
    return a < 0x1p-126f ? 0.0f : a;
}

std::int8_t quantize(float x, float inverse)
{
    constexpr float kRound = 0x1.8p23f; // adding it leaves the integer, rounded half to even, in the low bits
    return static_cast<std::int8_t>(std::bit_cast<std::int32_t>(x * inverse + kRound)
                                    - std::bit_cast<std::int32_t>(kRound));
}

void quantizeActs(const float* x, std::ptrdiff_t xStride, int tokenBegin, int tokenEnd, int cols, const QuantActs& acts)
{
    for (int token = tokenBegin; token < tokenEnd; ++token) {
        const float* row = x + token * xStride;
        std::int8_t* q = acts.q + static_cast<std::ptrdiff_t>(token) * acts.colsPadded;
        float* scales = acts.scales + static_cast<std::ptrdiff_t>(token) * (acts.colsPadded / kActGroup);
        std::int32_t* sums = acts.sums + static_cast<std::ptrdiff_t>(token) * (acts.colsPadded / kActSumGroup);
        for (int begin = 0; begin < acts.colsPadded; begin += kActGroup) {
            const int left = cols - begin;
            const int count = left < 0 ? 0 : left < kActGroup ? left : kActGroup;
            const float a = count > 0 ? activationScale(row + begin, count) : 0.0f;
            scales[begin / kActGroup] = a;
            for (int k = 0; k < kActGroup; ++k)
                q[begin + k] = k < count && a > 0.0f ? quantize(row[begin + k], 1.0f / a) : std::int8_t{0};
            for (int k = 0; k < kActGroup; k += kActSumGroup) {
                std::int32_t sum = 0;
                for (int i = 0; i < kActSumGroup; ++i)
                    sum += q[begin + k + i];
                sums[(begin + k) / kActSumGroup] = sum;
            }
        }
    }
}

// --- quantised products ----------------------------------------------------------------------------------------------

float loadF16(const std::byte* p, int index)
{
    std::uint16_t bits;
    std::memcpy(&bits, p + 2 * index, 2);
    return f16ToFloat(bits);
}

// One token's activations from the first k of a block on.
struct ActBlock {
    const std::int8_t* q;
    const float* scales;
    const std::int32_t* sums;
};

// Quants as panel_layout.h stores them: k within the block, row within the panel.
int byteQuant(const std::byte* quants, int k, int row)
{
    return std::to_integer<int>(quants[((k / 4) * 4 + row / 16) * 64 + (row & 15) * 4 + (k & 3)]) - 128;
}

int nibbleQuant(const std::byte* quants, int k, int row)
{
    const int both = std::to_integer<int>(quants[((k / 8) * 4 + row / 16) * 64 + (row & 15) * 4 + (k & 3)]);
    return (k & 7) < 4 ? both & 15 : both >> 4;
}

template <typename Quant>
std::int32_t groupDot(Quant quant, const std::byte* quants, int begin, int count, int row, const std::int8_t* q)
{
    std::int32_t dot = 0;
    for (int k = begin; k < begin + count; ++k)
        dot += quant(quants, k, row) * q[k];
    return dot;
}

std::int32_t groupSum(const std::int32_t* sums, int begin, int count)
{
    std::int32_t sum = 0;
    for (int i = begin / kActSumGroup; i < (begin + count) / kActSumGroup; ++i)
        sum += sums[i];
    return sum;
}

float blockW8(const std::byte* block, int groupSize, int row, const ActBlock& act, float acc)
{
    const std::byte* quants = block + blockScaleBytes(MatrixFormat::W8, groupSize);
    for (int g = 0; g < 128 / groupSize; ++g) {
        const float scale = loadF16(block + g * 128, row);
        const std::int32_t dot = groupDot(byteQuant, quants, g * groupSize, groupSize, row, act.q);
        acc = fusedMultiplyAdd(scale * act.scales[0], static_cast<float>(dot), acc);
    }
    return acc;
}

float blockW4G(const std::byte* block, int groupSize, int row, const ActBlock& act, float acc)
{
    const std::byte* quants = block + blockScaleBytes(MatrixFormat::W4G, groupSize);
    for (int g = 0; g < 128 / groupSize; ++g) {
        const float scale = loadF16(block + g * 256, row), min = loadF16(block + g * 256 + 128, row);
        const std::int32_t dot = groupDot(nibbleQuant, quants, g * groupSize, groupSize, row, act.q);
        const std::int32_t sum = groupSum(act.sums, g * groupSize, groupSize);
        acc = fusedMultiplyAdd(scale * act.scales[0], static_cast<float>(dot), acc);
        acc = fusedMultiplyAdd(min * act.scales[0], static_cast<float>(sum), acc);
    }
    return acc;
}

float blockW4Z(const std::byte* block, int groupSize, int row, const ActBlock& act, float acc)
{
    const std::byte* quants = block + blockScaleBytes(MatrixFormat::W4Z, groupSize);
    for (int g = 0; g < 128 / groupSize; ++g) {
        const std::byte* scales = block + g * 3 * kPanelRows;
        const float scale = loadF16(scales, row);
        const float min = static_cast<float>(-std::to_integer<int>(scales[2 * kPanelRows + row])) * scale;
        const std::int32_t dot = groupDot(nibbleQuant, quants, g * groupSize, groupSize, row, act.q);
        const std::int32_t sum = groupSum(act.sums, g * groupSize, groupSize);
        acc = fusedMultiplyAdd(scale * act.scales[0], static_cast<float>(dot), acc);
        acc = fusedMultiplyAdd(min * act.scales[0], static_cast<float>(sum), acc);
    }
    return acc;
}

float blockW4K(const std::byte* block, int row, const ActBlock& act, float acc)
{
    const std::byte* lo = block + 256;
    const std::byte* hi = lo + 8 * kPanelRows;
    const std::byte* quants = hi + 4 * kPanelRows;
    const float d = loadF16(block, row), dmin = loadF16(block + 128, row);
    for (int half = 0; half < 2; ++half) {
        std::int32_t isum = 0, msum = 0;
        for (int g = 4 * half; g < 4 * half + 4; ++g) {
            const int low = std::to_integer<int>(lo[g * kPanelRows + row]);
            const int high = std::to_integer<int>(hi[(g / 2) * kPanelRows + row]) >> (4 * (g & 1));
            const int sc = (low & 15) | (high & 3) << 4, m = low >> 4 | ((high >> 2) & 3) << 4;
            isum += sc * groupDot(nibbleQuant, quants, g * 32, 32, row, act.q);
            msum += m * act.sums[g];
        }
        acc = fusedMultiplyAdd(d * act.scales[half], static_cast<float>(isum), acc);
        acc = fusedMultiplyAdd(-(dmin * act.scales[half]), static_cast<float>(msum), acc);
    }
    return acc;
}

float rowDot(const MatrixView& w, const std::byte* panel, int row, const QuantActs& acts, int token)
{
    const std::ptrdiff_t cols = acts.colsPadded;
    const int blockWidth = blockCols(w.format);
    const std::size_t bytes = blockBytes(w.format, w.groupSize);
    float acc = 0.0f;
    for (int k = 0; k < w.cols; k += blockWidth, panel += bytes) {
        const ActBlock act{acts.q + token * cols + k, acts.scales + token * (cols / kActGroup) + k / kActGroup,
                           acts.sums + token * (cols / kActSumGroup) + k / kActSumGroup};
        switch (w.format) {
        case MatrixFormat::W8: acc = blockW8(panel, w.groupSize, row, act, acc); break;
        case MatrixFormat::W4G: acc = blockW4G(panel, w.groupSize, row, act, acc); break;
        case MatrixFormat::W4Z: acc = blockW4Z(panel, w.groupSize, row, act, acc); break;
        case MatrixFormat::W4K: acc = blockW4K(panel, row, act, acc); break;
        default: acc = blockCoded(decodeCoded(w, panel, row), act.q, act.scales[0], acc); break;
        }
    }
    return acc;
}

void matmulQuant(const QuantMatmul& args)
{
    const MatrixView& w = args.weights;
    const std::size_t stride = panelBytes(w.format, w.groupSize, w.cols);
    for (int token = args.tokenBegin; token < args.tokenEnd; ++token) {
        float* out = args.out + token * args.outStride;
        for (int row = args.panelBegin * kPanelRows; row < args.panelEnd * kPanelRows && row < w.rows; ++row) {
            const std::byte* panel = w.data + static_cast<std::size_t>(row / kPanelRows) * stride;
            const float acc = rowDot(w, panel, row % kPanelRows, args.acts, token);
            out[row] = args.store == Store::Add ? out[row] + acc : acc;
        }
    }
}

// --- dense products --------------------------------------------------------------------------------------------------

float denseWeight(const MatrixView& w, std::size_t index)
{
    if (w.format == MatrixFormat::F16)
        return loadF16(w.data + 2 * index, 0);
    if (w.format == MatrixFormat::Bf16) {
        std::uint16_t bits;
        std::memcpy(&bits, w.data + 2 * index, 2);
        return bf16ToFloat(bits);
    }
    float value;
    std::memcpy(&value, w.data + 4 * index, 4);
    return value;
}

void matmulDense(const DenseMatmul& args)
{
    constexpr int kLanes = 8; // partial sums: less rounding error than one long chain
    const auto cols = static_cast<std::size_t>(args.weights.cols);
    for (int token = args.tokenBegin; token < args.tokenEnd; ++token) {
        const float* x = args.x + token * args.xStride;
        float* out = args.out + token * args.outStride;
        for (int row = args.rowBegin; row < args.rowEnd; ++row) {
            float lanes[kLanes] = {};
            for (std::size_t k = 0; k < cols; ++k)
                lanes[k % kLanes] += denseWeight(args.weights, static_cast<std::size_t>(row) * cols + k) * x[k];
            const float acc =
                ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
            out[row] = args.store == Store::Add ? out[row] + acc : acc;
        }
    }
}

// --- probes ----------------------------------------------------------------------------------------------------------

std::uint64_t int8PeakMacs(int rounds)
{
    volatile std::int8_t source[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    std::int32_t sums[16] = {};
    for (int round = 0; round < rounds; ++round)
        for (int i = 0; i < 16; ++i)
            sums[i] += source[i] * source[i ^ 1];
    volatile std::int32_t sink = sums[0];
    static_cast<void>(sink);
    return static_cast<std::uint64_t>(rounds) * 16;
}

std::uint64_t streamRead(const std::byte* data, std::size_t bytes)
{
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i + 8 <= bytes; i += 8) {
        std::uint64_t word;
        std::memcpy(&word, data + i, 8);
        sum += word;
    }
    return sum;
}

} // namespace

extern const VectorKernels kScalarVectorKernels; // vector_scalar.cpp
extern const KernelTable kScalarKernels;
const KernelTable kScalarKernels = {
    "scalar", 0, quantizeActs, matmulQuant, matmulDense, &kScalarVectorKernels, int8PeakMacs, streamRead};

} // namespace qwill::engine::cpu
