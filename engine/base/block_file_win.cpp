#include "base/block_file.h"
#include "base/windows_error.h"

#include <algorithm>
#include <string>
#include <utility>

#include <windows.h>

namespace qwill::engine {

namespace {

constexpr DWORD kAtOnce = 1u << 30; // a call takes 32 bits

HANDLE handleOf(std::intptr_t value)
{
    return reinterpret_cast<HANDLE>(value);
}

OVERLAPPED at(std::uint64_t offset)
{
    OVERLAPPED place = {};
    place.Offset = static_cast<DWORD>(offset);
    place.OffsetHigh = static_cast<DWORD>(offset >> 32);
    return place;
}

// Where somebody reads the old file (another Qwill that loads it, a virus scanner): nothing takes its name while it has
// it, but it may be given another, and be deleted under that.
bool replaceOpenFile(const std::wstring& from, const std::wstring& to)
{
    const std::wstring aside = to + L".old";
    if (!MoveFileExW(to.c_str(), aside.c_str(), MOVEFILE_REPLACE_EXISTING))
        return false;
    if (!MoveFileExW(from.c_str(), to.c_str(), 0)) {
        MoveFileExW(aside.c_str(), to.c_str(), 0);
        return false;
    }
    DeleteFileW(aside.c_str()); // it is gone with its last reader
    return true;
}

} // namespace

Result<BlockFile> BlockFile::openToRead(const std::string& path)
{
    BlockFile file;
    file.m_path = path;
    file.m_handle = reinterpret_cast<std::intptr_t>(
        CreateFileW(windowsPath(path).c_str(), GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                    nullptr, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr));
    LARGE_INTEGER size = {};
    if (file.m_handle == -1 || !GetFileSizeEx(handleOf(file.m_handle), &size))
        return windowsError("read", path, GetLastError());
    if (GetFileType(handleOf(file.m_handle)) != FILE_TYPE_DISK)
        return Error{ErrorCode::Corrupt, path + " is not a regular file."};
    file.m_size = static_cast<std::uint64_t>(size.QuadPart);
    return file;
}

Result<BlockFile> BlockFile::create(const std::string& path)
{
    BlockFile file;
    file.m_path = path;
    file.m_handle = reinterpret_cast<std::intptr_t>(CreateFileW(windowsPath(path).c_str(), GENERIC_WRITE, 0, nullptr,
                                                                CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, nullptr));
    if (file.m_handle == -1)
        return windowsError("write", path, GetLastError());
    return file;
}

BlockFile::~BlockFile()
{
    if (m_handle != -1)
        CloseHandle(handleOf(m_handle));
}

Result<void> BlockFile::read(std::span<std::byte> out, std::uint64_t offset) const
{
    while (!out.empty()) {
        OVERLAPPED place = at(offset);
        DWORD n = 0;
        const auto wanted = static_cast<DWORD>(std::min<std::size_t>(out.size(), kAtOnce));
        if (!ReadFile(handleOf(m_handle), out.data(), wanted, &n, &place) && GetLastError() != ERROR_HANDLE_EOF)
            return windowsError("read", m_path, GetLastError());
        if (n == 0)
            return Error{ErrorCode::Corrupt, m_path + " ends too early."};
        out = out.subspan(n);
        offset += n;
    }
    return {};
}

Result<void> BlockFile::write(std::span<const std::byte> data, std::uint64_t offset) const
{
    while (!data.empty()) {
        OVERLAPPED place = at(offset);
        DWORD n = 0;
        const auto wanted = static_cast<DWORD>(std::min<std::size_t>(data.size(), kAtOnce));
        if (!WriteFile(handleOf(m_handle), data.data(), wanted, &n, &place) || n == 0)
            return windowsError("write", m_path, n == 0 ? ERROR_DISK_FULL : GetLastError());
        data = data.subspan(n);
        offset += n;
    }
    return {};
}

Result<void> BlockFile::close()
{
    const std::intptr_t handle = std::exchange(m_handle, -1);
    if (handle != -1 && !CloseHandle(handleOf(handle)))
        return windowsError("write", m_path, GetLastError());
    return {};
}

Result<void> BlockFile::replace(const std::string& from, const std::string& to)
{
    const std::wstring source = windowsPath(from), target = windowsPath(to);
    if (MoveFileExW(source.c_str(), target.c_str(), MOVEFILE_REPLACE_EXISTING))
        return {};
    const DWORD error = GetLastError(); // what a person is told when the other way fails too
    if ((error == ERROR_ACCESS_DENIED || error == ERROR_SHARING_VIOLATION) && replaceOpenFile(source, target))
        return {};
    return windowsError("write", to, error);
}

void BlockFile::remove(const std::string& path)
{
    DeleteFileW(windowsPath(path).c_str());
}

int BlockFile::processId()
{
    return static_cast<int>(GetCurrentProcessId());
}

} // namespace qwill::engine
