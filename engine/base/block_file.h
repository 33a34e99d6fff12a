#pragma once
// A file read and written at offsets, by several threads at once: what a packed model needs. One
// block_file_<platform>.cpp is compiled. Paths are UTF-8 everywhere.

#include "engine/result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace qwill::engine {

class BlockFile {
public:
    static Result<BlockFile> openToRead(const std::string& path); // regular files only
    static Result<BlockFile> create(const std::string& path); // what was there is emptied
    BlockFile(BlockFile&& other) noexcept;
    BlockFile& operator=(BlockFile&& other) noexcept;
    ~BlockFile();

    std::uint64_t size() const { return m_size; } // when it was opened
    // All of it, or an error that names the file.
    Result<void> read(std::span<std::byte> out, std::uint64_t offset) const;
    Result<void> write(std::span<const std::byte> data, std::uint64_t offset) const;
    Result<void> close();

    // `to` may exist, and whoever reads it goes on reading what was there. At once; on Windows there is no `to` for a
    // moment when it is being read.
    static Result<void> replace(const std::string& from, const std::string& to);
    static void remove(const std::string& path); // if it can be
    static int processId();

private:
    BlockFile() = default;

    std::string m_path;
    std::intptr_t m_handle = -1;
    std::uint64_t m_size = 0;
};

inline BlockFile::BlockFile(BlockFile&& other) noexcept
    : m_path(std::move(other.m_path)),
      m_handle(std::exchange(other.m_handle, -1)),
      m_size(other.m_size)
{
}

inline BlockFile& BlockFile::operator=(BlockFile&& other) noexcept
{
    std::swap(m_path, other.m_path);
    std::swap(m_handle, other.m_handle);
    std::swap(m_size, other.m_size);
    return *this;
}

} // namespace qwill::engine
