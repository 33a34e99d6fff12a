// The scalar vector kernels: written as the contract in vector_kernels.h reads, and the reference for every other
// table. Compiled without ISA flags.

#include "base/fused.h"
#include "base/half.h"
#include "cpu/vector_kernels.h"

#include <bit>
#include <cmath>
#include <cstring>

namespace qwill::engine::cpu {

namespace {

constexpr int kLanes = 16;

float fma(float a, float b, float c)
{
    return fusedMultiplyAdd(a, b, c);
}

// Half to even, for |x| < 2^22: adding 1.5·2^23 leaves no fraction bits.
float roundEven(float x)
{
    return (x + 0x1.8p23f) - 0x1.8p23f;
}

float expf16(float x)
{
    if (!(x >= kExpMin))
        return 0.0f;
    x = x < kExpMax ? x : kExpMax;
    const float n = roundEven(x * kLog2e);
    float r = fma(n, -kLn2Hi, x);
    r = fma(n, -kLn2Lo, r);
    float p = kExpPoly[4];
    for (int i = 3; i >= 0; --i)
        p = fma(p, r, kExpPoly[i]);
    p = fma(p, r, 1.0f);
    p = fma(p, r, 1.0f);
    return p * std::bit_cast<float>((static_cast<std::int32_t>(n) + 127) << 23);
}

float foldLanes(float* lanes)
{
    for (int half = kLanes / 2; half > 0; half /= 2)
        for (int i = 0; i < half; ++i)
            lanes[i] += lanes[i + half];
    return lanes[0];
}

void rmsNorm(const float* x, const float* weight, float eps, int count, float* out)
{
    float lanes[kLanes] = {};
    for (int i = 0; i < count; ++i)
        lanes[i % kLanes] = fma(x[i], x[i], lanes[i % kLanes]);
    const float inverse = 1.0f / std::sqrt(foldLanes(lanes) / static_cast<float>(count) + eps);
    for (int i = 0; i < count; ++i)
        out[i] = (x[i] * inverse) * weight[i];
}

void addTo(float* x, const float* y, int count)
{
    for (int i = 0; i < count; ++i)
        x[i] += y[i];
}

void scale(float* x, float factor, int count)
{
    for (int i = 0; i < count; ++i)
        x[i] *= factor;
}

void rope(float* head, const float* cos, const float* sin, int headDim)
{
    const int half = headDim / 2;
    for (int i = 0; i < half; ++i) {
        const float a = head[i], b = head[i + half];
        head[i] = a * cos[i] - b * sin[i];
        head[i + half] = b * cos[i] + a * sin[i];
    }
}

void swiglu(float* gate, const float* up, int count)
{
    for (int i = 0; i < count; ++i)
        gate[i] = (gate[i] / (1.0f + expf16(-gate[i]))) * up[i];
}

void geglu(float* gate, const float* up, int count)
{
    for (int i = 0; i < count; ++i) {
        const float g = gate[i], bent = g + ((g * g) * g) * kGeluCube;
        gate[i] = (g / (1.0f + expf16(bent * kGeluScale))) * up[i];
    }
}

void softCap(float* x, float cap, int count)
{
    const float scale = 2.0f / cap, twice = 2.0f * cap;
    for (int i = 0; i < count; ++i)
        x[i] = cap - twice / (expf16(x[i] * scale) + 1.0f);
}

// --- KV cache --------------------------------------------------------------------------------------------------------

// Where things lie in a page; the one place of the scalar kernels that knows.
struct PageView {
    const std::byte* page;
    int headDim;
    KvElement element;

    std::size_t kIndex(int d, int token) const
    {
        return element == KvElement::Int8 ? static_cast<std::size_t>((d / 4 * kBlockTokens + token) * 4 + d % 4)
                                          : static_cast<std::size_t>(d * kBlockTokens + token);
    }
    std::size_t vIndex(int d, int token) const
    {
        return element == KvElement::Int8 ? static_cast<std::size_t>((token / 4 * headDim + d) * 4 + token % 4)
                                          : static_cast<std::size_t>(token * headDim + d);
    }
    std::size_t kOffset() const { return element == KvElement::Int8 ? 2 * kBlockTokens * sizeof(float) : 0; }
    std::size_t vOffset() const
    {
        const std::size_t bytes = element == KvElement::F32 ? 4 : element == KvElement::F16 ? 2 : 1;
        return kOffset() + static_cast<std::size_t>(headDim) * kBlockTokens * bytes;
    }

    float number(std::size_t offset, std::size_t index) const // F32, F16
    {
        if (element == KvElement::F16) {
            std::uint16_t bits;
            std::memcpy(&bits, page + offset + 2 * index, 2);
            return f16ToFloat(bits);
        }
        float value;
        std::memcpy(&value, page + offset + 4 * index, 4);
        return value;
    }
    float k(int d, int token) const { return number(0, kIndex(d, token)); }
    float v(int d, int token) const { return number(vOffset(), vIndex(d, token)); }
    int kQuant(int d, int token) const { return std::to_integer<int>(page[kOffset() + kIndex(d, token)]) - 128; }
    int vQuant(int d, int token) const { return static_cast<std::int8_t>(page[vOffset() + vIndex(d, token)]); }
    float scaleAt(std::size_t index) const
    {
        float value;
        std::memcpy(&value, page + index * sizeof value, sizeof value);
        return value;
    }
    float kScale(int token) const { return scaleAt(static_cast<std::size_t>(token)); }
    float vScale(int token) const { return scaleAt(static_cast<std::size_t>(kBlockTokens + token)); }
};

// Largest magnitude / 127; 0 below 2^-126, whose inverse would overflow.
float int8Scale(const float* x, int count)
{
    float most = 0.0f;
    for (int i = 0; i < count; ++i)
        most = std::fabs(x[i]) > most ? std::fabs(x[i]) : most;
    const float a = most / 127.0f;
    return a < 0x1p-126f ? 0.0f : a;
}

int quantizeInt8(float x, float scale)
{
    return scale > 0.0f ? static_cast<int>(roundEven(x * (1.0f / scale))) : 0;
}

// 65504 is the largest f16: an outlier is clipped, not made infinite.
std::uint16_t toF16(float x)
{
    return floatToF16(x > 65504.0f ? 65504.0f : x < -65504.0f ? -65504.0f : x);
}

void storeKv(const KvStore& a)
{
    const PageView view{a.page, a.headDim, a.element};
    std::byte* kPlace = a.page + view.kOffset();
    std::byte* vPlace = a.page + view.vOffset();
    const bool quantised = a.element == KvElement::Int8;
    const float kScale = quantised ? int8Scale(a.k, a.headDim) : 1.0f;
    const float vScale = quantised ? int8Scale(a.v, a.headDim) : 1.0f;
    if (quantised) {
        std::memcpy(a.page + static_cast<std::size_t>(a.slot) * 4, &kScale, 4);
        std::memcpy(a.page + static_cast<std::size_t>(kBlockTokens + a.slot) * 4, &vScale, 4);
    }
    for (int d = 0; d < a.headDim; ++d) {
        const std::size_t ki = view.kIndex(d, a.slot), vi = view.vIndex(d, a.slot);
        if (quantised) {
            kPlace[ki] = static_cast<std::byte>(quantizeInt8(a.k[d], kScale) + 128);
            vPlace[vi] = static_cast<std::byte>(quantizeInt8(a.v[d], vScale));
        } else if (a.element == KvElement::F16) {
            const std::uint16_t k = toF16(a.k[d]), v = toF16(a.v[d]);
            std::memcpy(kPlace + 2 * ki, &k, 2);
            std::memcpy(vPlace + 2 * vi, &v, 2);
        } else {
            std::memcpy(kPlace + 4 * ki, &a.k[d], 4);
            std::memcpy(vPlace + 4 * vi, &a.v[d], 4);
        }
    }
}

// --- attention -------------------------------------------------------------------------------------------------------

void scores(const PageView& page, const float* q, int count, float* s)
{
    if (page.element != KvElement::Int8) {
        for (int j = 0; j < count; ++j) {
            s[j] = 0.0f;
            for (int d = 0; d < page.headDim; ++d)
                s[j] = fma(q[d], page.k(d, j), s[j]);
        }
        return;
    }
    const float a = int8Scale(q, page.headDim);
    for (int j = 0; j < count; ++j) {
        std::int32_t dot = 0;
        for (int d = 0; d < page.headDim; ++d)
            dot += quantizeInt8(q[d], a) * page.kQuant(d, j);
        s[j] = static_cast<float>(dot) * (a * page.kScale(j));
    }
}

// o = o · c + Σ p_j V_j
void addValues(const PageView& page, const float* p, int count, float c, float* o)
{
    if (page.element != KvElement::Int8) {
        for (int d = 0; d < page.headDim; ++d) {
            o[d] *= c;
            for (int j = 0; j < count; ++j)
                o[d] = fma(p[j], page.v(d, j), o[d]);
        }
        return;
    }
    float t[kBlockTokens], most = 0.0f;
    for (int j = 0; j < count; ++j) {
        t[j] = p[j] * page.vScale(j);
        most = t[j] > most ? t[j] : most;
    }
    const bool nothing = !(most > 1e-30f);
    const float inverse = nothing ? 0.0f : 32767.0f / most;
    const float b = nothing ? 0.0f : most / 32767.0f;
    for (int d = 0; d < page.headDim; ++d) {
        std::int32_t total = 0;
        for (int j = 0; j < count; ++j)
            total += static_cast<std::int32_t>(roundEven(t[j] * inverse)) * page.vQuant(d, j);
        o[d] = fma(static_cast<float>(total), b, o[d] * c);
    }
}

void attendRow(const AttentionSegment& a, int row)
{
    const float* q = a.q + static_cast<std::ptrdiff_t>(row) * a.headDim;
    float* o = a.state.out + static_cast<std::ptrdiff_t>(row) * a.headDim;
    float m = -__builtin_inff(), l = 0.0f;
    std::memset(o, 0, static_cast<std::size_t>(a.headDim) * sizeof(float));
    const int end = a.visible[row] < a.tokenEnd ? a.visible[row] : a.tokenEnd;
    for (int first = a.firstToken; first < end; first += kBlockTokens) {
        const PageView page{a.pages[(first - a.firstToken) / kBlockTokens], a.headDim, a.element};
        const int count = end - first < kBlockTokens ? end - first : kBlockTokens;
        const int skip = a.hidden && a.hidden[row] > first ? a.hidden[row] - first : 0;
        if (skip >= count)
            continue;
        float p[kBlockTokens], lanes[kLanes] = {};
        scores(page, q, count, p);
        if (a.cap > 0)
            softCap(p, a.cap, count);
        for (int j = 0; j < skip; ++j)
            p[j] = -__builtin_inff();
        float newMax = m;
        for (int j = 0; j < count; ++j)
            newMax = p[j] > newMax ? p[j] : newMax;
        const float c = expf16(m - newMax);
        for (int j = 0; j < count; ++j) {
            p[j] = expf16(p[j] - newMax);
            lanes[j % kLanes] += p[j];
        }
        l = fma(l, c, foldLanes(lanes));
        addValues(page, p, count, c, o);
        m = newMax;
    }
    a.state.max[row] = m;
    a.state.sum[row] = l;
}

void attendSegment(const AttentionSegment& args)
{
    for (int row = 0; row < args.rows; ++row)
        attendRow(args, row);
}

void foldSegment(const AttentionState& state, const AttentionState& next, int rows, int headDim)
{
    for (int row = 0; row < rows; ++row) {
        const float m = state.max[row], m2 = next.max[row], top = m > m2 ? m : m2;
        const float a = expf16(m - top), b = expf16(m2 - top);
        state.max[row] = top;
        state.sum[row] = fma(next.sum[row], b, state.sum[row] * a);
        float* o = state.out + static_cast<std::ptrdiff_t>(row) * headDim;
        const float* o2 = next.out + static_cast<std::ptrdiff_t>(row) * headDim;
        for (int d = 0; d < headDim; ++d)
            o[d] = fma(o2[d], b, o[d] * a);
    }
}

void finishAttention(const AttentionState& state, int row, int headDim, float* out)
{
    const float* o = state.out + static_cast<std::ptrdiff_t>(row) * headDim;
    for (int d = 0; d < headDim; ++d)
        out[d] = o[d] / state.sum[row];
}

} // namespace

extern const VectorKernels kScalarVectorKernels;
const VectorKernels kScalarVectorKernels = {rmsNorm, addTo,   scale,         rope,        swiglu,         geglu,
                                            softCap, storeKv, attendSegment, foldSegment, finishAttention};

} // namespace qwill::engine::cpu
