#include "base/mapped_file.h"

#include "base/check.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <limits>
#include <system_error>

namespace qwill::engine {

namespace {

Error systemError(const std::string& path, int code)
{
    if (code == ENOENT || code == ENOTDIR)
        return {ErrorCode::NotFound, "There is no file " + path + "."};
    return {ErrorCode::Io, "Cannot read " + path + ": " + std::generic_category().message(code) + "."};
}

struct Descriptor {
    int fd = -1;
    ~Descriptor()
    {
        if (fd >= 0)
            ::close(fd);
    }
};

} // namespace

Result<std::shared_ptr<const MappedFile>> MappedFile::open(const std::string& path)
{
    // O_NONBLOCK: opening a named pipe must not wait for a writer; regular files ignore it.
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (file.fd < 0)
        return systemError(path, errno);
    struct stat status = {};
    if (::fstat(file.fd, &status) != 0)
        return systemError(path, errno);
    if (S_ISDIR(status.st_mode))
        return Error{ErrorCode::Invalid, path + " is a directory, not a file."};
    if (!S_ISREG(status.st_mode))
        return Error{ErrorCode::Invalid, path + " is not a regular file."};
    if (status.st_size <= 0)
        return Error{ErrorCode::Corrupt, path + " is empty."};
    if (static_cast<std::uint64_t>(status.st_size) > std::numeric_limits<std::size_t>::max())
        return Error{ErrorCode::Unsupported, path + " is too large for this machine's address space."};

    std::shared_ptr<MappedFile> mapped(new MappedFile);
    mapped->m_path = path;
    mapped->m_modifiedNs = static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec;
    const auto size = static_cast<std::size_t>(status.st_size);
    void* address = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.fd, 0);
    if (address == MAP_FAILED)
        return systemError(path, errno);
    mapped->m_data = static_cast<const std::byte*>(address);
    mapped->m_size = size;
    return std::shared_ptr<const MappedFile>(std::move(mapped));
}

MappedFile::~MappedFile()
{
    if (m_data)
        ::munmap(const_cast<std::byte*>(m_data), m_size);
}

void MappedFile::advise(Advice advice, std::span<const std::byte> range) const
{
    if (range.empty())
        return;
    QWILL_CHECK(range.data() >= m_data && range.data() + range.size() <= m_data + m_size);
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    auto begin = reinterpret_cast<std::uintptr_t>(range.data());
    auto end = begin + range.size();
    if (advice == Advice::DontNeed) { // a page shared with a neighbour stays
        begin = (begin + page - 1) / page * page;
        end = range.data() + range.size() == m_data + m_size ? end : end / page * page;
    } else {
        begin = begin / page * page;
    }
    if (begin < end)
        ::madvise(reinterpret_cast<void*>(begin), end - begin,
                  advice == Advice::DontNeed ? MADV_DONTNEED : MADV_SEQUENTIAL);
}

} // namespace qwill::engine
