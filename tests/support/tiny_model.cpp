#include "support/tiny_model.h"

#include "base/check.h"
#include "base/half.h"
#include "support/host.h"

#include <nlohmann/json.hpp>

#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>
#include <numbers>

namespace qwill::test {

using namespace engine;
using json = nlohmann::ordered_json;

namespace {

std::uint64_t mix(std::uint64_t& state) // splitmix64
{
    std::uint64_t z = (state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

float gaussian(std::uint64_t& state)
{
    const double u = (static_cast<double>(mix(state) >> 11) + 0.5) * 0x1p-53;
    const double v = static_cast<double>(mix(state) >> 11) * 0x1p-53;
    return static_cast<float>(std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v));
}

float rounded(float value, DType dtype)
{
    if (dtype == DType::Bf16)
        return bf16ToFloat(floatToBf16(value));
    if (dtype == DType::F16)
        return f16ToFloat(floatToF16(value));
    return value;
}

struct Builder {
    const TinyModelOptions& options;
    std::vector<TinyTensor> tensors;
    std::uint64_t state;

    void matrix(const std::string& name, std::int64_t rows, std::int64_t cols)
    {
        TinyTensor t{name, {rows, cols}, std::vector<float>(static_cast<std::size_t>(rows * cols))};
        const float scale = options.weightScale / std::sqrt(static_cast<float>(cols));
        for (std::size_t i = 0; i < t.values.size(); ++i) {
            float x = gaussian(state) * scale;
            if (options.heavyTails && (i % static_cast<std::size_t>(cols)) % 61 == 7)
                x *= 6;
            t.values[i] = rounded(x, options.dtype);
        }
        tensors.push_back(std::move(t));
    }
    void vector(const std::string& name, std::int64_t size, float mean, float deviation)
    {
        TinyTensor t{name, {size}, std::vector<float>(static_cast<std::size_t>(size))};
        for (float& x : t.values)
            x = rounded(mean + deviation * gaussian(state), options.dtype);
        tensors.push_back(std::move(t));
    }
};

const char* className(Architecture arch)
{
    switch (arch) {
    case Architecture::Qwen3: return "Qwen3ForCausalLM";
    case Architecture::Qwen2: return "Qwen2ForCausalLM";
    case Architecture::Llama: return "LlamaForCausalLM";
    case Architecture::Mistral: return "MistralForCausalLM";
    default: break; // no test makes the others
    }
    return "";
}

const char* modelType(Architecture arch)
{
    switch (arch) {
    case Architecture::Qwen3: return "qwen3";
    case Architecture::Qwen2: return "qwen2";
    case Architecture::Llama: return "llama";
    case Architecture::Mistral: return "mistral";
    default: break;
    }
    return "";
}

const char* torchName(DType dtype)
{
    return dtype == DType::F32 ? "float32" : dtype == DType::F16 ? "float16" : "bfloat16";
}

} // namespace

TempDir::TempDir()
{
    static std::atomic<int> counter{0};
    m_path = std::filesystem::temp_directory_path()
        / ("qwill-test-" + std::to_string(processId()) + "-" + std::to_string(counter.fetch_add(1)));
    // A process that was killed leaves its folder, and another may get its number (under Wine nearly always).
    std::error_code ignored;
    std::filesystem::remove_all(m_path, ignored);
    std::filesystem::create_directories(m_path);
}

TempDir::~TempDir()
{
    std::error_code ignored;
    std::filesystem::remove_all(m_path, ignored);
}

std::vector<TinyTensor> tinyTensors(const TinyModelOptions& o)
{
    Builder b{o, {}, o.seed * 0x2545f4914f6cdd1du + 99};
    const std::int64_t q = std::int64_t{o.heads} * o.headDim, kv = std::int64_t{o.kvHeads} * o.headDim;
    const bool qkvBias = o.arch == Architecture::Qwen2 || o.attentionBias;
    const bool oBias = o.arch != Architecture::Qwen2 && o.attentionBias;
    b.matrix("model.embed_tokens.weight", o.vocab, o.hidden);
    for (int l = 0; l < o.layers; ++l) {
        const std::string p = "model.layers." + std::to_string(l) + ".";
        b.vector(p + "input_layernorm.weight", o.hidden, 1, 0.1f);
        b.matrix(p + "self_attn.q_proj.weight", q, o.hidden);
        b.matrix(p + "self_attn.k_proj.weight", kv, o.hidden);
        b.matrix(p + "self_attn.v_proj.weight", kv, o.hidden);
        if (qkvBias) {
            b.vector(p + "self_attn.q_proj.bias", q, 0, 0.1f);
            b.vector(p + "self_attn.k_proj.bias", kv, 0, 0.1f);
            b.vector(p + "self_attn.v_proj.bias", kv, 0, 0.1f);
        }
        if (o.arch == Architecture::Qwen3) {
            b.vector(p + "self_attn.q_norm.weight", o.headDim, 1, 0.1f);
            b.vector(p + "self_attn.k_norm.weight", o.headDim, 1, 0.1f);
        }
        b.matrix(p + "self_attn.o_proj.weight", o.hidden, q);
        if (oBias)
            b.vector(p + "self_attn.o_proj.bias", o.hidden, 0, 0.1f);
        b.vector(p + "post_attention_layernorm.weight", o.hidden, 1, 0.1f);
        b.matrix(p + "mlp.gate_proj.weight", o.intermediate, o.hidden);
        b.matrix(p + "mlp.up_proj.weight", o.intermediate, o.hidden);
        b.matrix(p + "mlp.down_proj.weight", o.hidden, o.intermediate);
    }
    b.vector("model.norm.weight", o.hidden, 1, 0.1f);
    if (!o.tied)
        b.matrix("lm_head.weight", o.vocab, o.hidden);
    return std::move(b.tensors);
}

std::string tinyConfigJson(const TinyModelOptions& o)
{
    json config = {
        {"architectures", {className(o.arch)}},
        {"model_type", modelType(o.arch)},
        {"hidden_act", "silu"},
        {"hidden_size", o.hidden},
        {"intermediate_size", o.intermediate},
        {"num_hidden_layers", o.layers},
        {"num_attention_heads", o.heads},
        {"num_key_value_heads", o.kvHeads},
        {"head_dim", o.headDim},
        {"vocab_size", o.vocab},
        {"max_position_embeddings", o.maxContext},
        {"rms_norm_eps", 1e-6},
        {"rope_theta", o.ropeTheta},
        {"tie_word_embeddings", o.tied},
        {"torch_dtype", torchName(o.dtype)},
        {"eos_token_id", o.eos},
    };
    config["rope_scaling"] = o.ropeScaling.empty() ? json(nullptr) : json::parse(o.ropeScaling);
    if (o.arch == Architecture::Qwen3 || o.arch == Architecture::Llama)
        config["attention_bias"] = o.attentionBias;
    if (o.arch == Architecture::Mistral)
        config["sliding_window"] = nullptr;
    return config.dump(2);
}

void writeFile(const std::filesystem::path& file, std::string_view content)
{
    std::ofstream out(file, std::ios::binary);
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
    out.close();
    QWILL_CHECK(out.good());
}

std::string readFile(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::string encodeFloats(const std::vector<float>& values, DType dtype)
{
    std::string bytes;
    if (dtype == DType::F32) {
        bytes.resize(values.size() * 4);
        std::memcpy(bytes.data(), values.data(), bytes.size());
        return bytes;
    }
    QWILL_CHECK(dtype == DType::F16 || dtype == DType::Bf16);
    bytes.resize(values.size() * 2);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::uint16_t h = dtype == DType::F16 ? floatToF16(values[i]) : floatToBf16(values[i]);
        std::memcpy(bytes.data() + i * 2, &h, 2);
    }
    return bytes;
}

void writeSafetensors(const std::filesystem::path& file, const std::vector<TinyTensor>& tensors, DType dtype)
{
    json header = {{"__metadata__", {{"format", "pt"}}}};
    std::string data;
    for (const TinyTensor& tensor : tensors) {
        const std::size_t begin = data.size();
        data += encodeFloats(tensor.values, dtype);
        header[tensor.name] = {
            {"dtype", dtypeName(dtype)}, {"shape", tensor.shape}, {"data_offsets", {begin, data.size()}}};
    }
    std::string text = header.dump();
    text.append((8 - text.size() % 8) % 8, ' ');
    const std::uint64_t length = text.size();
    std::string content(8, '\0');
    std::memcpy(content.data(), &length, 8);
    writeFile(file, content + text + data);
}

void writeTinyModel(const std::filesystem::path& dir, const TinyModelOptions& options)
{
    writeTinyModel(dir, options, tinyTensors(options));
}

void writeTinyModel(const std::filesystem::path& dir, const TinyModelOptions& options,
                    const std::vector<TinyTensor>& tensors)
{
    std::filesystem::create_directories(dir);
    writeFile(dir / "config.json", tinyConfigJson(options));
    writeFile(dir / "generation_config.json",
              json{{"eos_token_id", options.eos}, {"temperature", 0.6}, {"top_k", 20}, {"top_p", 0.95}}.dump());
    if (options.shards <= 1) {
        writeSafetensors(dir / "model.safetensors", tensors, options.dtype);
        return;
    }
    const auto shards = static_cast<std::size_t>(options.shards);
    json map = json::object();
    for (std::size_t s = 0; s < shards; ++s) {
        char name[64];
        std::snprintf(name, sizeof name, "model-%05zu-of-%05zu.safetensors", s + 1, shards);
        std::vector<TinyTensor> part;
        for (std::size_t i = tensors.size() * s / shards; i < tensors.size() * (s + 1) / shards; ++i) {
            part.push_back(tensors[i]);
            map[tensors[i].name] = name;
        }
        writeSafetensors(dir / name, part, options.dtype);
    }
    writeFile(dir / "model.safetensors.index.json", json{{"metadata", json::object()}, {"weight_map", map}}.dump(1));
}

} // namespace qwill::test
