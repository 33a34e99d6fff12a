#include "model/gguf_parts.h"

#include "base/folder.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>

namespace qwill::engine {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kPattern = "-00000-of-00000.gguf";

struct PartName {
    std::string stem; // before the number
    int number = 0, count = 0;
};

std::optional<int> fiveDigits(std::string_view text)
{
    int value = 0;
    const auto end = std::from_chars(text.data(), text.data() + 5, value);
    return end.ec == std::errc() && end.ptr == text.data() + 5 && value > 0 ? std::optional(value) : std::nullopt;
}

std::optional<PartName> parsePartName(const std::string& name)
{
    if (name.size() <= kPattern.size() || !name.ends_with(".gguf"))
        return std::nullopt;
    const std::string_view tail = std::string_view(name).substr(name.size() - kPattern.size());
    const auto number = fiveDigits(tail.substr(1)), count = fiveDigits(tail.substr(10));
    if (tail[0] != '-' || tail.substr(6, 4) != "-of-" || !number || !count || *number > *count)
        return std::nullopt;
    return PartName{name.substr(0, name.size() - kPattern.size()), *number, *count};
}

std::string partFile(const PartName& name, int number)
{
    const auto digits = [](int value) {
        const std::string text = std::to_string(value);
        return std::string(5 - text.size(), '0') + text;
    };
    return name.stem + "-" + digits(number) + "-of-" + digits(name.count) + ".gguf";
}

std::string fileName(const std::string& path)
{
    return fs::path(path).filename().string();
}

} // namespace

Result<std::vector<std::string>> ggufPartPaths(const std::string& path)
{
    const fs::path whole(path);
    const auto name = parsePartName(whole.filename().string());
    if (!name || name->count == 1)
        return std::vector{path};
    std::vector<std::string> paths;
    for (int number = 1; number <= name->count; ++number) {
        const fs::path part = whole.parent_path() / partFile(*name, number);
        if (pathKind(part.string()) != PathKind::File)
            return Error{ErrorCode::NotFound,
                         "The shard " + part.filename().string() + " named by " + whole.filename().string()
                             + " is missing."};
        paths.push_back(part.string());
    }
    return paths;
}

std::string onlyGgufModel(const std::vector<std::string>& files)
{
    if (files.size() == 1)
        return files.front();
    std::optional<PartName> first;
    for (const std::string& file : files) {
        const auto name = parsePartName(fileName(file));
        if (!name || (first && (name->stem != first->stem || name->count != first->count)))
            return "";
        first = name;
    }
    return files.empty() ? "" : files.front();
}

Result<GgufFile> joinGgufParts(std::vector<GgufFile> parts, const std::vector<std::string>& paths)
{
    GgufFile joined = std::move(parts.front());
    const auto count = static_cast<std::int64_t>(parts.size());
    const std::int64_t claimed = joined.metadata.integer("split.count").value_or(1);
    if (claimed > 1 && claimed != count)
        return Error{ErrorCode::Corrupt,
                     fileName(paths.front()) + " is one of " + std::to_string(claimed) + " parts, but its name says "
                         + std::to_string(count) + "."};
    for (std::size_t i = 1; i < parts.size(); ++i) {
        const auto number = parts[i].metadata.integer("split.no"), of = parts[i].metadata.integer("split.count");
        if (number != static_cast<std::int64_t>(i) || of != count)
            return Error{ErrorCode::Corrupt,
                         fileName(paths[i]) + " is not part " + std::to_string(i + 1) + " of " + std::to_string(count)
                             + " of the model, as its name says."};
        for (TensorView& tensor : parts[i].tensors) {
            tensor.file = i;
            joined.tensors.push_back(std::move(tensor));
        }
    }
    const auto tensors = joined.metadata.integer("split.tensors.count");
    if (count > 1 && tensors && *tensors != std::ssize(joined.tensors))
        return Error{ErrorCode::Corrupt,
                     fileName(paths.front()) + " announces " + std::to_string(*tensors)
                         + " tensors in all parts, which have " + std::to_string(joined.tensors.size()) + "."};
    return joined;
}

} // namespace qwill::engine
