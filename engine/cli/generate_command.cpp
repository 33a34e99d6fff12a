// qwill-cli generate: continues a text or a list of ids.

#include "cli/commands.h"
#include "cli/json_output.h"
#include "cli/session.h"
#include "cli/terminal.h"

#include <cstdio>

namespace qwill::engine::cli {

namespace {
constexpr int kDefaultContext = 4096;
}

Result<void> runCommand(const GenerateOptions& options)
{
    auto format = formatFor(options.sampling); // before the model is read
    if (!format)
        return format.error();
    auto session = Session::open(options.model, kDefaultContext);
    if (!session)
        return session.error();
    Engine& engine = (*session)->engine();

    GenerationRequest request;
    auto prompt = options.ids ? parseIds(*options.ids) : engine.tokenize(*options.prompt, SpecialTokens::Recognise);
    if (!prompt)
        return prompt.error();
    request.prompt = std::move(*prompt);
    auto sampling = samplingFor(engine.model(), options.sampling);
    if (!sampling)
        return sampling.error();
    request.sampling = std::move(*sampling);
    request.stop = stopFor(options.sampling);
    request.responseFormat = *std::move(format);
    request.speculate = options.sampling.speculate;

    const bool textAvailable = engine.tokenize("").ok(); // a model without a tokenizer answers in ids
    const InterruptGuard guard;
    auto reply = (*session)->generate(
        std::move(request),
        [&](const std::string& delta) {
            if (!options.json) {
                std::fwrite(delta.data(), 1, delta.size(), stdout);
                std::fflush(stdout);
            }
        },
        [&] { return guard.interrupted(); });
    if (!reply)
        return reply.error();
    if (options.json) {
        std::printf("%s\n", replyJson(*reply).c_str());
    } else {
        if (!textAvailable)
            for (std::size_t i = 0; i < reply->tokens.size(); ++i)
                std::printf(i == 0 ? "%d" : " %d", reply->tokens[i]);
        std::printf("\n");
    }
    return {};
}

} // namespace qwill::engine::cli
