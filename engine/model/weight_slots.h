#pragma once
// Every tensor a model of this family has: its Hugging Face name, its shape by the configuration, and the member of
// Weights it fills. The one list that importing, planning and the packed file go by. Values; any thread.

#include "model/weights.h"

#include <cstdint>
#include <string>
#include <vector>

namespace qwill::engine {

// SharedValue: v_proj where query heads share one: a small matrix whose errors every head and every later token gets.
enum class MatrixRole : std::uint8_t { Embedding, Head, Layer, SharedValue };

struct MatrixSlot {
    std::string name;
    WeightMatrix* matrix = nullptr;
    std::int32_t rows = 0;
    std::int32_t cols = 0;
    MatrixRole role = MatrixRole::Layer;
};

struct VectorSlot {
    std::string name;
    std::vector<float>* values = nullptr;
    std::int32_t size = 0;
    bool isNorm = false;
};

struct WeightSlots {
    std::vector<MatrixSlot> matrices;
    std::vector<VectorSlot> vectors;
};

// Resizes weights.layers to the configuration and points into `weights`, which must stay where it is. The order is
// fixed: embedding, layers, head. Tied embeddings have no slot for the head.
WeightSlots weightSlots(Weights& weights);

} // namespace qwill::engine
