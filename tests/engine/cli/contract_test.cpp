// Does qwill-cli keep its contract, seen from outside? Exit codes, what goes to which stream, the keys of its JSON, the
// sizes of its files. The models are the goldens of tests/data/reference.

#include "program.h"
#include "support/tiny_model.h"

#include <cstring>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <tuple>

using namespace qwill::test;
using Json = nlohmann::json;
namespace fs = std::filesystem;

namespace {

const std::string kReference = QWILL_TEST_DATA "/reference";
const std::string kModel = kReference + "/hf/qwen3-r2-hd64-tied-bf16"; // has no tokenizer
const std::string kGguf = kReference + "/gguf/qwen3-q8_0.gguf"; // has one
const std::string kQwen3 = QWILL_SHARED "/qwen3"; // tokenizer files only

Json goldenOf(const std::string& path)
{
    std::ifstream in(path);
    REQUIRE_MESSAGE(in, path);
    return Json::parse(in);
}

std::string listed(const Json& ids)
{
    std::string text;
    for (const auto& id : ids)
        text.append(text.empty() ? "" : ",").append(std::to_string(id.get<int>()));
    return text;
}

Json parsed(const Run& run)
{
    REQUIRE_MESSAGE(run.code == 0, run.err);
    const Json json = Json::parse(run.out, nullptr, false);
    REQUIRE_MESSAGE(!json.is_discarded(), run.out);
    return json;
}

std::vector<float> floatsOf(const fs::path& file)
{
    const std::string bytes = readFile(file);
    REQUIRE(bytes.size() % sizeof(float) == 0);
    std::vector<float> values(bytes.size() / sizeof(float));
    std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
}

} // namespace

TEST_CASE("aReplyIsHeldToASchemaOrToAnyJsonObject")
{
    const TempDir dir;
    const auto schemaFile = [&](const char* name, const char* text) {
        std::ofstream(dir / name) << text;
        return (dir / name).string();
    };
    const std::string schema = schemaFile(
        "schema.json",
        R"({"type":"object","properties":{"name":{"type":"string","maxLength":8},"age":{"type":"integer","minimum":0,"maximum":120}},"required":["name","age"],"additionalProperties":false})");
    for (const char* seed : {"1", "2", "3"}) {
        const Json reply = parsed(runCli({"generate", kGguf, "--prompt", "A person: ", "--json-schema", schema,
                                          "--seed", seed, "--temperature", "1", "--max-tokens", "100"}));
        CHECK(reply.size() == 2);
        CHECK(reply.at("name").is_string());
        CHECK(reply.at("age").get<int>() <= 120);
    }
    const Run object =
        runCli({"generate", kGguf, "--prompt", "x", "--json-object", "--seed", "1", "--max-tokens", "3"});
    CHECK_MESSAGE(object.code == 0, object.err);
    CHECK(object.out.starts_with("{"));
    const Run refused =
        runCli({"generate", kGguf, "--prompt", "x", "--json-schema", schemaFile("not.json", R"({"not":{}})")});
    CHECK(refused.code == 1);
    CHECK_MESSAGE(refused.err.find("'not'") != std::string::npos, refused.err);
}

TEST_CASE("everyCommandExplainsItself")
{
    const Run top = runCli({"--help"});
    CHECK(top.code == 0);
    CHECK(top.err.empty());
    for (const char* command : {"info", "inspect", "tokenize", "detokenize", "logits", "generate", "chat", "perplexity",
                                "quantize", "bench"}) {
        CHECK_MESSAGE(top.out.find(command) != std::string::npos, command);
        const Run help = runCli({command, "--help"});
        CHECK_MESSAGE(help.code == 0, command);
        CHECK_MESSAGE(help.out.find("Example") != std::string::npos, command);
    }
}

TEST_CASE("infoNamesProcessorKernelsDevicesAndTheChoice")
{
    CHECK(runCli({"info"}).code == 0);
    const Json info = parsed(runCli({"info", "--json"}));
    CHECK(info.at("cpu_features").is_array());
    CHECK(!info.at("kernels").get<std::string>().empty());
    CHECK(!info.at("reason").get<std::string>().empty());
    REQUIRE(!info.at("devices").empty());
    CHECK(info.at("devices").at(0).at("memory_bytes").get<double>() > 0);
}

TEST_CASE("inspectDescribesAModel")
{
    for (const std::string& model : {kModel, kGguf}) {
        CHECK(runCli({"inspect", model}).code == 0);
        const Json json = parsed(runCli({"inspect", model, "--json"}));
        CHECK(json.at("architecture") == "qwen3");
        CHECK(json.at("layers") == 2);
        CHECK(json.at("head_dim") == 64);
        CHECK(json.at("config").is_object());
        CHECK(json.at("tensors").size() >= 20);
        CHECK(json.at("tensors").at(0).at("shape").is_array());
        REQUIRE(!json.at("memory").empty());
        CHECK(json.at("memory").at(0).at("total_bytes").get<double>() > 0);
    }
}

// How it is stored, in groups of what size, and what that becomes.
TEST_CASE("inspectNamesTheFormatAndItsFormInMemory")
{
    const std::tuple<const char*, const char*, const char*, const char*, const char*> rows[] = {
        {"/quantised/gptq-int4-g32-sym", "gptq int4 g32", "int4 g32", "w4z g32", "repacked"},
        {"/quantised/gptq-int4-g32-desc-act", "gptq int4 g32 ordered", "int4 g32 ordered", "w4z g32", "repacked"},
        {"/quantised/awq-int4-g64", "awq int4 g64", "int4 g64", "w4z g64", "repacked"},
        {"/quantised/fp8-64x64-f32", "fp8 64x64", "fp8 64x64", "f8 g64", "repacked"},
        {"/quantised/bitsandbytes-nf4", "bitsandbytes nf4", "nf4 g64", "c4 g64", "repacked"},
        {"/quantised/bitsandbytes-fp4", "bitsandbytes fp4", "fp4 g64", "c4 g64", "repacked"},
        {"/quantised/bitsandbytes-int8", "bitsandbytes int8 row", "int8 row", "w8 g128", "repacked"},
        {"/quantised/compressed-int8-channel", "compressed-tensors int8 row", "int8 row", "w8 g128", "repacked"},
        {"/gguf/qwen3-q8_0.gguf", "gguf Q8_0", "Q8_0", "w8 g32", "repacked"},
    };
    for (const auto& [model, format, stored, memory, change] : rows) {
        const Json json = parsed(runCli({"inspect", kReference + model, "--json"}));
        CHECK(json.at("format") == format);
        const auto& forms = json.at("forms");
        const auto layers =
            std::find_if(forms.begin(), forms.end(), [&](const Json& f) { return f.at("stored") == stored; });
        REQUIRE_MESSAGE(layers != forms.end(), forms.dump());
        CHECK(layers->at("memory") == memory);
        CHECK(layers->at("change") == change);
        CHECK(layers->at("matrices").get<int>() >= 6);
        CHECK(runCli({"inspect", kReference + model}).out.find(memory) != std::string::npos);
    }
}

TEST_CASE("tokenizeAndDetokenizeAreInverse")
{
    const std::string text = "The cat in\n  the hat; 12 naïve 猫 \xF0\x9F\x90\x88";
    const Run ids = runCli({"tokenize", kGguf}, text);
    REQUIRE(ids.code == 0);
    CHECK(std::count(ids.out.begin(), ids.out.end(), '\n') == 1);
    CHECK(runCli({"detokenize", kGguf}, ids.out).out == text);
    // Special tokens are recognised unless the text is data.
    CHECK(runCli({"tokenize", kGguf}, "<|im_start|>").out == "298\n");
    CHECK(runCli({"tokenize", kGguf, "--data"}, "<|im_start|>").out != "298\n");
    const Run lines = runCli({"tokenize", kGguf, "--jsonl"}, "{\"text\":\"<|im_end|>\"}\n{\"text\":\"\"}\n");
    REQUIRE(lines.code == 0);
    CHECK(Json::parse(lines.out.substr(0, lines.out.find('\n'))).at("ids") == Json::array({299}));
    CHECK(std::count(lines.out.begin(), lines.out.end(), '\n') == 2);
    CHECK(runCli({"tokenize", kGguf}, "").out == "\n");
}

TEST_CASE("tokenizeNeedsOnlyTokenizerFiles")
{
    if (!fs::exists(kQwen3)) {
        MESSAGE("shared/qwen3 is not here");
        return;
    }
    CHECK(runCli({"tokenize", kQwen3}, "Hello, 世界").out == "9707 11 220 99489\n");
    CHECK(runCli({"detokenize", kQwen3}, "9707 11 220 99489").out == "Hello, 世界");
}

TEST_CASE("logitsWritesEveryPositionAsFloats")
{
    const TempDir dir;
    const std::string out = (dir / "logits.f32").string();
    const Json golden = goldenOf(kModel + "/golden.json");
    const int vocab = golden.at("vocab");
    const std::vector<float> expected = floatsOf(kModel + "/logits.f32");
    std::size_t row = 0;
    for (const auto& item : golden.at("cases")) {
        const Run run = runCli(
            {"logits", kModel, "--ids", listed(item.at("ids")), "--weights", "f32", "--kv", "f32", "--out", out});
        REQUIRE_MESSAGE(run.code == 0, run.err);
        const std::vector<float> rows = floatsOf(out);
        REQUIRE(rows.size() == item.at("ids").size() * static_cast<std::size_t>(vocab));
        for (const auto& position : item.at("positions")) {
            float worst = 0;
            for (int t = 0; t < vocab; ++t)
                worst =
                    std::max(worst,
                             std::abs(rows[position.get<std::size_t>() * static_cast<std::size_t>(vocab)
                                           + static_cast<std::size_t>(t)]
                                      - expected[row * static_cast<std::size_t>(vocab) + static_cast<std::size_t>(t)]));
            CHECK(worst <= 1e-3f);
            ++row;
        }
    }
}

TEST_CASE("logitsPrintsTheBestTenWithoutAFile")
{
    for (const char* weights : {"f32", "bf16", "w8", "w4", "auto"})
        for (const char* kv : {"f32", "f16", "int8"}) {
            INFO(weights << " " << kv);
            const Json top = parsed(
                runCli({"logits", kModel, "--ids", "1,2,3", "--weights", weights, "--kv", kv, "--device", "cpu"}));
            REQUIRE(top.size() == 10);
            CHECK(top.at(0).at("id").is_number_integer());
            CHECK(top.at(0).at("logit").get<double>() >= top.at(9).at("logit").get<double>());
        }
}

TEST_CASE("generateContinuesIdsAndText")
{
    const Json golden = goldenOf(kModel + "/golden.json").at("greedy");
    for (const auto& reply : golden) {
        const Json json =
            parsed(runCli({"generate", kModel, "--ids", listed(reply.at("prompt")), "--greedy", "--max-tokens", "64",
                           "--ignore-eos", "--weights", "f32", "--kv", "f32", "--json"}));
        CHECK(json.at("ids") == reply.at("tokens"));
    }
    const std::vector<std::string> sampled = {
        "generate", kGguf,           "--prompt", "The cat", "--max-tokens", "20",      "--seed",
        "7",        "--temperature", "1.5",      "--top-k", "50",           "--top-p", "0.99",
        "--json",   "--threads",     "1",        "--ctx",   "256"};
    const Json first = parsed(runCli(sampled)), second = parsed(runCli(sampled));
    CHECK(first.at("ids") == second.at("ids"));
    CHECK(first.at("text").is_string());
    CHECK(first.at("seed") == 7);
    CHECK(runCli({"generate", kGguf, "--prompt", "The cat", "--max-tokens", "5", "--greedy"}).code == 0);
}

TEST_CASE("perplexityScoresAFile")
{
    const TempDir dir;
    const std::string file = (dir / "text.txt").string();
    std::string text;
    for (int i = 0; i < 60; ++i)
        text += "The cat in the hat. ";
    writeFile(file, text);
    const Run run = runCli({"perplexity", kGguf, "--file", file, "--ctx", "128"});
    CHECK_MESSAGE(run.code == 0, run.err);
    CHECK(!run.out.empty());
}

TEST_CASE("quantizeWritesAModelThatLoads")
{
    const TempDir dir;
    for (const char* weights : {"w8", "w4"}) {
        const std::string out = (dir / weights).string();
        const Run run = runCli({"quantize", kModel, out, "--weights", weights});
        REQUIRE_MESSAGE(run.code == 0, run.err);
        const Json direct = parsed(runCli({"logits", kModel, "--ids", "5,6,7", "--weights", weights}));
        CHECK(parsed(runCli({"logits", out, "--ids", "5,6,7"})) == direct);
    }
}

TEST_CASE("benchReportsSpeedBesideTheMachinesLimits")
{
    const Json json =
        parsed(runCli({"bench", kModel, "-p", "64", "-n", "8", "-d", "16", "-t", "1", "-r", "1", "--json"}));
    for (const char* key : {"prefill_tps", "decode_tps", "first_token_ms", "load_ms", "peak_rss_bytes", "read_gbps",
                            "decode_gbps", "share_of_bandwidth", "int8_peak_tops", "share_of_peak"})
        CHECK_MESSAGE(json.at(key).get<double>() > 0, key);
    CHECK(json.at("kernels").is_string());
    CHECK(json.at("device").is_string());
}

TEST_CASE("chatAnswersAMessage")
{
    if (!fs::exists(kQwen3)) {
        MESSAGE("shared/qwen3 is not here");
        return;
    }
    const TempDir dir;
    TinyModelOptions options;
    options.hidden = 64;
    options.vocab = 151936; // the real tokenizer's
    options.eos = {151645};
    writeTinyModel(dir.path(), options);
    for (const char* file : {"tokenizer.json", "tokenizer_config.json"})
        writeFile(dir / file,
                  readFile(fs::path(kQwen3) / file)); // a copy may be read-only, and stay for ever on Windows
    const Run once = runCli(
        {"chat", dir.string(), "--system", "Be brief.", "--message", "Hello", "--max-tokens", "6", "--seed", "1"});
    CHECK_MESSAGE(once.code == 0, once.err);
    CHECK(!once.out.empty());
    // Interactive: two turns from standard input, which ends.
    const Run turns = runCli({"chat", dir.string(), "--max-tokens", "4", "--seed", "1"}, "Hello\nAgain\n");
    CHECK_MESSAGE(turns.code == 0, turns.err);
    const Json reply = parsed(runCli({"generate", dir.string(), "--prompt", "Hello", "--max-tokens", "4", "--json"}));
    CHECK(reply.at("ids").size() <= 4);
}

// A model in a folder of any script, words of the command line, and what is said of them.
TEST_CASE("namesAndWordsOfAnyLanguageComeThrough")
{
    const TempDir dir;
    const fs::path folder = dir.path() / fs::path(u8"模型 naïve Ещё");
    fs::create_directories(folder);
    const fs::path model = folder / fs::path(u8"猫 ☕.gguf");
    fs::copy_file(kGguf, model);
    const std::u8string utf8 = model.u8string();
    const std::string path(utf8.begin(), utf8.end());
    CHECK(runCli({"inspect", path}).code == 0);
    // The words, the standard input and a file say the same.
    const std::string text = "The 猫 drinks ☕, naïve";
    const Run ids = runCli({"tokenize", path}, text);
    REQUIRE_MESSAGE(ids.code == 0, ids.err);
    const std::vector<std::string> greedy = {"--greedy", "--max-tokens", "12", "--json"};
    std::vector<std::string> byText = {"generate", path, "--prompt", text},
                             byIds = {"generate", path, "--ids", ids.out};
    byText.insert(byText.end(), greedy.begin(), greedy.end());
    byIds.insert(byIds.end(), greedy.begin(), greedy.end());
    CHECK(parsed(runCli(byText)).at("ids") == parsed(runCli(byIds)).at("ids"));
    const std::u8string rows = (folder / fs::path(u8"输出.f32")).u8string();
    CHECK(runCli({"logits", path, "--ids", "1,2,3", "--out", std::string(rows.begin(), rows.end())}).code == 0);
    CHECK(fs::file_size(fs::path(rows)) > 0);
    CHECK(runCli({"唱歌"}).err == "There is no command \"唱歌\". See qwill-cli --help.\n");
    CHECK(runCli({"inspect", path + "x"}).err.find("猫 ☕.ggufx") != std::string::npos);
}
