#pragma once
// CpuForward: the whole model as one parallel section of the thread pool. Owned by CpuRunner; run() belongs to the
// engine thread, everything private to the pool inside it. No allocation, no look-up by name.
//
// Every thread walks the same list of phases with a barrier after each. Matrices are split by rows, so a thread streams
// its own part of each; whatever one token costs less than a barrier (norm, quantising) every thread does for itself,
// for many tokens it is split. A few tokens are computed by the plan's decode threads, more by its prefill threads;
// where those are cores of different speed, they take panels from a counter. The phase names are those of
// ARCHITECTURE.md §3.

#include "base/thread_pool.h"
#include "cpu/attention_phase.h"
#include "cpu/kernel_types.h"
#include "cpu/scratch.h"
#include "model/rope.h"
#include "model/weights.h"
#include "phase_tap.h"
#include "sched/batch.h"

#include <atomic>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace qwill::engine::cpu {

class CpuForward {
public:
    CpuForward(const Weights& weights, const KernelTable& kernels, KvMemory& kv, const Scratch& scratch,
               ThreadPool& pool, const ScratchShape& shape, int maxSequences, int vocabLimit);

    void run(const Batch& batch);
    int logitRows() const { return static_cast<int>(m_wanted.size()); } // of the last run
    void addHidden(int token,
                   std::span<float> out) const; // out: [hidden] += the normed state of a token of the last run
    void setTap(PhaseTap tap) { m_tap = tap; }

private:
    // What a group of matrices reads: floats for dense weights, quants for the others.
    struct Input {
        const float* x = nullptr;
        std::ptrdiff_t stride = 0;
        QuantActs acts{};
    };
    struct Source {
        const float* x = nullptr; // [count, cols]
        std::ptrdiff_t stride = 0;
        int cols = 0;
        int count = 0; // tokens
        const std::vector<float>* norm = nullptr; // RMSNorm first; null = as it is
        const std::int32_t* rows = nullptr; // which rows of x; null = 0, 1, …
    };
    struct Target {
        const WeightMatrix* weights = nullptr;
        float* out = nullptr; // [tokens, stride]
        std::ptrdiff_t stride = 0;
        Store store = Store::Write;
    };

    void thread(int index);
    void embed(int index);
    void layer(int index, int number);
    void qkv(int index, int number, const LayerWeights& w);
    void ropeKv(int index, int number, const LayerWeights& w);
    struct Angles {
        const float *cos = nullptr, *sin = nullptr; // [tokens, size]; null = the layer has no RoPE
        int size = 0;
    };
    void ropeHead(float* head, const float* bias, const std::vector<float>& norm, const Angles& angles,
                  int token) const;
    // x += norm(m · input), where a model norms what a branch gives.
    void addNormed(int index, int product, const Input& input, const WeightMatrix& m, const std::vector<float>& norm);
    void output(int index, int number, const LayerWeights& w);
    void gateUp(int index, int number, const LayerWeights& w);
    void down(int index, int number, const LayerWeights& w);
    void head(int index);

    // This thread's part of `count` equal and small things.
    WorkRange share(int index, std::size_t count) const;
    // Calls body(begin, end) for this thread's pieces of [0, panels); `product` says which counter.
    template <typename Body>
    void deal(int index, int product, int panels, const Body& body) const;

    Input prepare(int index, const Source& source, std::initializer_list<const WeightMatrix*> readers);
    // Rows [rowBegin, rowEnd) of one matrix, begin on a panel.
    void multiply(const Input& input, int tokens, const Target& target, int rowBegin, int rowEnd) const;
    // This thread's share of the rows of several matrices, split by bytes.
    void multiplyShare(int index, int product, const Input& input, int tokens, std::span<const Target> targets) const;
    // Panels [begin, end) of the matrices laid end to end.
    void multiplyPanels(const Input& input, int tokens, std::span<const Target> targets, int begin, int end) const;
    void endPhase(int index, Phase phase, int number, const float* data, int rows, int cols, std::ptrdiff_t stride);

    const Weights& m_weights;
    const ModelConfig& m_config;
    const KernelTable& m_kernels;
    const VectorKernels& m_vector;
    KvMemory& m_kv;
    const Scratch& m_scratch;
    ThreadPool& m_pool;
    RopeTable m_rope;
    std::optional<RopeTable> m_slidingRope;
    std::vector<Angles> m_angles; // of each layer
    AttentionPhase m_attention;
    int m_vocabLimit;
    float m_queryScale; // 1 / √headDim, or what the model says
    std::ptrdiff_t m_qkvStride;
    const std::vector<Pace> m_decodePaces, m_prefillPaces; // empty: equal threads
    std::unique_ptr<std::atomic<int>[]> m_next; // per product of unequal threads: the next panel
    int m_products;
    const Batch* m_batch = nullptr; // during run()
    int m_threads = 1;
    const std::vector<Pace>* m_paces = nullptr;
    int m_tokens = 0;
    std::vector<std::int32_t> m_wanted; // tokens whose logits are asked for
    PhaseTap m_tap;
};

} // namespace qwill::engine::cpu
