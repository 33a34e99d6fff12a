#include "model/dequantize.h"

#include "base/check.h"
#include "base/half.h"

#include <cmath>
#include <cstring>

namespace qwill::engine {

namespace {

// Layouts (f16 fields first unless said otherwise):
//   Q4_0  {d, q[16]}             32 values: low nibbles 0–15, high 16–31      d·(q − 8)
//   Q4_1  {d, m, q[16]}          as Q4_0                                      d·q + m
//   Q5_0  {d, u32 high, q[16]}   bit i of `high` is bit 4 of value i          d·(q − 16)
//   Q5_1  {d, m, u32 high, q[16]}                                             d·q + m
//   Q8_0  {d, i8 q[32]}                                                       d·q
//   Q4_K  {d, dmin, s[12], q[128]}: each 64 values use 32 bytes, low first    (d·sc)·q − (dmin·m)
//   Q5_K  {d, dmin, s[12], h[32], q[128]}: bit g of h[i] is bit 4 of value i of group g
//   Q6_K  {ql[128], qh[64], i8 s[16], d}                                      (d·s)·(q − 32)
//   IQ4_NL {d, q[16]}            as Q4_0, through the codebook                d·value
//   Q2_K   {s[16], q[64], d, dmin}: 16 values a scale; low nibble of s scale, high min    (d·sc)·q − (dmin·m)
//   Q3_K   {h[32], q[64], s[12], d}: the bit of h missing means − 4; scales of 6 bits − 32   (d·s)·q
//   IQ4_XS {d, u16 high, s[4], q[128]}: 32 values a scale, as IQ4_NL; scales of 6 bits − 32   (d·s)·value
//   MXFP4  {u8 e, q[16]}         as Q4_0, through the codebook                2^(e−128)·value
// In Q2_K and Q3_K each half of 128 values has 32 bytes of q, of which run j of 32 values takes bits 2j and 2j + 1.

int byteAt(const std::byte* p)
{
    return std::to_integer<int>(*p);
}

int signedAt(const std::byte* p)
{
    return static_cast<std::int8_t>(byteAt(p));
}

float halfAt(const std::byte* p)
{
    std::uint16_t bits;
    std::memcpy(&bits, p, 2);
    return f16ToFloat(bits);
}

// Value i of a 32-value block whose nibbles start at q.
int nibble(const std::byte* q, int i)
{
    return i < 16 ? byteAt(q + i) & 15 : byteAt(q + i - 16) >> 4;
}

int fifthBit(const std::byte* high, int i)
{
    return (byteAt(high + i / 8) >> (i % 8) & 1) << 4;
}

void decode32(DType type, const std::byte* b, float* out)
{
    const float d = halfAt(b);
    for (int i = 0; i < 32; ++i)
        switch (type) {
        case DType::Q4_0: out[i] = d * static_cast<float>(nibble(b + 2, i) - 8); break;
        case DType::Q4_1: out[i] = d * static_cast<float>(nibble(b + 4, i)) + halfAt(b + 2); break;
        case DType::Q5_0: out[i] = d * static_cast<float>((nibble(b + 6, i) | fifthBit(b + 2, i)) - 16); break;
        case DType::Q5_1: out[i] = d * static_cast<float>(nibble(b + 8, i) | fifthBit(b + 4, i)) + halfAt(b + 2); break;
        case DType::Q8_0: out[i] = d * static_cast<float>(signedAt(b + 2 + i)); break;
        case DType::IQ4_NL: out[i] = d * static_cast<float>(kIq4NlValues[nibble(b + 2, i)]); break;
        default: QWILL_CHECK(!"no block of 32");
        }
}

void decodeQ4K(const std::byte* b, float* out)
{
    const float d = halfAt(b), dmin = halfAt(b + 2);
    for (int g = 0; g < 8; ++g) {
        const KScale s = kScaleAt(b + 4, g);
        const float scale = d * static_cast<float>(s.scale), min = dmin * static_cast<float>(s.min);
        for (int i = 0; i < 32; ++i) {
            const int both = byteAt(b + 16 + g / 2 * 32 + i);
            out[g * 32 + i] = scale * static_cast<float>((g & 1) ? both >> 4 : both & 15) - min;
        }
    }
}

void decodeMxfp4(const std::byte* b, float* out)
{
    const float d = mxfp4Scale(static_cast<std::uint8_t>(byteAt(b)));
    for (int i = 0; i < 32; ++i)
        out[i] = d * static_cast<float>(kMxfp4Values[nibble(b + 1, i)]);
}

void decodeByValue(DType type, const std::byte* b, float* out)
{
    const std::byte* fields = b + superScaleAt(type);
    const bool mins = type == DType::Q2_K || type == DType::Q5_K;
    const float d = halfAt(fields), dmin = mins ? halfAt(fields + 2) : 0;
    for (int i = 0; i < 256; ++i) {
        const KValue v = kValueAt(type, b, i);
        const float scale = d * static_cast<float>(v.scale);
        out[i] = scale * static_cast<float>(v.quant);
        if (mins)
            out[i] -= dmin * static_cast<float>(v.min);
    }
}

} // namespace

float mxfp4Scale(std::uint8_t exponent)
{
    return std::ldexp(1.0f, exponent - 128);
}

int superScaleAt(DType type)
{
    return type == DType::Q2_K ? 80 : type == DType::Q3_K ? 108 : type == DType::Q6_K ? 208 : 0;
}

namespace {

// Two halves of 128; within one, four runs of 32 share 64 low bytes and 32 high bytes.
KValue q6kValueAt(const std::byte* b, int i)
{
    const int half = i / 128, run = i / 32 % 4, at = i % 32;
    const int lowByte = byteAt(b + half * 64 + (run & 1) * 32 + at);
    const int high = byteAt(b + 128 + half * 32 + at) >> (run * 2) & 3;
    return {signedAt(b + 192 + i / 16), (((run & 2) ? lowByte >> 4 : lowByte & 15) | high << 4) - 32, 0};
}

KValue q5kValueAt(const std::byte* b, int i)
{
    const int g = i / 32, at = i % 32, both = byteAt(b + 48 + g / 2 * 32 + at);
    const KScale s = kScaleAt(b + 4, g);
    return {s.scale, ((g & 1) ? both >> 4 : both & 15) | (byteAt(b + 16 + at) >> g & 1) << 4, s.min};
}

} // namespace

KValue kValueAt(DType type, const std::byte* b, int i)
{
    if (type == DType::Q6_K)
        return q6kValueAt(b, i);
    if (type == DType::Q5_K)
        return q5kValueAt(b, i);
    if (type == DType::IQ4_XS) {
        const int group = i / 32, at = i % 32;
        const int high = byteAt(b + 2 + group / 4) >> (group % 4 * 2) & 3;
        const int low = byteAt(b + 4 + group / 2) >> (group % 2 * 4) & 15;
        return {(low | high << 4) - 32, kIq4NlValues[nibble(b + 8 + group * 16, at)], 0};
    }
    const int half = i / 128, run = i / 32 % 4, at = i % 32, group = i / 16;
    if (type == DType::Q2_K) {
        const int both = byteAt(b + group), quant = byteAt(b + 16 + half * 32 + at) >> (run * 2) & 3;
        return {both & 15, quant, both >> 4};
    }
    const std::byte* scales = b + 96;
    const int low = group < 8 ? byteAt(scales + group) & 15 : byteAt(scales + group - 8) >> 4;
    const int high = byteAt(scales + 8 + group % 4) >> (group / 4 * 2) & 3;
    const int quant = byteAt(b + 32 + half * 32 + at) >> (run * 2) & 3;
    const int missing = byteAt(b + at) >> (half * 4 + run) & 1 ? 0 : 4;
    return {(low | high << 4) - 32, quant - missing, 0};
}

KScale kScaleAt(const std::byte* s, int g)
{
    if (g < 4)
        return {static_cast<std::uint8_t>(byteAt(s + g) & 63), static_cast<std::uint8_t>(byteAt(s + g + 4) & 63)};
    return {static_cast<std::uint8_t>((byteAt(s + g + 4) & 15) | (byteAt(s + g - 4) >> 6) << 4),
            static_cast<std::uint8_t>((byteAt(s + g + 4) >> 4) | (byteAt(s + g) >> 6) << 4)};
}

void dequantizeBlocks(DType type, std::span<const std::byte> bytes, float* out)
{
    const BlockShape shape = blockShape(type);
    QWILL_CHECK(isGgufQuantised(type) && bytes.size() % static_cast<std::size_t>(shape.bytes) == 0);
    for (const std::byte* b = bytes.data(); b != bytes.data() + bytes.size(); b += shape.bytes, out += shape.elements) {
        if (type == DType::MXFP4)
            decodeMxfp4(b, out);
        else if (shape.elements == 32)
            decode32(type, b, out);
        else if (type == DType::Q4_K)
            decodeQ4K(b, out);
        else
            decodeByValue(type, b, out);
    }
}

} // namespace qwill::engine
