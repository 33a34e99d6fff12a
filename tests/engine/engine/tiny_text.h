#pragma once
// A tiny byte-level tokenizer beside a tiny model: 256 bytes, then <|endoftext|> 256, <|im_start|> 257, <|im_end|> 258.
// Tests only.

#include "support/tiny_model.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>

namespace qwill::test {

inline constexpr int kTinyTextVocab = 259;

// The letter that byte-level BPE writes for a byte (GPT-2's table).
inline std::string letterOfByte(int byte)
{
    const bool printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    int code = byte;
    if (!printable) {
        code = 256;
        for (int b = 0; b < byte; ++b)
            code += (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174 ? 0 : 1;
    }
    if (code < 128)
        return std::string(1, static_cast<char>(code));
    return {static_cast<char>(0xc0 | (code >> 6)), static_cast<char>(0x80 | (code & 63))};
}

inline void writeTinyTokenizer(const std::filesystem::path& dir)
{
    nlohmann::json vocabulary;
    for (int byte = 0; byte < 256; ++byte)
        vocabulary[letterOfByte(byte)] = byte;
    nlohmann::json added = nlohmann::json::array();
    int id = 256;
    for (const char* name : {"<|endoftext|>", "<|im_start|>", "<|im_end|>"})
        added.push_back({{"id", id++},
                         {"content", name},
                         {"single_word", false},
                         {"lstrip", false},
                         {"rstrip", false},
                         {"normalized", false},
                         {"special", true}});
    const nlohmann::json tokenizer{
        {"version", "1.0"},
        {"added_tokens", added},
        {"normalizer", nullptr},
        {"pre_tokenizer",
         {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", false}, {"use_regex", false}}},
        {"post_processor", nullptr},
        {"decoder",
         {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", false}, {"use_regex", false}}},
        {"model",
         {{"type", "BPE"},
          {"dropout", nullptr},
          {"unk_token", nullptr},
          {"byte_fallback", false},
          {"vocab", vocabulary},
          {"merges", nlohmann::json::array()}}},
    };
    writeFile(dir / "tokenizer.json", tokenizer.dump());
    writeFile(dir / "tokenizer_config.json", R"({"tokenizer_class":"Qwen2Tokenizer","eos_token":"<|im_end|>"})");
}

} // namespace qwill::test
