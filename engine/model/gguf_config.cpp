#include "model/gguf_config.h"

#include "base/log.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <set>

namespace qwill::engine {

namespace {

struct NamePair {
    std::string_view gguf, hf;
};

constexpr NamePair kTopNames[] = {{"token_embd.weight", "model.embed_tokens.weight"},
                                  {"output_norm.weight", "model.norm.weight"},
                                  {"output.weight", "lm_head.weight"}};

constexpr NamePair kLayerNames[] = {
    {"attn_norm", "input_layernorm"},    {"attn_q", "self_attn.q_proj"},
    {"attn_k", "self_attn.k_proj"},      {"attn_v", "self_attn.v_proj"},
    {"attn_output", "self_attn.o_proj"}, {"attn_q_norm", "self_attn.q_norm"},
    {"attn_k_norm", "self_attn.k_norm"}, {"ffn_norm", "post_attention_layernorm"},
    {"ffn_gate", "mlp.gate_proj"},       {"ffn_up", "mlp.up_proj"},
    {"ffn_down", "mlp.down_proj"},
};

// Reads "<architecture>.key"; the first mistake sticks.
class Reader {
public:
    Reader(const GgufMetadata& metadata, std::string architecture)
        : m_metadata(metadata),
          m_prefix(std::move(architecture) + ".")
    {
    }

    bool has(const char* key) const { return m_metadata.find(m_prefix + key) != nullptr; }
    int integer(const char* key, std::optional<int> fallback = std::nullopt)
    {
        if (!has(key)) {
            if (!fallback)
                fail(key, "is missing");
            return fallback.value_or(0);
        }
        auto value = m_metadata.integer(m_prefix + key);
        if (!value) { // some keys are an array of one value per layer
            const auto list = m_metadata.integers(m_prefix + key);
            if (!list.empty() && std::ranges::count(list, list.front()) == std::ssize(list))
                value = list.front();
        }
        if (!value || *value < 0 || *value > std::numeric_limits<int>::max()) {
            fail(key, "is not one whole number in range");
            return 0;
        }
        return static_cast<int>(*value);
    }
    float real(const char* key, std::optional<float> fallback = std::nullopt)
    {
        const auto value = m_metadata.real(m_prefix + key);
        if (!value) {
            if (has(key) || !fallback)
                fail(key, has(key) ? "is not a number" : "is missing");
            return fallback.value_or(0);
        }
        return static_cast<float>(*value);
    }
    std::string text(const char* key, const std::string& fallback)
    {
        const auto value = m_metadata.text(m_prefix + key);
        return value ? std::string(*value) : fallback;
    }
    void fail(const std::string& key, const std::string& why, ErrorCode code = ErrorCode::Corrupt)
    {
        if (!m_error)
            m_error = Error{code, "The GGUF key " + m_prefix + key + " " + why + "."};
    }
    const std::optional<Error>& error() const { return m_error; }

private:
    const GgufMetadata& m_metadata;
    std::string m_prefix;
    std::optional<Error> m_error;
};

const TensorView* findTensor(const GgufFile& file, std::string_view name)
{
    const auto it = std::ranges::find(file.tensors, name, &TensorView::name);
    return it == file.tensors.end() ? nullptr : &*it;
}

void readShape(Reader& r, const GgufFile& file, ModelConfig& c)
{
    c.layerCount = r.integer("block_count");
    c.hiddenSize = r.integer("embedding_length");
    c.intermediateSize = r.integer("feed_forward_length");
    c.headCount = r.integer("attention.head_count");
    c.kvHeadCount = r.integer("attention.head_count_kv", c.headCount);
    c.headDim = r.integer("attention.key_length", c.headCount > 0 ? c.hiddenSize / c.headCount : 0);
    c.maxContext = r.integer("context_length");
    c.rmsEps = r.real("attention.layer_norm_rms_epsilon");
    c.qkNorm = c.architecture == Architecture::Qwen3;
    c.qkvBias = c.architecture == Architecture::Qwen2 || findTensor(file, "blk.0.attn_q.bias") != nullptr;
    c.outputBias = findTensor(file, "blk.0.attn_output.bias") != nullptr;
    c.tiedEmbeddings = findTensor(file, "output.weight") == nullptr;
    if (r.integer("attention.value_length", c.headDim) != c.headDim)
        r.fail("attention.value_length", "differs from key_length, which is not supported", ErrorCode::Unsupported);
    if (r.integer("rope.dimension_count", c.headDim) != c.headDim)
        r.fail("rope.dimension_count", "rotates only part of each head, which is not supported",
               ErrorCode::Unsupported);
    if (r.integer("expert_count", 0) > 0)
        r.fail("expert_count", "says the model is a mixture of experts, which is not supported",
               ErrorCode::Unsupported);
    const TensorView* embedding = findTensor(file, "token_embd.weight");
    if (embedding && embedding->shape.size() == 2 && embedding->shape[0] <= std::numeric_limits<int>::max())
        c.vocabSize = static_cast<int>(embedding->shape[0]);
    else
        r.fail("vocab_size", "cannot be told: there is no matrix token_embd.weight");
}

void readRope(Reader& r, const GgufFile& file, ModelConfig& c)
{
    RopeScaling& s = c.ropeScaling;
    c.ropeTheta = r.real("rope.freq_base", 10000.0f);
    const float oldLinear = r.real("rope.scale_linear", 1.0f); // before rope.scaling.* existed
    const std::string kind = r.text("rope.scaling.type", oldLinear != 1 ? "linear" : "none");
    if (kind == "linear") {
        s.kind = RopeScaling::Kind::Linear;
        s.factor = r.real("rope.scaling.factor", oldLinear);
    } else if (kind == "yarn") {
        s.kind = RopeScaling::Kind::Yarn;
        s.factor = r.real("rope.scaling.factor");
        s.originalContext = r.integer("rope.scaling.original_context_length", c.maxContext);
        s.betaFast = r.real("rope.scaling.yarn_beta_fast", 32.0f);
        s.betaSlow = r.real("rope.scaling.yarn_beta_slow", 1.0f);
        if (const float factor = r.real("rope.scaling.attn_factor", 1.0f); factor != 1 && s.factor >= 1)
            s.attentionFactor = factor * (0.1f * std::log(s.factor) + 1);
        const double reach = static_cast<double>(s.factor) * s.originalContext;
        if (reach > c.maxContext && reach <= kMaxModelContext)
            c.maxContext = static_cast<int>(reach);
    } else if (kind != "none") {
        r.fail("rope.scaling.type", "is " + kind + "; only linear and yarn are supported", ErrorCode::Unsupported);
    }
    if (const TensorView* factors = findTensor(file, "rope_freqs.weight")) {
        if (factors->dtype != DType::F32 || factors->shape != std::vector<std::int64_t>{c.headDim / 2}) {
            r.fail("rope_freqs.weight", "does not have a float for each pair of a head");
            return;
        }
        s.frequencyFactors.resize(factors->data.size() / 4);
        std::memcpy(s.frequencyFactors.data(), factors->data.data(), factors->data.size());
    }
}

// The ids the file names, and those control tokens whose text means "the end" in every family that has them: files
// often name only one of the two that end a Qwen's turn.
void readTokens(const GgufMetadata& metadata, ModelConfig& c)
{
    std::set<Token> eos;
    for (const char* key : {"tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id"})
        if (const auto id = metadata.integer(key); id && *id >= 0 && *id < c.vocabSize)
            eos.insert(static_cast<Token>(*id));
    const auto types = metadata.integers("tokenizer.ggml.token_type");
    const auto texts = metadata.texts("tokenizer.ggml.tokens");
    const std::set<std::string_view> ends = {"<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|end_of_text|>"};
    constexpr std::int64_t kControl = 3;
    const std::size_t known = std::min({types.size(), texts.size(), static_cast<std::size_t>(c.vocabSize)});
    for (std::size_t i = 0; i < known; ++i)
        if (types[i] == kControl && ends.contains(texts[i]))
            eos.insert(static_cast<Token>(i));
    c.eosTokens.assign(eos.begin(), eos.end());
    const auto bos = metadata.integer("tokenizer.ggml.bos_token_id");
    c.bosToken = bos && *bos >= 0 && *bos < c.vocabSize ? static_cast<Token>(*bos) : -1;
}

} // namespace

std::string hfTensorName(std::string_view name)
{
    for (const NamePair& pair : kTopNames)
        if (name == pair.gguf)
            return std::string(pair.hf);
    constexpr std::string_view kPrefix = "blk.";
    const std::size_t dot = name.find('.', kPrefix.size()), last = name.rfind('.');
    if (!name.starts_with(kPrefix) || dot == name.npos || last <= dot)
        return std::string(name);
    for (const NamePair& pair : kLayerNames)
        if (name.substr(dot + 1, last - dot - 1) == pair.gguf)
            return "model.layers." + std::string(name.substr(kPrefix.size(), dot - kPrefix.size())) + "."
                + std::string(pair.hf) + std::string(name.substr(last));
    return std::string(name);
}

Result<ModelConfig> parseGgufConfig(const GgufFile& file)
{
    const auto architecture = file.metadata.text("general.architecture");
    ModelConfig c;
    if (!architecture)
        return Error{ErrorCode::Corrupt, "The GGUF file does not name its architecture."};
    if (*architecture == "qwen3")
        c.architecture = Architecture::Qwen3;
    else if (*architecture == "qwen2")
        c.architecture = Architecture::Qwen2;
    else if (*architecture == "llama")
        c.architecture = Architecture::Llama;
    else
        return Error{ErrorCode::Unsupported,
                     "The architecture " + std::string(*architecture)
                         + " is not supported; this engine runs qwen3, qwen2 and llama GGUF files."};
    if (const auto name = file.metadata.text("general.name"))
        c.name = *name;

    Reader reader(file.metadata, std::string(*architecture));
    readShape(reader, file, c);
    readRope(reader, file, c);
    if (reader.has("attention.sliding_window")) {
        const int window = reader.integer("attention.sliding_window");
        if (window > 0 && window < c.maxContext) {
            log(LogLevel::Warning,
                "The model attends to a sliding window of " + std::to_string(window)
                    + " tokens; its context is limited to that.");
            c.maxContext = window;
        }
    }
    if (reader.error())
        return *reader.error();
    readTokens(file.metadata, c);
    if (auto valid = validateConfig(c); !valid)
        return valid.error();
    return c;
}

std::string_view ggufFileTypeName(const GgufMetadata& metadata)
{
    switch (metadata.integer("general.file_type").value_or(-1)) {
    case 0: return "F32";
    case 1: return "F16";
    case 2: return "Q4_0";
    case 3: return "Q4_1";
    case 7: return "Q8_0";
    case 8: return "Q5_0";
    case 9: return "Q5_1";
    case 10: return "Q2_K";
    case 11: return "Q3_K_S";
    case 12: return "Q3_K_M";
    case 13: return "Q3_K_L";
    case 14: return "Q4_K_S";
    case 15: return "Q4_K_M";
    case 16: return "Q5_K_S";
    case 17: return "Q5_K_M";
    case 18: return "Q6_K";
    case 21: return "Q2_K_S";
    case 25: return "IQ4_NL";
    case 30: return "IQ4_XS";
    case 32: return "BF16";
    case 38: return "MXFP4";
    default: return "";
    }
}

} // namespace qwill::engine
