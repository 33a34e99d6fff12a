#pragma once
// ModelConfig: the shape and constants of one dense decoder, whatever file described it. A value; any thread.

#include "engine/result.h"
#include "engine/types.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace qwill::engine {

enum class Architecture { Qwen3, Qwen2, Llama, Mistral, Gemma2, Gemma3, Phi3, SmolLM3 };

enum class Activation { Silu, GeluTanh };

struct RopeScaling {
    enum class Kind { None, Linear, Yarn, Llama3, LongRope };
    Kind kind = Kind::None;
    float factor = 1;
    int originalContext = 0; // yarn, llama3, longrope
    float betaFast = 32, betaSlow = 1, attentionFactor = 0; // yarn; attentionFactor 0 = 0.1 · ln(factor) + 1
    // of longrope, too: 0 = √(1 + ln(factor) / ln(originalContext))
    float lowFreqFactor = 1, highFreqFactor = 4; // llama3
    // [rotary dimensions / 2] divide the inverse frequencies, beside whatever `kind` does; empty = none. How GGUF files
    // of Llama 3 write the llama3 scaling; with longrope, those of a context up to originalContext.
    std::vector<float> frequencyFactors = {};
    std::vector<float> longFactors = {}; // longrope: those of a longer context
};

struct ModelConfig {
    Architecture architecture = Architecture::Qwen3;
    std::string name;
    int vocabSize = 0; // rows of the embedding, padding included
    int hiddenSize = 0;
    int intermediateSize = 0;
    int layerCount = 0;
    int headCount = 0;
    int kvHeadCount = 0; // divides headCount
    int headDim = 0; // even
    int maxContext = 0;
    float rmsEps = 1e-6f;
    float ropeTheta = 10000;
    RopeScaling ropeScaling;
    int rotaryDim = 0; // the first of a head, which RoPE turns; 0 = all
    std::vector<int> ropelessLayers; // ascending: layers without RoPE
    // Layers whose tokens see only the last slidingWindow tokens, themselves included; ascending.
    std::vector<int> slidingLayers;
    int slidingWindow = 0;
    float slidingRopeTheta = 0; // of those layers, unscaled; 0 = as all
    bool tiedEmbeddings = false;
    bool qkNorm = false; // per-head RMSNorm on q and k before RoPE
    bool qkvBias = false;
    bool outputBias = false; // bias of o_proj
    bool branchNorms = false; // attention and feed-forward are normed once more before they are added
    Activation activation = Activation::Silu;
    float embeddingScale = 1; // multiplies what is looked up
    float attentionScale = 0; // multiplies the scores; 0 = 1 / √headDim
    float attentionCap = 0, logitCap = 0; // x becomes cap · tanh(x / cap); 0 = x stays
    std::vector<Token> eosTokens;
    Token bosToken = -1; // −1 = none
    SamplingParams recommendedSampling; // generation_config.json, or the defaults

    int queryRows() const { return headCount * headDim; }
    int kvRows() const { return kvHeadCount * headDim; }
    int ropeDim() const { return rotaryDim > 0 ? rotaryDim : headDim; }
};

inline constexpr int kMaxModelContext = 1 << 27; // tokens; positions stay exact in an int and far from overflow

std::string_view architectureName(Architecture architecture); // "qwen3", "gemma2", "phi3", …

// Every number positive, bounded and consistent with the others. Whoever fills a ModelConfig calls it.
Result<void> validateConfig(const ModelConfig& config);

} // namespace qwill::engine
