#pragma once
// Which query rows a warp of attention works on, where they lie, and which pages they see. Device code, for
// attention.cu and attention_prompt.cu.

#include "cuda/kernels/intrinsics.cuh"
#include "cuda/kernels/kernel_table.h"

namespace qwill::engine::cuda {

// What a warp works on.
struct Rows {
    int firstRow, count; // of the slice's query rows: query · group + head
    int firstToken, firstVisible; // of the slice; tokens its first query sees
    int firstPage; // in the page table
    int pageBegin, pageEnd; // of the sequence, all parts together
};

// A slice's rows of one tile; the slice has it.
QWILL_DEVICE Rows rowsOf(const AttentionArgs& args, const SeqView& seq, int tile)
{
    const int group = args.headCount / args.kvHeadCount;
    Rows out;
    out.firstRow = tile * kTileRows;
    out.count = smaller(kTileRows, seq.tokenCount * group - out.firstRow);
    out.firstToken = seq.firstToken;
    out.firstVisible = seq.contextLen - seq.tokenCount + 1;
    out.firstPage = seq.firstPage;
    const int first = out.firstVisible + out.firstRow / group;
    const int last = out.firstVisible + (out.firstRow + out.count - 1) / group;
    out.pageBegin = args.window > 0 ? greater(0, first - args.window) / kBlockTokens : 0;
    out.pageEnd = ceilDiv(last, kBlockTokens);
    return out;
}

// The slice that a tile belongs to, and which of its own that is; tile −1 = none.
struct SliceTile {
    SeqView seq;
    int tile, tiles;
};

// Tiles are dealt to the slices in order, whole groups of `perGroup` to each; `number` counts groups.
QWILL_DEVICE SliceTile sliceTile(const AttentionArgs& args, int number, int perGroup)
{
    const int group = args.headCount / args.kvHeadCount;
    for (int s = 0; s < args.seqCount; ++s) {
        const SeqView seq = args.step.seqs[s];
        if (seq.tokenCount < args.leastTokens || seq.tokenCount > args.mostTokens)
            continue;
        const int tiles = attentionTiles(seq.tokenCount, group), groups = ceilDiv(tiles, perGroup);
        if (number < groups)
            return {seq, number * perGroup, tiles};
        number -= groups;
    }
    return {{}, -1, 0};
}

QWILL_DEVICE float* outputOf(const AttentionArgs& args, const Rows& rows, int kvHead, int row)
{
    const int group = args.headCount / args.kvHeadCount, at = rows.firstRow + row;
    const std::int64_t token = rows.firstToken + at / group;
    return args.out + (token * args.headCount + kvHead * group + at % group) * args.pages.headDim;
}

// Four numbers of a query row; zeros beyond the rows and the head.
QWILL_DEVICE float4 queryAt(const AttentionArgs& args, const Rows& rows, int kvHead, int row, int d)
{
    if (row >= rows.count || d >= args.pages.headDim)
        return {0, 0, 0, 0};
    const int group = args.headCount / args.kvHeadCount, at = rows.firstRow + row;
    const float* q =
        args.qkv + (rows.firstToken + at / group) * args.qkvStride + (kvHead * group + at % group) * args.pages.headDim;
    return loadWritten<float4>(q + d);
}

} // namespace qwill::engine::cuda
