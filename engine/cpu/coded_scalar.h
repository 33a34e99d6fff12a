#pragma once
// The coded formats (model/panel_layout.h) in scalar code: the reference that their vector kernels are tested against.
// Only for kernels_scalar.cpp. Any thread.

#include "base/fused.h"
#include "base/half.h"
#include "cpu/kernel_types.h"

#include <cstring>

namespace qwill::engine::cpu {

namespace {

template <typename T>
T loadAs(const std::byte* p)
{
    T value;
    std::memcpy(&value, p, sizeof value);
    return value;
}

// One row of one block, scales and quants decoded.
struct CodedRow {
    std::int32_t integers[128]; // T
    int foldCols; // columns that share a scale
    float scale[4]; // of each fold
    bool hasMin;
    float min[4]; // of each fold
    std::int32_t minFactors[8]; // of each 16 k; 1 where a min is a float by itself
};

int codedQuant(const MatrixView& w, const std::byte* block, int k, int row)
{
    const std::byte* quants = block + blockScaleBytes(w.format, w.groupSize);
    const bool bytes = quantBits(w.format) == 8;
    const int stored =
        std::to_integer<int>(quants[((k / (bytes ? 4 : 8)) * 4 + row / 16) * 64 + (row & 15) * 4 + (k & 3)]);
    return bytes ? stored : (k & 4) ? stored >> 4 : stored & 15;
}

void decodeIntegers(const MatrixView& w, const std::byte* block, int row, CodedRow& out)
{
    for (int k = 0; k < 128; ++k) {
        const int quant = codedQuant(w, block, k, row);
        int& integer = out.integers[k];
        switch (w.format) {
        case MatrixFormat::F8: integer = e4m3Integer(static_cast<std::uint8_t>(quant)); break;
        case MatrixFormat::C4: integer = loadAs<std::int16_t>(block + 2 * quant); break;
        case MatrixFormat::W8S: integer = loadAs<std::int8_t>(block + (2 + k / 16) * 64 + row) * (quant - 128); break;
        case MatrixFormat::W8K: integer = loadAs<std::int8_t>(block + (4 + k / 32) * 64 + row) * quant; break;
        case MatrixFormat::W4S: integer = (loadAs<std::uint8_t>(block + (4 + k / 16) * 64 + row) & 15) * quant; break;
        default: integer = quant; break;
        }
    }
}

CodedRow decodeCoded(const MatrixView& w, const std::byte* block, int row)
{
    CodedRow out;
    decodeIntegers(w, block, row, out);
    const bool grouped = w.format == MatrixFormat::F8 || w.format == MatrixFormat::C4 || w.format == MatrixFormat::W8G;
    out.foldCols = grouped ? w.groupSize : 128;
    out.hasMin = w.format == MatrixFormat::W8G || w.format == MatrixFormat::W8K || w.format == MatrixFormat::W4S;
    const auto halfAt = [&](int byte) { return f16ToFloat(loadAs<std::uint16_t>(block + byte + 2 * row)); };
    for (int g = 0; g < 128 / out.foldCols; ++g) {
        if (w.format == MatrixFormat::F8)
            out.scale[g] = loadAs<float>(block + g * 256 + 4 * row);
        else if (w.format == MatrixFormat::C4)
            out.scale[g] = loadAs<float>(block + 64 + g * 256 + 4 * row);
        else
            out.scale[g] = halfAt(grouped ? g * 384 + 256 : 0);
        if (out.hasMin)
            out.min[g] = grouped ? loadAs<float>(block + g * 384 + 4 * row) : -halfAt(128);
    }
    for (int i = 0; i < 8; ++i)
        out.minFactors[i] = w.format == MatrixFormat::W8K ? loadAs<std::int8_t>(block + (8 + i / 2) * 64 + row)
            : w.format == MatrixFormat::W4S               ? loadAs<std::uint8_t>(block + (4 + i) * 64 + row) >> 4
                                                          : 1;
    return out;
}

// acc plus one block of one row times one token's activations: q[128] with their scale.
float blockCoded(const CodedRow& w, const std::int8_t* q, float actScale, float acc)
{
    for (int g = 0; g < 128 / w.foldCols; ++g) {
        std::int32_t dot = 0, minSum = 0;
        for (int k = g * w.foldCols; k < (g + 1) * w.foldCols; ++k) {
            dot += w.integers[k] * q[k];
            minSum += w.minFactors[k / 16] * q[k];
        }
        acc = fusedMultiplyAdd(w.scale[g] * actScale, static_cast<float>(dot), acc);
        if (w.hasMin)
            acc = fusedMultiplyAdd(w.min[g] * actScale, static_cast<float>(minSum), acc);
    }
    return acc;
}

} // namespace

} // namespace qwill::engine::cpu
