#pragma once
// AttentionPhase: the attention of one forward pass, cut into tasks that any thread may take. The list is made once per
// forward by the engine thread and serves every layer; run() is called by each thread of the pool.
//
// A unit is a tile of query tokens of one sequence and one KV head (all query heads that share it). A long unit, when
// there are few of them, is cut along its keys into ranges of whole segments; the task that finishes a unit last folds
// the segments in order. Cutting or not gives the same bits (vector_kernels.h).

#include "cpu/kv_memory.h"
#include "cpu/scratch.h"
#include "cpu/vector_kernels.h"
#include "model/model_config.h"
#include "sched/batch.h"

#include <atomic>
#include <memory>
#include <vector>

namespace qwill::engine::cpu {

class AttentionPhase {
public:
    AttentionPhase(const ModelConfig& config, const VectorKernels& kernels, KvMemory& kv,
                   const AttentionScratch& scratch, int threads, int maxTokens, int maxSequences);

    void plan(const Batch& batch, int threads); // threads ≤ the constructor's
    // queries: [tokens, stride], the first headCount · headDim of a row roped and scaled; out: [tokens, headCount ·
    // headDim]
    void run(int thread, int layer, const Batch& batch, const float* queries, std::ptrdiff_t stride, float* out);

private:
    struct Unit {
        std::int32_t sequence = 0, head = 0;
        std::int32_t firstQuery = 0, queryCount = 0; // within the slice
        std::int32_t segments = 0, parts = 1;
        std::int64_t cost = 0;
        std::size_t partialRow = 0; // where its segments' states lie, when parts > 1
    };
    struct Task {
        std::int32_t unit = 0;
        std::int32_t segmentBegin = 0, segmentEnd = 0;
        std::int64_t cost = 0;
    };
    struct Tile; // one unit's queries, gathered

    void addUnits(const SeqSlice& slice, int sequence);
    void cutUnits();
    void runTask(int thread, const Task& task, int layer, const Batch& batch, const float* queries,
                 std::ptrdiff_t stride, float* out);
    void gather(const Unit& unit, const SeqSlice& slice, const float* queries, std::ptrdiff_t stride, Tile& tile) const;
    // The first segment that the unit's queries see in this layer.
    int firstSegment(const Unit& unit, const SeqSlice& slice, int layer) const;
    void attend(const Tile& tile, const SeqSlice& slice, int segment, int layer, int head, const AttentionState& state);
    void finish(const Unit& unit, const SeqSlice& slice, const AttentionState& state, float* out) const;
    AttentionState partial(const Unit& unit, int segment) const;

    const ModelConfig& m_config;
    const VectorKernels& m_kernels;
    KvMemory& m_kv;
    AttentionScratch m_scratch;
    int m_threads; // of the plan at hand
    int m_group; // query heads per KV head
    std::vector<std::int32_t> m_window; // of each layer; 0 = it sees everything
    std::vector<Unit> m_units;
    std::vector<Task> m_tasks;
    std::unique_ptr<std::atomic<int>[]> m_cursor; // per layer: next task
    std::unique_ptr<std::atomic<int>[]> m_left; // per unit: tasks not finished
};

} // namespace qwill::engine::cpu
