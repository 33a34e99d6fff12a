#pragma once
// A whole file mapped read-only: how checkpoints are read without a second copy. Shared by whoever keeps views into it;
// any thread.

#include "engine/result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace qwill::engine {

class MappedFile {
public:
    enum class Advice {
        Sequential, // read ahead generously
        DontNeed, // drop these pages from our memory; the system's cache may keep them
    };

    // Directories, missing, unreadable and empty files are errors. The file must not shrink while it is mapped.
    static Result<std::shared_ptr<const MappedFile>> open(const std::string& path);
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;
    ~MappedFile();

    std::span<const std::byte> bytes() const { return {m_data, m_size}; }
    std::size_t size() const { return m_size; }
    const std::string& path() const { return m_path; }
    std::int64_t modifiedNs() const { return m_modifiedNs; } // since the epoch

    // Advice only: nothing fails. DontNeed covers the whole pages inside `range`, which must lie in bytes().
    void advise(Advice advice, std::span<const std::byte> range) const;

private:
    MappedFile() = default;

    std::string m_path;
    const std::byte* m_data = nullptr;
    std::size_t m_size = 0;
    std::int64_t m_modifiedNs = 0;
};

} // namespace qwill::engine
