#include "model/quant_config.h"

#include <algorithm>
#include <optional>

namespace qwill::engine {

namespace {

using Json = nlohmann::json;

Error unsupported(const std::string& what)
{
    return {ErrorCode::Unsupported, "The checkpoint is quantised " + what + "."};
}

const Json* member(const Json& object, const char* key)
{
    const auto it = object.find(key);
    return it == object.end() || it->is_null() ? nullptr : &*it;
}

// A text in lower case, or the fallback: the tools do not agree on "GEMM" and "gemm".
std::string lowerText(const Json& object, const char* key, const std::string& fallback)
{
    const Json* value = member(object, key);
    std::string text = value && value->is_string() ? value->get<std::string>() : fallback;
    std::ranges::transform(text, text.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return text;
}

bool flag(const Json& object, const char* key, bool fallback)
{
    const Json* value = member(object, key);
    return value && value->is_boolean() ? value->get<bool>() : fallback;
}

Result<int> number(const Json& object, const char* key, int fallback)
{
    const Json* value = member(object, key);
    if (!value)
        return fallback;
    if (!value->is_number_integer() || value->get<std::int64_t>() < -1 || value->get<std::int64_t>() > 1 << 20)
        return Error{ErrorCode::Corrupt,
                     std::string("The checkpoint's quantisation has the ") + key + " " + value->dump().substr(0, 40)
                         + ", which is no size."};
    return value->get<int>();
}

Result<QuantConfig> readBitsAndGroup(const Json& json, QuantMethod method, const char* name,
                                     std::initializer_list<int> knownBits)
{
    QuantConfig c;
    c.method = method;
    const auto bits = number(json, member(json, "bits") ? "bits" : "w_bit", 4);
    if (!bits)
        return bits.error();
    if (std::ranges::find(knownBits, *bits) == knownBits.end())
        return unsupported("with " + std::string(name) + " to " + std::to_string(*bits)
                           + " bits, which this version does not read");
    const auto group = number(json, member(json, "group_size") ? "group_size" : "q_group_size", 128);
    if (!group)
        return group.error();
    if (*group == 0)
        return Error{ErrorCode::Corrupt, "The checkpoint's quantisation has groups of 0 weights."};
    c.bits = *bits;
    c.groupSize = *group;
    return c;
}

Result<QuantConfig> readGptq(const Json& json)
{
    auto c = readBitsAndGroup(json, QuantMethod::Gptq, "GPTQ", {2, 3, 4, 8});
    if (!c)
        return c;
    c->symmetric = flag(json, "sym", true);
    c->actOrder = flag(json, "desc_act", false);
    const std::string layout = lowerText(json, "checkpoint_format", lowerText(json, "format", "gptq"));
    if (layout != "gptq" && layout != "gptq_v2")
        return unsupported("with GPTQ in the layout " + layout + "; this version reads gptq and gptq_v2");
    if (flag(json, "is_marlin_format", false))
        return unsupported("with GPTQ in the layout marlin; this version reads gptq and gptq_v2");
    if (const std::string words = lowerText(json, "pack_dtype", "int32"); words != "int32")
        return unsupported("with GPTQ packed in " + words + "; this version reads int32");
    c->zeroLessOne = layout == "gptq";
    return c;
}

Result<QuantConfig> readAwq(const Json& json)
{
    auto c = readBitsAndGroup(json, QuantMethod::Awq, "AWQ", {4});
    if (!c)
        return c;
    c->symmetric = !flag(json, "zero_point", true);
    const std::string version = lowerText(json, "version", lowerText(json, "checkpoint_format", "gemm"));
    if (version != "gemm")
        return unsupported("with AWQ in the version " + version + "; this version reads gemm");
    return c;
}

Result<QuantConfig> readFp8(const Json& json)
{
    QuantConfig c;
    c.method = QuantMethod::Fp8;
    c.bits = 8;
    c.isFloat = true;
    if (const std::string element = lowerText(json, "fmt", "e4m3"); element != "e4m3" && element != "float8_e4m3fn")
        return unsupported("to FP8 of the kind " + element + "; this version reads e4m3");
    const Json* block = member(json, "weight_block_size");
    if (!block)
        return c;
    const bool sized =
        block->is_array() && block->size() == 2 && std::ranges::all_of(*block, [](const Json& side) {
            return side.is_number_integer() && side.get<std::int64_t>() > 0 && side.get<std::int64_t>() <= 1 << 20;
        });
    if (!sized)
        return Error{ErrorCode::Corrupt, "The checkpoint's FP8 weight_block_size is not two sizes."};
    c.blockRows = (*block)[0].get<int>();
    c.blockCols = (*block)[1].get<int>();
    return c;
}

Result<QuantConfig> readBitsAndBytes(const Json& json)
{
    QuantConfig c;
    c.method = QuantMethod::BitsAndBytes;
    const bool four = flag(json, "load_in_4bit", flag(json, "_load_in_4bit", false));
    const bool eight = flag(json, "load_in_8bit", flag(json, "_load_in_8bit", false));
    if (four == eight)
        return unsupported("with bitsandbytes, but says neither 4 nor 8 bits");
    c.bits = four ? 4 : 8;
    c.groupSize = four ? 0 : -1;
    if (four) {
        c.codebook = lowerText(json, "bnb_4bit_quant_type", "fp4");
        if (c.codebook != "nf4" && c.codebook != "fp4")
            return unsupported("with bitsandbytes to " + c.codebook + "; this version reads int8, nf4 and fp4");
    }
    return c;
}

// One scheme of compressed-tensors' config_groups.
Result<QuantConfig> readScheme(const Json& group)
{
    const Json* weights = group.is_object() ? member(group, "weights") : nullptr;
    if (!weights || !weights->is_object())
        return Error{ErrorCode::Corrupt, "The checkpoint's compressed-tensors scheme says nothing about weights."};
    QuantConfig c;
    c.method = QuantMethod::CompressedTensors;
    const auto bits = number(*weights, "num_bits", 8);
    const auto size = number(*weights, "group_size", 0);
    if (!bits)
        return bits.error();
    if (!size)
        return size.error();
    const std::string type = lowerText(*weights, "type", "int");
    if (!(type == "float" && *bits == 8) && !(type == "int" && *bits >= 2 && *bits <= 8))
        return unsupported("with compressed-tensors to " + type + std::to_string(*bits)
                           + "; this version reads int2 to int8 and float8");
    c.isFloat = type == "float";
    c.bits = *bits;
    c.symmetric = flag(*weights, "symmetric", true);
    // "static" and "weight" order only the quantising; "group" (once: true) orders what is stored.
    const std::string order = lowerText(*weights, "actorder", flag(*weights, "actorder", false) ? "group" : "");
    c.actOrder = order == "group" || order == "dynamic";
    const std::string strategy = lowerText(*weights, "strategy", *size > 0 ? "group" : "channel");
    if (const Json* block = member(*weights, "block_structure"); strategy == "block" && block && block->is_array()) {
        Json side = {{"weight_block_size", *block}};
        const auto blocks = readFp8(side);
        if (!blocks)
            return blocks.error();
        c.blockRows = blocks->blockRows;
        c.blockCols = blocks->blockCols;
    }
    c.groupSize = strategy == "group" || strategy == "tensor_group" ? *size : -1;
    return c;
}

Result<void> checkLayout(const std::string& layout)
{
    for (const char* known :
         {"pack-quantized", "int-quantized", "float-quantized", "naive-quantized", "mixed-precision", "dense"})
        if (layout == known)
            return {};
    return unsupported("with compressed-tensors in the layout " + layout
                       + "; this version reads pack-quantized, int-quantized and float-quantized");
}

Result<QuantConfig> readCompressedTensors(const Json& json)
{
    if (auto layout = checkLayout(lowerText(json, "format", "dense")); !layout)
        return layout.error();
    if (const Json* sparse = member(json, "sparsity_config"); sparse && sparse->is_object())
        if (const std::string kind = lowerText(*sparse, "format", "dense"); kind != "dense")
            return unsupported("with compressed-tensors and sparse in the layout " + kind
                               + ", which this version does not read");
    if (const Json* transform = member(json, "transform_config"); transform && !transform->empty())
        return unsupported("with compressed-tensors and transforms (transform_config), which this version does not "
                           "compute");
    const Json* groups = member(json, "config_groups");
    if (!groups || !groups->is_object() || groups->empty())
        return Error{ErrorCode::Corrupt, "The checkpoint's compressed-tensors configuration has no config_groups."};
    std::optional<QuantConfig> first;
    for (const auto& [name, group] : groups->items()) {
        if (group.is_object())
            if (const std::string own = lowerText(group, "format", ""); !own.empty())
                if (auto layout = checkLayout(own); !layout)
                    return layout.error();
        auto scheme = readScheme(group);
        if (!scheme)
            return scheme.error();
        if (!first)
            first = *scheme;
    }
    return *first;
}

Result<QuantConfig> readMethod(const Json& json)
{
    const Json* named = member(json, "quant_method");
    if (named && !named->is_string())
        return unsupported("with an unnamed method");
    // The files that older tools wrote beside config.json name no method: w_bit is AWQ's word, bits GPTQ's.
    const std::string fallback = member(json, "w_bit") ? "awq" : member(json, "bits") ? "gptq" : "an unnamed method";
    const std::string method = lowerText(json, "quant_method", fallback);
    if (method == "gptq")
        return readGptq(json);
    if (method == "awq")
        return readAwq(json);
    if (method == "compressed-tensors")
        return readCompressedTensors(json);
    if (method == "fp8")
        return readFp8(json);
    if (method == "bitsandbytes")
        return readBitsAndBytes(json);
    return unsupported(
        "with " + method
        + ", which this version does not read; it reads GPTQ, AWQ, compressed-tensors, FP8, bitsandbytes "
          "and GGUF");
}

} // namespace

Result<QuantConfig> parseQuantConfig(const Json& config, const Json* beside)
{
    const Json* own = member(config, "quantization_config");
    if (!own)
        own = member(config, "compression_config");
    if (!own && beside && beside->is_object())
        own = beside;
    if (!own)
        return QuantConfig{};
    if (!own->is_object())
        return Error{ErrorCode::Corrupt, "config.json: quantization_config is not an object."};
    if (config.find("compression_config") != config.end() && !member(*own, "quant_method")) {
        Json named = *own;
        named["quant_method"] = "compressed-tensors";
        return readMethod(named);
    }
    return readMethod(*own);
}

std::string QuantConfig::text() const
{
    std::string text;
    switch (method) {
    case QuantMethod::None: return text;
    case QuantMethod::Gptq: text = "gptq int"; break;
    case QuantMethod::Awq: text = "awq int"; break;
    case QuantMethod::CompressedTensors: text = isFloat ? "compressed-tensors fp" : "compressed-tensors int"; break;
    case QuantMethod::Fp8: text = "fp"; break;
    case QuantMethod::BitsAndBytes: text = "bitsandbytes int"; break;
    }
    if (!codebook.empty())
        return "bitsandbytes " + codebook;
    text += std::to_string(bits);
    if (groupSize > 0)
        text.append(" g").append(std::to_string(groupSize));
    else if (groupSize < 0)
        text += " row";
    if (blockRows > 0)
        text.append(" ").append(std::to_string(blockRows)).append("x").append(std::to_string(blockCols));
    if (actOrder)
        text += " ordered";
    return text;
}

} // namespace qwill::engine
