#pragma once
// TokenTrie: the tokens of a vocabulary by their bytes, laid out so that whatever begins with the same bytes lies
// together and can be leapt over. Immutable; any thread.

#include "engine/types.h"

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace qwill::engine {

struct TokenTrie {
    // In depth-first order: a node's descendants follow it up to `end`.
    struct Node {
        std::uint32_t end = 0;
        std::uint32_t firstToken = 0; // of `tokens`: those that end here
        std::uint16_t tokenCount = 0;
        std::uint16_t depth = 0; // bytes up to here, 1 for the first
        std::uint8_t byte = 0;
    };
    std::vector<Node> nodes;
    std::vector<Token> tokens;
    int depth = 0; // bytes of the longest token

    // Empty texts are left out, and those longer than 65535 bytes.
    static TokenTrie build(std::vector<std::pair<std::string_view, Token>> texts);
};

} // namespace qwill::engine
