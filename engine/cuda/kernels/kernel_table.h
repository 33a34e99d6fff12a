#pragma once
// KernelTable: every kernel of the CUDA backend as a plain function that puts it on a stream. Engine thread; the
// arguments are read before the call returns, the memory they point to is the device's.
//
// All pointers are device pointers, 16-byte aligned at least, buffers of several tokens too; no kernel allocates.
// Each returns 0 or the runtime's error number. Nothing a decode step varies is an argument: tokens, positions, pages
// and lengths are read from device memory (StepView), so that one graph serves every step. `tokens` and other counts in
// the arguments size the launch and may exceed what the step has: rows whose token is −1 are skipped, or computed and
// left unused. Arithmetic is the CPU's (cpu/kernel_types.h, cpu/vector_kernels.h) where not said otherwise: integers
// exactly, floats in another order of summing.

#include "cuda/kernels/device_layout.h"

#include <cstddef>
#include <cstdint>

namespace qwill::engine::cuda {

// Products of many tokens by the kernel of matmul_tiled.cuh: where it should be through earlier, or wherever it can.
enum class PromptTiles : std::int32_t { Never, Chosen, Always };

struct DeviceTraits {
    int computeCapability; // 75, 80, 86, 89, 90, 100, 120
    int smCount;
    std::size_t sharedPerBlock; // with opt-in
    std::size_t cacheBytes = 0; // L2
    bool overlap = false; // kernels may be launched before those before them are through; sm_90 on
    PromptTiles promptTiles = PromptTiles::Chosen;
};

struct DeviceMatrix {
    MatrixFormat format = MatrixFormat::None;
    std::int32_t rows = 0;
    std::int32_t cols = 0;
    std::int32_t groupSize = 0;
    const std::byte* data = nullptr; // deviceMatrixBytes(), device_layout.h
    const std::int32_t* order = nullptr; // [cols] column k of `data` is column order[k] of the matrix; null = k
};

// What a forward computes, in device memory. Rows: tokens of the step, padded by the caller with token −1, seq −1.
struct SeqView {
    std::int32_t firstToken, tokenCount, contextLen; // contextLen counts the step's own tokens
    std::int32_t firstPage; // index into pageTable; tokenCount 0 = unused
};
struct StepView {
    const std::int32_t* tokens; // [rows] id, −1 = padding
    const std::int32_t* positions; // [rows]
    const std::int32_t* kvSlots; // [rows] block · kBlockTokens + offset; −1 = store nothing
    const SeqView* seqs; // [seqCount of the launch]
    const std::int32_t* pageTable; // block ids
};

// --- rows ------------------------------------------------------------------------------------------------------------

// x[row] = embedding row · scale, rows of token −1 become 0; and what counts the blocks of the step's kernels begins at
// 0, wherever the last step ended.
struct EmbedArgs {
    DeviceMatrix table;
    StepView step;
    std::int32_t rows;
    float scale;
    float* x; // [rows, cols]
    std::int32_t* counters = nullptr;
    std::int32_t counterCount = 0;
};
// cos and sin of position · frequency[i] · as the CPU's RopeTable: in f64, times attentionFactor, rounded once.
struct RopeAnglesArgs {
    StepView step;
    std::int32_t rows;
    const float* frequency; // [size] radians per token
    std::int32_t size; // rotary dimensions / 2
    float attentionFactor;
    float* cos; // [rows, size]
    float* sin;
};

enum class ActSource : std::int32_t { Plain, Norm, SwiGlu, GeGlu };
// Turns rows of floats into what the products read. Several outputs may be asked for at once; null = not.
struct PrepareArgs {
    ActSource source;
    const float* x; // [*, xStride]; SwiGlu, GeGlu: the gate
    const float* up; // [*, xStride]: SwiGlu and GeGlu only
    const float* norm; // [cols]: Norm only
    std::int64_t xStride; // floats
    const std::int32_t* rowIndex; // [rows]: which row of x; −1 = skip; null = 0, 1, …
    const std::int32_t* order; // [cols]: column k of the outputs is column order[k] of the row; null = k
    std::int32_t rows, cols;
    float eps;
    std::int8_t* quants; // actQuantBytes()
    float* scales; // actScaleBytes()
    std::int32_t* sums; // actSumBytes()
    std::uint16_t* parts; // actPartBytes()
    std::int32_t partCount; // 1…3
    MatrixFormat partFormat; // F16 (times kF16ActScale) or Bf16
    float* plain; // [rows, cols] floats, for F32 weights and hidden states
};
// x += norm(branch): models that norm what a branch gives (Gemma). x: [rows, cols].
struct AddNormedArgs {
    float* x;
    const float* branch;
    const float* norm;
    std::int32_t rows, cols;
    float eps;
};

// --- heads -----------------------------------------------------------------------------------------------------------

struct KvPages {
    std::byte* base; // of one layer: page of (block, head) at base + block · blockStride + head · headStride
    std::int64_t blockStride, headStride; // bytes, multiples of 16
    KvElement element; // F16 or Int8
    std::int32_t headDim; // of the model; pages have paddedHeadDim(headDim)
};
// Per token and head: bias, norm, RoPE, the query's scale; K and V go to their slots, q stays in the row.
struct RopeKvArgs {
    float* qkv; // [rows, qkvStride]: q heads, k heads, v heads, each headDim
    std::int64_t qkvStride;
    StepView step;
    std::int32_t rows;
    std::int32_t headCount, kvHeadCount;
    std::int32_t ropeSize; // rotary dimensions / 2; 0 = a layer without RoPE
    const float* cos; // [rows, ropeSize]
    const float* sin;
    const float *qNorm, *kNorm; // [headDim] or null
    const float *qBias, *kBias, *vBias; // or null; not when the products added them
    float eps;
    float queryScale;
    KvPages pages;
};
// --- products --------------------------------------------------------------------------------------------------------

enum class Store : std::int32_t { Write, Add };
struct MatmulPart {
    DeviceMatrix weights; // the parts have the same columns; neighbours of one format and group size share a launch
    float* out; // out[token · outStride + row]
    std::int64_t outStride; // floats
    const float* bias; // [rows] or null
    std::int32_t firstGroup = 0; // of the tail's groups
};
// What is done with the products as soon as a group of rows is there, in the same launch: with the bits of prepare() or
// ropeKv() afterwards. Up to kTailTokens tokens.
enum class TailKind : std::int32_t {
    None,
    Norm, // all rows, one group: prepare, whose source is a norm of what the product has added to
    Activation, // groups of 128 rows, of gate and up alike: prepare, SwiGlu or GeGlu without an order of columns
    RopeKv, // a group is a head, numbered queries, keys, values
};
struct MatmulTail {
    TailKind kind;
    std::int32_t groupTiles; // row tiles of a group, but of a part's last
    std::int32_t groupParts; // parts that have rows of a group: 2 for gate and up, else 1
    std::int32_t* counters; // [groups] 0; 0 again once all launches of the groups' parts are through
    PrepareArgs prepare; // its outputs are not this product's input, but for Norm
    RopeKvArgs ropeKv;
};
inline constexpr int kTailTokens = 16;
inline constexpr int kMaxMatmulParts = 3; // q, k and v; gate and up
struct MatmulArgs {
    MatmulPart parts[kMaxMatmulParts];
    std::int32_t partCount;
    std::int32_t tokens;
    Store store; // Add: the residual
    float cap; // of logits: cap · tanh(x / cap); 0 = none
    const std::int8_t* quants; // all quantised forms but F8
    const float* scales;
    const std::int32_t* sums;
    const std::uint16_t* actParts; // F16, Bf16, F8: of partFormat() of the weights' format
    std::int32_t actPartCount;
    const float* plain; // F32: [tokens, cols]
    MatmulTail tail;
    // Weights that the next products read: brought to L2 when the blocks have read their own, so that memory is at work
    // while this kernel ends and the next begins. 32-byte aligned; up to 32 tokens, longer steps leave it alone.
    const std::byte* ahead;
    std::size_t aheadBytes; // a multiple of kAheadPiece; 0 = nothing
};

// For a library's products: what lies in mma order as plain rows, 16-bit numbers only. Beyond cols: zeros.
struct UntileWeightsArgs {
    DeviceMatrix weights; // F16 or Bf16
    std::uint16_t* out; // [rows rounded up to kTileRows][untiledCols(cols)]
};
struct UntilePartsArgs {
    const std::uint16_t* parts; // as PrepareArgs::parts
    std::int32_t tokens, cols, partCount;
    std::uint16_t* out; // [partCount][tokens][untiledCols(cols)]
};

// --- attention -------------------------------------------------------------------------------------------------------

// Paged flash attention: the query rows (query · head of a group) in tiles of 16, the keys of a tile in `splits` parts.
struct AttentionArgs {
    const float* qkv; // rotated queries
    std::int64_t qkvStride;
    StepView step;
    std::int32_t seqCount; // seqs to look at
    std::int32_t maxTiles; // ≥ Σ over seqs of attentionTiles(tokenCount, group)
    std::int32_t splits; // ≥ 1; attentionSplits() suggests
    std::int32_t headCount, kvHeadCount;
    std::int32_t window; // 0 = all tokens
    float cap; // of scores; 0 = none
    KvPages pages;
    float* partials; // attentionScratchBytes()
    std::int32_t* counters; // attentionCounters() zeros, and zeros again afterwards; splits 1: unused
    float* out; // [rows, headCount · headDim]
    std::int32_t leastTokens = 1, mostTokens = 0x7fffffff; // of a slice, to be served
    bool sharesPages = false; // the form for prompts: splits 1, where attentionSharesPages()
    std::int32_t parts =
        2; // f16 numbers that a query and, in pages of 16 bits, a weight become: 2, or with sharesPages 1
    // With splits > 1 and heads of 128 or 256 dimensions: `out` is prepared at once, with the bits of prepare()
    // afterwards; Plain, without an order of columns or a row index. rows 0 = not.
    PrepareArgs prepare;
};

// --- the layers of a step in one launch ------------------------------------------------------------------------------

// What the persistent kernel (persistent.cuh) does one after the other: what a launch would do, with its bits.
enum class PhaseWork : std::int32_t { W8, W4K, Bf16, Attention };
struct alignas(16) StepPhase {
    PhaseWork work;
    std::int32_t joins; // 1: reads nothing of what the phase before it writes, and needs not wait for it
    std::int32_t rowWarps, split, blocks; // of a product, as its launch has them
    MatmulArgs product;
    AttentionArgs attention;
};
struct PersistentArgs {
    const StepPhase* phases; // [count], device
    std::int32_t count;
    std::uint32_t works; // bit 1 << PhaseWork of each
    KvElement element;
    std::int32_t* counters; // [count] zeros, which it does not set back
};

// --- logits ----------------------------------------------------------------------------------------------------------

inline constexpr int kMaxDrawn = 1024; // candidates the device can draw from; beyond, the host draws
inline constexpr int kMaxLogprobs = 20;
inline constexpr int kLogitBlock = 64; // logits a block maximum stands for
struct BiasEntry {
    std::int32_t token;
    float bias; // −100 or less bans
};
struct PenaltyEntry {
    std::int32_t token, inReply;
};
struct DrawRow {
    std::int32_t logitRow; // −1 = unused
    std::int32_t topK, topLogprobs; // as SamplingParams; −1 = no logprobs
    float temperature, topP, minP;
    float repetitionPenalty, presencePenalty, frequencyPenalty;
    std::int32_t vocabLimit;
    std::uint64_t seed, drawIndex;
    const std::uint64_t* mask; // bit token % 64 of word token / 64: allowed; null = all
    std::int32_t maskWords;
    std::int32_t biasCount, penaltyCount;
    const BiasEntry* bias; // applied in order
    const PenaltyEntry* penalties; // no token twice
};
enum class DrawStatus : std::int32_t { Drawn, Failed, Host }; // Host: too many candidates, draw with sample/sampler.h
struct DrawnRow {
    std::int32_t token; // −1 unless Drawn
    DrawStatus status;
    float logprob; // when topLogprobs ≥ 0
    std::int32_t candidateCount;
    std::int32_t tokens[kMaxLogprobs];
    float logprobs[kMaxLogprobs];
};
// Which passes over the vocabulary a row needs besides that for the maxima: changed logits, sums of exponentials.
QWILL_BOTH constexpr bool penalises(const DrawRow& row)
{
    return row.penaltyCount > 0
        && (row.repetitionPenalty != 1.0f || row.presencePenalty != 0.0f || row.frequencyPenalty != 0.0f);
}
QWILL_BOTH constexpr bool changes(const DrawRow& row)
{
    return row.mask != nullptr || row.biasCount > 0 || penalises(row);
}
QWILL_BOTH constexpr int drawable(const DrawRow& row, int vocab)
{
    return greater(0, smaller(vocab, row.vocabLimit));
}
QWILL_BOTH constexpr bool cutsByCount(const DrawRow& row, int vocab)
{
    return row.topK > 0 && row.topK < drawable(row, vocab);
}
QWILL_BOTH constexpr bool drawsBySum(const DrawRow& row, int vocab)
{
    return row.temperature >= 1e-6f && !cutsByCount(row, vocab);
}
QWILL_BOTH constexpr bool needsSums(const DrawRow& row, int vocab)
{
    return drawsBySum(row, vocab) || row.topLogprobs >= 0;
}
struct DrawArgs {
    const float* logits; // [*, vocab]
    std::int32_t vocab; // floats of a row
    const DrawRow* rows; // [count], device
    std::int32_t count;
    bool anyChanges, anySums; // changes(), needsSums() of any row: what none needs is not launched
    DrawnRow* out; // [count]
    std::byte* scratch; // drawScratchBytes(count, vocab)
};

// --- the rest --------------------------------------------------------------------------------------------------------

// Repeated reads and writes for the probes of `bench`: bytes a multiple of 16.
struct CopyArgs {
    const std::byte* from;
    std::byte* to;
    std::size_t bytes;
};
struct CapArgs {
    float* x;
    std::int64_t count;
    float cap;
};

struct KernelTable {
    // Once per device before anything else, outside graph captures.
    int (*prepareDevice)(const DeviceTraits* traits);
    int (*embed)(const EmbedArgs* args, void* stream);
    int (*ropeAngles)(const RopeAnglesArgs* args, void* stream);
    int (*prepare)(const PrepareArgs* args, void* stream);
    int (*addNormed)(const AddNormedArgs* args, void* stream);
    int (*matmul)(const MatmulArgs* args, void* stream);
    int (*ropeKv)(const RopeKvArgs* args, void* stream);
    int (*attention)(const AttentionArgs* args, void* stream);
    int (*draw)(const DrawArgs* args, void* stream);
    int (*copy)(const CopyArgs* args, void* stream);
    int (*softCap)(const CapArgs* args, void* stream);
    int (*untileWeights)(const UntileWeightsArgs* args, void* stream);
    int (*untileParts)(const UntilePartsArgs* args, void* stream);
    // The phases that launches with these arguments would be; not 0: there are none for such a form. Nothing is asked
    // of the card. `out`: [kMaxMatmulParts] and [1].
    int (*planProduct)(const MatmulArgs* args, StepPhase* out, std::int32_t* count);
    int (*planAttention)(const AttentionArgs* args, StepPhase* out);
    int (*persistent)(const PersistentArgs* args, void* stream);
};

// The module's own table, and (tests, qwill_cuda_emulation) the one that computes on the host.
const KernelTable* kernelTable();

// Tiles of 16 query rows a slice needs; group = headCount / kvHeadCount.
QWILL_BOTH constexpr int attentionTiles(int tokenCount, int group)
{
    return ceilDiv(tokenCount * group, kTileRows);
}
// How many parts to cut the keys into, so that every SM has work: for decode steps of up to `contextLen` tokens.
constexpr int attentionSplits(const DeviceTraits& device, int tiles, int kvHeads, int contextLen)
{
    const int wanted = ceilDiv(device.smCount * 16, tiles * kvHeads > 0 ? tiles * kvHeads : 1);
    const int pages = ceilDiv(contextLen, 2 * kBlockTokens);
    const int splits = wanted < pages ? wanted : pages;
    return splits < 1 ? 1 : splits > 64 ? 64 : splits;
}
// Warps of a block, and the columns of a head that each keeps: of a longer one, two blocks have half each.
QWILL_BOTH constexpr int attentionWarps(int headDim)
{
    return paddedHeadDim(headDim) > 128 ? 2 : 4;
}
QWILL_BOTH constexpr int attentionOutDim(int headDim)
{
    return smaller(paddedHeadDim(headDim), 128);
}
// In the form for prompts the warps of a block are neighbours of one slice, and share pages in shared memory.
// A block has as many warps as registers and shared memory serve best: 8 on an SM, or twice 6.
inline constexpr int kPromptStages = 2;
QWILL_BOTH constexpr int promptBlocksPerSm(KvElement element, int headDim)
{
    return element == KvElement::F16 && headDim > 64 ? 1 : 2;
}
QWILL_BOTH constexpr int promptWarps(KvElement element, int headDim)
{
    return promptBlocksPerSm(element, headDim) == 1 ? 8 : 6;
}
inline constexpr int kPromptTokens = 17; // of a slice: beyond the small steps'
// Bytes of shared memory of a page, and of a warp's query: pages of 16 bits alone, what does not fit in registers.
QWILL_BOTH constexpr int stagedPageBytes(KvElement element, int headDim)
{
    return pageV(element, paddedHeadDim(headDim), 0, attentionOutDim(headDim));
}
QWILL_BOTH constexpr int stagedQueryBytes(KvElement element, int headDim, int parts)
{
    const int words = paddedHeadDim(headDim) / 16 * parts;
    return element == KvElement::F16 && words > 8 ? words * 512 : 0;
}
QWILL_BOTH constexpr int promptBytes(KvElement element, int headDim, int parts)
{
    return kPromptStages * stagedPageBytes(element, headDim)
        + promptWarps(element, headDim) * stagedQueryBytes(element, headDim, parts);
}
// Whether there is that form: asynchronous copies are, and shared memory suffices.
constexpr bool attentionSharesPages(const DeviceTraits& device, KvElement element, int headDim, int parts)
{
    return device.computeCapability >= 80 && (element == KvElement::Int8 || headDim <= 128)
        && static_cast<std::size_t>(promptBytes(element, headDim, parts)) <= device.sharedPerBlock;
}
// The form for few tokens reads ahead so many pages of a warp, one of which it works on; 0: from the cache at once.
QWILL_BOTH constexpr int attentionBytes(KvElement element, int headDim, int stages)
{
    return attentionWarps(headDim)
        * (stages * stagedPageBytes(element, headDim) + stagedQueryBytes(element, headDim, 2));
}
constexpr int attentionStages(const DeviceTraits& device, KvElement element, int headDim)
{
    const int stages = element == KvElement::Int8 ? 3 : 2;
    return device.computeCapability >= 80
            && static_cast<std::size_t>(attentionBytes(element, headDim, stages)) <= device.sharedPerBlock
        ? stages
        : 0;
}
// The warps of a block put their parts together, the last block of a tile what the blocks have.
QWILL_BOTH constexpr int attentionBlocks(int splits, int headDim)
{
    return ceilDiv(splits, attentionWarps(headDim));
}
// The counters, and the parts in `partials`, that so many tiles of all KV heads want.
constexpr int attentionCounters(int maxTiles, int kvHeads, int headDim)
{
    return maxTiles * kvHeads * (paddedHeadDim(headDim) / attentionOutDim(headDim));
}
constexpr std::size_t attentionScratchBytes(int maxTiles, int splits, int kvHeads, int headDim)
{
    return splits <= 1 ? 0
                       : static_cast<std::size_t>(attentionCounters(maxTiles, kvHeads, headDim))
            * static_cast<std::size_t>(attentionBlocks(splits, headDim)) * kTileRows
            * static_cast<std::size_t>(attentionOutDim(headDim) + 2) * sizeof(float);
}
QWILL_BOTH constexpr std::size_t drawScratchBytes(int count, int vocab)
{
    const auto blocks = static_cast<std::size_t>(ceilDiv(vocab, kLogitBlock));
    const auto row = (static_cast<std::size_t>(vocab) + 3) / 4 * 4 * sizeof(float) // changed logits
        + (blocks + 3) / 4 * 4 * sizeof(float) * 2 // maxima, changed and not
        + (blocks + 3) / 4 * 4 * sizeof(double) * 2 // sums of exponentials
        + 64;
    return static_cast<std::size_t>(count) * row;
}

} // namespace qwill::engine::cuda
