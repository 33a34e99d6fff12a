#pragma once
// RoughTokenizer: stands in for the tokenizer of a model that is elsewhere: pieces about as long as a token, so that a
// conversation can be counted before it is sent, and taken apart again. Lossless; counts a little high, rather than
// low. Text cannot become the mark of a turn. Any thread.

#include "engine/types.h"

#include <deque>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace qwill::app {

class RoughTokenizer {
public:
    std::vector<engine::Token> encode(std::string_view text) const;
    std::string decode(std::span<const engine::Token> tokens) const; // marks of turns are nothing

    // Each turn is its role's mark, its text and an end; then the opening of a reply, unless the last turn is the
    // assistant's, which stays open.
    std::vector<engine::Token> encodeChat(std::span<const engine::ChatMessage> messages) const;
    std::vector<engine::ChatMessage> decodeChat(std::span<const engine::Token> tokens) const;

private:
    engine::Token idOf(std::string_view piece) const; // under the mutex

    mutable std::mutex m_mutex; // guards what follows; it grows with the words that were met
    mutable std::deque<std::string> m_pieces;
    mutable std::unordered_map<std::string_view, engine::Token> m_ids; // views of m_pieces
};

} // namespace qwill::app
