// Products of many tokens with the coded forms that a 4-bit model holds beside its nibbles: Q6_K and Q5_K.

#include "cuda/kernels/matmul_coded.cuh"
#include "cuda/kernels/matmul_tiled.cuh"

namespace qwill::engine::cuda {

struct PieceW8S {
    using Acts = HeldQuants;
    static constexpr MatrixFormat kFormat = MatrixFormat::W8S;
    static constexpr int kGroupSize = 16;
    static constexpr int kScaleBytes = chunkScaleBytes(kFormat, kGroupSize), kSumOffset = 0, kSumBytes = 0;
    static QWILL_MEMBER int scaleOffset(int) { return 0; }
    ChunkW8S chunk;

    QWILL_MEMBER void load(const std::byte* own, int, int lane)
    {
        loadQuads(chunk.q, own, lane);
        chunk.scale = loadShared<std::uint32_t>(own + kChunkBytes + lane / 4 * 4);
        chunk.sc = loadShared<uint4>(own + kChunkBytes + 32 + lane / 4 * 16);
    }
    QWILL_MEMBER void multiply(float (&acc)[4], const Acts& acts) const { chunk.multiplyTile(acc, acts); }
};

struct PieceW8K {
    using Acts = HeldQuants;
    static constexpr MatrixFormat kFormat = MatrixFormat::W8K;
    static constexpr int kGroupSize = 32;
    static constexpr int kScaleBytes = chunkScaleBytes(kFormat, kGroupSize);
    static constexpr int kSumOffset = kActSumWords * 4, kSumBytes = 64;
    static QWILL_MEMBER int scaleOffset(int) { return 0; }
    ChunkW8K chunk;

    QWILL_MEMBER void load(const std::byte* own, int, int lane)
    {
        loadQuads(chunk.q, own, lane);
        chunk.super = loadShared<uint2>(own + kChunkBytes + lane / 4 * 8);
        chunk.factors = loadShared<uint4>(own + kChunkBytes + 64 + lane / 4 * 16);
    }
    QWILL_MEMBER void multiply(float (&acc)[4], const Acts& acts) const { chunk.multiplyTile(acc, acts); }
};

int tiledCoded(const MatmulArgs& args, const TiledShape& shape, void* stream)
{
    return args.parts[0].weights.format == MatrixFormat::W8S ? launchTiled<PieceW8S>(args, shape, stream)
                                                             : launchTiled<PieceW8K>(args, shape, stream);
}

int prepareTiledCoded(std::size_t shared)
{
    if (const int error = allowShared(tiledKernel<PieceW8S>, shared); error != 0)
        return error;
    return allowShared(tiledKernel<PieceW8K>, shared);
}

} // namespace qwill::engine::cuda
