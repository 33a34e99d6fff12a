#pragma once
// CudaScratch: every buffer of the card that a forward pass and a draw write, as pointers into one block of memory, so
// that the memory plan is exact and nothing is allocated later. Filled once by CudaRunner::create; engine thread.

#include "cuda/kernels/kernel_table.h"
#include "cuda/kernels/repack.h"
#include "model/weights.h"

#include <cstddef>
#include <cstdint>

namespace qwill::engine::cuda {

// Steps of up to so many tokens are one graph: a reply's token each of so many sequences, guesses included.
inline constexpr int kGraphTokens = 16;
inline constexpr int kHiddenRows = 64; // hidden states brought to the host at once
inline constexpr int kDrawEntries = 1 << 16; // of penalties and biases of all rows of a draw; beyond, the host draws

// What products read their input as, by the formats of a model's weights.
struct ActForms {
    bool quants = false; // the quantised forms but F8
    bool plain = false; // F32
    int parts = 0; // F16, Bf16, F8: the most 16-bit numbers that an activation becomes the sum of
    int bf16Parts = 3; // 3: as exact as floats; 1: as `transformers` computes

    int partsFor(MatrixFormat format) const { return partFormat(format) == MatrixFormat::F16 ? 2 : bf16Parts; }
};
ActForms actFormsOf(const Weights& shapes, RepackTarget target, int bf16Parts);

// What a library's products (BlasProducts) need, in bytes; zeros where there are none.
struct BlasSizes {
    std::size_t weights = 0, acts = 0, workspace = 0;
};
struct BlasScratch {
    std::uint16_t* weights = nullptr; // the largest product's rows
    std::uint16_t* acts = nullptr;
    std::byte* workspace = nullptr;
};

struct CudaShape {
    int maxTokens = 0; // of one forward
    int maxSequences = 0;
    int maxLogitRows = 0;
    int contextTokens = 0; // rounded up to blocks
    int splits = 1; // parts that the keys of a small step's query are cut into
    ActForms acts;
    BlasSizes blas;
    int phases = 0; // of each size of step that the persistent kernel may walk
    bool taps = false; // tests: `plain` holds the rows of every phase

    int maxPages() const { return contextTokens / kBlockTokens; } // of one sequence
};

// Where the parts of a step's description lie, in bytes from its beginning; the same on the host and on the card.
// The small steps' arrays come last before the pages, so that one copy brings those and nothing else.
struct StepOffsets {
    struct Arrays {
        std::size_t tokens, positions, kvSlots, logitTokens, seqs;
    };
    Arrays large{}, small{};
    std::size_t smallBegin = 0, pages = 0, end = 0;

    explicit StepOffsets(const CudaShape& shape);
};

// What products read, in each of the forms that the model's weights want.
struct ActBuffers {
    std::int8_t* quants = nullptr;
    float* scales = nullptr;
    std::int32_t* sums = nullptr;
    std::uint16_t* parts = nullptr;
    float* plain = nullptr;
};

struct CudaScratch {
    std::byte* step = nullptr; // StepOffsets
    float* x = nullptr; // [tokens, hidden] the residual stream
    float* cos = nullptr; // [tokens, ropeSize]
    float* sin = nullptr;
    float *slidingCos = nullptr, *slidingSin = nullptr;
    float* qkv = nullptr; // [tokens, query + 2 · kv rows]
    float* attention = nullptr; // [tokens, query rows]
    float* branch = nullptr; // [tokens, hidden]; models with branchNorms
    float *gate = nullptr, *up = nullptr; // [tokens, intermediate]
    ActBuffers acts; // of all but down; `plain` is also where states and, for taps, phases are shown
    ActBuffers innerActs; // of down: written while gate and up still read theirs
    std::int32_t* counters = nullptr; // of kernels' last blocks: all 0 between phases
    int counterCount = 0;
    StepPhase* phases = nullptr; // [sizes of steps][CudaShape::phases]: 1, 2, … kProgramTokens
    std::int32_t* phaseCounters = nullptr; // [CudaShape::phases], behind `counters` and of their number
    BlasScratch blas;
    float* partials = nullptr;
    int partialBlocks = 0; // tiles · attentionBlocks() that `partials` has room for
    float* logits = nullptr; // [maxLogitRows, vocab]
    std::byte* draw = nullptr; // drawImageBytes()
    DrawnRow* drawn = nullptr; // [maxLogitRows]
    std::byte* drawScratch = nullptr;

    // Lays everything out from `base` (null: only counts) and returns the bytes used.
    static std::size_t lay(const ModelConfig& config, const CudaShape& shape, std::byte* base, CudaScratch& out);
};

// Rows, entries and masks of a draw, packed one behind the other: the most they can be.
std::size_t drawImageBytes(int maxRows, int vocab);

} // namespace qwill::engine::cuda
