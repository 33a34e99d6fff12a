#pragma once
// RopeTable: the rotary angles of one model, scaling included. Immutable after construction; any thread.
//
// Frequencies as `transformers` computes them (modeling_rope_utils: default, linear, yarn, llama3, longrope), in
// double, rounded to float once as its inv_freq tensor is; angles in double, so that position 262143 is as exact as
// position 1.

#include "model/model_config.h"

#include <vector>

namespace qwill::engine {

class RopeTable {
public:
    // contextTokens: how long texts may become; longrope goes by it.
    explicit RopeTable(const ModelConfig& config, int contextTokens = 0);
    // Of layers with a sliding window, when they have a theta of their own.
    static RopeTable ofSlidingLayers(const ModelConfig& config);

    int size() const { return static_cast<int>(m_frequency.size()); } // rotary dimensions / 2
    float frequency(int index) const { return m_frequency[static_cast<std::size_t>(index)]; }
    float attentionFactor() const { return m_attentionFactor; } // multiplies cos and sin; 1 unless yarn or longrope
    void angles(int position, float* cos, float* sin) const; // [size()] each

private:
    std::vector<float> m_frequency; // radians per token
    float m_attentionFactor = 1;
};

} // namespace qwill::engine
