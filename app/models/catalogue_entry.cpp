#include "models/catalogue_entry.h"

#include <algorithm>
#include <array>

namespace qwill::app {

namespace {

using namespace Qt::StringLiterals;

constexpr ModelShape kQwen3x4{36, 2560, 9728, 32, 8, 128, 151936, 262144};
constexpr ModelShape kQwen3x1_7{28, 2048, 6144, 16, 8, 128, 151936, 40960};
constexpr ModelShape kQwen3x0_6{28, 1024, 3072, 16, 8, 128, 151936, 40960};
constexpr ModelShape kQwen25x3{36, 2048, 11008, 16, 2, 128, 151936, 32768};
constexpr ModelShape kQwen25x1_5{28, 1536, 8960, 12, 2, 128, 151936, 32768};
constexpr ModelShape kQwen25x0_5{24, 896, 4864, 14, 2, 64, 151936, 32768};

// Whoever made the file stands in the repository's name.
constexpr std::array kEntries{
    CatalogueEntry{"Qwen3-4B-Instruct-2507", "Qwen3-4B-Instruct-2507", "Qwen/Qwen3-4B-Instruct-2507", "", "4.0 B",
                   CatalogueFormat::Bf16, 8'060'000'000, kQwen3x4},
    CatalogueEntry{"Qwen3-4B-Instruct-2507-Q4_K_M", "Qwen3-4B-Instruct-2507", "unsloth/Qwen3-4B-Instruct-2507-GGUF",
                   "Qwen3-4B-Instruct-2507-Q4_K_M.gguf", "4.0 B", CatalogueFormat::GgufQ4KM, 2'500'000'000, kQwen3x4},
    CatalogueEntry{"Qwen3-4B-Instruct-2507-Q8_0", "Qwen3-4B-Instruct-2507", "unsloth/Qwen3-4B-Instruct-2507-GGUF",
                   "Qwen3-4B-Instruct-2507-Q8_0.gguf", "4.0 B", CatalogueFormat::GgufQ8, 4'280'000'000, kQwen3x4},
    CatalogueEntry{"Qwen3-1.7B", "Qwen3-1.7B", "Qwen/Qwen3-1.7B", "", "1.7 B", CatalogueFormat::Bf16, 4'080'000'000,
                   kQwen3x1_7},
    CatalogueEntry{"Qwen3-0.6B", "Qwen3-0.6B", "Qwen/Qwen3-0.6B", "", "0.6 B", CatalogueFormat::Bf16, 1'520'000'000,
                   kQwen3x0_6},
    CatalogueEntry{"Qwen2.5-3B-Instruct", "Qwen2.5-3B-Instruct", "Qwen/Qwen2.5-3B-Instruct", "", "3.1 B",
                   CatalogueFormat::Bf16, 6'180'000'000, kQwen25x3},
    CatalogueEntry{"Qwen2.5-1.5B-Instruct", "Qwen2.5-1.5B-Instruct", "Qwen/Qwen2.5-1.5B-Instruct", "", "1.5 B",
                   CatalogueFormat::Bf16, 3'100'000'000, kQwen25x1_5},
    CatalogueEntry{"Qwen2.5-0.5B-Instruct", "Qwen2.5-0.5B-Instruct", "Qwen/Qwen2.5-0.5B-Instruct", "", "0.5 B",
                   CatalogueFormat::Bf16, 1'000'000'000, kQwen25x0_5},
    CatalogueEntry{"Qwen3-4B-Instruct-2507-FP8", "Qwen3-4B-Instruct-2507", "Qwen/Qwen3-4B-Instruct-2507-FP8", "",
                   "4.0 B", CatalogueFormat::Fp8, 4'430'000'000, kQwen3x4},
    CatalogueEntry{"Qwen3-4B-Instruct-2507-AWQ", "Qwen3-4B-Instruct-2507", "cpatonn/Qwen3-4B-Instruct-2507-AWQ-4bit",
                   "", "4.0 B", CatalogueFormat::Awq, 3'300'000'000, kQwen3x4},
    CatalogueEntry{"Qwen3-4B-Instruct-2507-GPTQ", "Qwen3-4B-Instruct-2507", "JunHowie/Qwen3-4B-Instruct-2507-GPTQ-Int4",
                   "", "4.0 B", CatalogueFormat::Gptq, 2'670'000'000, kQwen3x4},
};

// Bits of one weight in memory with its scales and zero points: engine/model/panel_layout.h. Which file's format
// becomes which, engine/model/import_plan.cpp says.
constexpr double kW4 = 4.5, kW8 = 8.125, kW8G32 = 8.5, kW8S = 8.625, kF8 = 8.25, kW4Z32 = 4.75, kW4Z128 = 4.1875;
// llama.cpp's Q4_K_M keeps about a seventh of the layers' weights, and the embedding, at 6 bits, which take 8 here.
constexpr double kQ4KMLayers = kW4 + 0.137 * (kW8S - kW4);
constexpr double kW8Limit = 1.5e9; // bytes: above it, dense files become 4 bits
// Bytes of scratch, fitted to what the engine plans for these shapes with its default batch.
constexpr std::uint64_t kScratch = 10'200'000, kScratchPerColumn = 2280;
constexpr int kKvScaleBytes = 4; // of each token's keys and of its values in a head, beside their 8-bit values
constexpr std::uint64_t kTokenizerPerToken = 128; // as the engine plans it

std::uint64_t bytesAt(std::uint64_t weights, double bits)
{
    return static_cast<std::uint64_t>(static_cast<double>(weights) * bits / 8);
}

} // namespace

std::uint64_t ModelShape::layerWeights() const
{
    const auto h = static_cast<std::uint64_t>(hidden);
    const auto queries = static_cast<std::uint64_t>(heads) * static_cast<std::uint64_t>(headDim);
    const auto keys = static_cast<std::uint64_t>(kvHeads) * static_cast<std::uint64_t>(headDim);
    const std::uint64_t attention = h * (queries + 2 * keys) + queries * h;
    return static_cast<std::uint64_t>(layers) * (attention + 3 * h * static_cast<std::uint64_t>(intermediate));
}

std::uint64_t ModelShape::embeddingWeights() const
{
    return static_cast<std::uint64_t>(vocab) * static_cast<std::uint64_t>(hidden);
}

std::span<const CatalogueEntry> catalogueEntries()
{
    return kEntries;
}

QString formatText(CatalogueFormat format)
{
    switch (format) {
    case CatalogueFormat::Bf16: return u"safetensors bf16"_s;
    case CatalogueFormat::GgufQ4KM: return u"GGUF Q4_K_M"_s;
    case CatalogueFormat::GgufQ8: return u"GGUF Q8_0"_s;
    case CatalogueFormat::Fp8: return u"FP8"_s;
    case CatalogueFormat::Awq: return u"AWQ int4"_s;
    case CatalogueFormat::Gptq: return u"GPTQ int4"_s;
    }
    return {};
}

ModelFormat fileFormatOf(CatalogueFormat format)
{
    return format == CatalogueFormat::GgufQ4KM || format == CatalogueFormat::GgufQ8 ? ModelFormat::Gguf
                                                                                    : ModelFormat::Safetensors;
}

ShapeMemory memoryOf(const ModelShape& shape, CatalogueFormat format, int contextLength)
{
    double layerBits = kW8, embeddingBits = kW8;
    if (format == CatalogueFormat::GgufQ4KM) {
        layerBits = kQ4KMLayers;
        embeddingBits = kW8S;
    } else if (format == CatalogueFormat::GgufQ8) {
        layerBits = embeddingBits = kW8G32;
    } else if (format == CatalogueFormat::Gptq) {
        layerBits = kW4Z128;
    } else if (format == CatalogueFormat::Awq) {
        layerBits = kW4Z32;
    } else if (format == CatalogueFormat::Fp8) {
        layerBits = kF8;
    } else if (static_cast<double>(bytesAt(shape.layerWeights() + shape.embeddingWeights(), kW8)) > kW8Limit) {
        layerBits = kW4;
    }
    const int tokens = std::min(contextLength, shape.maxContext);
    ShapeMemory memory;
    memory.weightBytes = bytesAt(shape.layerWeights(), layerBits) + bytesAt(shape.embeddingWeights(), embeddingBits);
    memory.kvBytes = 2 * static_cast<std::uint64_t>(shape.layers) * static_cast<std::uint64_t>(shape.kvHeads)
        * static_cast<std::uint64_t>(shape.headDim + kKvScaleBytes) * static_cast<std::uint64_t>(tokens);
    memory.totalBytes = memory.weightBytes + memory.kvBytes + kScratch
        + kScratchPerColumn * static_cast<std::uint64_t>(shape.hidden + shape.intermediate)
        + kTokenizerPerToken * static_cast<std::uint64_t>(shape.vocab);
    return memory;
}

} // namespace qwill::app
