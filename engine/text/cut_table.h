#pragma once
// CutTable: between which code points a word may be cut without changing what its merges give: where no merge's left
// side can end and its right side begin. Chinese, which has no spaces, falls into stretches of two characters on
// average (Qwen's merges), which a cache knows. Immutable after build(); any thread.

#include "text/hash_bytes.h"
#include "text/merge_table.h"
#include "text/token_table.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace qwill::engine {

class CutTable {
public:
    void build(const MergeTable& merges, const TokenTable& tokens);

    // `left` and `right` are single whole code points, `right` beyond ASCII. Never true where a merge could cross;
    // may be false where none does.
    bool mayCut(std::string_view left, std::string_view right) const
    {
        const auto last = static_cast<unsigned char>(left.back()), first = static_cast<unsigned char>(right.front());
        return !bit(m_partial.data(), last * 256u + first) && !bit(m_whole.data(), place(left, right));
    }

private:
    static constexpr int kWholeBits = 19; // 64 KiB; Qwen has 21,544 such pairs, so 4 % of the other places are lost

    static bool bit(const std::uint64_t* bits, std::size_t i) { return ((bits[i / 64] >> (i % 64)) & 1) != 0; }
    static std::size_t place(std::string_view left, std::string_view right)
    {
        std::uint32_t pair[2] = {};
        std::memcpy(&pair[0], left.data(), left.size());
        std::memcpy(&pair[1], right.data(), right.size());
        return static_cast<std::size_t>(mixBits((std::uint64_t{pair[0]} << 32) | pair[1]) >> (64 - kWholeBits));
    }

    // By the last byte on the left and the first on the right: a merge of which one side is less than a code point.
    std::array<std::uint64_t, 256 * 256 / 64> m_partial{};
    // By hash of both code points: a merge whose sides end and begin in whole ones.
    std::vector<std::uint64_t> m_whole = std::vector<std::uint64_t>((std::size_t{1} << kWholeBits) / 64);
};

} // namespace qwill::engine
