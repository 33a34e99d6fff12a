#include "base/check.h"
#include "base/mapped_file.h"
#include "base/windows_error.h"

#include <limits>

#include <windows.h>

namespace qwill::engine {

namespace {

struct Handle {
    HANDLE handle;
    ~Handle()
    {
        if (handle && handle != INVALID_HANDLE_VALUE)
            CloseHandle(handle);
    }
};

// Of 100 ns since 1601 to ns since 1970.
std::int64_t sinceEpoch(const FILETIME& time)
{
    constexpr std::int64_t kEpoch = 116'444'736'000'000'000;
    const std::int64_t ticks = static_cast<std::int64_t>(time.dwHighDateTime) << 32 | time.dwLowDateTime;
    return (ticks - kEpoch) * 100;
}

} // namespace

Result<std::shared_ptr<const MappedFile>> MappedFile::open(const std::string& path)
{
    const std::wstring wide = windowsPath(path);
    const DWORD attributes = GetFileAttributesW(wide.c_str());
    if (attributes == INVALID_FILE_ATTRIBUTES)
        return windowsError("read", path, GetLastError());
    if (attributes & FILE_ATTRIBUTE_DIRECTORY)
        return Error{ErrorCode::Invalid, path + " is a directory, not a file."};
    const Handle file{CreateFileW(wide.c_str(), GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, nullptr,
                                  OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr)};
    if (file.handle == INVALID_HANDLE_VALUE)
        return windowsError("read", path, GetLastError());
    if (GetFileType(file.handle) != FILE_TYPE_DISK)
        return Error{ErrorCode::Invalid, path + " is not a regular file."};
    LARGE_INTEGER size = {};
    FILETIME modified = {};
    if (!GetFileSizeEx(file.handle, &size) || !GetFileTime(file.handle, nullptr, nullptr, &modified))
        return windowsError("read", path, GetLastError());
    if (size.QuadPart <= 0)
        return Error{ErrorCode::Corrupt, path + " is empty."};
    if (static_cast<std::uint64_t>(size.QuadPart) > std::numeric_limits<std::size_t>::max())
        return Error{ErrorCode::Unsupported, path + " is too large for this machine's address space."};

    const Handle mapping{CreateFileMappingW(file.handle, nullptr, PAGE_READONLY, 0, 0, nullptr)};
    if (!mapping.handle)
        return windowsError("read", path, GetLastError());
    const void* address = MapViewOfFile(mapping.handle, FILE_MAP_READ, 0, 0, 0);
    if (!address)
        return windowsError("read", path, GetLastError());
    // The view keeps the mapping and the file; both handles may go.
    std::shared_ptr<MappedFile> mapped(new MappedFile);
    mapped->m_path = path;
    mapped->m_modifiedNs = sinceEpoch(modified);
    mapped->m_data = static_cast<const std::byte*>(address);
    mapped->m_size = static_cast<std::size_t>(size.QuadPart);
    return std::shared_ptr<const MappedFile>(std::move(mapped));
}

MappedFile::~MappedFile()
{
    if (m_data)
        UnmapViewOfFile(m_data);
}

void MappedFile::advise(Advice advice, std::span<const std::byte> range) const
{
    if (range.empty())
        return;
    QWILL_CHECK(range.data() >= m_data && range.data() + range.size() <= m_data + m_size);
    auto* begin = const_cast<std::byte*>(range.data());
    if (advice == Advice::DontNeed) {
        // Unlocking what is not locked takes pages out of the working set; the call then reports ERROR_NOT_LOCKED.
        VirtualUnlock(begin, range.size());
        return;
    }
    WIN32_MEMORY_RANGE_ENTRY entry{begin, range.size()};
    PrefetchVirtualMemory(GetCurrentProcess(), 1, &entry, 0);
}

} // namespace qwill::engine
