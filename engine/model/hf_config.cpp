#include "model/hf_config.h"

#include "base/log.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>

namespace qwill::engine {

namespace {

using Json = nlohmann::json;

// Reads members of one object; the first mistake sticks, so that callers read everything and ask once.
class Reader {
public:
    Reader(const Json& object, std::string where) : m_object(object), m_where(std::move(where)) { }

    bool has(const char* key) const
    {
        const auto it = m_object.find(key);
        return it != m_object.end() && !it->is_null();
    }
    int integer(const char* key, std::optional<int> fallback = std::nullopt)
    {
        const Json* value = get(key, fallback.has_value());
        if (!value)
            return fallback.value_or(0);
        const double number = value->is_number() ? value->get<double>() : std::nan("");
        // A size written as 4096.0 is still a size.
        if (!(std::abs(number) <= std::numeric_limits<int>::max()) || number != std::floor(number)) {
            fail(key, "is not a whole number in range");
            return 0;
        }
        return static_cast<int>(number);
    }
    float real(const char* key, std::optional<float> fallback = std::nullopt)
    {
        const Json* value = get(key, fallback.has_value());
        if (!value)
            return fallback.value_or(0);
        if (!value->is_number()) {
            fail(key, "is not a number");
            return 0;
        }
        return static_cast<float>(value->get<double>());
    }
    bool boolean(const char* key, bool fallback)
    {
        const Json* value = get(key, true);
        if (!value)
            return fallback;
        if (!value->is_boolean()) {
            fail(key, "is neither true nor false");
            return fallback;
        }
        return value->get<bool>();
    }
    std::string text(const char* key, const std::string& fallback)
    {
        const Json* value = get(key, true);
        if (!value)
            return fallback;
        if (!value->is_string()) {
            fail(key, "is not a text");
            return fallback;
        }
        return value->get<std::string>();
    }
    // An id or a list of ids.
    std::vector<Token> tokens(const char* key, int vocabSize)
    {
        std::vector<Token> ids;
        const Json* value = get(key, true);
        if (!value)
            return ids;
        const Json list = value->is_array() ? *value : Json::array({*value});
        for (const Json& id : list) {
            if (!id.is_number_integer())
                fail(key, "is no list of token ids");
            else if (id.get<std::int64_t>() >= 0 && id.get<std::int64_t>() < vocabSize)
                ids.push_back(id.get<Token>());
            else
                log(LogLevel::Warning, m_where + ": " + key + " names a token outside the vocabulary; ignored.");
        }
        return ids;
    }
    const Json* object(const char* key)
    {
        const Json* value = get(key, true);
        if (value && !value->is_object()) {
            fail(key, "is not an object");
            return nullptr;
        }
        return value;
    }
    void fail(const std::string& key, const std::string& why, ErrorCode code = ErrorCode::Corrupt)
    {
        if (!m_error)
            m_error = Error{code, m_where + ": " + key + " " + why + "."};
    }
    void take(const Reader& other)
    {
        if (!m_error)
            m_error = other.m_error;
    }
    const std::optional<Error>& error() const { return m_error; }

private:
    const Json* get(const char* key, bool optional)
    {
        const auto it = m_object.find(key);
        if (it != m_object.end() && !it->is_null())
            return &*it;
        if (!optional)
            fail(key, "is missing");
        return nullptr;
    }

    const Json& m_object;
    std::string m_where;
    std::optional<Error> m_error;
};

std::optional<Architecture> architectureOf(const std::string& name)
{
    if (name == "Qwen3ForCausalLM" || name == "qwen3")
        return Architecture::Qwen3;
    if (name == "Qwen2ForCausalLM" || name == "qwen2")
        return Architecture::Qwen2;
    if (name == "LlamaForCausalLM" || name == "llama")
        return Architecture::Llama;
    if (name == "MistralForCausalLM" || name == "mistral")
        return Architecture::Mistral;
    if (name == "Gemma2ForCausalLM" || name == "gemma2")
        return Architecture::Gemma2;
    if (name == "Gemma3ForCausalLM" || name == "gemma3_text")
        return Architecture::Gemma3;
    if (name == "Phi3ForCausalLM" || name == "phi3")
        return Architecture::Phi3;
    if (name == "SmolLM3ForCausalLM" || name == "smollm3")
        return Architecture::SmolLM3;
    return std::nullopt;
}

bool isGemma(Architecture architecture)
{
    return architecture == Architecture::Gemma2 || architecture == Architecture::Gemma3;
}

Result<Architecture> readArchitecture(const Json& config)
{
    std::string name;
    const auto list = config.find("architectures");
    if (list != config.end() && list->is_array() && !list->empty() && list->front().is_string())
        name = list->front().get<std::string>();
    else if (const auto type = config.find("model_type"); type != config.end() && type->is_string())
        name = type->get<std::string>();
    if (name.empty())
        return Error{ErrorCode::Corrupt, "config.json does not name an architecture."};
    if (const auto known = architectureOf(name))
        return *known;
    return Error{ErrorCode::Unsupported,
                 "The architecture " + name
                     + " is not supported; this engine runs Qwen3, Qwen2, Llama, Mistral, Gemma, "
                       "Phi-3 and SmolLM3."};
}

// What changes the arithmetic in a way this engine does not compute.
Result<void> refuseUnknown(Reader& reader, Architecture architecture)
{
    const std::string activation = isGemma(architecture)
        ? reader.text("hidden_activation", reader.text("hidden_act", "gelu_pytorch_tanh"))
        : reader.text("hidden_act", "silu");
    if (isGemma(architecture)) {
        if (activation != "gelu_pytorch_tanh")
            return Error{ErrorCode::Unsupported,
                         "The activation " + activation + " is not supported for Gemma, only gelu_pytorch_tanh."};
    } else if (activation != "silu" && activation != "swish") {
        return Error{ErrorCode::Unsupported, "The activation " + activation + " is not supported, only silu."};
    }
    for (const char* experts : {"num_experts", "num_local_experts", "n_routed_experts"})
        if (reader.has(experts))
            return Error{ErrorCode::Unsupported,
                         std::string("Mixture-of-experts models are not supported (config.json has ") + experts + ")."};
    if (reader.boolean("mlp_bias", false))
        return Error{ErrorCode::Unsupported, "Biases in the feed-forward layers (mlp_bias) are not supported."};
    if (architecture == Architecture::Gemma3 && reader.boolean("use_bidirectional_attention", false))
        return Error{ErrorCode::Unsupported,
                     "Attention in both directions (use_bidirectional_attention) is not supported."};
    if (architecture != Architecture::Phi3 && reader.has("partial_rotary_factor")
        && reader.real("partial_rotary_factor", 1) != 1)
        return Error{ErrorCode::Unsupported,
                     "Rotating only part of each head (partial_rotary_factor) is not supported."};
    return {};
}

// transformers: 0.1 · m · ln(factor) + 1
float yarnMscale(float factor, float m)
{
    return factor <= 1 ? 1.0f : 0.1f * m * std::log(factor) + 1.0f;
}

void readYarn(Reader& rope, ModelConfig& c)
{
    RopeScaling& s = c.ropeScaling;
    s.kind = RopeScaling::Kind::Yarn;
    s.originalContext = rope.integer("original_max_position_embeddings", c.maxContext);
    s.factor = rope.has("factor") || s.originalContext <= 0
        ? rope.real("factor")
        : static_cast<float>(c.maxContext) / static_cast<float>(s.originalContext);
    s.betaFast = rope.real("beta_fast", 32.0f);
    s.betaSlow = rope.real("beta_slow", 1.0f);
    s.attentionFactor = rope.real("attention_factor", 0.0f);
    if (s.attentionFactor == 0 && rope.has("mscale") && rope.has("mscale_all_dim"))
        s.attentionFactor =
            yarnMscale(s.factor, rope.real("mscale", 1.0f)) / yarnMscale(s.factor, rope.real("mscale_all_dim", 1.0f));
    if (!rope.boolean("truncate", true))
        rope.fail("truncate", "= false is not supported", ErrorCode::Unsupported);
    const double reach = static_cast<double>(s.factor) * s.originalContext;
    if (reach > c.maxContext && reach <= kMaxModelContext)
        c.maxContext = static_cast<int>(reach);
}

// microsoft's Phi: factors of their own for contexts within and beyond the original one.
void readLongRope(const Json& object, Reader& reader, Reader& rope, ModelConfig& c)
{
    RopeScaling& s = c.ropeScaling;
    s.kind = RopeScaling::Kind::LongRope;
    s.originalContext = rope.has("original_max_position_embeddings")
        ? rope.integer("original_max_position_embeddings")
        : reader.integer("original_max_position_embeddings", c.maxContext);
    s.factor = rope.has("factor") ? rope.real("factor")
        : s.originalContext > 0
        ? std::max(1.0f, static_cast<float>(c.maxContext) / static_cast<float>(s.originalContext))
        : 1.0f;
    s.attentionFactor = rope.real("attention_factor", 0.0f);
    const auto take = [&](const char* key, std::vector<float>& out) {
        const auto list = object.find(key);
        if (list == object.end() || !list->is_array() || list->size() > 1024)
            return rope.fail(key, "is no list of numbers");
        for (const Json& value : *list)
            out.push_back(value.is_number() ? value.get<float>() : std::nanf("")); // validateConfig() refuses it
    };
    take("short_factor", s.frequencyFactors);
    take("long_factor", s.longFactors);
}

Result<void> readScaling(const Json& object, Reader& reader, Reader& rope, ModelConfig& c)
{
    const std::string kind = rope.has("rope_type") ? rope.text("rope_type", "") : rope.text("type", "default");
    if (kind == "linear") {
        c.ropeScaling.kind = RopeScaling::Kind::Linear;
        c.ropeScaling.factor = rope.real("factor");
    } else if (kind == "llama3") {
        c.ropeScaling.kind = RopeScaling::Kind::Llama3;
        c.ropeScaling.factor = rope.real("factor");
        c.ropeScaling.lowFreqFactor = rope.real("low_freq_factor");
        c.ropeScaling.highFreqFactor = rope.real("high_freq_factor");
        c.ropeScaling.originalContext = rope.integer("original_max_position_embeddings", c.maxContext);
    } else if (kind == "yarn") {
        readYarn(rope, c);
    } else if ((kind == "longrope" || kind == "su") && c.architecture == Architecture::Phi3) {
        readLongRope(object, reader, rope, c);
    } else if (kind != "default") {
        return Error{ErrorCode::Unsupported,
                     "RoPE scaling of type " + kind
                         + " is not supported, only linear, yarn and llama3, and longrope for Phi."};
    }
    return {};
}

// The old keys (rope_theta, rope_scaling {"type" | "rope_type"}) and those of transformers 5 (rope_parameters, which
// for Gemma 3 holds an object for each kind of layer).
Result<void> readRope(Reader& reader, ModelConfig& c)
{
    const bool gemma3 = c.architecture == Architecture::Gemma3;
    c.ropeTheta = reader.real("rope_theta", gemma3 ? 1e6f : 10000.0f);
    if (gemma3)
        c.slidingRopeTheta = reader.real("rope_local_base_freq", 10000.0f);
    float partial = reader.real("partial_rotary_factor", 1.0f);
    const Json* object = reader.object("rope_parameters");
    if (object && gemma3 && object->contains("full_attention")) {
        Reader kinds(*object, "config.json, rope_parameters");
        if (const Json* sliding = kinds.object("sliding_attention"))
            c.slidingRopeTheta = Reader(*sliding, "config.json, rope_parameters").real("rope_theta", 10000.0f);
        object = kinds.object("full_attention");
        reader.take(kinds);
    }
    if (!object)
        object = reader.object("rope_scaling");
    if (object) {
        Reader rope(*object, "config.json, rope scaling");
        c.ropeTheta = rope.real("rope_theta", c.ropeTheta);
        partial = rope.real("partial_rotary_factor", partial);
        if (auto scaling = readScaling(*object, reader, rope, c); !scaling)
            return scaling.error();
        reader.take(rope);
    }
    if (partial == 1)
        return {};
    if (c.architecture != Architecture::Phi3)
        reader.fail("partial_rotary_factor", "other than 1 is not supported", ErrorCode::Unsupported);
    else if (!(partial > 0 && partial < 1))
        reader.fail("partial_rotary_factor", "is not between 0 and 1");
    else
        c.rotaryDim = static_cast<int>(static_cast<float>(c.headDim) * partial);
    return {};
}

// Which layers see only a window: layer_types where it is there, else what each family means without it.
void readSlidingLayers(const Json& config, Reader& reader, ModelConfig& c)
{
    const bool qwen = c.architecture == Architecture::Qwen3 || c.architecture == Architecture::Qwen2;
    const bool asked = qwen || c.architecture == Architecture::SmolLM3 ? reader.boolean("use_sliding_window", false)
        : c.architecture == Architecture::Mistral ? !config.contains("sliding_window") || reader.has("sliding_window")
                                                  : isGemma(c.architecture) || reader.has("sliding_window");
    if (!asked || c.architecture == Architecture::Llama
        || (config.contains("sliding_window") && !reader.has("sliding_window")))
        return;
    const int window = reader.integer("sliding_window", 4096); // Mistral's where it is not said
    if (window < 1)
        return reader.fail("sliding_window", "is not positive");
    const auto types = config.find("layer_types");
    const bool listed = types != config.end() && types->is_array();
    const int fullFrom = qwen ? reader.integer("max_window_layers", 28) : 0;
    const int pattern = c.architecture == Architecture::Gemma2 ? 2
        : c.architecture == Architecture::Gemma3               ? reader.integer("sliding_window_pattern", 6)
                                                               : 0;
    if (pattern < 0 || (pattern == 0 && c.architecture == Architecture::Gemma3))
        return reader.fail("sliding_window_pattern", "is not positive");
    for (int i = 0; i < c.layerCount && i < 1024; ++i) {
        const bool slides = listed ? static_cast<std::size_t>(i) < types->size()
                && (*types)[static_cast<std::size_t>(i)] == "sliding_attention"
            : pattern > 0 ? (i + 1) % pattern != 0
                          : i >= fullFrom;
        if (slides && (window < c.maxContext || c.slidingRopeTheta > 0))
            c.slidingLayers.push_back(i);
    }
    c.slidingWindow = c.slidingLayers.empty() ? 0 : std::min(window, kMaxModelContext);
}

// SmolLM 3: 0 in no_rope_layers means that the layer goes without.
void readRopelessLayers(const Json& config, Reader& reader, ModelConfig& c)
{
    if (c.architecture != Architecture::SmolLM3)
        return;
    const auto list = config.find("no_rope_layers");
    const bool listed = list != config.end() && list->is_array() && !list->empty();
    const int interval = reader.integer("no_rope_layer_interval", 4);
    if (interval < 1 || (listed && std::ssize(*list) != c.layerCount))
        return reader.fail("no_rope_layers", "does not say something of every layer");
    for (int i = 0; i < c.layerCount && i < 1024; ++i)
        if (listed ? (*list)[static_cast<std::size_t>(i)] == 0 : (i + 1) % interval == 0)
            c.ropelessLayers.push_back(i);
}

void readGemma(Reader& r, ModelConfig& c)
{
    if (!isGemma(c.architecture))
        return;
    c.branchNorms = true;
    c.activation = Activation::GeluTanh;
    c.embeddingScale = std::sqrt(static_cast<float>(c.hiddenSize));
    const float scalar = r.real("query_pre_attn_scalar", 256.0f);
    c.attentionScale = scalar > 0 ? 1 / std::sqrt(scalar) : -1;
    const bool second = c.architecture == Architecture::Gemma2;
    c.attentionCap = r.real("attn_logit_softcapping", second && !r.has("attn_logit_softcapping") ? 50.0f : 0.0f);
    c.logitCap = r.real("final_logit_softcapping", second && !r.has("final_logit_softcapping") ? 30.0f : 0.0f);
}

// A nonsensical recommendation is no reason to refuse the model: it is left out.
void readSampling(Reader& g, SamplingParams& s)
{
    if (g.boolean("do_sample", false)) // the rest of transformers' defaults then
        s.temperature = 1, s.topK = 50, s.topP = 1;
    const auto take = [&](const char* key, float min, float max, float& out) {
        const float value = g.real(key, out);
        if (value >= min && value <= max)
            out = value;
        else
            log(LogLevel::Warning, std::string("generation_config.json: ") + key + " is out of range; ignored.");
    };
    take("temperature", 0, 100, s.temperature);
    take("top_p", 1e-6f, 1, s.topP);
    take("min_p", 0, 1, s.minP);
    take("repetition_penalty", 0.01f, 100, s.repetitionPenalty);
    float topK = static_cast<float>(s.topK);
    take("top_k", 0, 1 << 22, topK);
    s.topK = static_cast<int>(topK);
    if (g.has("do_sample") && !g.boolean("do_sample", true))
        s.temperature = 0;
}

struct ShapeDefaults { // transformers', where config.json is silent
    int kvHeads, headDim, maxContext; // 0 = as many as heads; hidden / heads
    bool tied;
};

ShapeDefaults shapeDefaults(Architecture architecture)
{
    switch (architecture) {
    case Architecture::Llama: return {0, 0, 2048, false};
    case Architecture::Mistral: return {8, 0, 131072, false};
    case Architecture::Qwen3: return {32, 128, 32768, false};
    case Architecture::Qwen2: return {32, 0, 32768, false};
    case Architecture::Gemma2: return {4, 256, 8192, true};
    case Architecture::Gemma3: return {4, 256, 131072, true};
    case Architecture::Phi3: return {0, 0, 4096, false};
    case Architecture::SmolLM3: return {4, 0, 32768, true};
    }
    return {};
}

void readShape(Reader& r, ModelConfig& c)
{
    const ShapeDefaults defaults = shapeDefaults(c.architecture);
    c.vocabSize = r.integer("vocab_size");
    c.hiddenSize = r.integer("hidden_size");
    c.intermediateSize = r.integer("intermediate_size");
    c.layerCount = r.integer("num_hidden_layers");
    c.headCount = r.integer("num_attention_heads");
    c.kvHeadCount = r.integer("num_key_value_heads", defaults.kvHeads > 0 ? defaults.kvHeads : c.headCount);
    const int wide = c.headCount > 0 ? c.hiddenSize / c.headCount : 0;
    c.headDim = r.integer("head_dim", defaults.headDim > 0 ? defaults.headDim : wide);
    c.maxContext = r.integer("max_position_embeddings", defaults.maxContext);
    c.rmsEps = r.real("rms_norm_eps", 1e-6f);
    c.tiedEmbeddings = r.boolean("tie_word_embeddings", defaults.tied);
    c.qkNorm = c.architecture == Architecture::Qwen3 || c.architecture == Architecture::Gemma3;
    const bool takesBias = c.architecture != Architecture::Qwen2 && c.architecture != Architecture::Mistral
        && c.architecture != Architecture::Phi3;
    const bool bias = takesBias && r.boolean("attention_bias", false);
    c.qkvBias = bias || c.architecture == Architecture::Qwen2;
    c.outputBias = bias;
}

} // namespace

Result<ModelConfig> parseHfConfig(const Json& config, const Json* generation)
{
    ModelConfig c;
    const auto architecture = readArchitecture(config);
    if (!architecture)
        return architecture.error();
    c.architecture = *architecture;

    Reader reader(config, "config.json");
    if (auto refused = refuseUnknown(reader, c.architecture); !refused)
        return refused.error();
    readShape(reader, c);
    if (auto rope = readRope(reader, c); !rope)
        return rope.error();
    readSlidingLayers(config, reader, c);
    readRopelessLayers(config, reader, c);
    readGemma(reader, c);

    const bool sentencepieceDefaults = c.architecture == Architecture::Llama || c.architecture == Architecture::Mistral;
    c.eosTokens = reader.tokens("eos_token_id", c.vocabSize);
    if (!config.contains("eos_token_id") && (sentencepieceDefaults || isGemma(c.architecture)))
        c.eosTokens = {sentencepieceDefaults ? 2 : 1};
    const auto bos = reader.tokens("bos_token_id", c.vocabSize);
    const int bosDefault = sentencepieceDefaults ? 1 : isGemma(c.architecture) ? 2 : -1;
    c.bosToken = !bos.empty() ? bos.front() : config.contains("bos_token_id") ? -1 : bosDefault;
    if (generation) {
        Reader g(*generation, "generation_config.json");
        if (auto eos = g.tokens("eos_token_id", c.vocabSize); !eos.empty())
            c.eosTokens = std::move(eos);
        readSampling(g, c.recommendedSampling);
        reader.take(g);
    }
    if (reader.error())
        return *reader.error();
    if (auto valid = validateConfig(c); !valid)
        return valid.error();
    return c;
}

} // namespace qwill::engine
