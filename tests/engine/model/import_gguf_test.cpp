#include "base/half.h"
#include "model/checkpoint.h"
#include "model/dequantize.h"
#include "model/gguf.h"
#include "model/import.h"
#include "model/import_gguf.h"
#include "model/import_plan.h"
#include "model/row_reader.h"
#include "support/gguf_writer.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <functional>
#include <set>

using namespace qwill::engine;
using namespace qwill::test;
namespace fs = std::filesystem;

namespace {

Checkpoint opened(const fs::path& path)
{
    auto checkpoint = Checkpoint::open(path.string());
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

// The model's rows as the file's own quants decode.
std::vector<float> fileRowValues(const TensorView& tensor, std::int64_t row)
{
    std::vector<float> out(static_cast<std::size_t>(tensor.cols()));
    readColumns(tensor, row, 0, tensor.cols(), out.data());
    return out;
}

std::vector<float> matrixRow(const WeightMatrix& m, int row)
{
    std::vector<float> out(static_cast<std::size_t>(m.cols));
    dequantizeRow(m, row, out.data());
    return out;
}

} // namespace

TEST_CASE("decodesBlocksBitForBitAsTheReference")
{
    // tests/reference/make_gguf_blocks.py
    auto file = MappedFile::open(QWILL_TEST_DATA "/model/blocks.gguf");
    REQUIRE(file);
    auto parsed = parseGguf((*file)->bytes(), "blocks.gguf");
    REQUIRE(parsed);
    int compared = 0;
    for (const TensorView& blocks : parsed->tensors)
        for (const TensorView& values : parsed->tensors) {
            if (values.name != blocks.name + ".values")
                continue;
            REQUIRE(values.dtype == DType::F32);
            REQUIRE(values.shape == blocks.shape);
            INFO(blocks.name);
            CHECK(dtypeName(blocks.dtype) == blocks.name);
            std::vector<float> decoded(values.data.size() / 4);
            readRows(blocks, 0, blocks.rows(), decoded.data());
            CHECK(std::memcmp(decoded.data(), values.data.data(), values.data.size()) == 0);
            ++compared;
        }
    CHECK(compared == 15);
}

TEST_CASE("repacksBlocksWithoutRounding")
{
    auto file = MappedFile::open(QWILL_TEST_DATA "/model/blocks.gguf");
    REQUIRE(file);
    auto parsed = parseGguf((*file)->bytes(), "blocks.gguf");
    REQUIRE(parsed);
    int repacked = 0;
    for (const TensorView& blocks : parsed->tensors) {
        const KeptForm form = ggufKeptForm(blocks.dtype);
        if (!form.repack)
            continue;
        const auto rows = static_cast<std::int32_t>(blocks.rows()), cols = static_cast<std::int32_t>(blocks.cols());
        std::vector<std::byte> panel(panelBytes(form.format, form.groupSize, cols));
        INFO(blocks.name);
        REQUIRE(repackPanel(blocks, 0, panel.data()));
        const WeightMatrix m{form.format, rows, cols, form.groupSize, panel.data(), panel.size(), nullptr, nullptr};
        for (int row = 0; row < rows; ++row) {
            const auto expected = fileRowValues(blocks, row), actual = matrixRow(m, row);
            REQUIRE(actual == expected);
        }
        ++repacked;
    }
    CHECK(repacked == 13);
}

TEST_CASE("keepsTheQuantsOfAGgufFile")
{
    // Files of llama-quantize: tests/reference/make_gguf.sh.
    std::set<std::string> seen;
    for (const auto& entry : fs::directory_iterator(QWILL_TEST_DATA "/reference/gguf")) {
        if (entry.path().extension() != ".gguf")
            continue;
        INFO(entry.path().string());
        const Checkpoint checkpoint = opened(entry.path());
        Weights weights = imported(checkpoint, WeightFormat::Auto);
        CHECK(planBytes(checkpoint, WeightFormat::Auto).value() == weights.bytes());
        for (const MatrixSlot& slot : weightSlots(weights).matrices) {
            const TensorView& source = *checkpoint.find(slot.name);
            INFO(slot.name);
            seen.emplace(dtypeName(source.dtype));
            const bool exact = !isFloat(source.dtype);
            double error = 0, power = 0;
            for (int row = 0; row < slot.rows; ++row) {
                const auto expected = fileRowValues(source, row), actual = matrixRow(*slot.matrix, row);
                if (exact)
                    REQUIRE(expected == actual);
                for (std::size_t k = 0; k < expected.size(); ++k) {
                    error += (expected[k] - actual[k]) * (expected[k] - actual[k]);
                    power += expected[k] * expected[k];
                }
            }
            CHECK(std::sqrt(error / power) < 0.007);
        }
    }
    for (const char* type : {"Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q4_K", "Q5_K", "Q6_K", "IQ4_NL", "F16"}) {
        INFO(type);
        CHECK(seen.contains(type));
    }
}

TEST_CASE("aGgufIsTheSameModelAsItsDirectory")
{
    for (Architecture arch : {Architecture::Qwen3, Architecture::Qwen2, Architecture::Llama})
        for (DType type : {DType::F32, DType::Bf16, DType::F16}) {
            const TempDir dir;
            const TinyModelOptions options{.arch = arch,
                                           .tied = arch == Architecture::Qwen2,
                                           .dtype = type,
                                           .attentionBias = arch == Architecture::Llama};
            writeTinyModel(dir.path(), options);
            writeTinyGguf(dir / "model.gguf", options, type);
            const Checkpoint hf = opened(dir.path()), gguf = opened(dir / "model.gguf");
            CHECK(gguf.config().hiddenSize == hf.config().hiddenSize);
            CHECK(gguf.config().headDim == hf.config().headDim);
            CHECK(gguf.config().tiedEmbeddings == hf.config().tiedEmbeddings);
            CHECK(gguf.config().qkvBias == hf.config().qkvBias);
            CHECK(gguf.config().outputBias == hf.config().outputBias);
            CHECK(gguf.config().eosTokens == hf.config().eosTokens);
            CHECK(gguf.parameterCount() == hf.parameterCount());
            Weights a = imported(hf, WeightFormat::F32), b = imported(gguf, WeightFormat::F32);
            const WeightSlots left = weightSlots(a), right = weightSlots(b);
            for (std::size_t i = 0; i < left.matrices.size(); ++i)
                for (int row = 0; row < left.matrices[i].rows; ++row)
                    REQUIRE(matrixRow(*left.matrices[i].matrix, row) == matrixRow(*right.matrices[i].matrix, row));
            for (std::size_t i = 0; i < left.vectors.size(); ++i)
                CHECK(*left.vectors[i].values == *right.vectors[i].values);
            // Quantising goes through the same order of rows.
            Weights w8 = imported(hf, WeightFormat::W8), w8Gguf = imported(gguf, WeightFormat::W8);
            CHECK(matrixRow(w8.layers[1].q, 37) == matrixRow(w8Gguf.layers[1].q, 37));
        }
}

TEST_CASE("convertsAQuantisedGgufWhenAsked")
{
    const TempDir dir;
    writeTinyGguf(dir / "m.gguf", {.arch = Architecture::Llama}, DType::Q8_0);
    const Checkpoint checkpoint = opened(dir / "m.gguf");
    CHECK(checkpoint.formatText() == "gguf Q8_0");
    const TensorView& source = *checkpoint.find("model.layers.0.self_attn.k_proj.weight");
    const Weights f32 = imported(checkpoint, WeightFormat::F32), w4 = imported(checkpoint, WeightFormat::W4),
                  own = imported(checkpoint, WeightFormat::Auto);
    CHECK(f32.layers[0].k.format == MatrixFormat::F32);
    CHECK(w4.layers[0].k.format == MatrixFormat::W4K);
    CHECK(own.layers[0].k.format == MatrixFormat::W8);
    CHECK(own.layers[0].k.groupSize == 32);
    for (int row : {0, 1, 17, 31, 40, 63}) {
        CHECK(matrixRow(f32.layers[0].k, row) == fileRowValues(source, row));
        CHECK(matrixRow(own.layers[0].k, row) == fileRowValues(source, row));
    }
}

TEST_CASE("opensADirectoryWithASingleGguf")
{
    const TempDir dir;
    writeTinyGguf(dir / "m.gguf", {}, DType::Q4_0);
    CHECK(opened(dir.path()).kind() == Checkpoint::Kind::Gguf);
    fs::copy_file(dir / "m.gguf", dir / "n");
    CHECK(opened(dir / "n").kind() == Checkpoint::Kind::Gguf); // by its first bytes
    fs::copy_file(dir / "m.gguf", dir / "o.gguf");
    CHECK_FALSE(Checkpoint::open(dir.string())); // which of the two?
}

namespace {

std::string loadError(const std::string& content, const fs::path& file)
{
    writeFile(file, content);
    auto checkpoint = Checkpoint::open(file.string());
    if (!checkpoint)
        return checkpoint.error().message;
    auto weights = importWeights(*checkpoint, {.threads = 1});
    return weights ? "" : weights.error().message;
}

} // namespace

TEST_CASE("refusesAGgufModelByName")
{
    const TempDir dir;
    writeTinyGguf(dir / "m.gguf", {}, DType::Q4_0);
    const std::string good = readFile(dir / "m.gguf");
    const auto replaced = [&](const std::string& from, const std::string& to) {
        std::string content = good;
        content.replace(content.find(from), from.size(), to);
        const std::string message = loadError(content, dir / "x.gguf");
        INFO(message);
        return message;
    };
    CHECK(replaced("qwen3", "gemma").find("gemma") != std::string::npos);
    CHECK(replaced("qwen3.block_count", "qwen3.block_cnunt").find("block_count is missing") != std::string::npos);
    CHECK(replaced("blk.1.ffn_up", "blk.1.ffn_xp").find("model.layers.1.mlp.up_proj.weight") != std::string::npos);
    CHECK(replaced("token_embd", "token_xmbd").find("token_embd") != std::string::npos);
    CHECK(replaced("blk.1.ffn_up", "blk.0.ffn_up").find("twice") != std::string::npos);
    std::string nan = good;
    const auto parsed = parseGguf(std::as_bytes(std::span(good)), "x");
    for (const TensorView& t : parsed->tensors)
        if (t.name == "blk.1.ffn_down.weight") {
            const auto at = t.data.data() - std::as_bytes(std::span(good)).data();
            nan[static_cast<std::size_t>(at) + 18 * 7] = 0x01;
            nan[static_cast<std::size_t>(at) + 18 * 7 + 1] = 0x7c; // the scale of the eighth block: NaN
        }
    CHECK(loadError(nan, dir / "x.gguf").find("model.layers.1.mlp.down_proj.weight") != std::string::npos);
}

namespace {

const fs::path kParts = fs::path(QWILL_TEST_DATA) / "model" / "parts"; // tests/reference/make_gguf_parts.py

void copyParts(const fs::path& to)
{
    for (const auto& entry : fs::directory_iterator(kParts))
        fs::copy_file(entry.path(), to / entry.path().filename());
}

} // namespace

TEST_CASE("opensAModelInPartsByAnyOfThem")
{
    const Checkpoint whole = opened(fs::path(QWILL_TEST_DATA) / "reference" / "gguf" / "qwen3-q4_0.gguf");
    for (const fs::path& path : {kParts, kParts / "cut-00001-of-00003.gguf", kParts / "cut-00003-of-00003.gguf"}) {
        const Checkpoint parts = opened(path);
        CHECK(fs::path(parts.path()).filename() == "cut-00001-of-00003.gguf");
        CHECK(parts.files().size() == 3);
        CHECK(parts.formatText() == whole.formatText());
        REQUIRE(parts.tensors().size() == whole.tensors().size());
        for (std::size_t i = 0; i < whole.tensors().size(); ++i) {
            const TensorView &a = whole.tensors()[i], &b = parts.tensors()[i];
            CHECK(a.name == b.name);
            CHECK(std::ranges::equal(a.data, b.data));
        }
        CHECK(imported(parts, WeightFormat::Auto).bytes() == imported(whole, WeightFormat::Auto).bytes());
    }
}

TEST_CASE("refusesPartsThatDoNotBelongTogether")
{
    const auto errorWith = [](const std::function<void(const fs::path&)>& spoil) {
        const TempDir dir;
        copyParts(dir.path());
        spoil(dir.path());
        const auto checkpoint = Checkpoint::open((dir / "cut-00001-of-00003.gguf").string());
        REQUIRE_FALSE(checkpoint);
        return checkpoint.error().message;
    };
    const std::string missing = errorWith([](const fs::path& dir) { fs::remove(dir / "cut-00002-of-00003.gguf"); });
    CHECK(missing == "The shard cut-00002-of-00003.gguf named by cut-00001-of-00003.gguf is missing.");
    const std::string swapped = errorWith([](const fs::path& dir) {
        fs::copy_file(dir / "cut-00003-of-00003.gguf", dir / "cut-00002-of-00003.gguf",
                      fs::copy_options::overwrite_existing);
    });
    CHECK(swapped.find("cut-00002-of-00003.gguf is not part 2 of 3") != swapped.npos);
    const std::string other = errorWith([](const fs::path& dir) {
        fs::copy_file(QWILL_TEST_DATA "/reference/gguf/qwen3-q4_0.gguf", dir / "cut-00001-of-00003.gguf",
                      fs::copy_options::overwrite_existing);
    });
    CHECK(other.find("tensor") != other.npos); // the same tensors again
    const std::string cut =
        errorWith([](const fs::path& dir) { fs::resize_file(dir / "cut-00003-of-00003.gguf", 5000); });
    CHECK(cut.find("cut-00003-of-00003.gguf") != cut.npos);
}
