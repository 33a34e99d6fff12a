#pragma once
// CudaForward: the whole model as a list of phases put on the card's stream, those of CpuForward in its order
// (ARCHITECTURE.md §3). Owned by CudaRunner; engine thread. No allocation, no look-up by name.
//
// A step of few tokens is one graph, made at its second use: all that varies – tokens, positions, pages, lengths – lies
// in the card's memory. Steps in between powers of two are rounded up with tokens that count for nothing.

#include "cuda/blas_products.h"
#include "cuda/device_weights.h"
#include "cuda/step_image.h"
#include "phase_tap.h"

#include <initializer_list>
#include <optional>
#include <span>
#include <vector>

namespace qwill::engine::cuda {

// The KV cache on the card: [block][layer][kv head] pages, so that copying a block is one copy.
struct KvPlace {
    std::byte* base = nullptr;
    KvLayout layout; // headDim as the pages have it
};

class CudaForward {
public:
    CudaForward(std::shared_ptr<Device> device, const ModelConfig& config, const DeviceModel& model, const KvPlace& kv,
                const CudaScratch& scratch, const CudaShape& shape, StepImage image, bool graphs);

    void run(const Batch& batch);
    int logitRows() const { return m_logitRows; } // of the last run
    int tokens() const { return m_tokens; }
    // Rows [first, first + count) of the final, normed states of the last run, into scratch.plain. count ≤ kHiddenRows.
    void normedStates(int first, int count);
    void setTap(PhaseTap tap) { m_tap = tap; }
    void setBlas(BlasProducts* blas) { m_blas = blas; } // asked first for every product; null = nobody
    int graphCount() const; // made so far

private:
    struct Target {
        const DeviceMatrix* weights = nullptr;
        float* out = nullptr; // [rows, stride]
        std::int64_t stride = 0;
        const float* bias = nullptr;
    };

    void compute(const StepLaunch& step);
    void embed(const StepLaunch& step);
    void layer(const StepLaunch& step, int number);
    void qkv(const StepLaunch& step, const DeviceLayer& w);
    void ropeKv(const StepLaunch& step, int number, const DeviceLayer& w);
    void attention(const StepLaunch& step, int number);
    void output(const StepLaunch& step, const DeviceLayer& w);
    void gateUp(const StepLaunch& step, const DeviceLayer& w);
    void down(const StepLaunch& step, const DeviceLayer& w);
    void head(const StepLaunch& step);

    PrepareArgs source(ActSource kind, const float* x, int rows, int cols) const;
    // The products of `input` with matrices that read the same, in as few launches as their formats allow.
    void multiply(PrepareArgs input, std::span<const Target> targets, Store store, float cap = 0);
    void prepareFor(PrepareArgs input, std::span<const Target> targets);
    void launchProducts(const PrepareArgs& input, std::span<const Target> targets, Store store, float cap);
    // x += branch · weights, normed first where the model does so.
    void addBranch(const StepLaunch& step, const PrepareArgs& input, const Target& target, const float* norm);
    KvPages pages(int number) const;
    void show(Phase phase, int number, const float* data, int rows, int cols);

    std::shared_ptr<Device> m_device;
    const KernelTable& m_kernels;
    void* m_stream;
    const ModelConfig& m_config;
    const DeviceModel& m_model;
    const KvPlace m_kv;
    const CudaScratch& m_scratch;
    const CudaShape m_shape;
    StepImage m_image;
    struct Angles {
        const float *cos = nullptr, *sin = nullptr;
        int size = 0; // 0: no RoPE
    };
    std::vector<Angles> m_angles; // of each layer
    std::vector<int> m_windows; // of each layer; 0 = none
    const int m_group;
    const float m_queryScale;
    const int m_qkvStride;
    struct Bucket {
        bool used = false; // its kernels are loaded
        std::optional<DeviceGraph> graph;
    };
    std::vector<Bucket> m_buckets; // of 1, 2, 4, … tokens
    bool m_graphs;
    int m_tokens = 0;
    int m_logitRows = 0;
    PhaseTap m_tap;
    BlasProducts* m_blas = nullptr;
    std::vector<float> m_shown; // what a tap reads
};

} // namespace qwill::engine::cuda
