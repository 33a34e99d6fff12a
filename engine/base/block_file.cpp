#include "base/block_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

namespace qwill::engine {

namespace {

Error systemError(const char* verb, const std::string& path, int code)
{
    return {code == ENOENT ? ErrorCode::NotFound : ErrorCode::Io,
            std::string("Cannot ") + verb + ' ' + path + ": " + std::generic_category().message(code) + "."};
}

} // namespace

Result<BlockFile> BlockFile::openToRead(const std::string& path)
{
    BlockFile file;
    file.m_path = path;
    // O_NONBLOCK: opening a named pipe must not wait for a writer; regular files ignore it.
    file.m_handle = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat status = {};
    if (file.m_handle < 0 || ::fstat(static_cast<int>(file.m_handle), &status) != 0)
        return systemError("read", path, errno);
    if (!S_ISREG(status.st_mode))
        return Error{ErrorCode::Corrupt, path + " is not a regular file."};
    file.m_size = static_cast<std::uint64_t>(status.st_size);
    return file;
}

Result<BlockFile> BlockFile::create(const std::string& path)
{
    BlockFile file;
    file.m_path = path;
    file.m_handle = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file.m_handle < 0)
        return systemError("write", path, errno);
    return file;
}

BlockFile::~BlockFile()
{
    if (m_handle >= 0)
        ::close(static_cast<int>(m_handle));
}

Result<void> BlockFile::read(std::span<std::byte> out, std::uint64_t offset) const
{
    while (!out.empty()) {
        const ssize_t n = ::pread(static_cast<int>(m_handle), out.data(), out.size(), static_cast<off_t>(offset));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return systemError("read", m_path, errno);
        if (n == 0)
            return Error{ErrorCode::Corrupt, m_path + " ends too early."};
        out = out.subspan(static_cast<std::size_t>(n));
        offset += static_cast<std::uint64_t>(n);
    }
    return {};
}

Result<void> BlockFile::write(std::span<const std::byte> data, std::uint64_t offset) const
{
    while (!data.empty()) {
        const ssize_t n = ::pwrite(static_cast<int>(m_handle), data.data(), data.size(), static_cast<off_t>(offset));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return systemError("write", m_path, n < 0 ? errno : ENOSPC);
        data = data.subspan(static_cast<std::size_t>(n));
        offset += static_cast<std::uint64_t>(n);
    }
    return {};
}

Result<void> BlockFile::close()
{
    const int descriptor = static_cast<int>(std::exchange(m_handle, -1));
    if (descriptor >= 0 && ::close(descriptor) != 0)
        return systemError("write", m_path, errno);
    return {};
}

Result<void> BlockFile::replace(const std::string& from, const std::string& to)
{
    if (::rename(from.c_str(), to.c_str()) != 0)
        return systemError("write", to, errno);
    return {};
}

void BlockFile::remove(const std::string& path)
{
    ::unlink(path.c_str());
}

int BlockFile::processId()
{
    return ::getpid();
}

} // namespace qwill::engine
