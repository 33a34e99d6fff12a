#pragma once
// PhaseTap: lets a test read what each phase of a forward pass produced, to find where two backends part. Called on the
// engine thread while the rest of the pool waits; never set outside tests.

#include <cstddef>
#include <cstdint>

namespace qwill::engine {

enum class Phase : std::uint8_t { Embed, Qkv, RopeKv, Attention, Output, GateUp, Down, Head };

struct PhaseOutput {
    Phase phase = Phase::Embed;
    int layer = 0; // −1 for Embed and Head
    const float* data = nullptr; // data[row · stride + column]
    int rows = 0; // tokens, for Head logit rows
    int cols = 0;
    std::ptrdiff_t stride = 0;
};

struct PhaseTap {
    void (*function)(void* context, const PhaseOutput& output) = nullptr;
    void* context = nullptr;
};

} // namespace qwill::engine
