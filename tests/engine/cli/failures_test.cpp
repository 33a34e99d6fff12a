// What does qwill-cli say when things go wrong? One sentence on standard error, nothing on standard output; 1 where the
// world failed, 2 where the command line was wrong.

#include "program.h"
#include "support/host.h"
#include "support/tiny_model.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <filesystem>
#include <random>
#include <sstream>

using namespace qwill::test;
namespace fs = std::filesystem;

namespace {

const std::string kReference = QWILL_TEST_DATA "/reference";
const std::string kModel = kReference + "/hf/qwen3-r2-hd64-tied-bf16"; // has no tokenizer; vocab 257
const std::string kSharded = kReference + "/hf/qwen3-r7-hd80-f16-sharded";
const std::string kGguf = kReference + "/gguf/qwen3-q8_0.gguf";

void copyModel(const std::string& from, const fs::path& to)
{
    fs::create_directories(to);
    for (const auto& entry : fs::directory_iterator(from))
        fs::copy_file(entry.path(), to / entry.path().filename());
}

// The rest of the command line after the model, so that the model's fault is the only one.
std::vector<std::string> logits(const fs::path& model)
{
    return {"logits", model.string(), "--ids", "1,2,3"};
}

} // namespace

TEST_CASE("wrongCommandLinesExitWithTwo")
{
    checkUsage({});
    checkUsage({"sing"});
    checkUsage({"info", "--nonsense"});
    checkUsage({"inspect"});
    checkUsage({"logits", kModel});
    checkUsage({"logits", kModel, "--ids", "1", "--weights", "w5"});
    checkUsage({"logits", kModel, "--ids", "1", "--kv", "int4"});
    checkUsage({"generate", kModel});
    checkUsage({"generate", kModel, "--ids", "1", "--max-tokens", "many"});
    checkUsage({"perplexity", kModel});
    checkUsage({"quantize", kModel});
    checkUsage({"bench", kModel, "-r", "0"});
}

// Kernels asked for by a name that nothing answers to: info says so, and nothing else computes by others.
TEST_CASE("infoNamesKernelsThatAreNotHere")
{
    setVariable("QWILL_CPU", "abacus");
    const Run info = runCli({"info"});
    checkFails(logits(kModel));
    unsetVariable("QWILL_CPU");
    CHECK(info.code == 0);
    CHECK(info.out.find("QWILL_CPU names unknown kernels \"abacus\"; this processor supports") != std::string::npos);
    CHECK(info.out.find("none kernels") == std::string::npos);
    CHECK(info.out.find(", no kernels,") != std::string::npos);
}

TEST_CASE("missingModelsExitWithOne")
{
    const TempDir dir;
    for (const char* command : {"inspect", "tokenize", "detokenize", "chat", "bench"})
        checkFails({command, (dir / "nowhere").string()});
    checkFails(logits(dir / "nowhere"));
    checkFails(logits(dir.path())); // an empty directory
    checkFails({"tokenize", dir.string()}, "text");
    checkFails({"generate", (dir / "nowhere.gguf").string(), "--prompt", "x"});
    checkFails({"perplexity", kGguf, "--file", (dir / "nowhere.txt").string()});
    checkFails({"quantize", (dir / "nowhere").string(), (dir / "out").string(), "--weights", "w8"});
}

TEST_CASE("impossibleRequestsExitWithOne")
{
    checkFails({"logits", kModel, "--ids", "257"}); // outside the vocabulary
    checkFails({"logits", kModel, "--ids", "-1"});
    checkFails({"logits", kModel, "--ids", "99999999999999999999"});
    checkFails({"logits", kModel, "--ids", "1,2,x"});
    checkFails({"logits", kModel, "--ids", ","});
    checkFails({"logits", kModel, "--ids", "1,2,3", "--out", "/nowhere/at/all"});
    checkFails({"generate", kModel, "--prompt", "no tokenizer"});
    checkFails({"chat", kModel, "--message", "no tokenizer"});
    checkFails({"tokenize", kModel}, "no tokenizer");
    checkFails({"generate", kGguf, "--prompt", ""});
    checkFails({"detokenize", kGguf}, "300");
    std::string longer = "1";
    for (int i = 0; i < 200; ++i)
        longer += ",1";
    checkFails({"generate", kGguf, "--ids", longer, "--ctx", "64"}); // longer than the context
    checkFails({"logits", kGguf, "--ids", longer, "--ctx", "64"});
}

TEST_CASE("brokenDirectoriesExitWithOne")
{
    const TempDir dir;
    copyModel(kModel, dir / "truncated");
    const fs::path weights = dir / "truncated/model.safetensors";
    fs::resize_file(weights, fs::file_size(weights) - 100);
    checkFails(logits(dir / "truncated"));
    fs::resize_file(weights, 5);
    checkFails(logits(dir / "truncated"));
    checkFails({"inspect", (dir / "truncated").string()});
    writeFile(weights, std::string(8, '\xFF') + "{}"); // a header of 2^64 − 1 bytes
    checkFails(logits(dir / "truncated"));

    copyModel(kSharded, dir / "shardless");
    fs::remove(dir / "shardless/model-00002-of-00005.safetensors");
    checkFails(logits(dir / "shardless"));

    copyModel(kModel, dir / "config");
    writeFile(dir / "config/config.json", "{\"architectures\":[\"MambaForCausalLM\"]}");
    checkFails(logits(dir / "config"));
    writeFile(dir / "config/config.json", "{ this is no JSON");
    checkFails(logits(dir / "config"));
    fs::remove(dir / "config/config.json");
    checkFails(logits(dir / "config"));
}

TEST_CASE("brokenGgufFilesExitWithOne")
{
    const TempDir dir;
    const std::string whole = readFile(kGguf);
    const auto spoilt = [&](const std::string& bytes) {
        const fs::path file = dir / "spoilt.gguf";
        writeFile(file, bytes);
        checkFails(logits(file));
        checkFails({"inspect", file.string()});
    };
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{3}, std::size_t{24}, std::size_t{4000}, whole.size() - 50})
        spoilt(whole.substr(0, size));
    spoilt("GGML" + whole.substr(4));
    std::string counts = whole;
    counts.replace(8, 8, std::string(7, '\xFF') + '\x7F'); // 2^63 − 1 tensors
    spoilt(counts);
}

// One flipped bit anywhere in what describes the tensors: the file may still mean something, or it is refused in a
// sentence.
TEST_CASE("flippedBitsNeverCrash")
{
    const TempDir dir;
    std::mt19937 random(1);
    const auto flipEach = [&](const std::string& source, const fs::path& target, std::size_t span,
                              const fs::path& model) {
        const std::string whole = readFile(source);
        for (int i = 0; i < 60; ++i) {
            std::string bytes = whole;
            const std::size_t bit = random() % (std::min(span, whole.size()) * 8);
            bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
            writeFile(target, bytes);
            for (const auto& arguments :
                 {logits(model), std::vector<std::string>{"inspect", model.string(), "--json"}}) {
                const Run run = runCli(arguments);
                INFO(source << ", bit " << bit << ": " << run.err);
                CHECK((run.code == 0 || run.code == 1));
                if (run.code == 1)
                    CHECK(std::count(run.err.begin(), run.err.end(), '\n') == 1);
            }
        }
    };
    copyModel(kModel, dir / "hf");
    flipEach(kModel + "/model.safetensors", dir / "hf/model.safetensors", 2600, dir / "hf");
    fs::copy_file(kModel + "/model.safetensors", dir / "hf/model.safetensors", fs::copy_options::overwrite_existing);
    flipEach(kModel + "/config.json", dir / "hf/config.json", 4096, dir / "hf");
    flipEach(kGguf, dir / "model.gguf", 16000, dir / "model.gguf");
}

TEST_CASE("hostileTextIsOnlyText")
{
    const std::string bytes = std::string("\xFF\xC3(\xED\xA0\x80\0\xF8 tail", 14);
    const Run ids = runCli({"tokenize", kGguf, "--data"}, bytes);
    CHECK(ids.code == 0);
    CHECK(runCli({"generate", kGguf, "--prompt", "\xC3(", "--max-tokens", "2"}).code <= 1);
    // One answer a line, the bad ones too; the rest of a batch is not lost.
    const Run lines = runCli({"tokenize", kGguf, "--jsonl"},
                             "{\"text\":\"a\"}\n{\"text\":1}\n" + std::string(100000, '[') + "\n{\"text\":\"a\"}\n");
    CHECK(lines.code == 1);
    CHECK(std::count(lines.err.begin(), lines.err.end(), '\n') == 1);
    std::istringstream out(lines.out);
    std::string first, second, third, fourth;
    REQUIRE(std::getline(std::getline(std::getline(std::getline(out, first), second), third), fourth));
    CHECK(first.find("ids") != std::string::npos);
    CHECK(second.find("error") != std::string::npos);
    CHECK(third == second);
    CHECK(fourth == first);
    checkFails({"detokenize", kGguf}, "1 2 three");
}
