#pragma once
// RawTokenizerJson: a tokenizer.json as it was read: the two big tables of the model in flat arrays, everything else as
// a small JSON value. One thread.

#include "engine/result.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace qwill::engine {

struct RawTokenizerJson {
    struct Entry {
        std::uint32_t begin = 0, length = 0; // into `arena`
        std::uint64_t id = 0;
    };
    struct Merge {
        std::uint32_t begin = 0, leftLength = 0, rightLength = 0; // into `arena`; right follows left
    };
    std::string arena;
    std::vector<Entry> vocabulary;
    std::vector<Merge> merges;
    bool hasVocabulary = false;
    bool hasMerges = false;
    nlohmann::json rest; // without model.vocab and model.merges

    std::string_view text(std::uint32_t begin, std::uint32_t length) const { return {arena.data() + begin, length}; }
};

// Reads in one pass without building a tree of the tables (11 MB of Qwen's file in 0.1 s). Corrupt when it is not JSON
// or the tables are not what they should be.
Result<RawTokenizerJson> parseTokenizerJson(std::string_view json);

} // namespace qwill::engine
