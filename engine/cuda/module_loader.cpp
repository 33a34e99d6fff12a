#include "cuda/module_loader.h"

#include "base/shared_library.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace qwill::engine::cuda {

namespace {

namespace fs = std::filesystem;

#ifdef _WIN32
constexpr const char* kModuleFile = "qwill_cuda.dll";
#else
constexpr const char* kModuleFile = "libqwill_cuda.so";
#endif

Error unusable(const std::string& why)
{
    return {ErrorCode::Unsupported, "Qwill's CUDA module cannot be used: " + why + "."};
}

Result<const ModuleTables*> openFile(const std::string& path)
{
    const auto library = SharedLibrary::open(path);
    if (!library)
        return unusable(library.error().message);
    const auto entry = reinterpret_cast<ModuleEntry>(library->symbol(kModuleEntry));
    const ModuleTables* tables = entry ? entry() : nullptr;
    if (!tables || tables->magic != kModuleMagic)
        return unusable(path + " is something else");
    if (std::string_view(tables->pairing) != modulePairing())
        return unusable("it was built for version " + std::string(tables->pairing) + ", and this is "
                        + modulePairing());
    if (!tables->runtime || !tables->kernels)
        return unusable("it holds no kernels");
    return tables;
}

} // namespace

const char* modulePairing()
{
    return QWILL_CUDA_PAIRING;
}

std::vector<std::string> modulePaths()
{
    if (const char* named = std::getenv("QWILL_CUDA_MODULE"); named && *named)
        return {named};
    std::vector<std::string> paths;
    if (const std::string program = executableDirectory(); !program.empty()) {
        const fs::path folder(program);
        paths.push_back((folder / kModuleFile).string());
        paths.push_back((folder.parent_path() / "lib" / "qwill" / kModuleFile).string());
    }
    paths.push_back((fs::path(QWILL_CUDA_MODULE_DIR) / kModuleFile).string());
    return paths;
}

Result<const ModuleTables*> openModule(const std::vector<std::string>& paths)
{
    for (const std::string& path : paths) {
        std::error_code ignored;
        if (fs::exists(path, ignored))
            return openFile(path);
    }
    return Error{ErrorCode::NotFound, "Qwill's CUDA module is not installed."};
}

bool servesCard(std::string_view architectures, int capability)
{
    while (!architectures.empty()) {
        const std::size_t end = std::min(architectures.find(','), architectures.size());
        const std::string_view one = architectures.substr(0, end);
        architectures.remove_prefix(end == architectures.size() ? end : end + 1);
        int built = 0;
        std::from_chars(one.data(), one.data() + one.size(), built);
        if (built > 0 && built <= capability && (one.back() == '+' || built / 10 == capability / 10))
            return true;
    }
    return false;
}

} // namespace qwill::engine::cuda
