// qwill-cli tokenize and detokenize: text to ids and back, without loading any weights.

#include "cli/commands.h"
#include "cli/json_output.h"
#include "cli/session.h"
#include "cli/terminal.h"

#include "text/tokenizer.h"
#include "tokenizer_files.h"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <iostream>

namespace qwill::engine::cli {

namespace {

void printIds(const std::vector<Token>& ids)
{
    std::string line;
    for (Token id : ids) {
        if (!line.empty())
            line += ' ';
        line += std::to_string(id);
    }
    line += '\n';
    std::fwrite(line.data(), 1, line.size(), stdout);
}

// One line out for each line in, so that the two can be laid side by side; a line that cannot be read says so in its
// place and the command fails at the end.
Result<void> tokenizeLines(const Tokenizer& tokenizer, SpecialTokens special)
{
    std::ios::sync_with_stdio(false); // std::cin buffers by itself: thousands of long lines
    int number = 0, bad = 0, firstBad = 0;
    for (std::string line; std::getline(std::cin, line);) {
        ++number;
        if (line.empty() || line == "\r")
            continue;
        const auto json = nlohmann::json::parse(line, nullptr, false);
        if (json.is_object() && json.contains("text") && json["text"].is_string()) {
            const auto ids = tokenizer.encode(json["text"].get_ref<const std::string&>(), special);
            std::printf("%s\n", nlohmann::json{{"ids", ids}}.dump().c_str());
            continue;
        }
        if (bad++ == 0)
            firstBad = number;
        std::printf("{\"error\":\"not a JSON object with a \\\"text\\\" string\"}\n");
    }
    if (bad > 0)
        return Error{ErrorCode::Invalid,
                     "Line " + std::to_string(firstBad) + " (of " + std::to_string(bad)
                         + " such) is not a JSON object with a \"text\" string."};
    return {};
}

} // namespace

Result<void> runCommand(const TokenizeOptions& options)
{
    auto tokenizer = openTokenizer(options.path);
    if (!tokenizer)
        return tokenizer.error();
    const SpecialTokens special = options.data ? SpecialTokens::AsText : SpecialTokens::Recognise;
    if (options.jsonLines)
        return tokenizeLines(**tokenizer, special);
    auto text = readStandardInput();
    if (!text)
        return text.error();
    printIds((*tokenizer)->encode(*text, special));
    return {};
}

Result<void> runCommand(const DetokenizeOptions& options)
{
    auto tokenizer = openTokenizer(options.path);
    if (!tokenizer)
        return tokenizer.error();
    auto input = readStandardInput();
    if (!input)
        return input.error();
    auto ids = parseIds(*input);
    if (!ids)
        return ids.error();
    for (Token id : *ids)
        if (id >= (*tokenizer)->size())
            return Error{ErrorCode::Invalid,
                         "The token " + std::to_string(id) + " is outside the vocabulary of "
                             + std::to_string((*tokenizer)->size()) + "."};
    const std::string text = (*tokenizer)->decode(*ids);
    std::fwrite(text.data(), 1, text.size(), stdout);
    return {};
}

} // namespace qwill::engine::cli
