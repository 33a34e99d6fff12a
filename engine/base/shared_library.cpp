#include "base/shared_library.h"

#include <filesystem>
#include <system_error>

#ifdef _WIN32
#include <windows.h>
#else
#include <dlfcn.h>
#endif

namespace qwill::engine {

#ifdef _WIN32

Result<SharedLibrary> SharedLibrary::open(const std::string& name)
{
    const std::wstring path = std::filesystem::path(std::u8string(name.begin(), name.end())).wstring();
    if (HMODULE handle = LoadLibraryW(path.c_str()))
        return SharedLibrary(handle);
    return Error{ErrorCode::NotFound, name + ": " + std::system_category().message(static_cast<int>(GetLastError()))};
}

void* SharedLibrary::symbol(const char* name) const
{
    return reinterpret_cast<void*>(GetProcAddress(static_cast<HMODULE>(m_handle), name));
}

std::string executableDirectory()
{
    std::wstring path(32768, L'\0');
    path.resize(GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size())));
    const std::u8string folder = std::filesystem::path(path).parent_path().u8string();
    return {folder.begin(), folder.end()};
}

#else

Result<SharedLibrary> SharedLibrary::open(const std::string& name)
{
    if (void* handle = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL))
        return SharedLibrary(handle);
    const char* why = dlerror();
    return Error{ErrorCode::NotFound, why ? why : name + " could not be opened"};
}

void* SharedLibrary::symbol(const char* name) const
{
    return dlsym(m_handle, name);
}

std::string executableDirectory()
{
    std::error_code error;
    const std::filesystem::path path = std::filesystem::read_symlink("/proc/self/exe", error);
    return error ? std::string() : path.parent_path().string();
}

#endif

} // namespace qwill::engine
