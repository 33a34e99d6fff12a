#include "sample/token_trie.h"

#include <algorithm>

namespace qwill::engine {

TokenTrie TokenTrie::build(std::vector<std::pair<std::string_view, Token>> texts)
{
    std::sort(texts.begin(), texts.end());
    TokenTrie trie;
    std::vector<std::uint32_t> path; // nodes from the first byte to the last
    std::string_view before;
    const auto closeDownTo = [&](std::size_t depth) {
        for (; path.size() > depth; path.pop_back())
            trie.nodes[path.back()].end = static_cast<std::uint32_t>(trie.nodes.size());
    };
    for (const auto& [text, token] : texts) {
        if (text.empty() || text.size() > 0xffff)
            continue;
        const auto [mine, other] = std::mismatch(text.begin(), text.end(), before.begin(), before.end());
        closeDownTo(static_cast<std::size_t>(mine - text.begin()));
        while (path.size() < text.size()) {
            const auto byte = static_cast<std::uint8_t>(text[path.size()]);
            path.push_back(static_cast<std::uint32_t>(trie.nodes.size()));
            trie.nodes.push_back(
                {0, static_cast<std::uint32_t>(trie.tokens.size()), 0, static_cast<std::uint16_t>(path.size()), byte});
        }
        trie.tokens.push_back(token);
        ++trie.nodes[path.back()].tokenCount;
        trie.depth = std::max(trie.depth, static_cast<int>(text.size()));
        before = text;
    }
    closeDownTo(0);
    return trie;
}

} // namespace qwill::engine
