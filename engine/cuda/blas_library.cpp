#include "cuda/blas_library.h"

#include "base/shared_library.h"

#include <cstdlib>
#include <string_view>

namespace qwill::engine::cuda {

namespace {

// Sets every function; the name of the first that is missing, or null.
class Finder {
public:
    explicit Finder(const SharedLibrary& library) : m_library(library) { }

    template <typename F>
    void need(const char* symbol, F& function)
    {
        function = reinterpret_cast<F>(m_library.symbol(symbol));
        if (!function && !m_missing)
            m_missing = symbol;
    }
    template <typename F>
    void take(const char* symbol, F& function)
    {
        function = reinterpret_cast<F>(m_library.symbol(symbol));
    }
    const char* missing() const { return m_missing; }

private:
    const SharedLibrary& m_library;
    const char* m_missing = nullptr;
};

} // namespace

Result<BlasLibrary> BlasLibrary::open(const std::vector<std::string>& names)
{
    for (const std::string& name : names) {
        const auto library = SharedLibrary::open(name);
        if (!library)
            continue;
        BlasLibrary result;
        BlasFunctions& f = result.m_functions;
        Finder find(*library);
        find.need("cublasLtGetVersion", f.version);
        find.need("cublasLtCreate", f.create);
        find.need("cublasLtDestroy", f.destroy);
        find.need("cublasLtMatmulDescCreate", f.descCreate);
        find.need("cublasLtMatmulDescSetAttribute", f.descSet);
        find.need("cublasLtMatmulDescDestroy", f.descDestroy);
        find.need("cublasLtMatrixLayoutCreate", f.layoutCreate);
        find.need("cublasLtMatrixLayoutDestroy", f.layoutDestroy);
        find.need("cublasLtMatmulPreferenceCreate", f.preferenceCreate);
        find.need("cublasLtMatmulPreferenceSetAttribute", f.preferenceSet);
        find.need("cublasLtMatmulPreferenceDestroy", f.preferenceDestroy);
        find.need("cublasLtMatmulAlgoGetHeuristic", f.heuristic);
        find.need("cublasLtMatmul", f.matmul);
        find.take("cublasLtGetStatusString", f.statusText);
        if (find.missing())
            return Error{ErrorCode::Unsupported, name + " has no " + find.missing()};
        return result;
    }
    return Error{ErrorCode::NotFound, "the library is not installed"};
}

std::string BlasLibrary::name() const
{
    const std::size_t v = m_functions.version();
    std::string text = "cuBLASLt " + std::to_string(v / 10000);
    for (const std::size_t part : {v / 100 % 100, v % 100})
        text.append(1, '.').append(std::to_string(part));
    return text;
}

std::string BlasLibrary::statusText(int status) const
{
    const char* text = m_functions.statusText ? m_functions.statusText(status) : nullptr;
    return text ? text : "status " + std::to_string(status);
}

std::vector<std::string> blasLibraryNames()
{
    if (const char* named = std::getenv("QWILL_CUDA_BLAS_LIBRARY"); named && *named)
        return {named};
#ifdef _WIN32
    return {"cublasLt64_13.dll", "cublasLt64_12.dll"};
#else
    return {"libcublasLt.so.13", "libcublasLt.so.12", "libcublasLt.so", "/usr/local/cuda/lib64/libcublasLt.so"};
#endif
}

const Result<BlasLibrary>* wantedBlas()
{
    const char* wanted = std::getenv("QWILL_CUDA_BLAS");
    if (!wanted || std::string_view(wanted) != "1")
        return nullptr;
    static const Result<BlasLibrary> library = BlasLibrary::open(blasLibraryNames());
    return &library;
}

std::string blasText()
{
    const Result<BlasLibrary>* const library = wantedBlas();
    if (!library)
        return {};
    if (!*library)
        return "cuBLASLt was asked for, but " + library->error().message + ": Qwill's own kernels multiply.";
    return (*library)->name() + " multiplies long prompts where weights have 16 bits.";
}

} // namespace qwill::engine::cuda
