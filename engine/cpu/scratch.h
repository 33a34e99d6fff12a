#pragma once
// Scratch: every buffer a forward pass writes, as pointers into one allocation, so that the memory plan is exact and
// the step loop never allocates. Filled once by CpuRunner::create; threads share it as each member says.

#include "cpu/kernel_types.h"
#include "cpu/vector_kernels.h"
#include "model/model_config.h"

#include <cstddef>
#include <cstdint>

namespace qwill::engine::cpu {

struct ScratchShape {
    int threads = 1;
    int maxTokens = 0;
    int maxLogitRows = 0;
    int contextTokens = 0; // rounded up to blocks
    KvElement kv = KvElement::F16;
};

// What one thread needs for a tile of queries, and what tasks share.
struct AttentionScratch {
    struct PerThread {
        float* queries = nullptr; // [kAttentionRows, headDim]
        std::int32_t* visible = nullptr; // [kAttentionRows]
        std::int32_t* hidden = nullptr; // [kAttentionRows]
        AttentionState running, segment; // kAttentionRows each
        std::byte* kernel = nullptr; // attentionScratchBytes
    };
    PerThread* threads = nullptr;
    float* partials = nullptr; // partialRows × (headDim + 2): states of segments that different tasks computed
    std::size_t partialRows = 0;
};

struct Scratch {
    float* x = nullptr; // [tokens, hidden] the residual stream
    float* normed = nullptr; // [tokens, hidden] for dense weights
    float* cos = nullptr; // [tokens, headDim / 2]
    float* sin = nullptr;
    float* slidingCos = nullptr; // the same of layers with a theta of their own
    float* slidingSin = nullptr;
    float* branch = nullptr; // [tokens, hidden] what a model with branchNorms norms before it is added
    float* qkv = nullptr; // [tokens, query + 2 · kv rows]
    float* attention = nullptr; // [tokens, query rows]
    float* gate = nullptr; // [tokens, intermediate]; shares memory with qkv and attention
    float* up = nullptr;
    float* logits = nullptr; // [maxLogitRows, vocab]
    QuantActs acts; // shared; colsPadded is set by the user
    std::size_t privateCols = 0; // capacity of the next three per thread
    float* privateRow = nullptr; // [threads, 2 · privateCols]: normed, then in a matrix's order of columns
    QuantActs* privateActs = nullptr; // [threads], one token each
    AttentionScratch tiles;

    // Lays everything out from `base` (null: only counts) and returns the bytes used.
    static std::size_t lay(const ModelConfig& config, const ScratchShape& shape, std::byte* base, Scratch& out);
};

} // namespace qwill::engine::cpu
