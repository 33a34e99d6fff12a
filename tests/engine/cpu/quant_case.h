#pragma once
// QuantCase: one quantised product with random weights, activations and poisoned outputs, for the kernel tests and
// benchmarks. Single thread.

#include "base/half.h"
#include "cpu/kernel_table.h"

#include <cstring>
#include <memory>
#include <new>
#include <random>
#include <vector>

namespace qwill::engine::cpu::testing {

inline constexpr std::align_val_t kLine{64};
inline constexpr float kPoison = -12345.5f;

// Zeroed memory aligned to 64 bytes.
template <typename T>
class AlignedArray {
public:
    explicit AlignedArray(std::size_t count = 0)
        : m_data(static_cast<T*>(::operator new((count * sizeof(T) + 127) / 64 * 64, kLine))),
          m_size(count)
    {
        std::memset(static_cast<void*>(m_data.get()), 0, count * sizeof(T));
    }
    T* data() { return m_data.get(); }
    const T* data() const { return m_data.get(); }
    std::size_t size() const { return m_size; }
    T& operator[](std::size_t i) { return m_data[i]; }
    const T& operator[](std::size_t i) const { return m_data[i]; }

private:
    struct Free {
        void operator()(T* p) const { ::operator delete(p, kLine); }
    };
    std::unique_ptr<T[], Free> m_data;
    std::size_t m_size;
};

struct ActStorage {
    AlignedArray<std::int8_t> q;
    AlignedArray<float> scales;
    AlignedArray<std::int32_t> sums;
    std::int32_t colsPadded;

    ActStorage(int tokens, int cols)
        : q(static_cast<std::size_t>(tokens) * pad(cols)),
          scales(static_cast<std::size_t>(tokens) * pad(cols) / kActGroup),
          sums(static_cast<std::size_t>(tokens) * pad(cols) / kActSumGroup),
          colsPadded(pad(cols))
    {
    }
    static int pad(int cols) { return (cols + kActPad - 1) / kActPad * kActPad; }
    QuantActs view() { return {q.data(), scales.data(), sums.data(), colsPadded}; }
};

struct QuantFormat {
    MatrixFormat format;
    int groupSize;
    const char* name;
};
inline constexpr QuantFormat kQuantFormats[] = {
    {MatrixFormat::W8, 32, "w8 g32"},     {MatrixFormat::W8, 128, "w8 g128"}, {MatrixFormat::W4K, 32, "w4k"},
    {MatrixFormat::W4G, 32, "w4g g32"},   {MatrixFormat::W4G, 64, "w4g g64"}, {MatrixFormat::W4G, 128, "w4g g128"},
    {MatrixFormat::W4Z, 32, "w4z g32"},   {MatrixFormat::W4Z, 64, "w4z g64"}, {MatrixFormat::W4Z, 128, "w4z g128"},
    {MatrixFormat::F8, 64, "f8 g64"},     {MatrixFormat::F8, 128, "f8 g128"}, {MatrixFormat::C4, 32, "c4 g32"},
    {MatrixFormat::C4, 64, "c4 g64"},     {MatrixFormat::W8G, 32, "w8g g32"}, {MatrixFormat::W8G, 64, "w8g g64"},
    {MatrixFormat::W8G, 128, "w8g g128"}, {MatrixFormat::W8S, 16, "w8s"},     {MatrixFormat::W8K, 32, "w8k"},
    {MatrixFormat::W4S, 16, "w4s"},
};

inline std::vector<float> randomFloats(std::size_t count, std::uint32_t seed, float spread = 1.0f)
{
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0.0f, spread);
    std::vector<float> out(count);
    for (float& x : out)
        x = normal(random);
    return out;
}

// A finite f16 of any sign; subnormals and zero among them.
inline std::uint16_t randomHalf(std::mt19937& random)
{
    const auto bits = static_cast<std::uint16_t>(random());
    return (bits & 0x7c00u) == 0x7c00u ? static_cast<std::uint16_t>(bits & 0xbfffu) : bits;
}

// Finite, of any sign, from 2^-60 to 2^4.
inline float randomFloat(std::mt19937& random)
{
    return std::ldexp(static_cast<float>(random() % 65536) - 32768.0f, -static_cast<int>(random() % 64) - 11);
}

// Where the floating-point scales of one block lie: runs of f16 or f32, 64 at a time.
struct ScaleRun {
    std::size_t offset;
    bool isHalf;
};
inline std::vector<ScaleRun> scaleRuns(QuantFormat f)
{
    std::vector<ScaleRun> runs;
    const std::size_t groups = static_cast<std::size_t>(blockCols(f.format) / f.groupSize);
    switch (f.format) {
    case MatrixFormat::W8S: return {{0, true}};
    case MatrixFormat::W4K:
    case MatrixFormat::W8K:
    case MatrixFormat::W4S: return {{0, true}, {128, true}};
    default: break;
    }
    for (std::size_t g = 0; g < groups; ++g)
        switch (f.format) {
        case MatrixFormat::W8: runs.push_back({g * 128, true}); break;
        case MatrixFormat::W4Z: runs.push_back({g * 192, true}); break;
        case MatrixFormat::F8: runs.push_back({g * 256, false}); break;
        case MatrixFormat::C4: runs.push_back({64 + g * 256, false}); break;
        case MatrixFormat::W8G:
            runs.push_back({g * 384, false});
            runs.push_back({g * 384 + 256, true});
            break;
        default: // W4G
            runs.push_back({g * 256, true});
            runs.push_back({g * 256 + 128, true});
        }
    return runs;
}

// Any bytes are valid quants (and small integer scales); only the floating-point scales must be finite.
inline AlignedArray<std::byte> randomPanels(QuantFormat f, int rows, int cols, std::uint32_t seed)
{
    AlignedArray<std::byte> out(matrixBytes(f.format, f.groupSize, rows, cols));
    std::mt19937 random(seed);
    for (std::size_t i = 0; i + 4 <= out.size(); i += 4) {
        const auto word = static_cast<std::uint32_t>(random());
        std::memcpy(out.data() + i, &word, 4);
    }
    for (std::size_t block = 0; block < out.size(); block += blockBytes(f.format, f.groupSize))
        for (const ScaleRun& run : scaleRuns(f))
            for (std::size_t row = 0; row < 64; ++row) {
                const std::uint16_t half = randomHalf(random);
                const float single = randomFloat(random);
                std::byte* at = out.data() + block + run.offset;
                if (run.isHalf)
                    std::memcpy(at + 2 * row, &half, 2);
                else
                    std::memcpy(at + 4 * row, &single, 4);
            }
    return out;
}

struct QuantCase {
    QuantFormat format;
    int rows, cols, tokens;
    AlignedArray<std::byte> weights;
    ActStorage acts;

    QuantCase(QuantFormat f, int rows_, int cols_, int tokens_, std::uint32_t seed)
        : format(f),
          rows(rows_),
          cols(cols_),
          tokens(tokens_),
          weights(randomPanels(f, rows_, cols_, seed)),
          acts(tokens_, cols_)
    {
        const auto x = randomFloats(static_cast<std::size_t>(tokens) * cols, seed + 1);
        const KernelTable& scalar = *allKernelTables().back();
        scalar.quantizeActs(x.data(), cols, 0, tokens, cols, acts.view());
    }

    MatrixView view() const { return {format.format, rows, cols, format.groupSize, weights.data()}; }
    std::ptrdiff_t outStride() const { return rows + 3; }
    std::vector<float> poisonedOut() const
    {
        return std::vector<float>(static_cast<std::size_t>(tokens * outStride()), kPoison);
    }

    QuantMatmul whole(std::vector<float>& out)
    {
        return {view(), acts.view(), 0, tokens, 0, panelCount(rows), out.data(), outStride(), Store::Write};
    }
};

// Equal bit for bit; any NaN equals any other.
inline bool sameBits(float a, float b)
{
    return (a != a && b != b) || std::memcmp(&a, &b, 4) == 0;
}

inline std::size_t countDifferences(const std::vector<float>& a, const std::vector<float>& b)
{
    std::size_t count = a.size() == b.size() ? 0 : a.size() + b.size();
    for (std::size_t i = 0; i < a.size() && i < b.size(); ++i)
        count += sameBits(a[i], b[i]) ? 0 : 1;
    return count;
}

} // namespace qwill::engine::cpu::testing
