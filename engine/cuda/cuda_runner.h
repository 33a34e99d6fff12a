#pragma once
// CudaRunner: one model on one card. Owns its weights, KV memory and scratch there; everything is allocated by
// create(), nothing by forward() or sample(). Engine thread; create() on the loading thread. What the card refuses
// later is a DeviceError.

#include "cuda/blas_products.h"
#include "cuda/device_weights.h"
#include "kv/kv_layout.h"
#include "phase_tap.h"
#include "runner.h"

#include <cstddef>
#include <memory>
#include <string>

namespace qwill::engine::cuda {

struct CudaRunnerOptions {
    KvElement kv = KvElement::Int8; // F16 or Int8
    int contextTokens = 8192; // of all sequences together; rounded up to blocks
    // Tokens of one forward. 1024: weights are read once for so many, and a cancel is one such chunk away.
    int maxBatchTokens = 1024;
    int maxSequences = 16;
    int maxLogitRows = 32;
    int bf16Parts = 3; // ActForms::bf16Parts
    bool graphs = true;
    bool tails = true; // small steps' kernels do what comes after them, too (MatmulTail); the same bits
    bool ahead = true; // small steps' products bring the weights of the next ones to L2
    bool persistent =
        false; // replies' steps are one kernel where there is one for the model; needs tails; the same bits
    // Whether the blocks of a prompt's attention share its pages: 1 = where the prompt has blocks for the whole card, 2
    // = always (tests), 0 = never.
    int promptAttention = 1;
    // How exact a prompt's attention is that shares pages: 2 = as everywhere, 1 = AttentionArgs::parts.
    int attentionParts = 2;
    const BlasLibrary* blas = nullptr; // multiplies many tokens with 16-bit weights; outlives the runner
    int blasColumns = kBlasColumns; // tokens · parts from which on it does
    bool taps = false; // tests: setTap() is used
    UploadOptions upload = {};
};

// Changes `options` as the environment says, for `packaging/gpu-check ab`, which measures two forms of something beside
// each other: QWILL_CUDA_GRAPHS=0, QWILL_CUDA_TAILS=0, QWILL_CUDA_AHEAD=0, QWILL_CUDA_PERSISTENT=1,
// QWILL_CUDA_BF16_PARTS=1…3, QWILL_CUDA_CHUNK=64…4096 (maxBatchTokens), QWILL_CUDA_PROMPT_ATTENTION=0…2,
// QWILL_CUDA_ATTENTION_PARTS=1…2, QWILL_CUDA_BLAS=1 (blas, where there is one).
CudaRunnerOptions withSwitches(CudaRunnerOptions options);

struct CudaMemory {
    std::size_t weightBytes = 0;
    std::size_t kvBytes = 0;
    std::size_t scratchBytes = 0;

    std::size_t total() const { return weightBytes + kvBytes + scratchBytes; }
};

// Whether there are kernels for such a model; the error names what there are none for. `shapes` needs no data.
Result<void> servesModel(const Weights& shapes);

// What create() will allocate of the card's memory, exactly; of a model that is served. `shapes` needs no data.
CudaMemory planCudaMemory(const Weights& shapes, const DeviceTraits& traits, const CudaRunnerOptions& options);

class CudaRunner final : public ModelRunner {
public:
    // The weights are needed until this returns.
    static Result<std::unique_ptr<CudaRunner>> create(const std::shared_ptr<Device>& device, const Weights& weights,
                                                      const CudaRunnerOptions& options);
    ~CudaRunner() override;

    const RunnerLimits& limits() const override;
    const KvLayout& kvLayout() const override;
    void forward(const Batch& batch) override;
    void sample(std::span<const SampleRow> rows, std::span<Sampled> out) override;
    void copyLogits(int row, std::span<float> out) override;
    void addHidden(int token, std::span<float> out) override;
    void copyBlocks(std::span<const BlockCopy> copies) override;

    void setTap(PhaseTap tap); // tests
    int graphCount() const;
    int programCount() const; // sizes of steps that the persistent kernel walks, of those there were
    int hostDraws() const;
    int blasProducts() const; // done by options.blas so far
    std::string
    blasFailure() const; // half a sentence: why options.blas is not used (any more); empty: nothing is wrong

private:
    struct State;
    explicit CudaRunner(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

} // namespace qwill::engine::cuda
