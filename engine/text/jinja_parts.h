#pragma once
// JinjaParts: what a Jinja template is made of, for recognising it: the texts it writes or compares with, and the names
// it uses. It is not interpreted. Any thread.

#include "engine/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace qwill::engine {

struct JinjaParts {
    std::vector<std::string> texts; // string literals, unescaped, and text between tags as it would be written
    std::vector<std::string> names; // identifiers and keywords inside tags
    std::vector<std::string> complaints; // literals given to raise_exception

    bool anyTextHas(std::string_view part) const;
    bool hasName(std::string_view name) const;
};

// Unsupported when a tag or a string does not end, or the template is longer than 256 KiB. White space around tags is
// treated as `transformers` sets Jinja up: trim_blocks and lstrip_blocks.
Result<JinjaParts> takeJinjaApart(std::string_view source);

} // namespace qwill::engine
