#pragma once
// CatalogueEntry: a model Qwill knows of, where it lies and what it would need: numbers of its published configuration,
// no hashes: the mirror names those when it is asked. Values and pure functions; any thread.

#include "models/download_plan.h"

#include <QString>

#include <cstdint>
#include <span>

namespace qwill::app {

// What decides a decoder's memory.
struct ModelShape {
    int layers = 0;
    int hidden = 0;
    int intermediate = 0;
    int heads = 0;
    int kvHeads = 0;
    int headDim = 0;
    int vocab = 0; // rows of the embedding, which serves as the head, too
    int maxContext = 0; // tokens

    std::uint64_t layerWeights() const; // numbers in the matrices of all layers
    std::uint64_t embeddingWeights() const;
};

enum class CatalogueFormat : std::uint8_t { Bf16, GgufQ4KM, GgufQ8, Fp8, Awq, Gptq };

struct CatalogueEntry {
    const char* id; // also the folder's name
    const char* name;
    const char* repository; // the same on Hugging Face and ModelScope
    const char* fileName; // of a GGUF model, else empty
    const char* parameters; // "4.0 B"
    CatalogueFormat format;
    std::int64_t downloadBytes; // about; the mirror's list decides
    ModelShape shape;
};

std::span<const CatalogueEntry> catalogueEntries(); // the best first
QString formatText(CatalogueFormat format); // "GGUF Q4_K_M"
ModelFormat fileFormatOf(CatalogueFormat format);

// What the engine takes with its automatic choices; kvBytes of 8-bit values with their scales.
struct ShapeMemory {
    std::uint64_t weightBytes = 0;
    std::uint64_t kvBytes = 0;
    std::uint64_t totalBytes = 0;
};
ShapeMemory memoryOf(const ModelShape& shape, CatalogueFormat format, int contextLength);

} // namespace qwill::app
