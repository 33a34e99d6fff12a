#pragma once
// Cuts a Jinja template into tokens, with white space around tags as `transformers` sets Jinja up: trim_blocks and
// lstrip_blocks. Any thread.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace qwill::engine::jinja {

struct Token {
    enum class Kind : std::uint8_t {
        Data, // text between tags, as it is written
        BeginOutput, // {{
        EndOutput,
        BeginBlock, // {%
        EndBlock,
        Name,
        Integer,
        Float,
        String, // text: unescaped
        Operator,
        End,
    };
    Kind kind = Kind::End;
    std::string text;
    int line = 1;
};

// Throws Refusal. Ends with a token of Kind::End.
std::vector<Token> tokenize(std::string_view source);

} // namespace qwill::engine::jinja
