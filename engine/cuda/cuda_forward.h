#pragma once
// CudaForward: the whole model as a list of phases put on the card's stream, those of CpuForward in its order
// (ARCHITECTURE.md §3). Owned by CudaRunner; engine thread. No allocation, no look-up by name.
//
// A step of few tokens is one graph, made at its second use: all that varies – tokens, positions, pages, lengths – lies
// in the card's memory. Steps in between powers of two are rounded up with tokens that count for nothing. Its kernels
// do what lies between two products as soon as the first is through (MatmulTail), so that a layer is 5 launches, one
// more where the weights of q, k and v differ; the kernels of their own that larger steps have for it give the same
// bits.

#include "cuda/blas_products.h"
#include "cuda/device_weights.h"
#include "cuda/step_image.h"
#include "cuda/step_program.h"
#include "phase_tap.h"

#include <array>
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
    struct Switches {
        bool graphs = true, tails = true, ahead = true, persistent = false;
        int promptAttention = 1, attentionParts = 2; // CudaRunnerOptions'
    };
    CudaForward(std::shared_ptr<Device> device, const ModelConfig& config, const DeviceModel& model, const KvPlace& kv,
                const CudaScratch& scratch, const CudaShape& shape, StepImage image, Switches switches);

    void run(const Batch& batch);
    int logitRows() const { return m_logitRows; } // of the last run
    int tokens() const { return m_tokens; }
    // Rows [first, first + count) of the final, normed states of the last run, into scratch.acts.plain. count ≤
    // kHiddenRows.
    void normedStates(int first, int count);
    void setTap(PhaseTap tap) { m_tap = tap; }
    void setBlas(BlasProducts* blas) { m_blas = blas; } // asked first for every product; null = nobody
    int graphCount() const; // made so far
    int programCount() const;

private:
    struct Target {
        const DeviceMatrix* weights = nullptr;
        float* out = nullptr; // [rows, stride]
        std::int64_t stride = 0;
        const float* bias = nullptr;
        int firstGroup = 0; // MatmulPart's
    };
    // Matrices that multiply the same rows.
    struct Product {
        PrepareArgs input{}; // without outputs
        const ActBuffers* acts = nullptr;
        std::array<Target, kMaxMatmulParts> targets{};
        int count = 0;
        Store store = Store::Write;
        const float* branchNorm = nullptr; // of models that norm what a branch gives; then x += that
        float cap = 0;

        std::span<const Target> all() const { return {targets.data(), static_cast<std::size_t>(count)}; }
    };

    struct Program { // of all layers, on the card
        PersistentArgs args{};
        bool preparesHead = false;
    };
    struct Bucket {
        bool used = false; // its kernels are loaded
        std::optional<Program> program;
        std::optional<DeviceGraph> graph;
    };

    void shareAttention(StepLaunch& step, const Batch& batch) const;
    void compute(const StepLaunch& step);
    void embed(const StepLaunch& step);
    void layer(const StepLaunch& step, int number);
    Bucket& bucketOf(const StepLaunch& step);
    std::optional<Program> programOf(const StepLaunch& step);
    bool walk(const StepLaunch& step, const Program& program);

    Product qkv(const StepLaunch& step, int number) const;
    Product output(const StepLaunch& step, int number) const;
    Product gateUp(const StepLaunch& step, int number) const;
    Product down(const StepLaunch& step, int number) const;
    Product head(const StepLaunch& step) const;
    PrepareArgs source(ActSource kind, const float* x, int rows, int cols) const;
    ActSource activation() const;
    RopeKvArgs ropeKvArgs(const StepLaunch& step, int number) const;

    // What the products' kernels do besides, where they can.
    bool takesTails(const StepLaunch& step) const { return step.small && m_switches.tails; }
    MatmulTail ropeTail(const StepLaunch& step, int number) const;
    MatmulTail activationTail(const StepLaunch& step, const Product& next) const;
    MatmulTail normTail(const StepLaunch& step, const Product& added, const Product& next) const;

    // In as few launches as the formats allow. `next` is read after it.
    void multiply(const Product& product, const MatmulTail& tail, const DeviceMatrix& next);
    void attention(const StepLaunch& step, int number, const Product& next);
    // `input` with the outputs that these targets read.
    PrepareArgs prepared(const Product& product, std::span<const Target> targets) const;
    PrepareArgs prepared(const Product& product) const; // what of it is to be prepared first
    void launchProducts(const Product& product, std::span<const Target> targets, const MatmulTail& tail,
                        const DeviceMatrix& next);
    void lookAhead(MatmulArgs& args, const DeviceMatrix& next) const;
    void showActivation(const StepLaunch& step, int number);
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
    std::vector<Bucket> m_buckets; // of 1, 2, 4, … tokens
    Switches m_switches;
    StepProgram* m_recording = nullptr; // what takes the layers' launches instead of the card
    bool m_isPrepared = false; // a kernel has prepared what the next product reads first
    int m_tokens = 0;
    int m_logitRows = 0;
    PhaseTap m_tap;
    BlasProducts* m_blas = nullptr;
    std::vector<float> m_shown; // what a tap reads
};

} // namespace qwill::engine::cuda
