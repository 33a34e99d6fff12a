#include "chat/chat_session_private.h"

#include "chat/automatic_title.h"
#include "chat/model_title.h"
#include "engine_host.h"
#include "settings.h"
#include "store/conversation_store.h"

#include <QLocale>

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

namespace qwill::app {

namespace {

constexpr int kUsualReply = 1024; // tokens kept free where the person set no longest reply

// As the person set it: 0.7f is 0.699999988 in a double.
double asTyped(float value)
{
    return std::round(static_cast<double>(value) * 1e6) / 1e6;
}

QJsonObject samplingJson(const engine::SamplingParams& params)
{
    return {{QStringLiteral("temperature"), asTyped(params.temperature)},
            {QStringLiteral("topK"), params.topK},
            {QStringLiteral("topP"), asTyped(params.topP)},
            {QStringLiteral("minP"), asTyped(params.minP)},
            {QStringLiteral("repetitionPenalty"), asTyped(params.repetitionPenalty)},
            {QStringLiteral("presencePenalty"), asTyped(params.presencePenalty)},
            {QStringLiteral("frequencyPenalty"), asTyped(params.frequencyPenalty)}};
}

MessageStatus statusFor(engine::FinishReason reason)
{
    switch (reason) {
    case engine::FinishReason::Stop: return MessageStatus::Complete;
    case engine::FinishReason::Length:
    case engine::FinishReason::ContextFull: return MessageStatus::Cut;
    case engine::FinishReason::Cancelled: return MessageStatus::Stopped;
    }
    return MessageStatus::Complete;
}

} // namespace

ChatSession::Private::Private(ChatSession& session, ConversationStore& store, EngineHost& engineHost,
                              Settings& appSettings, ConversationId conversation, bool temporary)
    : q(session),
      host(engineHost),
      settings(appSettings),
      record(store, conversation, temporary ? ChatRecord::Keeping::Temporary : ChatRecord::Keeping::Stored),
      draft(store, record),
      counter(
          host, worker, budget, [this] { return history(); }, [this](int limit) { return reserve(limit); })
{
    if (conversation == 0)
        record.setSystemPrompt(settings.systemPrompt());
    QObject::connect(&record, &ChatRecord::conversationChanged, &q, &ChatSession::conversationChanged);
    QObject::connect(&record, &ChatRecord::endLoaded, &q,
                     [this](const QList<TranscriptEntry>& entries) { transcript.setEntries(entries); });
    QObject::connect(&record, &ChatRecord::loaded, &q, [this] {
        showBranch();
        sendQueued();
    });
    QObject::connect(&draft, &DraftKeeper::changed, &q, [this] {
        counter.draftChanged({attachmentsText(draft.attachments()), draft.text().trimmed()}); // as send() has it
        Q_EMIT q.draftChanged();
    });
    QObject::connect(&draft, &DraftKeeper::queueChanged, &q, &ChatSession::queuedChanged);
    QObject::connect(&settings, &Settings::changed, &counter, &BudgetCounter::historyChanged);
    const auto tellWaiting = [this] {
        if (run && run->stage() == ReplyRun::Stage::Waiting)
            Q_EMIT q.activityChanged();
    };
    QObject::connect(&host, &EngineHost::loadProgressed, &q, tellWaiting);
    QObject::connect(&host, &EngineHost::stateChanged, &q, tellWaiting);
}

// The text is in the store already; what the reply is by now is told too.
ChatSession::Private::~Private()
{
    delete std::exchange(summary, nullptr);
    if (title)
        title->cancel();
    delete std::exchange(title, nullptr);
    if (!run)
        return;
    run->cancel();
    const Message* message = reply ? record.tree().find(reply) : nullptr;
    if (message && message->status == MessageStatus::Streaming) {
        Message stopped = *message;
        stopped.status = MessageStatus::Stopped;
        record.put(stopped);
    }
    delete run;
}

ChatSession::Activity ChatSession::Private::activity() const
{
    if (!run)
        return summary ? Activity::Summarising : Activity::Idle;
    switch (run->stage()) {
    case ReplyRun::Stage::Waiting: return Activity::WaitingForModel;
    case ReplyRun::Stage::Rendering:
    case ReplyRun::Stage::Reading: return Activity::Reading;
    case ReplyRun::Stage::Writing: return Activity::Writing;
    case ReplyRun::Stage::Ended: break;
    }
    return Activity::Idle;
}

QString ChatSession::Private::activityText() const
{
    const QLocale locale;
    switch (activity()) {
    case Activity::Idle: return {};
    case Activity::WaitingForModel:
        return host.state() == EngineHost::State::Loading
            ? ChatSession::tr("Loading the model, %1 %…").arg(locale.toString(qFloor(host.loadFraction() * 100)))
            : ChatSession::tr("Waiting for a model…");
    case Activity::Reading:
        return run->tokensRead() > 0 ? ChatSession::tr("Reading %1 of %2 tokens…")
                                           .arg(locale.toString(run->tokensRead()), locale.toString(run->tokensTotal()))
                                     : ChatSession::tr("Reading…");
    case Activity::Writing: return ChatSession::tr("Writing…");
    case Activity::Summarising: return summaryText();
    }
    return {};
}

QString ChatSession::Private::summaryText() const
{
    const QLocale locale;
    const ReplyRun* request = summary->request();
    QString text = ChatSession::tr("Summarising earlier turns…");
    if (request && request->stage() == ReplyRun::Stage::Reading && request->tokensRead() > 0)
        text = ChatSession::tr("Summarising: read %1 of %2 tokens…")
                   .arg(locale.toString(request->tokensRead()), locale.toString(request->tokensTotal()));
    if (summary->partCount() > 1)
        text += u' '
            + ChatSession::tr("(part %1 of %2)")
                  .arg(locale.toString(summary->part()), locale.toString(summary->partCount()));
    return text;
}

void ChatSession::Private::setNotice(const QString& sentence)
{
    if (sentence == notice)
        return;
    notice = sentence;
    Q_EMIT q.noticeChanged();
}

bool ChatSession::Private::attach(const engine::Result<Attachment>& attachment)
{
    setNotice(attachment ? QString() : QString::fromStdString(attachment.error().message));
    if (attachment)
        draft.setAttachments(draft.attachments() + QList{attachment.value()});
    return attachment.ok();
}

void ChatSession::Private::showBranch()
{
    transcript.setEntries(record.entries());
    counter.historyChanged();
}

ReplyRun::Draw ChatSession::Private::draw(const engine::ModelInfo& model) const
{
    const QJsonObject& chat = record.conversation().settings;
    return {settings.samplingFor(model, chat), settings.stopFor(chat)};
}

int ChatSession::Private::reserve(int contextLength) const
{
    const int longest = settings.stopFor(record.conversation().settings).maxTokens;
    return longest > 0 ? std::min(longest, contextLength / 2) : std::min(kUsualReply, contextLength / 4);
}

ChatMessages ChatSession::Private::history() const
{
    return record.promptTo(startAtNext ? 0 : record.tree().leaf(), ChatRecord::PromptFor::NextMessage).messages;
}

QString ChatSession::Private::modelLine() const
{
    return host.modelName() + QStringLiteral(" · ") + host.deviceText();
}

// Stored, shown, and only then given to the model.
void ChatSession::Private::say(const QString& text, const QList<Attachment>& attachments)
{
    Message message;
    message.parent = record.tree().leaf();
    message.role = MessageRole::User;
    message.content = text;
    message.attachments = attachments;
    const MessageId id = record.add(message);
    draft.storeNow(); // what it was is in the chat now
    transcript.appendEntry(record.entry(id));
    if (std::exchange(startAtNext, false)) {
        record.setContextStart(id);
        transcript.setEntries(record.entries());
    }
    counter.historyChanged();
    beginReply(id);
}

void ChatSession::Private::sendQueued()
{
    if (isBusy() || draft.queued().isEmpty())
        return;
    const DraftKeeper::Queued queued = draft.takeQueued();
    say(queued.text, queued.attachments);
}

void ChatSession::Private::beginReply(MessageId to)
{
    replyTo = to;
    reply = 0;
    start(record.promptTo(to).messages);
}

void ChatSession::Private::continueReply(MessageId id)
{
    replyTo = 0;
    reply = id;
    start(record.promptTo(id).messages);
}

void ChatSession::Private::start(std::vector<engine::ChatMessage> prompt)
{
    dropTitle();
    blocked.reset();
    setNotice({});
    run = new ReplyRun(host, worker, std::move(prompt), [this](const engine::ModelInfo& m) { return draw(m); });
    QObject::connect(run, &ReplyRun::progressed, &q, &ChatSession::activityChanged);
    QObject::connect(run, &ReplyRun::modelFailed, &q, [this](const QString& sentence) { setNotice(sentence); });
    QObject::connect(run, &ReplyRun::submitting, &q, [this] { onSubmitting(); });
    QObject::connect(run, &ReplyRun::tooLong, &q, [this](int tokens) { onTooLong(tokens); });
    QObject::connect(run, &ReplyRun::wrote, &q, [this](const QString& text) {
        record.append(reply, text);
        if (record.tree().leaf() == reply)
            transcript.appendText(text);
    });
    QObject::connect(run, &ReplyRun::ended, &q, [this](const engine::Finished& finished) { onEnded(finished); });
    QObject::connect(run, &ReplyRun::failed, &q, [this](const QString& sentence) { onFailed(sentence); });
    Q_EMIT q.activityChanged();
    run->start();
}

void ChatSession::Private::onSubmitting()
{
    setNotice({});
    if (host.settings().path != record.conversation().model)
        record.setModel(host.settings().path);
    const bool continued = reply != 0;
    Message message;
    if (continued)
        message = *record.tree().find(reply);
    message.status = MessageStatus::Streaming;
    message.error.clear();
    message.model = modelLine();
    message.sampling = samplingJson(run->sampling());
    if (host.isRemote())
        message.sampling.insert(kElsewhereMark, host.remoteHost());
    if (continued) {
        record.put(message);
        transcript.updateEntry(record.entry(reply));
        return;
    }
    message.parent = replyTo;
    message.role = MessageRole::Assistant;
    const bool follows = record.tree().leaf() == replyTo;
    reply = record.add(message);
    if (follows)
        transcript.appendEntry(record.entry(reply));
    else
        transcript.setEntries(record.entries());
}

void ChatSession::Private::letRunGo()
{
    if (run)
        run->deleteLater();
    run = nullptr;
    Q_EMIT q.activityChanged();
}

void ChatSession::Private::onTooLong(int tokens)
{
    letRunGo();
    if (replyTo == 0) {
        setNotice(ChatSession::tr("The context is full: this reply cannot grow."));
        return;
    }
    blocked = Blocked{replyTo, tokens + reserve(tokens), {}};
    Q_EMIT q.overflowed();
}

// Added to what is there: a continued reply has taken its time before.
void ChatSession::Private::takeFigures(MessageId id, const engine::Finished& finished)
{
    const Message* found = record.tree().find(id);
    if (!found)
        return;
    Message message = *found;
    ReplyFigures& figures = message.figures;
    if (figures.completionTokens == 0) {
        figures.promptTokens = finished.usage.promptTokens;
        figures.cachedTokens = finished.usage.cachedTokens;
        figures.firstTokenMs = finished.timings.firstTokenMs;
    }
    figures.completionTokens += finished.usage.completionTokens;
    figures.draftedTokens += finished.usage.draftedTokens;
    figures.acceptedTokens += finished.usage.acceptedTokens;
    figures.decodeMs += finished.timings.decodeMs;
    figures.totalMs += finished.timings.totalMs;
    message.seed = finished.seed;
    record.put(message);
    transcript.updateEntry(record.entry(id));
}

void ChatSession::Private::onEnded(const engine::Finished& finished)
{
    const MessageStatus status = statusFor(finished.reason);
    Message message = *record.tree().find(reply);
    message.status = status;
    Q_EMIT q.announced(status == MessageStatus::Complete ? ChatSession::tr("Reply finished")
                                                         : ChatSession::tr("Reply ended early"));
    endReply(message);
    takeFigures(message.id, finished);
    letRunGo();
    sendQueued();
    askForTitle();
}

void ChatSession::Private::onFailed(const QString& sentence)
{
    if (reply == 0) { // the prompt could not be made: the reply that could not begin says so
        Message message;
        message.parent = replyTo;
        message.role = MessageRole::Assistant;
        reply = record.add(message);
        transcript.setEntries(record.entries());
    }
    Message message = *record.tree().find(reply);
    message.status = MessageStatus::Failed;
    message.error = sentence;
    Q_EMIT q.announced(ChatSession::tr("The reply failed: %1").arg(sentence));
    endReply(message);
    letRunGo();
    draft.unqueue(); // not into the same failure
}

void ChatSession::Private::endReply(Message message)
{
    record.put(message);
    transcript.updateEntry(record.entry(message.id));
    record.touch();
    nameChat();
    counter.historyChanged();
}

void ChatSession::Private::nameChat()
{
    const Conversation& conversation = record.conversation();
    if (!conversation.titleIsAutomatic || !conversation.title.isEmpty())
        return;
    const QList<MessageId> branch = record.tree().branch();
    for (const MessageId id : branch) {
        const Message* message = record.tree().find(id);
        if (message->role != MessageRole::User)
            continue;
        QString title = automaticTitle(message->content);
        if (title.isEmpty() && !message->attachments.isEmpty())
            title = automaticTitle(message->attachments.first().name);
        if (!title.isEmpty()) {
            record.setTitle(title, true);
            titleWanted = true;
            Q_EMIT q.titleWanted(conversation.id);
        }
        return;
    }
}

void ChatSession::Private::askForTitle()
{
    const engine::Engine* engine = host.engine();
    if (!titleWanted || title || isBusy() || record.isTemporary() || !engine || !namesChats(engine->model())
        || !record.conversation().titleIsAutomatic)
        return;
    const auto surest = [](const engine::ModelInfo&) {
        ReplyRun::Draw choice;
        choice.sampling.temperature = 0;
        choice.stop.maxTokens = kTitleTokens;
        return choice;
    };
    title = new ReplyRun(host, worker, titlePrompt(record.promptTo(record.tree().leaf()).messages), surest);
    const auto reply = std::make_shared<QString>();
    QObject::connect(title, &ReplyRun::wrote, &q, [reply](const QString& text) { *reply += text; });
    QObject::connect(title, &ReplyRun::ended, &q, [this, reply, replaced = record.conversation().title] {
        dropTitle();
        takeTitle(replaced, *reply);
    });
    QObject::connect(title, &ReplyRun::failed, &q, [this] { dropTitle(); });
    QObject::connect(title, &ReplyRun::tooLong, &q, [this] { dropTitle(); });
    title->start();
}

// Never in place of a name that a person gave, here or in the sidebar.
void ChatSession::Private::takeTitle(const QString& replaced, const QString& reply)
{
    titleWanted = false;
    const Conversation& conversation = record.conversation();
    const QString name = cleanTitle(reply);
    if (!name.isEmpty() && conversation.titleIsAutomatic && conversation.title == replaced)
        record.setTitle(name, true);
}

void ChatSession::Private::dropTitle()
{
    ReplyRun* dropped = std::exchange(title, nullptr);
    if (!dropped)
        return;
    dropped->disconnect(&q);
    dropped->cancel();
    dropped->deleteLater();
}

// The window does not wait for the engine: the reply is stopped now, and its figures come when the engine has let go.
void ChatSession::Private::stop()
{
    if (summary) // what is in the chat and in the draft stays as it is
        endSummary();
    if (!run) {
        draft.unqueue();
        return;
    }
    ReplyRun* stopped = std::exchange(run, nullptr);
    QObject::disconnect(stopped, nullptr, &q, nullptr);
    stopped->cancel();
    const Message* message = reply ? record.tree().find(reply) : nullptr;
    if (message && message->status == MessageStatus::Streaming) {
        stopped->setParent(&q);
        QObject::connect(stopped, &ReplyRun::ended, &q, [this, id = reply, stopped](const engine::Finished& finished) {
            const Message* late = record.tree().find(id);
            if (late && late->status != MessageStatus::Streaming) // not continued meanwhile
                takeFigures(id, finished);
            stopped->deleteLater();
        });
        QObject::connect(stopped, &ReplyRun::failed, stopped, &QObject::deleteLater);
        Message end = *message;
        end.status = MessageStatus::Stopped;
        endReply(end);
        Q_EMIT q.announced(ChatSession::tr("Reply stopped"));
    } else {
        stopped->deleteLater();
    }
    Q_EMIT q.activityChanged();
    draft.unqueue();
}

} // namespace qwill::app
