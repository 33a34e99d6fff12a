#pragma once
// StepImage: what one forward computes, written into pinned memory as the card will read it. Owned by CudaForward;
// engine thread.

#include "cuda/cuda_scratch.h"
#include "cuda/device.h"
#include "sched/batch.h"

#include <cstddef>
#include <memory>

namespace qwill::engine::cuda {

// How large the launches of a step are, and where they read.
struct StepLaunch {
    bool small = false; // of kGraphTokens at most: sizes are rounded up, and a graph may serve
    int rows = 0; // tokens, or the next power of two
    int seqCount = 0;
    int maxTiles = 0; // attentionTiles of all sequences, at the most
    int promptTiles = 0; // of prompts that share pages, not in maxTiles
    int splits = 1; // of the others' keys
    int logitRows = 0;
    StepView step{};
    const std::int32_t* logitTokens = nullptr;
};

class StepImage {
public:
    static Result<StepImage> create(const std::shared_ptr<Device>& device, const CudaShape& shape, std::byte* onCard);

    // Sends the batch to the card, rounded up where `small` is allowed. The batch must be within the shape.
    StepLaunch send(const Batch& batch, int group, bool smallAllowed);

private:
    StepImage(std::shared_ptr<Device> device, const CudaShape& shape, std::byte* onCard, PinnedMemory host);

    std::shared_ptr<Device> m_device;
    CudaShape m_shape;
    StepOffsets m_offsets;
    std::byte* m_onCard;
    PinnedMemory m_host;
    DeviceEvent m_sent;
};

// 1, 2, 4, 8, 16, …
int roundedTokens(int tokens);

} // namespace qwill::engine::cuda
