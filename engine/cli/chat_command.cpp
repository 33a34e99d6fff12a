// qwill-cli chat: a conversation in the terminal. A reply is streamed; Ctrl+C stops it and keeps what was said.

#include "cli/commands.h"
#include "cli/session.h"
#include "cli/terminal.h"

#include <cstdio>
#include <optional>
#include <string>

namespace qwill::engine::cli {

namespace {

constexpr int kDefaultContext = 8192;

const char* const kHelp = "  /new      forget this conversation and begin another\n"
                          "  /retry    answer the last message again\n"
                          "  /stats    figures of the last reply\n"
                          "  /quit     leave (so does Ctrl+D)\n"
                          "  \\ at the end of a line continues the message on the next one\n";

class Conversation {
public:
    Conversation(Session& session, const ChatOptions& options, SamplingParams sampling)
        : m_session(session),
          m_options(options),
          m_sampling(std::move(sampling))
    {
        clear();
    }

    void clear()
    {
        m_messages.clear();
        if (!m_options.system.empty())
            m_messages.push_back({Role::System, m_options.system, {}});
    }

    Result<void> answer(const std::string& text)
    {
        m_messages.push_back({Role::User, text, {}});
        auto result = reply();
        if (!result)
            m_messages.pop_back(); // the person may shorten it and try again
        return result;
    }

    // Answers the last message of the person again; false when there is none.
    Result<void> retry()
    {
        if (!m_messages.empty() && m_messages.back().role == Role::Assistant)
            m_messages.pop_back();
        if (m_messages.empty() || m_messages.back().role != Role::User)
            return Error{ErrorCode::Invalid, "There is nothing to answer yet."};
        return reply();
    }

    void printStats() const
    {
        const Usage& usage = m_last.usage;
        const Timings& timings = m_last.timings;
        const double tps = timings.decodeMs > 0 ? 1000.0 * (usage.completionTokens - 1) / timings.decodeMs : 0;
        std::fprintf(stderr, "  %d prompt tokens (%d from the cache), %d written, first word %.2f s, %.1f tokens/s\n",
                     usage.promptTokens, usage.cachedTokens, usage.completionTokens, timings.firstTokenMs / 1000, tps);
        if (usage.draftedTokens > 0)
            std::fprintf(stderr, "  %d tokens guessed from repetitions, %d of them right\n", usage.draftedTokens,
                         usage.acceptedTokens);
    }

private:
    Result<void> reply()
    {
        auto prompt = m_session.engine().renderChat(m_messages);
        if (!prompt)
            return prompt.error();
        GenerationRequest request;
        request.prompt = std::move(*prompt);
        request.sampling = m_sampling;
        request.stop = stopFor(m_options.sampling);
        auto format = formatFor(m_options.sampling);
        if (!format)
            return format.error();
        request.responseFormat = *std::move(format);
        request.speculate = m_options.sampling.speculate;
        const InterruptGuard guard;
        auto reply = m_session.generate(
            std::move(request),
            [](const std::string& delta) {
                std::fwrite(delta.data(), 1, delta.size(), stdout);
                std::fflush(stdout);
            },
            [&] { return guard.interrupted(); });
        if (!reply)
            return reply.error();
        std::printf("\n");
        std::fflush(stdout);
        m_last = reply->finished;
        m_messages.push_back({Role::Assistant, reply->text, {}});
        if (m_last.reason == FinishReason::ContextFull)
            std::fprintf(stderr, "  The context of %d tokens is full: /new begins another conversation.\n",
                         m_session.engine().contextLength());
        return {};
    }

    Session& m_session;
    const ChatOptions& m_options;
    SamplingParams m_sampling;
    std::vector<ChatMessage> m_messages;
    Finished m_last;
};

// One message, which a backslash at a line's end continues; false at the end of input.
bool readMessage(std::string& message)
{
    message.clear();
    const bool terminal = inputIsTerminal();
    for (const char* sign = "\n> ";; sign = ". ") {
        if (terminal) {
            std::fputs(sign, stderr);
            std::fflush(stderr);
        }
        std::optional<std::string> typed = readLine();
        if (!typed)
            return !message.empty();
        std::string& line = *typed;
        if (!line.empty() && line.back() == '\r')
            line.pop_back();
        const bool more = !line.empty() && line.back() == '\\';
        if (more)
            line.pop_back();
        message += line;
        if (!more)
            return true;
        message += '\n';
    }
}

} // namespace

Result<void> runCommand(const ChatOptions& options)
{
    auto session = Session::open(options.model, kDefaultContext);
    if (!session)
        return session.error();
    const Engine& engine = (*session)->engine();
    auto sampling = samplingFor(engine.model(), options.sampling);
    if (!sampling)
        return sampling.error();
    Conversation conversation(**session, options, std::move(*sampling));
    if (options.message)
        return conversation.answer(*options.message);

    std::fprintf(stderr, "%s on %s. /help shows what else you can say.\n", engine.model().name.c_str(),
                 engine.device().devices[static_cast<std::size_t>(engine.device().chosen)].name.c_str());
    for (std::string message; readMessage(message);) {
        Result<void> result;
        if (message.empty())
            continue;
        if (message == "/quit" || message == "/exit")
            return {};
        if (message == "/help")
            std::fputs(kHelp, stderr);
        else if (message == "/new")
            conversation.clear();
        else if (message == "/stats")
            conversation.printStats();
        else if (message == "/retry")
            result = conversation.retry();
        else
            result = conversation.answer(message);
        if (!result) { // the conversation goes on: a message that is too long is no reason to lose the rest
            if (!inputIsTerminal())
                return result.error();
            std::fprintf(stderr, "%s\n", result.error().message.c_str());
        }
    }
    return {};
}

} // namespace qwill::engine::cli
