#include "cli/bench_speculation.h"

#include "model/json_text.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <cstdio>

namespace qwill::engine::cli {

namespace {

constexpr std::size_t kWordsPerTypo = 25; // about one a line

// The text with two letters exchanged in every 25th word that has them.
std::string withTypos(const std::string& text)
{
    std::string damaged = text;
    std::size_t word = 0;
    for (std::size_t i = 0; i + 3 < damaged.size(); ++i) {
        const auto letter = [&](std::size_t at) { return std::isalpha(static_cast<unsigned char>(damaged[at])) != 0; };
        const bool starts = letter(i) && (i == 0 || !letter(i - 1));
        if (!starts || !letter(i + 1) || !letter(i + 2) || !letter(i + 3) || ++word % kWordsPerTypo != 0)
            continue;
        std::swap(damaged[i + 1], damaged[i + 2]);
    }
    return damaged;
}

Result<std::vector<Token>> promptFor(const Engine& engine, const std::string& instruction)
{
    const ChatMessage message{Role::User, instruction, {}};
    auto rendered = engine.renderChat({&message, 1});
    return rendered ? rendered : engine.tokenize(instruction);
}

Result<SpeculationSpeed::Case> measureCase(Session& session, const std::string& instruction,
                                           const std::vector<Token>& reply, int repetitions)
{
    const auto prompt = promptFor(session.engine(), instruction);
    if (!prompt)
        return prompt.error();
    SpeculationSpeed::Case measured;
    for (int i = 0; i < repetitions; ++i) {
        for (const bool first : {true, false}) { // in turns, and each first as often
            const bool speculate = first == (i % 2 == 1);
            GenerationRequest request;
            request.prompt = *prompt;
            request.sampling.temperature = 0;
            request.stop.ignoreEos = true;
            request.speculate = speculate;
            request.replay = reply;
            auto done = session.generate(std::move(request));
            if (!done)
                return done.error();
            const Finished& finished = done->finished;
            const double tps = 1000.0 * (finished.usage.completionTokens - 1) / finished.timings.decodeMs;
            double& best = speculate ? measured.speculatedTps : measured.plainTps;
            best = std::max(best, tps);
            if (speculate) {
                measured.tokens = finished.usage.completionTokens;
                measured.drafted = finished.usage.draftedTokens;
                measured.accepted = finished.usage.acceptedTokens;
            }
        }
    }
    return measured;
}

nlohmann::ordered_json caseJson(const SpeculationSpeed::Case& c)
{
    return {{"plain_tps", c.plainTps}, {"speculated_tps", c.speculatedTps}, {"ratio", c.speculatedTps / c.plainTps},
            {"tokens", c.tokens},      {"drafted_tokens", c.drafted},       {"accepted_tokens", c.accepted}};
}

void printCase(const char* name, const SpeculationSpeed::Case& c)
{
    std::printf("%-18s %10.1f   %.2f times %.1f without guesses; %d of %d guessed tokens right, %d written\n", name,
                c.speculatedTps, c.speculatedTps / c.plainTps, c.plainTps, c.accepted, c.drafted, c.tokens);
}

} // namespace

Result<SpeculationSpeed> measureSpeculation(Session& session, const BenchOptions& options)
{
    auto text = readTextFile(options.textFile);
    if (!text)
        return text.error();
    auto reply = session.engine().tokenize(*text);
    if (!reply)
        return reply.error();
    constexpr std::size_t kMostTokens = kSpeculationContext / 2 - 128; // the same text is the prompt
    if (reply->size() > kMostTokens) {
        reply->resize(kMostTokens);
        auto shorter = session.engine().detokenize(*reply);
        if (!shorter)
            return shorter.error();
        text = std::move(*shorter);
    }
    reply->resize(std::min(reply->size(), static_cast<std::size_t>(options.newTokens)));
    if (reply->size() < 2)
        return Error{ErrorCode::Invalid, "The text to rewrite is shorter than two tokens."};
    auto rewrite =
        measureCase(session, "Fix the typos in this page:\n\n" + withTypos(*text), *reply, options.repetitions);
    if (!rewrite)
        return rewrite.error();
    auto tell = measureCase(session, "Tell me something.", *reply, options.repetitions);
    if (!tell)
        return tell.error();
    return SpeculationSpeed{*rewrite, *tell};
}

nlohmann::ordered_json speculationJson(const SpeculationSpeed& speed)
{
    return {{"rewrite", caseJson(speed.rewrite)}, {"tell", caseJson(speed.tell)}};
}

void printSpeculation(const SpeculationSpeed& speed)
{
    printCase("rewrite_tps", speed.rewrite);
    printCase("tell_tps", speed.tell);
}

} // namespace qwill::engine::cli
