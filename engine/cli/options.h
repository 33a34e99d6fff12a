#pragma once
// What each command of qwill-cli was asked to do: plain values, filled by command_line.cpp. Main thread.

#include "engine/model_info.h"
#include "engine/types.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace qwill::engine::cli {

struct ModelOptions {
    std::string path;
    WeightFormat weights = WeightFormat::Auto;
    KvFormat kv = KvFormat::Auto;
    DeviceKind device = DeviceKind::Auto;
    int contextLength = 0; // 0 = the command's own default
    int threads = 0, prefillThreads = 0; // 0 chooses
    bool packedCache = true;
};

// What was said on the command line; the rest is the model's own recommendation.
struct SamplingOptions {
    bool greedy = false;
    std::optional<float> temperature, topP, minP, repetitionPenalty, presencePenalty, frequencyPenalty;
    std::optional<int> topK;
    std::optional<std::uint64_t> seed;
    std::vector<std::string> logitBias; // ID=VALUE
    std::vector<std::string> stop;
    bool jsonObject = false; // the reply is any JSON object
    std::string jsonSchemaFile; // the reply fits the schema in this file; empty = none
    int maxTokens = -1;
    bool ignoreEos = false;
    bool speculate = true;
};

struct InfoOptions {
    bool json = false;
    DeviceKind device = DeviceKind::Auto;
};

struct InspectOptions {
    std::string path;
    bool json = false;
};

struct TokenizeOptions {
    std::string path;
    bool jsonLines = false;
    bool data = false; // special tokens are text
};

struct DetokenizeOptions {
    std::string path;
};

struct LogitsOptions {
    ModelOptions model;
    std::string ids;
    std::string outFile; // empty = top 10 of the last position, as JSON
};

struct GenerateOptions {
    ModelOptions model;
    SamplingOptions sampling;
    std::optional<std::string> prompt;
    std::optional<std::string> ids;
    bool json = false;
};

struct ChatOptions {
    ModelOptions model;
    SamplingOptions sampling;
    std::string system;
    std::optional<std::string> message; // answer once, then leave
};

struct PerplexityOptions {
    ModelOptions model;
    std::string file;
    std::optional<WeightFormat> against; // also print the mean KL divergence from this format
    bool json = false;
};

struct QuantizeOptions {
    ModelOptions model; // weights: w8 or w4
    std::string outPath;
};

struct BenchOptions {
    ModelOptions model;
    int promptTokens = 512;
    int newTokens = 64;
    int depth = 0; // tokens already in the context
    int repetitions = 3;
    int sequences = 1; // also write that many at once
    std::string textFile; // also measure rewriting and telling it with and without speculation
    bool json = false;
};

using Command = std::variant<InfoOptions, InspectOptions, TokenizeOptions, DetokenizeOptions, LogitsOptions,
                             GenerateOptions, ChatOptions, PerplexityOptions, QuantizeOptions, BenchOptions>;

} // namespace qwill::engine::cli
