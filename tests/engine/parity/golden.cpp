#include "golden.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <fstream>
#include <nlohmann/json.hpp>

namespace qwill::test {

namespace {

namespace fs = std::filesystem;

std::vector<float> readFloats(const fs::path& file)
{
    std::ifstream in(file, std::ios::binary);
    REQUIRE_MESSAGE(in, file.string());
    std::vector<float> values(fs::file_size(file) / sizeof(float));
    in.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(float)));
    return values;
}

Golden readGolden(const fs::path& json, const fs::path& model)
{
    std::ifstream in(json);
    REQUIRE_MESSAGE(in, json.string());
    const auto doc = nlohmann::json::parse(in);
    Golden golden;
    golden.name = model.stem().string();
    golden.model = model;
    golden.vocab = doc.at("vocab");
    golden.logitsStd = doc.at("logitsStd");
    std::size_t row = 0;
    for (const auto& item : doc.at("cases")) {
        GoldenCase c;
        c.ids = item.at("ids").get<std::vector<engine::Token>>();
        c.positions = item.at("positions").get<std::vector<int>>();
        c.firstRow = row;
        row += c.positions.size();
        for (const auto& pair : item.value("peer", nlohmann::json::array()))
            c.peer.push_back({pair.at(0), pair.at(1)});
        golden.cases.push_back(std::move(c));
    }
    for (const auto& item : doc.value("greedy", nlohmann::json::array()))
        golden.greedy.push_back({.prompt = item.at("prompt"), .tokens = item.at("tokens")});
    golden.logits = readFloats(json.parent_path() / doc.at("logits").get<std::string>());
    REQUIRE(golden.logits.size() == row * static_cast<std::size_t>(golden.vocab));
    return golden;
}

void sortByName(std::vector<Golden>& goldens)
{
    std::sort(goldens.begin(), goldens.end(), [](const Golden& a, const Golden& b) { return a.name < b.name; });
}

} // namespace

namespace {

std::vector<Golden> directoriesIn(const char* folder, std::size_t count)
{
    std::vector<Golden> goldens;
    for (const auto& entry : fs::directory_iterator(fs::path(QWILL_TEST_DATA) / "reference" / folder))
        goldens.push_back(readGolden(entry.path() / "golden.json", entry.path()));
    sortByName(goldens);
    REQUIRE(goldens.size() == count);
    return goldens;
}

} // namespace

std::vector<Golden> huggingFaceGoldens()
{
    return directoriesIn("hf", 18);
}

std::vector<Golden> quantisedGoldens()
{
    return directoriesIn("quantised", 27);
}

namespace {

std::vector<Golden> ggufsIn(const char* folder, std::size_t count)
{
    std::vector<Golden> goldens;
    for (const auto& entry : fs::directory_iterator(fs::path(QWILL_TEST_DATA) / "reference" / folder))
        if (entry.path().extension() == ".gguf")
            goldens.push_back(readGolden(fs::path(entry.path()).replace_extension(".json"), entry.path()));
    sortByName(goldens);
    REQUIRE(goldens.size() == count);
    return goldens;
}

} // namespace

std::vector<Golden> ggufGoldens()
{
    return ggufsIn("gguf", 11);
}

std::vector<Golden> ggufTypeGoldens()
{
    return ggufsIn("gguf_types", 2);
}

} // namespace qwill::test
