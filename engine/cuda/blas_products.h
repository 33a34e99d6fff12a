#pragma once
// BlasProducts: products of 16-bit weights with many tokens by a library (cuBLASLt), which for each of them gets
// weights and activations as plain rows, made in a scratch of the memory plan. It may say no at any time: the own
// kernels then compute the same. Owned by CudaRunner; engine thread.

#include "cuda/blas_library.h"
#include "cuda/cuda_scratch.h"
#include "cuda/device.h"

#include <array>
#include <memory>
#include <string>
#include <vector>

namespace qwill::engine::cuda {

// Weights become rows at the cost of 4 bytes read and written beside the 2 that a product reads; the library's rate was
// assumed to be 75 % of the dense peak where the own kernels reach 50 %: on an H200 (4.8 TB/s, 990 Tflop/s) that pays
// from 615 tokens · parts on. Not measured.
inline constexpr int kBlasColumns = 768;
// What the library's manual recommends for Hopper; 4 MiB before.
constexpr std::size_t blasWorkspaceBytes(int computeCapability)
{
    return std::size_t(computeCapability >= 90 ? 32 : 4) << 20;
}

class BlasProducts {
public:
    // `columns`: tokens · parts from which on a product is the library's; `maxTokens` of a forward.
    static BlasSizes sizes(const Weights& shapes, const DeviceTraits& traits, int columns, int maxTokens,
                           int bf16Parts);

    // The error is half a sentence: why the library does not start.
    static Result<std::unique_ptr<BlasProducts>> create(const std::shared_ptr<Device>& device,
                                                        const BlasLibrary& library, const BlasScratch& scratch,
                                                        const BlasSizes& sizes, int columns);
    ~BlasProducts();
    BlasProducts(const BlasProducts&) = delete;
    BlasProducts& operator=(const BlasProducts&) = delete;

    // Puts the product on the stream. False: it is not the library's, or the library failed; the kernels' matmul with
    // the same arguments then gives what it would have given.
    bool multiply(const MatmulArgs& args);

    int products() const { return m_products; } // done so far
    const std::string& failure() const { return m_failure; } // why nothing is left to it any more; empty: all is well

private:
    // The product of some rows of weights with a step's tokens, as the library is to compute it.
    struct Shape {
        int rows = 0, cols = 0, tokens = 0; // cols: untiled
        std::int64_t outStride = 0;
        MatrixFormat format = MatrixFormat::None;
        std::uint32_t alignment = 0; // of the output, bytes
        bool operator==(const Shape&) const = default;
    };
    struct Plan {
        Shape shape;
        void *a = nullptr, *b = nullptr, *out = nullptr; // layouts
        BlasAlgorithm algorithm{};
        bool found = false; // the library has an algorithm
    };
    // Neighbouring parts whose outputs are neighbours, too, multiplied as one.
    struct Run {
        int first = 0, count = 0;
        const Plan* plan = nullptr;
    };

    BlasProducts(std::shared_ptr<Device> device, const BlasLibrary& library, const BlasScratch& scratch,
                 const BlasSizes& sizes, int columns);
    bool takes(const MatmulArgs& args) const;
    int runsOf(const MatmulArgs& args, std::array<Run, kMaxMatmulParts>& runs);
    const Plan& planFor(const Shape& shape);
    int makePlan(Plan& plan);
    void dropPlans();
    int compute(const MatmulArgs& args, const Run& run);
    void forgetParts(const MatmulArgs& args, int count);
    void fail(const char* what, int status);

    std::shared_ptr<Device> m_device;
    const BlasLibrary& m_library;
    const BlasFunctions& m_blas;
    const BlasScratch m_scratch;
    const BlasSizes m_sizes;
    const int m_columns;
    void *m_handle = nullptr, *m_desc = nullptr;
    std::vector<std::unique_ptr<Plan>> m_plans;
    int m_partsAdded = 0; // of the product at work: parts whose product is already in the output
    int m_products = 0;
    std::string m_failure;
};

} // namespace qwill::engine::cuda
