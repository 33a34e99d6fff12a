// A stand-in for cuBLASLt on host memory: the same C interface, products in double. It checks what the manual asks of a
// caller: sizes and strides that agree, alignments as promised, the workspace as offered.

#include "fake_blas.h"

#include "base/half.h"
#include "cuda/blas_library.h"

#include <cstdint>
#include <cstring>
#include <vector>

using namespace qwill::engine;
using cuda::BlasHeuristic;
using qwill::test::FakeBlas;

namespace {

constexpr int kInvalid = 7, kUnsupported = 15; // cublasStatus_t

FakeBlas fake;

struct Layout {
    int type;
    std::uint64_t rows, cols;
    std::int64_t stride;
};
struct Desc {
    int computeType, scaleType, transA;
};
struct Preference {
    std::uint64_t workspace;
    std::uint32_t alignment[4]; // A, B, C, D
};

// Of the one algorithm there is, as the real one's bytes say what it was chosen for.
struct Algorithm {
    Layout a, b, d;
    std::uint32_t alignment; // of D
};
Algorithm unpack(const cuda::BlasAlgorithm& algorithm)
{
    const std::uint64_t* v = algorithm.data;
    return {{14, v[0], v[1], 0}, {14, v[2], v[3], 0}, {0, v[4], v[5], 0}, static_cast<std::uint32_t>(v[6])};
}

template <typename T>
int make(void** out, T value)
{
    *out = new T(value);
    ++fake.objects;
    return 0;
}
template <typename T>
int drop(void* object)
{
    delete static_cast<T*>(object);
    --fake.objects;
    return 0;
}

bool isAligned(const void* p, std::uint64_t bytes)
{
    return reinterpret_cast<std::uintptr_t>(p) % bytes == 0;
}

int wrong()
{
    ++fake.wrong;
    return kInvalid;
}

bool fits(const Layout& m)
{
    return m.stride >= static_cast<std::int64_t>(m.rows);
}

// Whether D = Aᵀ · B is possible, f32 of two matrices of the same 16-bit type.
bool agree(const Layout& a, const Layout& b, const Layout& c, const Layout& d, const Desc& desc)
{
    return desc.computeType == 68 && desc.scaleType == 0 && desc.transA == 1 && (a.type == 2 || a.type == 14)
        && b.type == a.type && c.type == 0 && d.type == 0 && a.rows == b.rows && a.cols == d.rows && b.cols == d.cols
        && c.rows == d.rows && c.cols == d.cols && c.stride == d.stride && fits(a) && fits(b) && fits(d);
}

double numberAt(const void* matrix, const Layout& m, std::uint64_t row, std::uint64_t col)
{
    std::uint16_t bits;
    std::memcpy(&bits, static_cast<const std::byte*>(matrix) + 2 * (col * static_cast<std::uint64_t>(m.stride) + row),
                2);
    return static_cast<double>(m.type == 2 ? f16ToFloat(bits) : bf16ToFloat(bits));
}

} // namespace

extern "C" {

FakeBlas* qwillFakeBlas()
{
    return &fake;
}

std::size_t cublasLtGetVersion()
{
    return 130402;
}

const char* cublasLtGetStatusString(int status)
{
    return status == 1 ? "the library was not initialized" : "a planned failure";
}

int cublasLtCreate(void** handle)
{
    if (fake.createStatus != 0)
        return fake.createStatus;
    ++fake.handles;
    *handle = &fake;
    return 0;
}

int cublasLtDestroy(void* handle)
{
    --fake.handles;
    return handle == &fake ? 0 : wrong();
}

int cublasLtMatmulDescCreate(void** desc, int computeType, int scaleType)
{
    return make(desc, Desc{computeType, scaleType, 0});
}

int cublasLtMatmulDescSetAttribute(void* desc, int attribute, const void* value, std::size_t bytes)
{
    if (attribute != 3 || bytes != sizeof(int))
        return wrong();
    std::memcpy(&static_cast<Desc*>(desc)->transA, value, bytes);
    return 0;
}

int cublasLtMatmulDescDestroy(void* desc)
{
    return drop<Desc>(desc);
}

int cublasLtMatrixLayoutCreate(void** layout, int type, std::uint64_t rows, std::uint64_t cols, std::int64_t stride)
{
    return make(layout, Layout{type, rows, cols, stride});
}

int cublasLtMatrixLayoutDestroy(void* layout)
{
    return drop<Layout>(layout);
}

int cublasLtMatmulPreferenceCreate(void** preference)
{
    return make(preference, Preference{0, {256, 256, 256, 256}});
}

int cublasLtMatmulPreferenceSetAttribute(void* preference, int attribute, const void* value, std::size_t bytes)
{
    auto& p = *static_cast<Preference*>(preference);
    if (attribute == 1 && bytes == sizeof p.workspace)
        std::memcpy(&p.workspace, value, bytes);
    else if (attribute >= 5 && attribute <= 8 && bytes == sizeof(std::uint32_t))
        std::memcpy(&p.alignment[attribute - 5], value, bytes);
    else
        return wrong();
    return 0;
}

int cublasLtMatmulPreferenceDestroy(void* preference)
{
    return drop<Preference>(preference);
}

int cublasLtMatmulAlgoGetHeuristic(void* handle, void* desc, void* a, void* b, void* c, void* d, void* preference,
                                   int wanted, BlasHeuristic* found, int* count)
{
    const auto &la = *static_cast<Layout*>(a), &lb = *static_cast<Layout*>(b), &lc = *static_cast<Layout*>(c),
               &ld = *static_cast<Layout*>(d);
    const auto& p = *static_cast<Preference*>(preference);
    if (handle != &fake || wanted < 1 || !agree(la, lb, lc, ld, *static_cast<Desc*>(desc)))
        return wrong();
    *count = 0;
    if (fake.workspaceNeeded > p.workspace)
        return kUnsupported;
    found[0] = {
        {{la.rows, la.cols, lb.rows, lb.cols, ld.rows, ld.cols, p.alignment[3], 0}}, fake.workspaceNeeded, 0, 1, {}};
    *count = 1;
    return 0;
}

int cublasLtMatmul(void* handle, void* desc, const void* alpha, const void* a, void* aLayout, const void* b,
                   void* bLayout, const void* beta, const void* c, void* cLayout, void* d, void* dLayout,
                   const cuda::BlasAlgorithm* algorithm, void* workspace, std::size_t workspaceBytes, void* stream)
{
    const auto &la = *static_cast<Layout*>(aLayout), &lb = *static_cast<Layout*>(bLayout),
               &ld = *static_cast<Layout*>(dLayout);
    const Algorithm chosen = unpack(*algorithm);
    if (handle != &fake || !stream || !agree(la, lb, *static_cast<Layout*>(cLayout), ld, *static_cast<Desc*>(desc))
        || chosen.a.rows != la.rows || chosen.a.cols != la.cols || chosen.b.cols != lb.cols
        || workspaceBytes < fake.workspaceNeeded || !isAligned(workspace, 256) || c != d || !isAligned(a, 128)
        || !isAligned(b, 128) || !isAligned(d, chosen.alignment))
        return wrong();
    std::memset(workspace, 0xff, workspaceBytes); // it is the library's
    if (fake.failMatmul >= 0 && fake.failMatmul-- == 0)
        return 13;
    float factor, keep;
    std::memcpy(&factor, alpha, sizeof factor);
    std::memcpy(&keep, beta, sizeof keep);
    ++fake.products;
    fake.adding += keep != 0 ? 1 : 0;
    for (std::uint64_t col = 0; col < ld.cols; ++col)
        for (std::uint64_t row = 0; row < ld.rows; ++row) {
            double sum = 0;
            for (std::uint64_t k = 0; k < la.rows; ++k)
                sum += numberAt(a, la, k, row) * numberAt(b, lb, k, col);
            float& out = static_cast<float*>(d)[col * static_cast<std::uint64_t>(ld.stride) + row];
            const double was = keep != 0 ? static_cast<double>(keep) * static_cast<double>(out) : 0.0;
            out = static_cast<float>(static_cast<double>(factor) * sum + was);
        }
    return 0;
}

} // extern "C"
