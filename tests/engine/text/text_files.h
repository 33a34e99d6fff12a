#pragma once
// Files for the tests of text/: whole files, and the lines of JSONL files. Test thread only.

#include <nlohmann/json.hpp>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace qwill::test {

// Empty when there is no such file.
inline std::string readFile(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

inline std::vector<nlohmann::json> readJsonLines(const std::string& path)
{
    std::vector<nlohmann::json> lines;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);)
        lines.push_back(nlohmann::json::parse(line));
    return lines;
}

// JSON cannot hold arbitrary bytes: {"hex": "ff00"} or {"text": "…"}.
inline std::string bytesOf(const nlohmann::json& object)
{
    if (!object.contains("hex"))
        return object.at("text").get<std::string>();
    const auto hex = object.at("hex").get<std::string>();
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
    return bytes;
}

} // namespace qwill::test
