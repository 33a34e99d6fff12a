// Quantised checkpoints that are not what they say: every tensor missing, of another type or shape, indices out of
// range, numbers that are none. Each gives one sentence that names the culprit. The sound ones are the goldens of
// tests/reference/make_quantised.py; parity/quantised_test.cpp says that they compute what they should.

#include "model/checkpoint.h"
#include "model/import.h"
#include "model/import_fp8.h"
#include "model/import_plan.h"
#include "model/packed_file.h"
#include "model/quant_config.h"
#include "model/safetensors.h"
#include "support/tiny_model.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <functional>

using namespace qwill::engine;
using namespace qwill::test;
namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

struct RawTensor {
    std::string name, dtype;
    std::vector<std::int64_t> shape;
    std::string data;
};

struct RawModel {
    Json config;
    std::vector<RawTensor> tensors;

    RawTensor& at(const std::string& name)
    {
        const auto it = std::ranges::find(tensors, name, &RawTensor::name);
        REQUIRE_MESSAGE(it != tensors.end(), name);
        return *it;
    }
    void remove(const std::string& name) { tensors.erase(tensors.begin() + (&at(name) - tensors.data())); }
};

RawModel golden(const std::string& name)
{
    const fs::path folder = fs::path(QWILL_TEST_DATA) / "reference" / "quantised" / name;
    RawModel model;
    model.config = Json::parse(readFile(folder / "config.json"));
    const std::string file = readFile(folder / "model.safetensors");
    const auto parsed = parseSafetensors(std::as_bytes(std::span(file)), "model.safetensors");
    REQUIRE(parsed);
    for (const TensorView& t : *parsed)
        model.tensors.push_back({t.name, std::string(dtypeName(t.dtype)), t.shape,
                                 std::string(reinterpret_cast<const char*>(t.data.data()), t.data.size())});
    return model;
}

std::string fileOf(const RawModel& model)
{
    Json header = Json::object();
    std::string data;
    for (const RawTensor& t : model.tensors) {
        header[t.name] = {
            {"dtype", t.dtype}, {"shape", t.shape}, {"data_offsets", {data.size(), data.size() + t.data.size()}}};
        data += t.data;
    }
    const std::string text = header.dump();
    const std::uint64_t length = text.size();
    return std::string(reinterpret_cast<const char*>(&length), sizeof length) + text + data;
}

// The model as files of the folder.
auto opened(const RawModel& model, const TempDir& dir)
{
    writeFile(dir / "config.json", model.config.dump());
    writeFile(dir / "model.safetensors", fileOf(model));
    return Checkpoint::open(dir.string());
}

// "" when the model loads.
std::string errorOf(const RawModel& model, WeightFormat format = WeightFormat::Auto)
{
    static const TempDir dir;
    const auto checkpoint = opened(model, dir);
    if (!checkpoint)
        return checkpoint.error().message;
    const auto weights = importWeights(*checkpoint, {.weights = format, .threads = 1});
    return weights ? "" : weights.error().message;
}

bool isSentence(const std::string& text)
{
    return text.size() > 10 && text.size() < 500 && text.back() == '.' && text.find('\n') == text.npos;
}

const char* const kFormats[] = {
    "gptq-int4-g32-sym",      "gptq-int4-g32-desc-act",  "gptq-int8-g32-sym",         "gptq-int3-g32-sym",
    "awq-int4-g64",           "compressed-int4-g32-sym", "compressed-int4-g128-asym", "compressed-int8-channel",
    "compressed-fp8-channel", "fp8-64x64-f32",           "bitsandbytes-int8",         "bitsandbytes-nf4-nested"};

bool isOptional(const std::string& name, const std::string& format)
{
    return name.ends_with(".g_idx") && format.find("desc-act") == format.npos;
}

// Runs `spoil` on each tensor of each format; true = it was spoilt and must be refused by name.
void eachTensorMustBeRefused(const std::function<bool(RawModel&, const std::string& tensor)>& spoil)
{
    for (const std::string format : kFormats) {
        const RawModel sound = golden(format);
        CHECK_MESSAGE(errorOf(sound).empty(), format << ": " << errorOf(sound));
        for (const RawTensor& tensor : sound.tensors) {
            RawModel model = sound;
            if (isOptional(tensor.name, format) || !spoil(model, tensor.name))
                continue;
            const std::string message = errorOf(model);
            INFO(format << ", " << tensor.name << ": " << message);
            CHECK(isSentence(message));
            CHECK(message.find(tensor.name.substr(0, tensor.name.rfind('.'))) != std::string::npos);
        }
    }
}

} // namespace

TEST_CASE("namesEveryMissingTensorOfAQuantisedModel")
{
    eachTensorMustBeRefused([](RawModel& model, const std::string& name) {
        model.remove(name);
        return true;
    });
}

TEST_CASE("namesEveryTensorOfAWrongType")
{
    eachTensorMustBeRefused([](RawModel& model, const std::string& name) {
        RawTensor& t = model.at(name);
        t.dtype = t.dtype == "F32" || t.dtype == "I32" ? "U32"
            : t.dtype == "F16" || t.dtype == "BF16"    ? "I16"
            : t.dtype == "I64"                         ? "U64"
                                                       : "BOOL";
        return true;
    });
}

TEST_CASE("namesEveryTensorOfAWrongShape")
{
    eachTensorMustBeRefused([](RawModel& model, const std::string& name) {
        RawTensor& t = model.at(name);
        if (name.find("quant_state") != name.npos)
            return false; // a text
        if (t.shape.empty() || t.shape[0] % 2 != 0)
            return false;
        t.shape[0] /= 2;
        t.data.resize(t.data.size() / 2);
        return true;
    });
}

TEST_CASE("refusesNumbersThatAreNone")
{
    for (const auto& [format, tensor] : {std::pair{"gptq-int4-g32-sym", "model.layers.0.mlp.up_proj.scales"},
                                         {"awq-int4-g64", "model.layers.0.mlp.up_proj.scales"},
                                         {"compressed-int4-g32-sym", "model.layers.0.mlp.up_proj.weight_scale"},
                                         {"fp8-64x64-f32", "model.layers.0.mlp.up_proj.weight_scale_inv"},
                                         {"bitsandbytes-int8", "model.layers.0.mlp.up_proj.SCB"},
                                         {"bitsandbytes-nf4", "model.layers.0.mlp.up_proj.weight.absmax"}})
        for (const WeightFormat weights : {WeightFormat::Auto, WeightFormat::F32, WeightFormat::W4}) {
            RawModel model = golden(format);
            RawTensor& t = model.at(tensor);
            std::fill_n(t.data.end() - 4, 4, '\xff'); // NaN in every float type
            const std::string message = errorOf(model, weights);
            INFO(format << ": " << message);
            CHECK(message.find("model.layers.0.mlp.up_proj") != message.npos);
            CHECK(message.find("finite") != message.npos);
        }
    RawModel fp8 = golden("fp8-64x64-f32");
    fp8.at("model.layers.0.mlp.up_proj.weight").data[5] = '\x7f';
    CHECK(errorOf(fp8).find("finite") != std::string::npos);
}

TEST_CASE("refusesGroupIndicesOutOfRange")
{
    for (const auto& [format, suffix] :
         {std::pair{"gptq-int4-g32-desc-act", ".g_idx"}, {"compressed-int4-g32-actorder", ".weight_g_idx"}})
        for (const std::int32_t index : {-1, 4, 1 << 30}) {
            RawModel model = golden(format);
            RawTensor& t = model.at(std::string("model.layers.0.mlp.up_proj") + suffix);
            std::memcpy(t.data.data() + 4 * 17, &index, 4);
            const std::string message = errorOf(model);
            INFO(message);
            CHECK(message.find(t.name) != message.npos);
            CHECK(message.find("column 17") != message.npos);
        }
}

TEST_CASE("refusesZeroPointsThatAreNotSymmetric")
{
    RawModel model = golden("gptq-int8-g32-sym");
    model.at("model.layers.0.mlp.up_proj.qzeros").data[3] = '\x05';
    CHECK(errorOf(model).find("symmetric") != std::string::npos);
    model.config["quantization_config"]["sym"] = false; // then it is read
    CHECK(errorOf(model) == "");
}

TEST_CASE("refusesQuantisationsByName")
{
    const Json gptq = {{"quant_method", "gptq"}, {"bits", 4}, {"group_size", 32}};
    const auto with = [](Json json, const char* key, Json value) {
        json[key] = std::move(value);
        return json;
    };
    const Json weights = {{"num_bits", 4}, {"type", "int"}, {"strategy", "group"}, {"group_size", 32}};
    const Json packed = {{"quant_method", "compressed-tensors"},
                         {"format", "pack-quantized"},
                         {"config_groups", {{"group_0", {{"weights", weights}}}}}};
    const std::pair<Json, const char*> rows[] = {
        {with(gptq, "quant_method", "aqlm"), "aqlm"},
        {with(gptq, "quant_method", 5), "unnamed"},
        {with(gptq, "bits", 5), "5 bits"},
        {with(gptq, "bits", "4"), "bits"},
        {with(gptq, "group_size", 0), "groups of 0"},
        {with(gptq, "group_size", -7), "group_size"},
        {with(gptq, "group_size", 1e30), "group_size"},
        {with(gptq, "checkpoint_format", "marlin"), "marlin"},
        {with(gptq, "is_marlin_format", true), "marlin"},
        {with(gptq, "pack_dtype", "int16"), "int16"},
        {{{"quant_method", "awq"}, {"version", "gemv"}}, "gemv"},
        {{{"quant_method", "awq"}, {"bits", 8}}, "8 bits"},
        {{{"quant_method", "fp8"}, {"fmt", "e5m2"}}, "e5m2"},
        {{{"quant_method", "fp8"}, {"weight_block_size", {128}}}, "weight_block_size"},
        {{{"quant_method", "fp8"}, {"weight_block_size", {128, -1}}}, "weight_block_size"},
        {{{"quant_method", "bitsandbytes"}}, "neither 4 nor 8"},
        {{{"quant_method", "bitsandbytes"}, {"load_in_4bit", true}, {"bnb_4bit_quant_type", "af4"}}, "af4"},
        {with(packed, "format", "marlin-24"), "marlin-24"},
        {with(packed, "format", "nvfp4-pack-quantized"), "nvfp4"},
        {with(packed, "sparsity_config", {{"format", "sparse-24-bitmask"}}), "sparse-24-bitmask"},
        {with(packed, "transform_config", {{"config_groups", {{"R1", 1}}}}), "transform_config"},
        {with(packed, "config_groups", Json::object()), "config_groups"},
        {with(packed, "config_groups", {{"group_0", 7}}), "weights"},
        {with(packed, "config_groups", {{"a", {{"weights", {{"num_bits", 4}, {"type", "float"}}}}}}), "float4"},
        {Json(7), "not an object"},
    };
    for (const auto& [quantisation, expected] : rows) {
        const auto parsed = parseQuantConfig({{"quantization_config", quantisation}}, nullptr);
        INFO(quantisation.dump());
        REQUIRE_FALSE(parsed);
        CHECK(isSentence(parsed.error().message));
        CHECK_MESSAGE(parsed.error().message.find(expected) != std::string::npos, parsed.error().message);
    }
    CHECK(parseQuantConfig({{"quantization_config", packed}}, nullptr)->text() == "compressed-tensors int4 g32");
    CHECK(parseQuantConfig({{"quantization_config", gptq}}, nullptr)->text() == "gptq int4 g32");
    CHECK(parseQuantConfig(Json::object(), &gptq)->method == QuantMethod::Gptq);
    CHECK(parseQuantConfig(Json::object(), nullptr)->method == QuantMethod::None);
    const Json oldAwq = {{"w_bit", 4}, {"q_group_size", 64}, {"version", "GEMM"}};
    CHECK(parseQuantConfig(Json::object(), &oldAwq)->text() == "awq int4 g64");
}

TEST_CASE("aTruncatedQuantisedFileIsASentence")
{
    const TempDir dir;
    for (const char* format : {"gptq-int4-g32-sym", "bitsandbytes-nf4-nested"}) {
        const RawModel model = golden(format);
        const std::string whole = fileOf(model);
        writeFile(dir / "config.json", model.config.dump());
        for (std::size_t length :
             {std::size_t{0}, std::size_t{7}, std::size_t{200}, whole.size() / 2, whole.size() - 1}) {
            writeFile(dir / "model.safetensors", std::string_view(whole).substr(0, length));
            const auto checkpoint = Checkpoint::open(dir.string());
            REQUIRE_FALSE(checkpoint);
            CHECK(isSentence(checkpoint.error().message));
        }
    }
}

TEST_CASE("readsAQuantisationFromAFileOfItsOwn")
{
    RawModel model = golden("gptq-int4-g32-sym");
    const TempDir dir;
    writeFile(dir / "quantize_config.json", model.config["quantization_config"].dump());
    model.config.erase("quantization_config");
    const auto checkpoint = opened(model, dir);
    REQUIRE(checkpoint);
    CHECK(checkpoint->formatText() == "gptq int4 g32");
    CHECK(importWeights(*checkpoint, {.threads = 1}));
}

TEST_CASE("honoursTheLayoutOfInt8Rows")
{
    RawModel model = golden("bitsandbytes-int8");
    const std::string name = "model.layers.0.mlp.up_proj.weight_format";
    std::erase_if(model.tensors, [&](const RawTensor& t) { return t.name == name; });
    model.tensors.push_back({name, "U8", {}, std::string(1, '\0')});
    CHECK(errorOf(model) == "");
    for (const auto& [number, word] : {std::pair{1, "col32"}, {2, "col_turing"}, {3, "col_ampere"}, {9, "number 9"}}) {
        model.at(name).data[0] = static_cast<char>(number);
        const std::string message = errorOf(model);
        INFO(message);
        CHECK(isSentence(message));
        CHECK(message.find(word) != message.npos);
        CHECK(message.find("up_proj") != message.npos);
    }
    model.at(name).shape = {2};
    model.at(name).data = std::string(2, '\0');
    CHECK(errorOf(model).find(name) != std::string::npos);
}

// Old tools wrote a bias of zeros for every layer; one that is not zero would change the result.
TEST_CASE("ignoresABiasOfZerosOnly")
{
    RawModel model = golden("gptq-int4-g32-sym");
    const std::string bias = "model.layers.0.mlp.up_proj.bias";
    model.tensors.push_back({bias, "F16", {128}, std::string(256, '\0')});
    CHECK(errorOf(model) == "");
    model.at(bias).data[9] = '\x3c';
    CHECK(errorOf(model).find(bias) != std::string::npos);
}

TEST_CASE("keepsAQuantisedModelInAFormOfItsSize")
{
    const std::pair<const char*, std::pair<MatrixFormat, int>> rows[] = {
        {"gptq-int4-g32-sym", {MatrixFormat::W4Z, 32}},      {"gptq-int4-g64-asym", {MatrixFormat::W4Z, 64}},
        {"gptq-int4-g128-sym", {MatrixFormat::W4Z, 128}},    {"gptq-int4-row-asym-v2", {MatrixFormat::W4Z, 128}},
        {"gptq-int4-g32-desc-act", {MatrixFormat::W4Z, 32}}, {"gptq-int8-g32-sym", {MatrixFormat::W8, 32}},
        {"awq-int4-g128", {MatrixFormat::W4Z, 128}},         {"compressed-int8-channel", {MatrixFormat::W8, 128}},
        {"fp8-128x128-bf16", {MatrixFormat::F8, 128}},       {"fp8-64x64-f32", {MatrixFormat::F8, 64}},
        {"bitsandbytes-nf4", {MatrixFormat::C4, 64}},
    };
    for (const auto& [name, form] : rows) {
        const fs::path folder = fs::path(QWILL_TEST_DATA) / "reference" / "quantised" / name;
        const auto checkpoint = Checkpoint::open(folder.string());
        REQUIRE(checkpoint);
        const auto weights = importWeights(*checkpoint, {.threads = 1});
        REQUIRE(weights);
        INFO(name);
        CHECK(weights->layers[0].up.format == form.first);
        CHECK(weights->layers[0].up.groupSize == form.second);
        CHECK(weights->embedding.format == MatrixFormat::W8);
        CHECK(planBytes(*checkpoint, WeightFormat::Auto).value() == weights->bytes());
        // What it was before it was quantised: the same model counts the same.
        const auto& c = checkpoint->config();
        CHECK(checkpoint->parameterCount() > static_cast<std::uint64_t>(3 * c.hiddenSize * c.intermediateSize));
    }
}

namespace {

Weights loaded(const Checkpoint& checkpoint, WeightFormat format)
{
    auto weights = importWeights(checkpoint, {.weights = format, .threads = 2});
    REQUIRE(weights);
    return *std::move(weights);
}

std::vector<float> rowsOfMatrix(const WeightMatrix& m)
{
    std::vector<float> all(static_cast<std::size_t>(m.rows) * static_cast<std::size_t>(m.cols));
    for (int row = 0; row < m.rows; ++row)
        dequantizeRow(m, row, all.data() + static_cast<std::ptrdiff_t>(row) * m.cols);
    return all;
}

double largestDifference(const WeightMatrix& a, const WeightMatrix& b)
{
    const auto x = rowsOfMatrix(a), y = rowsOfMatrix(b);
    double worst = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
        worst = std::max(worst, static_cast<double>(std::abs(x[i] - y[i])));
    return worst;
}

} // namespace

// Activations are put in order once for all that read them.
TEST_CASE("roundsMatricesAgainWhoseOrdersDisagree")
{
    RawModel model = golden("gptq-int4-g32-desc-act");
    const TempDir dir;
    for (const char* other : {"other", "none"}) {
        RawTensor& order = model.at("model.layers.0.self_attn.k_proj.g_idx");
        std::vector<std::int32_t> groups(order.data.size() / 4);
        std::memcpy(groups.data(), order.data.data(), order.data.size());
        if (*other == 'o')
            std::ranges::rotate(groups, groups.begin() + 5);
        else
            std::ranges::sort(groups);
        std::memcpy(order.data.data(), groups.data(), order.data.size());
        const auto checkpoint = opened(model, dir);
        REQUIRE(checkpoint);
        const Weights kept = loaded(*checkpoint, WeightFormat::Auto), exact = loaded(*checkpoint, WeightFormat::F32);
        const LayerWeights &a = kept.layers[0], &b = exact.layers[0];
        INFO(other);
        CHECK(a.q.format == MatrixFormat::W8);
        CHECK(a.v.format == MatrixFormat::W8);
        CHECK(a.k.format == (*other == 'o' ? MatrixFormat::W8 : MatrixFormat::W4Z));
        CHECK(a.up.format == MatrixFormat::W4Z);
        CHECK(a.q.order == nullptr);
        CHECK(a.up.order != nullptr);
        CHECK(largestDifference(a.up, b.up) == 0);
        CHECK(largestDifference(a.down, b.down) == 0);
        CHECK(largestDifference(a.q, b.q) < 0.01);
        CHECK(largestDifference(a.k, b.k) < 0.01);
        CHECK(planBytes(*checkpoint, WeightFormat::Auto).value() == kept.bytes());
    }
}

TEST_CASE("anOrderThatIsNoneOfItsGroupsIsRoundedAgain")
{
    RawModel model = golden("gptq-int4-g32-desc-act");
    const std::int32_t first = 0; // one column more in the first group than it has places
    for (RawTensor& t : model.tensors)
        if (t.name.ends_with(".g_idx"))
            for (std::size_t k = 0; k < t.data.size(); k += 4)
                if (std::memcmp(t.data.data() + k, &first, 4) != 0) {
                    std::memcpy(t.data.data() + k, &first, 4);
                    break;
                }
    const TempDir dir;
    const auto checkpoint = opened(model, dir);
    REQUIRE(checkpoint);
    const Weights kept = loaded(*checkpoint, WeightFormat::Auto), exact = loaded(*checkpoint, WeightFormat::F32);
    CHECK(kept.layers[0].up.format == MatrixFormat::W8);
    CHECK(largestDifference(kept.layers[0].up, exact.layers[0].up) < 0.01);
}

TEST_CASE("packingKeepsEveryForm")
{
    const TempDir dir;
    for (const std::string name : {"gptq-int4-g32-desc-act", "fp8-64x64-f32", "bitsandbytes-nf4", "awq-int4-g64"}) {
        const auto checkpoint =
            Checkpoint::open((fs::path(QWILL_TEST_DATA) / "reference" / "quantised" / name).string());
        REQUIRE(checkpoint);
        const Weights weights = loaded(*checkpoint, WeightFormat::Auto);
        const std::string path = (dir / "packed").string();
        REQUIRE(writePackedFile(path, weights, ""));
        const auto header = readPackedHeader(path);
        REQUIRE(header);
        const auto again = readPackedWeights(path, *header, {.threads = 2});
        REQUIRE(again);
        INFO(name);
        CHECK(again->bytes() == weights.bytes());
        CHECK((again->layers[0].o.order != nullptr) == (weights.layers[0].o.order != nullptr));
        CHECK(largestDifference(again->layers[0].o, weights.layers[0].o) == 0);
        CHECK(largestDifference(again->layers[0].down, weights.layers[0].down) == 0);
    }
}

// int8 with zero points, which no file of the goldens has: the signs of a symmetric one, about another zero.
TEST_CASE("keepsZeroPointsOfEightBits")
{
    RawModel model = golden("compressed-int8-channel");
    model.config["quantization_config"]["config_groups"]["group_0"]["weights"]["symmetric"] = false;
    std::vector<RawTensor> zeros;
    for (const RawTensor& t : model.tensors)
        if (t.name.ends_with(".weight_scale")) {
            RawTensor zero{t.name.substr(0, t.name.size() - 5) + "zero_point", "I8", t.shape,
                           std::string(static_cast<std::size_t>(t.shape[0]), '\0')};
            for (std::size_t i = 0; i < zero.data.size(); ++i)
                zero.data[i] = static_cast<char>(static_cast<int>(i * 37 % 256) - 128);
            zeros.push_back(zero);
        }
    model.tensors.insert(model.tensors.end(), zeros.begin(), zeros.end());
    const TempDir dir;
    const auto checkpoint = opened(model, dir);
    REQUIRE(checkpoint);
    const Weights kept = loaded(*checkpoint, WeightFormat::Auto), exact = loaded(*checkpoint, WeightFormat::F32);
    CHECK(kept.layers[0].up.format == MatrixFormat::W8G);
    CHECK(largestDifference(kept.layers[0].up, exact.layers[0].up) < 1e-6);
    CHECK(largestDifference(kept.layers[0].q, exact.layers[0].q) < 1e-6);
}

TEST_CASE("decodesEveryE4m3")
{
    CHECK(fromE4m3(0x00) == 0.0f);
    CHECK(fromE4m3(0x01) == 0x1p-9f);
    CHECK(fromE4m3(0x08) == 0x1p-6f);
    CHECK(fromE4m3(0x38) == 1.0f);
    CHECK(fromE4m3(0x7e) == 448.0f);
    CHECK(fromE4m3(0xfe) == -448.0f);
    CHECK(std::isnan(fromE4m3(0x7f)));
    CHECK(std::isnan(fromE4m3(0xff)));
    for (int bits = 1; bits < 0x7f; ++bits) // ascending, and the sign is only a sign
        CHECK((fromE4m3(static_cast<std::uint8_t>(bits)) > fromE4m3(static_cast<std::uint8_t>(bits - 1))
               && fromE4m3(static_cast<std::uint8_t>(bits | 128)) == -fromE4m3(static_cast<std::uint8_t>(bits))));
}
