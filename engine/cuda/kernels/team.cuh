#pragma once
// Teams: the threads that compute a tile together, and the shared memory they have: a launch's whole block, or some of
// the warps of a block that several teams share. Device code; the bodies of products and attention take one of the two.

#include "cuda/kernels/intrinsics.cuh"

namespace qwill::engine::cuda {

struct WholeBlock {
    QWILL_MEMBER int thread() const { return static_cast<int>(threadIdx.x); }
    QWILL_MEMBER int warps() const { return static_cast<int>(blockDim.x) / kWarp; }
    QWILL_MEMBER void sync() const { syncBlock(); }
    QWILL_MEMBER void* shared() const { return sharedMemory(); }
};

// Warps [number · size, (number + 1) · size) of a block.
struct Team {
    int number, size;
    std::byte* memory;

    QWILL_MEMBER int thread() const { return static_cast<int>(threadIdx.x) - number * size * kWarp; }
    QWILL_MEMBER int warps() const { return size; }
    QWILL_MEMBER void sync() const { syncTeam(number, size * kWarp); }
    QWILL_MEMBER void* shared() const { return memory; }
};

} // namespace qwill::engine::cuda
