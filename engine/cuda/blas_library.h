#pragma once
// BlasLibrary: cuBLASLt, where the machine has it: the functions of its C interface that products need. Opened at run
// time and never needed: without it the module's own kernels multiply. Constants; any thread.

#include "engine/result.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace qwill::engine::cuda {

// The library's interface (cublasLt.h, the same in 12 and 13), as far as it is used here. All of its objects are
// opaque.
struct BlasAlgorithm {
    std::uint64_t data[8];
};
struct BlasHeuristic {
    BlasAlgorithm algorithm;
    std::size_t workspaceBytes;
    int state; // 0: the rest is valid
    float waves;
    int reserved[4];
};
enum class BlasType : int { F32 = 0, F16 = 2, Bf16 = 14 }; // cudaDataType_t
inline constexpr int kBlasComputeF32 = 68; // sums in f32, of exact products
inline constexpr int kBlasDescTransA = 3, kBlasTransposed = 1; // attribute, value
enum class BlasPreference : int { WorkspaceBytes = 1, AlignmentA = 5, AlignmentB, AlignmentC, AlignmentD };

struct BlasFunctions {
    std::size_t (*version)(); // 130100 = 13.1.0
    const char* (*statusText)(int status); // or null
    int (*create)(void** handle);
    int (*destroy)(void* handle);
    int (*descCreate)(void** desc, int computeType, int scaleType);
    int (*descSet)(void* desc, int attribute, const void* value, std::size_t bytes);
    int (*descDestroy)(void* desc);
    int (*layoutCreate)(void** layout, int type, std::uint64_t rows, std::uint64_t cols, std::int64_t stride);
    int (*layoutDestroy)(void* layout);
    int (*preferenceCreate)(void** preference);
    int (*preferenceSet)(void* preference, int attribute, const void* value, std::size_t bytes);
    int (*preferenceDestroy)(void* preference);
    int (*heuristic)(void* handle, void* desc, void* a, void* b, void* c, void* d, void* preference, int wanted,
                     BlasHeuristic* found, int* count);
    // D = alpha · op(A) · B + beta · C, matrices stored by columns; C is not read when beta is 0.
    int (*matmul)(void* handle, void* desc, const void* alpha, const void* a, void* aLayout, const void* b,
                  void* bLayout, const void* beta, const void* c, void* cLayout, void* d, void* dLayout,
                  const BlasAlgorithm* algorithm, void* workspace, std::size_t workspaceBytes, void* stream);
};

class BlasLibrary {
public:
    // The first of `names` that opens. The error is half a sentence: what is missing.
    static Result<BlasLibrary> open(const std::vector<std::string>& names);

    const BlasFunctions& functions() const { return m_functions; }
    std::string name() const; // "cuBLASLt 13.1.0"
    std::string statusText(int status) const;

private:
    BlasFunctions m_functions{};
};

// Where cuBLASLt may lie: $QWILL_CUDA_BLAS_LIBRARY alone when that is set; else by name, newest first, then in the
// toolkit's usual folder.
std::vector<std::string> blasLibraryNames();

// Whether products by a library were asked for (QWILL_CUDA_BLAS=1), and that library: opened at first use, kept. Null:
// not asked for.
const Result<BlasLibrary>* wantedBlas();

// What to tell of wantedBlas(), a whole sentence; empty when it was not asked for.
std::string blasText();

} // namespace qwill::engine::cuda
