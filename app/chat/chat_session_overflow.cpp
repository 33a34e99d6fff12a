// ChatSession when the next request would not fit: the four ways out, and what each of them costs.

#include "chat/chat_session_private.h"

#include "chat/summary_prompt.h"
#include "engine_host.h"
#include "settings.h"
#include "store/conversation_store.h"

#include <QLocale>

#include <algorithm>
#include <utility>

namespace qwill::app {

namespace {

constexpr MessageId kDraft = -1; // in a prompt: the message that is not sent yet
constexpr int kContextSteps[] = {8192, 16384, 32768, 65536, 131072, 262144}; // tokens, as the settings offer them
constexpr double kRoom = 0.75; // of the context is filled again: were it more, each turn would drop one, and the model
                               // would read everything anew each time

// From where on `prompt` fits into `most` tokens, better into three quarters of them.
std::optional<std::size_t> firstKept(const engine::Engine& engine, const ChatPrompt& prompt, int most)
{
    auto first = firstThatFits(engine, prompt.messages, static_cast<int>(most * kRoom));
    return first ? first : firstThatFits(engine, prompt.messages, most);
}

} // namespace

// The draft again, if it is still what the person chose for.
void ChatSession::Private::retry()
{
    const auto waiting = std::exchange(blocked, std::nullopt);
    if (!waiting)
        return;
    if (waiting->replyTo)
        beginReply(waiting->replyTo);
    else if (waiting->draft == draft.text())
        q.send();
    else
        sendQueued();
}

ChatPrompt ChatSession::Private::wantedPrompt() const
{
    if (blocked->replyTo)
        return record.promptTo(blocked->replyTo);
    ChatPrompt prompt = record.promptTo(record.tree().leaf(), ChatRecord::PromptFor::NextMessage);
    const QString text = attachmentsText(draft.attachments()) + draft.text().trimmed();
    prompt.messages.push_back({engine::Role::User, text.toStdString(), {}});
    prompt.first.push_back(kDraft);
    return prompt;
}

void ChatSession::Private::noticeTooLong(int limit)
{
    setNotice(ChatSession::tr("This message alone is longer than the context of %1 tokens: shorten it, or enlarge "
                              "the context.")
                  .arg(QLocale().toString(limit)));
}

void ChatSession::Private::dropOldest()
{
    auto engine = host.sharedEngine();
    if (!engine) {
        retry();
        return;
    }
    const int limit = engine->contextLength(), most = limit - reserve(limit);
    worker.run(
        [engine = std::move(engine), most, prompt = wantedPrompt()]() -> std::optional<MessageId> {
            const auto first = firstKept(*engine, prompt, most);
            return first ? std::optional(prompt.first[*first]) : std::nullopt;
        },
        [this, limit](std::optional<MessageId> first) { contextStartFound(first, limit); });
}

void ChatSession::Private::contextStartFound(std::optional<MessageId> first, int limit)
{
    if (!blocked || isBusy())
        return;
    if (!first) {
        noticeTooLong(limit);
        return;
    }
    startAtNext = *first == kDraft;
    if (!startAtNext)
        record.setContextStart(*first);
    showBranch();
    retry();
}

std::optional<int> ChatSession::Private::nextContextLength() const
{
    const engine::Engine* engine = host.engine();
    if (!engine)
        return std::nullopt;
    const int needed = std::max(blocked ? blocked->tokens : budget.used(), engine->contextLength() + 1);
    const int most = engine->model().maxContext;
    const auto* step = std::lower_bound(std::begin(kContextSteps), std::end(kContextSteps), needed);
    const int wanted = step == std::end(kContextSteps) ? most : std::min(*step, most);
    return wanted < needed ? std::nullopt : std::optional(wanted);
}

void ChatSession::Private::enlargeContext()
{
    if (!host.engine()) {
        retry();
        return;
    }
    const auto wanted = nextContextLength();
    if (!wanted) {
        setNotice(costOf(OverflowChoice::EnlargeContext));
        return;
    }
    settings.setContextLength(*wanted);
    LoadSettings load = host.settings();
    load.contextLength = *wanted;
    host.load(load);
    retry();
}

void ChatSession::Private::startSummary(ChatMessages turns, const Message* before,
                                        std::function<void(const QString&, const engine::Finished&)> then)
{
    setNotice({});
    const auto drawSummary = [this](const engine::ModelInfo& model) {
        ReplyRun::Draw choice = draw(model);
        choice.stop = {};
        choice.stop.maxTokens = longestSummary(host.engine() ? host.engine()->contextLength() : 0);
        return choice;
    };
    summary = new SummaryRun(host, worker, std::move(turns), before ? before->content : QString(), drawSummary);
    QObject::connect(summary, &SummaryRun::progressed, &q, &ChatSession::activityChanged);
    QObject::connect(summary, &SummaryRun::finished, &q,
                     [this, then = std::move(then)](const QString& text, const engine::Finished& finished) {
                         endSummary();
                         Q_EMIT q.announced(ChatSession::tr("Summary finished"));
                         then(text, finished);
                     });
    QObject::connect(summary, &SummaryRun::failed, &q, [this](const QString& sentence) {
        endSummary();
        setNotice(ChatSession::tr("The earlier turns could not be summarised: %1").arg(sentence));
        draft.unqueue();
    });
    Q_EMIT q.activityChanged();
    summary->start();
}

void ChatSession::Private::endSummary()
{
    SummaryRun* ended = std::exchange(summary, nullptr);
    ended->disconnect(&q);
    ended->cancel();
    ended->deleteLater();
    Q_EMIT q.activityChanged();
}

// The turns that dropOldest() would drop, and room for what they become.
void ChatSession::Private::summarise()
{
    auto engine = host.sharedEngine();
    if (!engine) {
        retry();
        return;
    }
    const int limit = engine->contextLength(), most = limit - reserve(limit) - longestSummary(limit);
    worker.run(
        [engine = std::move(engine), most, prompt = wantedPrompt()]() mutable {
            const auto first = firstKept(*engine, prompt, most);
            return std::pair(first, std::move(prompt));
        },
        [this, limit](std::pair<std::optional<std::size_t>, ChatPrompt> found) {
            auto& [first, prompt] = found;
            if (!blocked || isBusy())
                return;
            if (!first) {
                noticeTooLong(limit);
                return;
            }
            const MessageId kept = prompt.first[*first];
            const MessageId last = kept == kDraft ? record.tree().leaf() : record.tree().parentOf(kept);
            prompt.messages.resize(*first);
            startSummary(std::move(prompt.messages), prompt.summary,
                         [this, last](const QString& text, const engine::Finished& finished) {
                             keepSummary(last, text, finished);
                         });
        });
}

Message ChatSession::Private::summaryMessage(const QString& text, const engine::Finished& finished) const
{
    Message message;
    message.role = MessageRole::System;
    message.content = text;
    message.model = modelLine();
    message.seed = finished.seed;
    message.sampling = {{kSummaryMark, true}};
    if (host.isRemote())
        message.sampling.insert(kElsewhereMark, host.remoteHost());
    message.figures.promptTokens = finished.usage.promptTokens;
    message.figures.completionTokens = finished.usage.completionTokens;
    message.figures.totalMs = finished.timings.totalMs;
    message.figures.draftedTokens = finished.usage.draftedTokens;
    message.figures.acceptedTokens = finished.usage.acceptedTokens;
    return message;
}

void ChatSession::Private::keepSummary(MessageId after, const QString& text, const engine::Finished& finished)
{
    Message message = summaryMessage(text, finished);
    message.parent = after;
    record.add(message);
    showBranch();
    retry();
}

// The message that waits for its reply comes along as the draft, whether it was sent or not.
void ChatSession::Private::beginNewChat()
{
    const MessageId last = blocked->replyTo ? record.tree().parentOf(blocked->replyTo) : record.tree().leaf();
    if (!host.engine() || !canResolve(OverflowChoice::NewChatFromSummary))
        return;
    ChatPrompt prompt = record.promptTo(last, ChatRecord::PromptFor::NextMessage);
    startSummary(
        std::move(prompt.messages), prompt.summary, [this](const QString& text, const engine::Finished& finished) {
            draft.unqueue();
            const Message* waiting = blocked && blocked->replyTo ? record.tree().find(blocked->replyTo) : nullptr;
            const DraftKeeper::Queued taken = waiting ? DraftKeeper::Queued{waiting->content, waiting->attachments}
                                                      : DraftKeeper::Queued{draft.text(), draft.attachments()};
            const QString title = record.conversation().title;
            const ConversationId made = record.beginAnew(
                summaryMessage(text, finished), title.isEmpty() ? title : ChatSession::tr("%1, continued").arg(title));
            draft.giveTo(made, taken);
            if (!waiting) {
                draft.take();
                draft.storeNow();
            }
            blocked.reset();
            Q_EMIT q.chatStarted(made);
        });
}

bool ChatSession::Private::canResolve(OverflowChoice choice) const
{
    const bool hasTurns = !record.tree().branch().isEmpty();
    switch (choice) {
    case OverflowChoice::DropOldest:
    case OverflowChoice::Summarise: return hasTurns && host.engine();
    case OverflowChoice::EnlargeContext: return nextContextLength().has_value();
    case OverflowChoice::NewChatFromSummary: return hasTurns && host.engine() && record.isInStore();
    }
    return false;
}

QString ChatSession::Private::costOf(OverflowChoice choice) const
{
    const engine::Engine* engine = host.engine();
    if (!engine)
        return {};
    const QLocale locale;
    switch (choice) {
    case OverflowChoice::DropOldest:
        return ChatSession::tr("The model no longer sees the oldest turns. They stay in the chat.");
    case OverflowChoice::Summarise:
        return ChatSession::tr("The model reads the oldest turns again and writes at most %1 tokens in their place.")
            .arg(locale.toString(longestSummary(engine->contextLength())));
    case OverflowChoice::NewChatFromSummary:
        return ChatSession::tr(
                   "The model reads this chat again and writes at most %1 tokens. This chat stays as it is.")
            .arg(locale.toString(longestSummary(engine->contextLength())));
    case OverflowChoice::EnlargeContext: break;
    }
    const auto wanted = nextContextLength();
    if (!wanted)
        return ChatSession::tr("This model reads at most %1 tokens.").arg(locale.toString(engine->model().maxContext));
    const engine::MemoryPlan& memory = engine->memory();
    const double perToken = memory.contextLength > 0 ? static_cast<double>(memory.kvBytes) / memory.contextLength : 0;
    const double more = perToken * (*wanted - engine->contextLength());
    return ChatSession::tr("%1 tokens instead of %2, for %3 more memory. The model is loaded again.")
        .arg(locale.toString(*wanted), locale.toString(engine->contextLength()),
             locale.formattedDataSize(static_cast<qint64>(more)));
}

} // namespace qwill::app
