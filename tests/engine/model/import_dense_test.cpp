#include "base/folder.h"
#include "base/half.h"
#include "model/import.h"
#include "model/import_plan.h"
#include "support/host.h"
#include "support/tiny_model.h"

#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <limits>

using namespace qwill::engine;
using namespace qwill::test;
namespace fs = std::filesystem;

namespace {

Checkpoint opened(const std::string& path)
{
    auto checkpoint = Checkpoint::open(path);
    if (!checkpoint)
        FAIL(checkpoint.error().message);
    return *std::move(checkpoint);
}

Weights imported(const Checkpoint& checkpoint, WeightFormat format)
{
    auto weights = importWeights(checkpoint, {.weights = format, .threads = 2});
    if (!weights)
        FAIL(weights.error().message);
    return *std::move(weights);
}

const TinyTensor& named(const std::vector<TinyTensor>& tensors, const std::string& name)
{
    for (const TinyTensor& t : tensors)
        if (t.name == name)
            return t;
    FAIL(name);
    return tensors.front();
}

std::vector<float> allRows(const WeightMatrix& m)
{
    std::vector<float> values(static_cast<std::size_t>(m.rows) * static_cast<std::size_t>(m.cols));
    for (int r = 0; r < m.rows; ++r)
        dequantizeRow(m, r, values.data() + static_cast<std::size_t>(r) * static_cast<std::size_t>(m.cols));
    return values;
}

} // namespace

TEST_CASE("denseWeightsAreWhatTheFileSays")
{
    for (Architecture arch : {Architecture::Qwen3, Architecture::Qwen2, Architecture::Llama, Architecture::Mistral})
        for (DType dtype : {DType::F32, DType::F16, DType::Bf16})
            for (WeightFormat format : {WeightFormat::F32, WeightFormat::Bf16}) {
                const TempDir dir;
                const TinyModelOptions options{.arch = arch,
                                               .tied = arch == Architecture::Qwen3,
                                               .dtype = dtype,
                                               .shards = dtype == DType::F16 ? 3 : 1};
                writeTinyModel(dir.path(), options);
                const Checkpoint checkpoint = opened(dir.string());
                const Weights weights = imported(checkpoint, format);
                const auto tensors = tinyTensors(options);
                const auto expected = [&](const std::string& name) {
                    auto values = named(tensors, name).values;
                    if (format == WeightFormat::Bf16 && dtype == DType::F32 && name.find("norm") == std::string::npos)
                        for (float& x : values)
                            x = bf16ToFloat(floatToBf16(x));
                    return values;
                };
                CHECK(allRows(weights.embedding) == expected("model.embed_tokens.weight"));
                CHECK(weights.outputNorm == expected("model.norm.weight"));
                REQUIRE(weights.layers.size() == 2);
                CHECK(allRows(weights.layers[1].down) == expected("model.layers.1.mlp.down_proj.weight"));
                CHECK(allRows(weights.layers[0].k) == expected("model.layers.0.self_attn.k_proj.weight"));
                CHECK(weights.layers[1].qNorm.empty() == (arch != Architecture::Qwen3));
                CHECK(weights.layers[1].kBias.empty() == (arch != Architecture::Qwen2));
                CHECK((weights.head.data == weights.embedding.data) == options.tied);
                const bool inPlace = (format == WeightFormat::F32) == (dtype == DType::F32);
                CHECK(
                    (weights.layers[0].q.data == checkpoint.find("model.layers.0.self_attn.q_proj.weight")->data.data())
                    == inPlace);
                CHECK(planBytes(checkpoint, format).value() == weights.bytes());
            }
}

TEST_CASE("weightsOutliveTheCheckpoint")
{
    const TempDir dir;
    writeTinyModel(dir.path(), {});
    const Weights weights = imported(opened(dir.string()), WeightFormat::Bf16);
    CHECK(allRows(weights.embedding) == named(tinyTensors({}), "model.embed_tokens.weight").values);
}

TEST_CASE("opensADirectoryOrAFileInIt")
{
    const TempDir dir;
    writeTinyModel(dir.path(), {});
    writeFile(dir / "tokenizer.json", "{}");
    for (const auto& path : {dir.path(), dir / "config.json", dir / "model.safetensors"}) {
        const Checkpoint checkpoint = opened(path.string());
        CHECK(checkpoint.config().hiddenSize == 128);
        CHECK(checkpoint.formatText() == "safetensors bf16");
        CHECK(checkpoint.config().name == dir.path().filename().string());
        CHECK(checkpoint.tokenizerJson().value() == "{}");
        CHECK(checkpoint.sentencepieceModel().value().empty());
        CHECK(checkpoint.config().recommendedSampling.temperature == 0.6f);
    }
}

// Windows counted to 260 letters of old, and its directory iterators still do.
TEST_CASE("opensAModelInFoldersOfAnyDepth")
{
    const TempDir dir;
    fs::path folder = dir.path();
    for (int i = 0; i < 7; ++i)
        folder /= fs::path(u8"一个相当长的文件夹名字 with words in it, 0123456789");
    REQUIRE(folder.string().size() > 400);
    writeTinyModel(anyLength(folder), {.shards = 2});
    const std::string path = folder.string();
    CHECK(pathKind(path) == PathKind::Folder);
    CHECK(pathKind(path + "/none") == PathKind::Nothing);
    CHECK(pathKind((folder / "config.json").string()) == PathKind::File);
    CHECK(namesIn(path).size() == 5); // two files of weights, their index, two of configuration
    for (const fs::path& named : {folder, folder / "config.json"}) {
        const Checkpoint checkpoint = opened(named.string());
        CHECK(checkpoint.config().hiddenSize == 128);
        CHECK(imported(checkpoint, WeightFormat::F32).layers.size() == 2);
    }
    CHECK(namesIn(path + "/config.json").empty());
    // The way back by name, without an iterator.
    for (const std::string& name : namesIn(path))
        CHECK(fs::remove(anyLength(folder / name)));
    for (; folder != dir.path(); folder = folder.parent_path())
        CHECK(fs::remove(anyLength(folder)));
}

namespace {

std::string openError(const std::string& path)
{
    auto checkpoint = Checkpoint::open(path);
    if (checkpoint) {
        auto weights = importWeights(*checkpoint, {.weights = WeightFormat::F32, .threads = 1});
        return weights ? "" : weights.error().message;
    }
    return checkpoint.error().message;
}

void checkError(const std::string& path, const std::string& expected)
{
    const std::string message = openError(path);
    INFO(message);
    CHECK(message.find(expected) != std::string::npos);
}

} // namespace

TEST_CASE("saysWhichFileOrTensorIsWrong")
{
    const TempDir dir;
    checkError((dir / "nowhere").string(), "There is no model");
    checkError("", "No model was named");
    checkError(dir.string(), "no config.json");
    writeFile(dir / "config.json", tinyConfigJson({}));
    checkError(dir.string(), "no .safetensors");
    writeFile(dir / "notes.txt", "hello");
    checkError((dir / "notes.txt").string(), "is not a model");

    auto tensors = tinyTensors({});
    const auto spoiled = [&](auto&& change, const char* expected) {
        auto copy = tensors;
        change(copy);
        writeTinyModel(dir.path(), {}, copy);
        checkError(dir.string(), expected);
    };
    spoiled([](auto& t) { t.pop_back(); }, "lacks the tensor model.norm.weight");
    spoiled([](auto& t) { t.push_back({"model.layers.0.extra", {1}, {1}}); }, "tensor model.layers.0.extra");
    spoiled([](auto& t) { t.push_back({"model.layers.0.self_attn.rotary_emb.inv_freq", {1}, {1}}); }, "");
    spoiled([](auto& t) { t.push_back({"lm_head.weight", {1}, {1}}); }, ""); // tied: not read
    spoiled(
        [](auto& t) {
            t[0].shape = {160, 256};
        },
        "has shape [160, 256], but the configuration asks for [320, 128]");
    spoiled([](auto& t) { t[1].values[3] = std::numeric_limits<float>::quiet_NaN(); },
            "model.layers.0.input_layernorm.weight holds values");
    spoiled([](auto& t) { t[2].values[3] = std::numeric_limits<float>::infinity(); },
            "model.layers.0.self_attn.q_proj.weight holds values");
}

TEST_CASE("saysWhatIsWrongWithShards")
{
    const TempDir dir;
    const TinyModelOptions options{.shards = 2};
    writeTinyModel(dir.path(), options);
    const auto second = dir / "model-00002-of-00002.safetensors", first = dir / "model-00001-of-00002.safetensors";
    const std::string secondBytes = readFile(second), indexText = readFile(dir / "model.safetensors.index.json");
    std::filesystem::remove(second);
    checkError(dir.string(), "model-00002-of-00002.safetensors named by model.safetensors.index.json is missing");
    writeFile(second, readFile(first));
    checkError(dir.string(), "is there twice");
    writeFile(second, secondBytes);
    const auto index = [&](const char* from, const char* to) {
        std::string text = indexText;
        text.replace(text.find(from), std::string(from).size(), to);
        writeFile(dir / "model.safetensors.index.json", text);
    };
    index("model-00001-of", "../model-00001-of");
    checkError(dir.string(), "file name that is none");
    index("model.norm.weight", "model.norm.wait");
    checkError(dir.string(), "model.norm.wait is in model-00002");
    index("model-00001-of", "model-00002-of");
    checkError(dir.string(), "but it is not");
    writeFile(dir / "model.safetensors.index.json", "{}");
    checkError(dir.string(), "no weight_map");
}

TEST_CASE("cancelAndProgress")
{
    const TempDir dir;
    writeTinyModel(dir.path(), {});
    const Checkpoint checkpoint = opened(dir.string());
    std::stop_source stop;
    std::uint64_t last = 0;
    ImportOptions options{.weights = WeightFormat::F32, .threads = 2, .stop = stop.get_token()};
    options.progress = [&](const LoadProgress& p) {
        CHECK(p.bytesDone >= last);
        CHECK(p.bytesDone <= p.bytesTotal);
        last = p.bytesDone;
    };
    REQUIRE(importWeights(checkpoint, options));
    CHECK(last > 0);
    options.progress = [&](const LoadProgress&) { stop.request_stop(); };
    auto cancelled = importWeights(checkpoint, options);
    REQUIRE_FALSE(cancelled);
    CHECK(cancelled.error().code == ErrorCode::Cancelled);
}
