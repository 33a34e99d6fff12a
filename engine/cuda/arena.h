#pragma once
// Arena: hands out 256-byte aligned pieces of one block of the card's memory; with a null base it only counts, so that
// what is planned is what is taken. Values; any thread.

#include <cstddef>

namespace qwill::engine::cuda {

class Arena {
public:
    explicit Arena(std::byte* base) : m_base(base) { }

    // Null when only counting, and for nothing.
    template <typename T>
    T* take(std::size_t count)
    {
        std::byte* at = m_base ? m_base + m_used : nullptr;
        m_used += (count * sizeof(T) + 255) / 256 * 256;
        return count > 0 ? reinterpret_cast<T*>(at) : nullptr;
    }
    std::size_t used() const { return m_used; }

private:
    std::byte* m_base;
    std::size_t m_used = 0;
};

} // namespace qwill::engine::cuda
