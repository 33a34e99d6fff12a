#include "model/json_text.h"

#include "base/mapped_file.h"

#include <set>
#include <vector>

namespace qwill::engine {

namespace {
constexpr int kMaxDepth = 32; // real files stay below ten
constexpr std::size_t kMaxTextBytes = std::size_t{256} << 20; // the largest tokenizer.json known is 33 MB
} // namespace

Result<nlohmann::json> parseJsonObject(std::string_view text, const std::string& what)
{
    using Event = nlohmann::json::parse_event_t;
    bool tooDeep = false;
    std::string duplicate;
    std::vector<std::set<std::string>> keys; // of the objects open now
    const auto callback = [&](int depth, Event event, nlohmann::json& value) {
        if (depth > kMaxDepth)
            tooDeep = true;
        if (event == Event::object_start)
            keys.emplace_back();
        else if (event == Event::object_end && !keys.empty())
            keys.pop_back();
        else if (event == Event::key && !keys.empty() && !keys.back().insert(value.get_ref<std::string&>()).second)
            duplicate = value.get_ref<std::string&>();
        return !tooDeep;
    };
    nlohmann::json parsed = nlohmann::json::parse(text.begin(), text.end(), callback, /*allow_exceptions=*/false);
    if (tooDeep)
        return Error{ErrorCode::Corrupt, what + " is nested more than " + std::to_string(kMaxDepth) + " levels deep."};
    if (parsed.is_discarded())
        return Error{ErrorCode::Corrupt, what + " is not valid JSON."};
    if (!duplicate.empty())
        return Error{ErrorCode::Corrupt, what + " names \"" + duplicate + "\" twice."};
    if (!parsed.is_object())
        return Error{ErrorCode::Corrupt, what + " is not a JSON object."};
    return parsed;
}

Result<std::string> readTextFile(const std::string& path)
{
    auto file = MappedFile::open(path);
    if (!file)
        return file.error();
    const auto bytes = (*file)->bytes();
    if (bytes.size() > kMaxTextBytes)
        return Error{ErrorCode::Corrupt, path + " is too large: " + std::to_string(bytes.size() >> 20) + " MiB."};
    return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

} // namespace qwill::engine
