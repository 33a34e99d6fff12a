#include "support/gguf_writer.h"

#include "base/check.h"
#include "base/half.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

namespace qwill::test {

using namespace engine;

void GgufWriter::raw(const std::string& key, std::uint32_t type, const std::string& payload)
{
    m_values += counted(key) + bytes(type) + payload;
    ++m_valueCount;
}

void GgufWriter::text(const std::string& key, const std::string& value)
{
    raw(key, 8, counted(value));
}
void GgufWriter::u32(const std::string& key, std::uint32_t value)
{
    raw(key, 4, bytes(value));
}
void GgufWriter::f32(const std::string& key, float value)
{
    raw(key, 6, bytes(value));
}
void GgufWriter::boolean(const std::string& key, bool value)
{
    raw(key, 7, bytes<std::uint8_t>(value));
}

void GgufWriter::texts(const std::string& key, const std::vector<std::string>& values)
{
    std::string payload = bytes<std::uint32_t>(8) + bytes<std::uint64_t>(values.size());
    for (const std::string& value : values)
        payload += counted(value);
    raw(key, 9, payload);
}

void GgufWriter::i32s(const std::string& key, const std::vector<std::int32_t>& values)
{
    std::string payload = bytes<std::uint32_t>(5) + bytes<std::uint64_t>(values.size());
    for (std::int32_t value : values)
        payload += bytes(value);
    raw(key, 9, payload);
}

void GgufWriter::tensorAt(const std::string& name, std::uint32_t type, const std::vector<std::int64_t>& shape,
                          std::uint64_t offset)
{
    m_infos += counted(name) + bytes(static_cast<std::uint32_t>(shape.size()));
    for (auto it = shape.rbegin(); it != shape.rend(); ++it)
        m_infos += bytes(static_cast<std::uint64_t>(*it));
    m_infos += bytes(type) + bytes(offset);
    ++m_tensorCount;
}

void GgufWriter::tensor(const std::string& name, std::uint32_t type, const std::vector<std::int64_t>& shape,
                        const std::string& data)
{
    tensorAt(name, type, shape, m_data.size());
    m_data += data;
    m_data.append((alignment - m_data.size() % alignment) % alignment, '\0');
}

std::string GgufWriter::build() const
{
    std::string out = "GGUF" + bytes(version) + bytes(m_tensorCount) + bytes(m_valueCount) + m_values + m_infos;
    out.append((alignment - out.size() % alignment) % alignment, '\0');
    return out + m_data;
}

std::uint32_t ggufTypeCode(DType type)
{
    switch (type) {
    case DType::F32: return 0;
    case DType::F16: return 1;
    case DType::Bf16: return 30;
    case DType::Q4_0: return 2;
    case DType::Q8_0: return 8;
    default: QWILL_CHECK(!"a type the writer does not know"); return 0;
    }
}

std::string encodeTensor(const std::vector<float>& values, DType type)
{
    if (isFloat(type))
        return encodeFloats(values, type);
    const bool q8 = type == DType::Q8_0;
    QWILL_CHECK((q8 || type == DType::Q4_0) && values.size() % 32 == 0);
    std::string out;
    for (std::size_t block = 0; block < values.size(); block += 32) {
        const float* x = values.data() + block;
        const float top =
            std::abs(*std::max_element(x, x + 32, [](float a, float b) { return std::abs(a) < std::abs(b); }));
        const std::uint16_t bits = floatToF16(top / (q8 ? 127.0f : 7.0f));
        const float scale = f16ToFloat(bits);
        const auto quant = [&](int i) { return scale > 0 ? static_cast<int>(std::lround(x[i] / scale)) : 0; };
        out += GgufWriter::bytes(bits);
        for (int i = 0; i < (q8 ? 32 : 16); ++i)
            out +=
                static_cast<char>(q8 ? std::clamp(quant(i), -127, 127)
                                     : (std::clamp(quant(i) + 8, 0, 15) | std::clamp(quant(i + 16) + 8, 0, 15) << 4));
    }
    return out;
}

namespace {

std::string ggufName(std::string name)
{
    static const std::map<std::string, std::string> kNames = {
        {"input_layernorm", "attn_norm"},    {"self_attn.q_proj", "attn_q"},
        {"self_attn.k_proj", "attn_k"},      {"self_attn.v_proj", "attn_v"},
        {"self_attn.o_proj", "attn_output"}, {"self_attn.q_norm", "attn_q_norm"},
        {"self_attn.k_norm", "attn_k_norm"}, {"post_attention_layernorm", "ffn_norm"},
        {"mlp.gate_proj", "ffn_gate"},       {"mlp.up_proj", "ffn_up"},
        {"mlp.down_proj", "ffn_down"}};
    if (name == "model.embed_tokens.weight")
        return "token_embd.weight";
    if (name == "model.norm.weight")
        return "output_norm.weight";
    if (name == "lm_head.weight")
        return "output.weight";
    name = name.substr(std::string("model.layers.").size());
    const std::size_t dot = name.find('.'), last = name.rfind('.');
    return "blk." + name.substr(0, dot) + "." + kNames.at(name.substr(dot + 1, last - dot - 1)) + name.substr(last);
}

// RoPE's two halves of each head interleaved, as llama.cpp's converter writes q and k of Llama.
std::vector<float> interleaved(const TinyTensor& t, int headDim)
{
    const auto rows = static_cast<std::size_t>(t.shape[0]), cols = t.values.size() / rows;
    const auto half = static_cast<std::size_t>(headDim) / 2;
    std::vector<float> out(t.values.size());
    for (std::size_t row = 0; row < rows; ++row) {
        const std::size_t in = row % (2 * half);
        const std::size_t to = row - in + in % half * 2 + in / half;
        std::copy_n(t.values.begin() + static_cast<std::ptrdiff_t>(row * cols), cols,
                    out.begin() + static_cast<std::ptrdiff_t>(to * cols));
    }
    return out;
}

} // namespace

void writeTinyGguf(const std::filesystem::path& file, const TinyModelOptions& o, DType type)
{
    GgufWriter w;
    const std::string arch = o.arch == Architecture::Qwen3 ? "qwen3"
        : o.arch == Architecture::Qwen2                    ? "qwen2"
                                                           : "llama";
    const auto u32 = [&](const char* key, int value) { w.u32(arch + "." + key, static_cast<std::uint32_t>(value)); };
    w.text("general.architecture", arch);
    w.text("general.name", "tiny");
    u32("block_count", o.layers);
    u32("context_length", o.maxContext);
    u32("embedding_length", o.hidden);
    u32("feed_forward_length", o.intermediate);
    u32("attention.head_count", o.heads);
    u32("attention.head_count_kv", o.kvHeads);
    u32("attention.key_length", o.headDim);
    u32("attention.value_length", o.headDim);
    w.f32(arch + ".rope.freq_base", o.ropeTheta);
    w.f32(arch + ".attention.layer_norm_rms_epsilon", 1e-6f);
    w.u32("tokenizer.ggml.eos_token_id", static_cast<std::uint32_t>(o.eos.front()));
    for (const TinyTensor& t : tinyTensors(o)) {
        const bool rotated = t.name.find("q_proj") != std::string::npos || t.name.find("k_proj") != std::string::npos;
        const bool llama = o.arch == Architecture::Llama || o.arch == Architecture::Mistral;
        const DType stored = t.shape.size() == 1 ? DType::F32 : type;
        w.tensor(ggufName(t.name), ggufTypeCode(stored), t.shape,
                 encodeTensor(rotated && llama ? interleaved(t, o.headDim) : t.values, stored));
    }
    writeFile(file, w.build());
}

} // namespace qwill::test
