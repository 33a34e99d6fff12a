#pragma once
// DeviceWeights: a model's weights in the card's memory, in the order the kernels read them. Made on the loading
// thread: matrix by matrix through two small pinned buffers, so that the host never holds a second copy. Immutable
// afterwards.

#include "cuda/device.h"
#include "cuda/kernels/repack.h"
#include "engine/engine.h"
#include "model/weights.h"

#include <cstddef>
#include <memory>
#include <stop_token>
#include <vector>

namespace qwill::engine::cuda {

struct DeviceLayer {
    DeviceMatrix q, k, v, o, gate, up, down;
    const float *attnNorm = nullptr, *ffnNorm = nullptr; // [hidden]
    const float *qNorm = nullptr, *kNorm = nullptr; // [headDim] or null
    const float *qBias = nullptr, *kBias = nullptr, *vBias = nullptr, *oBias = nullptr; // or null
    const float *attnBranchNorm = nullptr, *ffnBranchNorm = nullptr; // or null
};

struct DeviceModel {
    DeviceMatrix embedding, head;
    const float* outputNorm = nullptr;
    // Radians per token, [ropeSize]; null without sliding layers of their own.
    const float *ropeFrequency = nullptr, *slidingFrequency = nullptr;
    int ropeSize = 0, slidingRopeSize = 0; // rotary dimensions / 2
    float ropeFactor = 1, slidingRopeFactor = 1; // RopeTable::attentionFactor()
    // Behind one another as a step reads them, the embedding before and a head of its own after them.
    std::vector<DeviceLayer> layers;
    const std::byte* end = nullptr; // of the memory all this is in
};

struct UploadOptions {
    int threads = 0; // that bring weights into order; as ThreadPool takes them
    LoadProgressFn progress = {}; // called on the calling thread
    std::stop_token stop = {}; // honoured between pieces of some MiB: Error Cancelled
};

class DeviceWeights {
public:
    // What upload() takes of the card's memory, exactly. `shapes` needs no data.
    static std::size_t bytes(const Weights& shapes, RepackTarget target);

    // contextTokens: how long texts may become (RopeTable).
    static Result<DeviceWeights> upload(const std::shared_ptr<Device>& device, const Weights& weights,
                                        int contextTokens, const UploadOptions& options);

    const DeviceModel& model() const { return m_model; }

private:
    DeviceMemory m_memory;
    DeviceModel m_model;
};

} // namespace qwill::engine::cuda
