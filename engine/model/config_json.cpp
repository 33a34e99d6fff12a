#include "model/config_json.h"

#include <cmath>
#include <type_traits>

namespace qwill::engine {

namespace {

using Json = nlohmann::json;

// One list of fields for both directions.
template <typename Config, typename Visit>
void visitFields(Config& c, Visit&& visit)
{
    visit("architecture", c.architecture);
    visit("name", c.name);
    visit("vocab_size", c.vocabSize);
    visit("hidden_size", c.hiddenSize);
    visit("intermediate_size", c.intermediateSize);
    visit("layers", c.layerCount);
    visit("heads", c.headCount);
    visit("kv_heads", c.kvHeadCount);
    visit("head_dim", c.headDim);
    visit("max_context", c.maxContext);
    visit("rms_eps", c.rmsEps);
    visit("rope_theta", c.ropeTheta);
    visit("rope_kind", c.ropeScaling.kind);
    visit("rope_factor", c.ropeScaling.factor);
    visit("rope_original_context", c.ropeScaling.originalContext);
    visit("rope_beta_fast", c.ropeScaling.betaFast);
    visit("rope_beta_slow", c.ropeScaling.betaSlow);
    visit("rope_attention_factor", c.ropeScaling.attentionFactor);
    visit("rope_low_freq_factor", c.ropeScaling.lowFreqFactor);
    visit("rope_high_freq_factor", c.ropeScaling.highFreqFactor);
    visit("rope_frequency_factors", c.ropeScaling.frequencyFactors);
    visit("rope_long_factors", c.ropeScaling.longFactors);
    visit("rotary_dim", c.rotaryDim);
    visit("ropeless_layers", c.ropelessLayers);
    visit("sliding_layers", c.slidingLayers);
    visit("sliding_window", c.slidingWindow);
    visit("sliding_rope_theta", c.slidingRopeTheta);
    visit("tied_embeddings", c.tiedEmbeddings);
    visit("qk_norm", c.qkNorm);
    visit("qkv_bias", c.qkvBias);
    visit("output_bias", c.outputBias);
    visit("branch_norms", c.branchNorms);
    visit("activation", c.activation);
    visit("embedding_scale", c.embeddingScale);
    visit("attention_scale", c.attentionScale);
    visit("attention_cap", c.attentionCap);
    visit("logit_cap", c.logitCap);
    visit("eos_tokens", c.eosTokens);
    visit("bos_token", c.bosToken);
    visit("temperature", c.recommendedSampling.temperature);
    visit("top_k", c.recommendedSampling.topK);
    visit("top_p", c.recommendedSampling.topP);
    visit("min_p", c.recommendedSampling.minP);
    visit("repetition_penalty", c.recommendedSampling.repetitionPenalty);
}

struct Writer {
    Json& json;
    template <typename T>
    void operator()(const char* name, const T& value)
    {
        if constexpr (std::is_enum_v<T>)
            json[name] = static_cast<int>(value);
        else
            json[name] = value;
    }
};

struct FieldReader {
    const Json& json;
    std::string wrong; // the first field that is not as it should be

    const Json* get(const char* name)
    {
        const auto it = json.find(name);
        return it == json.end() ? nullptr : &*it;
    }
    static bool read(const Json& j, float& out)
    {
        if (!j.is_number())
            return false;
        out = j.get<float>();
        return std::isfinite(out);
    }
    static bool read(const Json& j, int& out)
    {
        if (!j.is_number_integer() || j.get<std::int64_t>() < -1 || j.get<std::int64_t>() > kMaxModelContext)
            return false;
        out = j.get<int>();
        return true;
    }
    static bool read(const Json& j, bool& out)
    {
        if (!j.is_boolean())
            return false;
        out = j.get<bool>();
        return true;
    }
    static bool read(const Json& j, std::string& out)
    {
        if (!j.is_string())
            return false;
        out = j.get<std::string>();
        return true;
    }
    template <typename T>
    static bool read(const Json& j, std::vector<T>& out)
    {
        if (!j.is_array() || j.size() > 65536)
            return false;
        out.resize(j.size());
        for (std::size_t i = 0; i < j.size(); ++i)
            if (!read(j[i], out[i]))
                return false;
        return true;
    }
    static int lastOf(Architecture) { return static_cast<int>(Architecture::SmolLM3); }
    static int lastOf(RopeScaling::Kind) { return static_cast<int>(RopeScaling::Kind::LongRope); }
    static int lastOf(Activation) { return static_cast<int>(Activation::GeluTanh); }
    template <typename T>
    void operator()(const char* name, T& value)
    {
        const Json* j = get(name);
        bool good = j != nullptr;
        if constexpr (std::is_enum_v<T>) {
            int number = 0;
            good = good && read(*j, number) && number >= 0 && number <= lastOf(value);
            value = static_cast<T>(number);
        } else {
            good = good && read(*j, value);
        }
        if (!good && wrong.empty())
            wrong = name;
    }
};

} // namespace

Json configToJson(const ModelConfig& config)
{
    Json json = Json::object();
    visitFields(config, Writer{json});
    return json;
}

Result<ModelConfig> configFromJson(const Json& json)
{
    ModelConfig config;
    if (!json.is_object())
        return Error{ErrorCode::Corrupt, "The packed model has no configuration."};
    FieldReader reader{json, {}};
    visitFields(config, reader);
    if (!reader.wrong.empty())
        return Error{ErrorCode::Corrupt, "The packed model's configuration lacks a sensible " + reader.wrong + "."};
    if (auto valid = validateConfig(config); !valid)
        return valid.error();
    for (Token token : config.eosTokens)
        if (token < 0 || token >= config.vocabSize)
            return Error{ErrorCode::Corrupt, "The packed model's eos_tokens lie outside its vocabulary."};
    if (config.bosToken >= config.vocabSize)
        return Error{ErrorCode::Corrupt, "The packed model's bos_token lies outside its vocabulary."};
    return config;
}

} // namespace qwill::engine
