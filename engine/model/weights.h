#pragma once
// Weights: every tensor of a loaded model as a named member, shapes already checked against the ModelConfig. Immutable
// after loading; handed from the loader thread to the runner.

#include "model/model_config.h"
#include "model/weight_matrix.h"

#include <cstdint>
#include <vector>

namespace qwill::engine {

struct LayerWeights {
    std::vector<float> attnNorm; // [hidden]
    WeightMatrix q; // [headCount · headDim, hidden]
    WeightMatrix k; // [kvHeadCount · headDim, hidden]
    WeightMatrix v; // [kvHeadCount · headDim, hidden]
    std::vector<float> qBias, kBias, vBias; // [rows], empty without qkvBias
    std::vector<float> qNorm, kNorm; // [headDim], empty without qkNorm
    WeightMatrix o; // [hidden, headCount · headDim]
    std::vector<float> oBias; // [hidden], empty without outputBias
    std::vector<float> attnBranchNorm, ffnBranchNorm; // [hidden], empty without branchNorms
    std::vector<float> ffnNorm; // [hidden]
    WeightMatrix gate; // [intermediate, hidden]
    WeightMatrix up; // [intermediate, hidden]
    WeightMatrix down; // [hidden, intermediate]
};

struct Weights {
    ModelConfig config;
    WeightMatrix embedding; // [vocab, hidden]
    WeightMatrix head; // [vocab, hidden]; shares embedding's storage when tied
    std::vector<float> outputNorm; // [hidden]
    std::vector<LayerWeights> layers;

    std::uint64_t bytes() const; // of all matrices, shared storage counted once
};

} // namespace qwill::engine
