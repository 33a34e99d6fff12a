#include "base/hash.h"
#include "base/log.h"
#include "model/config_json.h"
#include "model/import.h"
#include "model/import_plan.h"
#include "model/packed_cache.h"
#include "model/packed_directory.h"
#include "support/gguf_writer.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <optional>

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

Weights imported(const Checkpoint& checkpoint, const ImportOptions& options)
{
    auto weights = importWeights(checkpoint, options);
    if (!weights)
        FAIL(weights.error().message);
    return *std::move(weights);
}

bool same(const Weights& left, const Weights& right)
{
    Weights a = left, b = right;
    const WeightSlots x = weightSlots(a), y = weightSlots(b);
    for (std::size_t i = 0; i < x.matrices.size(); ++i) {
        const WeightMatrix &m = *x.matrices[i].matrix, &n = *y.matrices[i].matrix;
        if (m.format != n.format || m.groupSize != n.groupSize || m.bytes != n.bytes || m.rows != n.rows
            || !std::equal(m.data, m.data + m.bytes, n.data))
            return false;
    }
    for (std::size_t i = 0; i < x.vectors.size(); ++i)
        if (*x.vectors[i].values != *y.vectors[i].values)
            return false;
    return configToJson(a.config) == configToJson(b.config);
}

fs::path onlyFile(const fs::path& directory)
{
    fs::path found;
    int count = 0;
    for (const auto& entry : fs::directory_iterator(directory)) {
        found = entry.path();
        ++count;
    }
    CHECK(count == 1);
    return found;
}

} // namespace

TEST_CASE("hashSeesEveryBitAndTheLength")
{
    std::string data(200, 'x');
    const auto hash = [](const std::string& s) { return hashBytes(std::as_bytes(std::span(s))); };
    for (std::size_t size = 0; size < data.size(); ++size)
        CHECK(hash(data.substr(0, size)) != hash(data.substr(0, size + 1)));
    const auto whole = hash(data);
    for (std::size_t bit = 0; bit < data.size() * 8; ++bit) {
        std::string flipped = data;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
        CHECK(hash(flipped) != whole);
    }
    CHECK(hashBytes({}, 1) != hashBytes({}, 2));
}

TEST_CASE("theCacheGivesBackWhatWasQuantised")
{
    const TempDir dir, cache;
    writeTinyModel(dir.path(), {.tied = false});
    std::optional<Checkpoint> checkpoint = opened(dir.path());
    ImportOptions options{.weights = WeightFormat::W4, .threads = 2, .usePackedCache = true};
    options.packedCacheDir = cache.string() + "/deeper";
    options.packedCacheMinimum = 0;
    bool quantised = false;
    options.progress = [&](const LoadProgress& p) {
        quantised = quantised || p.phase == LoadProgress::Phase::Quantising;
    };
    const Weights plain = imported(*checkpoint, {.weights = WeightFormat::W4, .threads = 1});
    const Weights first = imported(*checkpoint, options);
    CHECK(quantised);
    const fs::path entry = onlyFile(cache / "deeper");
    quantised = false;
    const Weights second = imported(*checkpoint, options);
    CHECK_FALSE(quantised);
    CHECK(same(plain, first));
    CHECK(same(plain, second));

    SUBCASE("damageIsFoundAndMended")
    {
        std::string content = readFile(entry);
        std::uint64_t headerBytes = 0;
        std::memcpy(&headerBytes, content.data() + 8, 8);
        const std::size_t firstMatrix = (24 + headerBytes + 4095) / 4096 * 4096;
        for (std::size_t at : {std::size_t{3}, std::size_t{40}, firstMatrix + 5000, content.size() - 1}) {
            std::string damaged = content;
            damaged[at] = static_cast<char>(damaged[at] ^ 16);
            writeFile(entry, damaged);
            quantised = false;
            CHECK(same(plain, imported(*checkpoint, options)));
            CHECK(quantised);
            CHECK(readFile(entry) == content);
        }
        for (std::size_t size : {std::size_t{0}, std::size_t{10}, std::size_t{100}, content.size() - 1}) {
            writeFile(entry, content.substr(0, size));
            CHECK(same(plain, imported(*checkpoint, options)));
            CHECK(readFile(entry) == content);
        }
    }
    SUBCASE("aChangedSourceIsPackedAgain")
    {
        checkpoint.reset(); // Windows overwrites no file that is mapped; the weights need it no more
        writeTinyModel(dir.path(), {.tied = false, .seed = 2});
        const Checkpoint changed = opened(dir.path());
        quantised = false;
        CHECK_FALSE(same(plain, imported(changed, options)));
        CHECK(quantised);
        onlyFile(cache / "deeper"); // in the place of the old one
    }
    SUBCASE("aChangedConfigurationIsPackedAgain")
    {
        std::string config = readFile(dir / "config.json");
        config.replace(config.find("10000"), 5, "50000");
        writeFile(dir / "config.json", config);
        CHECK(imported(opened(dir.path()), options).config.ropeTheta == 50000);
    }
    SUBCASE("anotherFormatIsAnotherEntry")
    {
        options.weights = WeightFormat::W8;
        CHECK(imported(*checkpoint, options).layers[0].q.format == MatrixFormat::W8);
        options.weights = WeightFormat::W4;
        quantised = false;
        CHECK(same(plain, imported(*checkpoint, options)));
        CHECK_FALSE(quantised);
    }
}

TEST_CASE("aCacheThatCannotBeWrittenIsNoError")
{
    const TempDir dir;
    writeTinyModel(dir.path(), {});
    writeFile(dir / "file", "not a directory");
    std::string logged;
    setLogSink([&](LogLevel, std::string_view line) { logged = line; });
    ImportOptions options{.weights = WeightFormat::W8, .threads = 1, .usePackedCache = true};
    options.packedCacheDir = (dir / "file").string() + "/cache";
    options.packedCacheMinimum = 0;
    CHECK(importWeights(opened(dir.path()), options));
    setLogSink({});
    CHECK(logged.find("not kept") != std::string::npos);
}

TEST_CASE("aPackedDirectoryIsAModel")
{
    const TempDir dir;
    const auto check = [&](const fs::path& source, WeightFormat format) {
        const Checkpoint checkpoint = opened(source);
        const Weights weights = imported(checkpoint, {.weights = format, .threads = 1});
        const std::string out = (dir / "out").string();
        const auto saved = savePacked(weights, checkpoint, out);
        if (!saved)
            FAIL(saved.error().message);
        const Checkpoint packed = opened(out);
        CHECK(packed.kind() == Checkpoint::Kind::Packed);
        CHECK(packed.parameterCount() == checkpoint.parameterCount());
        CHECK(same(imported(packed, {.threads = 2}), weights));
        CHECK(planBytes(packed, WeightFormat::Auto).value() == weights.bytes());
        auto refused = importWeights(packed, {.weights = WeightFormat::F32});
        REQUIRE_FALSE(refused);
        CHECK(refused.error().message.find("already packed") != std::string::npos);
        return packed;
    };
    writeTinyModel(dir / "hf", {});
    writeFile(dir / "hf/tokenizer.json", "{\"x\":1}");
    fs::permissions(dir / "hf/tokenizer.json", fs::perms::owner_read);
    CHECK(check(dir / "hf", WeightFormat::W4).tokenizerJson().value() == "{\"x\":1}");
    CHECK((fs::status(dir / "out/tokenizer.json").permissions() & fs::perms::owner_write) != fs::perms::none);
    fs::permissions(dir / "hf/tokenizer.json", fs::perms::owner_write, fs::perm_options::add); // so that it can go
    writeTinyGguf(dir / "m.gguf", {.arch = Architecture::Llama}, DType::Q4_0);
    const Checkpoint fromGguf = check(dir / "m.gguf", WeightFormat::Auto);
    REQUIRE(fromGguf.ggufMetadata());
    CHECK(fromGguf.ggufMetadata()->text("general.architecture") == "llama");
    CHECK(fromGguf.formatText() == "packed w4z");
    const Checkpoint source = opened(dir / "hf");
    CHECK_FALSE(
        savePacked(imported(source, {.weights = WeightFormat::W8}), source, source.path())); // its own directory
}

TEST_CASE("survivesAnyDamageToAPackedHeader")
{
    const TempDir dir;
    writeTinyModel(dir / "hf", {.hidden = 64, .layers = 1, .heads = 2, .kvHeads = 1, .intermediate = 64, .vocab = 64});
    const Checkpoint checkpoint = opened(dir / "hf");
    REQUIRE(savePacked(imported(checkpoint, {.weights = WeightFormat::W8, .threads = 1}), checkpoint,
                       (dir / "p").string()));
    const fs::path file = dir / "p/qwill.packed";
    const std::string content = readFile(file);
    for (std::size_t size = 0; size < content.size(); size += size < 4096 ? 61 : 4093) {
        writeFile(file, content.substr(0, size));
        CHECK_FALSE(Checkpoint::open((dir / "p").string()));
    }
    // A header with its checksum in order, but lies inside.
    std::uint64_t length = 0;
    std::memcpy(&length, content.data() + 8, 8);
    const std::string text = content.substr(24, length);
    const auto lie = [&](const std::string& from, const std::string& to) {
        std::string changed = text;
        REQUIRE(changed.find(from) != std::string::npos);
        changed.replace(changed.find(from), from.size(), to);
        std::string lied = content;
        const std::uint64_t newLength = changed.size(), hash = hashBytes(std::as_bytes(std::span(changed)));
        std::memcpy(lied.data() + 8, &newLength, 8);
        std::memcpy(lied.data() + 16, &hash, 8);
        lied.replace(24, changed.size(), changed);
        writeFile(file, lied);
        auto opened = Checkpoint::open((dir / "p").string());
        if (opened)
            return std::string();
        return opened.error().message;
    };
    CHECK(lie("\"version\":4", "\"version\":3").find("another version") != std::string::npos);
    CHECK(lie("\"hidden_size\":64", "\"hidden_size\":65").find("bytes instead of") != std::string::npos);
    CHECK_FALSE(lie("\"hidden_size\":64", "\"hidden_size\":-4").empty());
    CHECK_FALSE(lie("\"layers\":1", "\"layers\":9").empty());
    CHECK_FALSE(lie("\"layers\":1", "\"layers\":1000000").empty());
    CHECK_FALSE(lie("[\"w8\",128,false]", "[\"w8\",127,false]").empty());
    CHECK_FALSE(lie("[\"w8\",128,false]", "[\"w9\",128,false]").empty());
    CHECK_FALSE(lie("\"rope_kind\":0", "\"rope_kind\":7").empty());
}
