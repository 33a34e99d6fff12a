#include "text/cut_table.h"

#include "text/utf8.h"

#include <algorithm>

namespace qwill::engine {

namespace {

// The whole code point that `bytes` ends in; empty when it ends in a part of one.
std::string_view lastCodePoint(std::string_view bytes)
{
    for (std::size_t length = 1; length <= std::min<std::size_t>(4, bytes.size()); ++length) {
        const std::string_view tail = bytes.substr(bytes.size() - length);
        if ((static_cast<unsigned char>(tail[0]) & 0xc0) == 0x80)
            continue;
        const Utf8Step step = decodeUtf8(tail);
        return step.kind == Utf8Step::Kind::Valid && static_cast<std::size_t>(step.length) == length
            ? tail
            : std::string_view();
    }
    return {};
}

} // namespace

void CutTable::build(const MergeTable& merges, const TokenTable& tokens)
{
    merges.forEachPair([&](Token leftId, Token rightId) {
        const std::string_view left = tokens.bytes(leftId), right = tokens.bytes(rightId);
        // A right side that begins inside a code point, or in ASCII, never stands where a word is cut.
        if (left.empty() || right.empty() || static_cast<unsigned char>(right[0]) < 0xc0)
            return;
        const std::string_view before = lastCodePoint(left);
        const Utf8Step step = decodeUtf8(right);
        if (!before.empty() && step.kind == Utf8Step::Kind::Valid) {
            const std::size_t i = place(before, right.substr(0, static_cast<std::size_t>(step.length)));
            m_whole[i / 64] |= std::uint64_t{1} << (i % 64);
        } else {
            const std::size_t i = static_cast<unsigned char>(left.back()) * 256u + static_cast<unsigned char>(right[0]);
            m_partial[i / 64] |= std::uint64_t{1} << (i % 64);
        }
    });
}

} // namespace qwill::engine
