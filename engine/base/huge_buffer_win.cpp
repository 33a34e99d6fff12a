#include "base/huge_buffer.h"

#include <string>

#include <windows.h>

namespace qwill::engine {

namespace {

// "Lock pages in memory" (SeLockMemoryPrivilege): nobody has it until an administrator gives it, and even then a
// process has to turn it on.
bool mayLockMemory()
{
    HANDLE token = nullptr;
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY, &token))
        return false;
    TOKEN_PRIVILEGES wanted = {};
    wanted.PrivilegeCount = 1;
    wanted.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
    // The call succeeds without giving anything, too; the last error tells.
    const bool given = LookupPrivilegeValueW(nullptr, L"SeLockMemoryPrivilege", &wanted.Privileges[0].Luid)
        && AdjustTokenPrivileges(token, FALSE, &wanted, 0, nullptr, nullptr) && GetLastError() == ERROR_SUCCESS;
    CloseHandle(token);
    return given;
}

// Null where there are none: no right, or no 2 MiB in one piece any more.
void* largePages(std::size_t bytes)
{
    static const std::size_t page = mayLockMemory() ? GetLargePageMinimum() : 0;
    if (page == 0 || bytes < page)
        return nullptr;
    const std::size_t whole = (bytes + page - 1) / page * page;
    return VirtualAlloc(nullptr, whole, MEM_RESERVE | MEM_COMMIT | MEM_LARGE_PAGES, PAGE_READWRITE);
}

} // namespace

Result<HugeBuffer> HugeBuffer::allocate(std::size_t bytes, Use use)
{
    HugeBuffer buffer;
    if (bytes == 0)
        return buffer;
    void* mapping = use == Use::Whole ? largePages(bytes) : nullptr;
    if (!mapping)
        mapping = VirtualAlloc(nullptr, bytes, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    if (!mapping)
        return Error{ErrorCode::OutOfMemory, "The system refused " + std::to_string(bytes >> 20) + " MiB of memory."};
    buffer.m_data = static_cast<std::byte*>(mapping);
    buffer.m_size = bytes;
    buffer.m_mapping = mapping;
    buffer.m_mappingSize = bytes;
    return buffer;
}

HugeBuffer::~HugeBuffer()
{
    if (m_mapping)
        VirtualFree(m_mapping, 0, MEM_RELEASE);
}

} // namespace qwill::engine
