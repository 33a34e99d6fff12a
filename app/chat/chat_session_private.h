#pragma once
// The inside of ChatSession: it ties the record, the draft, the transcript, the budget and the running reply together.
// GUI thread.

#include "chat/budget_counter.h"
#include "chat/chat_record.h"
#include "chat/chat_session.h"
#include "chat/draft_keeper.h"
#include "chat/prompt_worker.h"
#include "chat/reply_run.h"
#include "chat/summary_run.h"

#include <optional>

namespace qwill::app {

class ChatSession::Private {
public:
    Private(ChatSession& session, ConversationStore& store, EngineHost& host, Settings& settings,
            ConversationId conversation, bool temporary);
    ~Private();

    bool isBusy() const { return run || summary || record.isLoading(); }
    Activity activity() const;
    QString activityText() const;
    void setNotice(const QString& sentence);
    bool attach(const engine::Result<Attachment>& attachment); // else the notice says why not
    void showBranch();

    void say(const QString& text, const QList<Attachment>& attachments);
    void sendQueued();
    void beginReply(MessageId to);
    void continueReply(MessageId reply);
    void stop();

    // What to do when the next request does not fit (chat_session_overflow.cpp). They end in retry(), a notice, or
    // where the person stops them; then all is as it was.
    void dropOldest();
    void enlargeContext();
    void summarise();
    void beginNewChat();
    void retry();
    bool canResolve(OverflowChoice choice) const;
    QString costOf(OverflowChoice choice) const;

    ChatSession& q;
    EngineHost& host;
    Settings& settings;
    ChatRecord record;
    DraftKeeper draft;
    TranscriptModel transcript;
    ContextBudget budget;
    PromptWorker worker;
    BudgetCounter counter;
    QString notice;

    // The reply in the making.
    ReplyRun* run = nullptr;
    MessageId replyTo = 0; // 0 while a reply is continued
    MessageId reply = 0; // 0 until the request is submitted, unless it is continued

    SummaryRun* summary = nullptr; // in the making

    // The model's title for a chat that has an automatic one: asked for when nothing else is, and given up at once.
    ReplyRun* title = nullptr;
    bool titleWanted = false;

    // What did not fit, to be tried again when the person has chosen.
    struct Blocked {
        MessageId replyTo = 0; // 0: the draft was not sent
        int tokens = 0; // needed
        QString draft; // when the person chose: another one is not sent by itself
    };
    std::optional<Blocked> blocked;
    bool startAtNext = false; // the context begins with the next message

private:
    ReplyRun::Draw draw(const engine::ModelInfo& model) const;
    int reserve(int contextLength) const;
    ChatMessages history() const;
    QString modelLine() const;
    QString summaryText() const;
    void start(std::vector<engine::ChatMessage> prompt);
    void onSubmitting();
    void onTooLong(int tokens);
    void onEnded(const engine::Finished& finished);
    void onFailed(const QString& sentence);
    void endReply(Message message);
    void takeFigures(MessageId id, const engine::Finished& finished);
    void nameChat();
    void askForTitle();
    void takeTitle(const QString& replaced, const QString& reply);
    void dropTitle();
    void letRunGo();

    ChatPrompt wantedPrompt() const; // what does not fit
    void contextStartFound(std::optional<MessageId> first, int limit);
    void noticeTooLong(int limit);
    std::optional<int> nextContextLength() const; // that what is blocked fits into; none = the model has no more
    void startSummary(ChatMessages turns, const Message* before,
                      std::function<void(const QString&, const engine::Finished&)> then);
    void endSummary();
    Message summaryMessage(const QString& text, const engine::Finished& finished) const;
    void keepSummary(MessageId after, const QString& text, const engine::Finished& finished);
};

} // namespace qwill::app
