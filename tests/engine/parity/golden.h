#pragma once
// Golden: one model under tests/data/reference and the answers independent programs gave for it (the format is
// described in tests/reference/README.md). Values; any thread.

#include "engine/types.h"

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace qwill::test {

struct GoldenCase {
    std::vector<engine::Token> ids;
    std::vector<int> positions; // whose rows of logits were kept
    std::size_t firstRow = 0; // of this case in Golden::logits
    struct Candidate {
        engine::Token token = 0;
        float logprob = 0;
    };
    std::vector<Candidate> peer; // llama.cpp's best ten at the last position; GGUF only
};

struct GoldenReply {
    std::vector<engine::Token> prompt;
    std::vector<engine::Token> tokens; // the best each time
};

struct Golden {
    std::string name;
    std::filesystem::path model; // a Hugging Face directory, or a .gguf file
    int vocab = 0;
    float logitsStd = 0;
    std::vector<GoldenCase> cases;
    std::vector<GoldenReply> greedy;
    std::vector<float> logits; // [rows, vocab]

    std::span<const float> row(const GoldenCase& of, std::size_t i) const
    {
        return std::span(logits).subspan((of.firstRow + i) * static_cast<std::size_t>(vocab),
                                         static_cast<std::size_t>(vocab));
    }
};

// Ascending by name; a golden that cannot be read is a failed test (doctest REQUIRE).
std::vector<Golden> huggingFaceGoldens();
std::vector<Golden> ggufGoldens();
std::vector<Golden> quantisedGoldens();
std::vector<Golden> ggufTypeGoldens(); // types that llama-quantize was not asked for

} // namespace qwill::test
