#pragma once
// Batch: what one forward pass computes: tokens of one or many sequences, prefill chunks and decode steps mixed.
// Views into the scheduler's arrays, valid during the call. Engine thread.

#include "engine/types.h"
#include "kv/kv_layout.h"

#include <cstdint>
#include <span>

namespace qwill::engine {

enum class LogitRows : std::uint8_t { None, Last, All }; // which of a slice's tokens get logits

struct SeqSlice {
    std::int32_t firstToken = 0; // index into Batch::tokens
    std::int32_t tokenCount = 0; // ≥ 1, consecutive positions
    std::int32_t contextLen = 0; // tokens of the sequence after this slice, its own included
    std::span<const BlockId> blocks; // of the whole sequence, covering contextLen
    LogitRows wanted = LogitRows::None;
};

// Logit rows are numbered 0, 1, … in the order of the slices (and of the tokens inside an `All` slice).
struct Batch {
    std::span<const Token> tokens;
    std::span<const std::int32_t> positions; // of each token in its sequence, for RoPE
    std::span<const std::int32_t> kvSlots; // block · kBlockTokens + offset, where each token's K and V go
    std::span<const SeqSlice> seqs;
};

} // namespace qwill::engine
