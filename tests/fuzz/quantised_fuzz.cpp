// A quantised checkpoint of any bytes: one layer of 64 columns whose tensors have the names, types and shapes of a
// format, with what the input says wrong with them. What loads decodes to finite numbers, and to the same ones in the
// form that is kept as in floats, as far as the format's form promises.
//
// Input: the format, how many spoilt tensors, three bytes for each (which, how, by how much), the quantization_config
// up to 0xff, and bytes that all tensors are filled with, again and again.

#include "base/check.h"
#include "model/checkpoint.h"
#include "model/import.h"
#include "model/weight_slots.h"

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace qwill::engine;
namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

struct Part {
    std::string name, dtype;
    std::vector<std::int64_t> shape;
};

constexpr int kFormats = 6;

std::size_t sizeOf(const std::string& dtype)
{
    return dtype == "I64" ? 8 : dtype == "I32" || dtype == "F32" ? 4 : dtype == "F16" || dtype == "BF16" ? 2 : 1;
}

// The parts of a matrix of 64 or 32 rows and 64 columns in groups of 32.
void addMatrix(std::vector<Part>& parts, int format, const std::string& module, std::int64_t rows)
{
    const auto add = [&](const char* suffix, const char* dtype, std::vector<std::int64_t> shape) {
        parts.push_back({module + suffix, dtype, std::move(shape)});
    };
    switch (format) {
    case 0: // GPTQ
        add(".qweight", "I32", {8, rows});
        add(".qzeros", "I32", {2, rows / 8});
        add(".scales", "F16", {2, rows});
        add(".g_idx", "I32", {64});
        break;
    case 1: // AWQ
        add(".qweight", "I32", {64, rows / 8});
        add(".qzeros", "I32", {2, rows / 8});
        add(".scales", "F16", {2, rows});
        break;
    case 2: // compressed-tensors
        add(".weight_packed", "I32", {rows, 8});
        add(".weight_scale", "BF16", {rows, 2});
        add(".weight_zero_point", "I32", {rows / 8, 2});
        add(".weight_shape", "I64", {2});
        add(".weight_g_idx", "I32", {64});
        break;
    case 3: // FP8
        add(".weight", "F8_E4M3", {rows, 64});
        add(".weight_scale_inv", "F32", {1, 1});
        break;
    case 4: // bitsandbytes int8
        add(".weight", "I8", {rows, 64});
        add(".SCB", "F32", {rows});
        add(".weight_format", "U8", {});
        break;
    default: // bitsandbytes nf4
        add(".weight", "U8", {rows * 32, 1});
        add(".weight.absmax", "F32", {rows});
        add(".weight.quant_map", "F32", {16});
        add(".weight.quant_state.bitsandbytes__nf4", "U8", {40});
    }
}

std::vector<Part> partsOf(int format)
{
    std::vector<Part> parts = {{"model.embed_tokens.weight", "F16", {8, 64}},
                               {"model.norm.weight", "F16", {64}},
                               {"model.layers.0.input_layernorm.weight", "F16", {64}},
                               {"model.layers.0.post_attention_layernorm.weight", "F16", {64}}};
    for (const char* module : {"self_attn.q_proj", "self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"})
        addMatrix(parts, format, std::string("model.layers.0.") + module, 64);
    for (const char* module : {"self_attn.k_proj", "self_attn.v_proj"})
        addMatrix(parts, format, std::string("model.layers.0.") + module, 32);
    return parts;
}

// Bytes that never end.
struct Source {
    const std::uint8_t* data;
    std::size_t size, at = 0;
    std::uint8_t next() { return size == 0 ? 0 : data[at++ % size]; }
};

// What would make everything else pointless: shapes that say the shape, groups that are groups, texts that are texts.
void mend(const Part& part, std::string& bytes, bool rows64)
{
    if (part.name.ends_with("weight_shape") && bytes.size() == 16) {
        const std::int64_t sides[2] = {rows64 ? 64 : 32, 64};
        std::memcpy(bytes.data(), sides, 16);
    }
    if (part.name.ends_with("g_idx"))
        for (std::size_t i = 0; i + 4 <= bytes.size(); i += 4) {
            const std::int32_t group = bytes[i] & 1;
            std::memcpy(bytes.data() + i, &group, 4);
        }
    if (part.name.ends_with("__nf4")) {
        const std::string text = std::string("{\"shape\":[") + (rows64 ? "64" : "32") + ",64],\"blocksize\":64}";
        bytes = (text + std::string(64, ' ')).substr(0, bytes.size());
    }
    if (part.name.ends_with("quant_map") && bytes.size() == 64)
        for (int i = 0; i < 16; ++i) { // as a codebook is: integers of 16 bits are fine beside its largest
            const float value = static_cast<float>(i - 7) / 8 + static_cast<float>(bytes[0] & 15) / 200;
            std::memcpy(bytes.data() + 4 * i, &value, 4);
        }
    if (part.name.ends_with("weight_format") && bytes.size() == 1)
        bytes[0] = static_cast<char>(bytes[0] & 3);
}

// The tensors, spoilt as the input says, as a file.
std::string fileOf(std::vector<Part> parts, Source& head, Source& body, int spoilt)
{
    for (int i = 0; i < spoilt && !parts.empty(); ++i) {
        Part& part = parts[head.next() % parts.size()];
        const int how = head.next() % 5, much = head.next();
        constexpr const char* kTypes[] = {"F16", "BF16", "F32", "I32", "I8", "U8", "I64", "F8_E4M3"};
        if (how == 0)
            parts.erase(parts.begin() + (&part - parts.data()));
        else if (how == 1)
            part.dtype = kTypes[much % 8];
        else if (how == 2 && !part.shape.empty())
            part.shape[static_cast<std::size_t>(much) % part.shape.size()] = much / 8;
        else if (how == 3)
            part.shape.push_back(much % 4);
        else
            part.name += static_cast<char>('a' + much % 26);
    }
    Json header = Json::object();
    std::string data;
    for (const Part& part : parts) {
        std::size_t count = sizeOf(part.dtype);
        for (const std::int64_t side : part.shape)
            count *= static_cast<std::size_t>(side);
        if (count > 1 << 16)
            count = 0; // then the header lies
        std::string bytes(count, '\0');
        for (char& c : bytes)
            c = static_cast<char>(body.next());
        mend(part, bytes, part.name.find("k_proj") == part.name.npos && part.name.find("v_proj") == part.name.npos);
        header[part.name] = {
            {"dtype", part.dtype}, {"shape", part.shape}, {"data_offsets", {data.size(), data.size() + bytes.size()}}};
        data += bytes;
    }
    const std::string text = header.dump();
    const std::uint64_t length = text.size();
    return std::string(reinterpret_cast<const char*>(&length), sizeof length) + text + data;
}

Json configOf(int format, std::string_view own)
{
    Json config = {{"architectures", {"LlamaForCausalLM"}},
                   {"model_type", "llama"},
                   {"hidden_size", 64},
                   {"intermediate_size", 64},
                   {"num_hidden_layers", 1},
                   {"num_attention_heads", 2},
                   {"num_key_value_heads", 1},
                   {"head_dim", 32},
                   {"vocab_size", 8},
                   {"rms_norm_eps", 1e-6},
                   {"rope_theta", 1e4},
                   {"max_position_embeddings", 64},
                   {"tie_word_embeddings", true}};
    const Json weights = {
        {"num_bits", 4}, {"type", "int"}, {"symmetric", false}, {"strategy", "group"}, {"group_size", 32}};
    const Json usual[kFormats] = {
        {{"quant_method", "gptq"}, {"bits", 4}, {"group_size", 32}, {"sym", false}, {"desc_act", true}},
        {{"quant_method", "awq"}, {"bits", 4}, {"group_size", 32}, {"version", "gemm"}},
        {{"quant_method", "compressed-tensors"},
         {"format", "pack-quantized"},
         {"config_groups", {{"group_0", {{"weights", weights}}}}}},
        {{"quant_method", "fp8"}, {"weight_block_size", {128, 128}}},
        {{"quant_method", "bitsandbytes"}, {"load_in_8bit", true}},
        {{"quant_method", "bitsandbytes"}, {"load_in_4bit", true}, {"bnb_4bit_quant_type", "nf4"}},
    };
    config["quantization_config"] = usual[format];
    if (const Json given = Json::parse(own, nullptr, false); given.is_object())
        for (const auto& [key, value] : given.items())
            config["quantization_config"][key] = value;
    return config;
}

// The largest of a row's values may be off by what the form promises: nothing where the integers and 16-bit scales are
// the file's, a hundredth where they are rounded again or scales are.
void compareRows(const WeightMatrix& kept, const WeightMatrix& exact)
{
    std::vector<float> a(static_cast<std::size_t>(kept.cols)), b(a);
    for (int row = 0; row < kept.rows; ++row) {
        dequantizeRow(kept, row, a.data());
        dequantizeRow(exact, row, b.data());
        float largest = 0, worst = 0;
        for (std::size_t k = 0; k < a.size(); ++k) {
            QWILL_CHECK(std::isfinite(a[k]) && std::isfinite(b[k]));
            largest = std::max(largest, std::abs(b[k]));
            worst = std::max(worst, std::abs(a[k] - b[k]));
        }
        float tiny = 1e-4f;
        if (kept.format == MatrixFormat::F8) { // half an integer, which is 1/64 of the scale
            float factor = 0;
            std::memcpy(&factor, kept.data + row * 4, 4);
            tiny += std::abs(factor);
        }
        QWILL_CHECK(worst <= 0.01f * largest + tiny);
        if (kept.format == MatrixFormat::W4Z)
            QWILL_CHECK(worst <= 1e-3f * largest + 1e-4f);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size < 2)
        return 0;
    static const fs::path folder = [] {
        const fs::path shm = "/dev/shm";
        const fs::path made =
            (fs::exists(shm) ? shm : fs::temp_directory_path()) / ("qwill-fuzz-" + std::to_string(::getpid()));
        fs::create_directories(made);
        return made;
    }();
    const int format = data[0] % kFormats, spoilt = data[1] % 4;
    Source head{data + 2, std::min<std::size_t>(size - 2, static_cast<std::size_t>(3 * spoilt))};
    const std::string_view rest(reinterpret_cast<const char*>(data) + 2 + head.size, size - 2 - head.size);
    const std::size_t cut = std::min(rest.find('\xff'), rest.size());
    Source body{reinterpret_cast<const std::uint8_t*>(rest.data()) + std::min(cut + 1, rest.size()),
                rest.size() - std::min(cut + 1, rest.size())};
    std::ofstream(folder / "config.json") << configOf(format, rest.substr(0, cut)).dump();
    std::ofstream(folder / "model.safetensors", std::ios::binary) << fileOf(partsOf(format), head, body, spoilt);
    const auto checkpoint = Checkpoint::open(folder.string());
    if (!checkpoint) {
        QWILL_CHECK(!checkpoint.error().message.empty());
        return 0;
    }
    auto kept = importWeights(*checkpoint, {.weights = WeightFormat::Auto, .threads = 1});
    auto exact = importWeights(*checkpoint, {.weights = WeightFormat::F32, .threads = 1});
    if (!kept || !exact)
        return 0;
    const WeightSlots a = weightSlots(*kept), b = weightSlots(*exact);
    for (std::size_t i = 0; i < a.matrices.size(); ++i)
        compareRows(*a.matrices[i].matrix, *b.matrices[i].matrix);
    return 0;
}
