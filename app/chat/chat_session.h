#pragma once
// ChatSession: the view-model of one conversation: its transcript, its draft, its reply in the making. Knows the tree
// of messages; the transcript shows one branch of it. Everything it is told goes to the store before it is sent to the
// model, so nothing a person wrote can be lost. GUI thread.

#include "chat/context_budget.h"
#include "chat/message.h"
#include "chat/transcript_model.h"

#include <QObject>
#include <QStringList>
#include <QUrl>
#include <QtQmlIntegration>

#include <memory>

namespace qwill::app {

class ConversationStore;
class EngineHost;
class Settings;

class ChatSession : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("The application makes chat sessions")
    Q_PROPERTY(qint64 conversationId READ conversationId NOTIFY conversationChanged) // 0 until the first message
    Q_PROPERTY(QString title READ title WRITE setTitle NOTIFY conversationChanged)
    Q_PROPERTY(QString systemPrompt READ systemPrompt WRITE setSystemPrompt NOTIFY conversationChanged)
    Q_PROPERTY(QJsonObject overrides READ overrides WRITE setOverrides NOTIFY conversationChanged) // of Settings
    Q_PROPERTY(bool temporary READ isTemporary NOTIFY conversationChanged) // never stored
    Q_PROPERTY(qwill::app::TranscriptModel* transcript READ transcript CONSTANT)
    Q_PROPERTY(qwill::app::ContextBudget* budget READ budget CONSTANT)
    Q_PROPERTY(QString draft READ draft WRITE setDraft NOTIFY draftChanged)
    Q_PROPERTY(QStringList attachmentNames READ attachmentNames NOTIFY draftChanged)
    Q_PROPERTY(Activity activity READ activity NOTIFY activityChanged)
    Q_PROPERTY(QString activityText READ activityText NOTIFY activityChanged) // "Reading 1 200 of 4 000 tokens…"
    Q_PROPERTY(QString queuedText READ queuedText NOTIFY queuedChanged) // sent by itself when the reply has ended
    Q_PROPERTY(
        QString notice READ notice NOTIFY noticeChanged) // a sentence about the last action that failed, or empty

public:
    enum class Activity {
        Idle,
        WaitingForModel, // sent before the model was loaded
        Reading, // prefill
        Writing, // tokens arrive
        Summarising, // earlier turns, at the person's wish
    };
    Q_ENUM(Activity)

    // What to do when the next request would not fit.
    enum class OverflowChoice {
        DropOldest, // the model sees a later beginning; the transcript shows where
        EnlargeContext, // load the model again with the next larger context; the message is sent then
        Summarise, // the model sums up the oldest turns; the summary stands for them, as a card that can be edited
        NewChatFromSummary, // a new conversation that begins with a summary of this one, and takes the draft along
    };
    Q_ENUM(OverflowChoice)

    // All three outlive the session. `conversation` 0 opens a new chat; it is stored at its first message.
    ChatSession(ConversationStore& store, EngineHost& host, Settings& settings, ConversationId conversation,
                bool temporary, QObject* parent = nullptr);
    ~ChatSession() override;

    qint64 conversationId() const;
    QString title() const;
    void setTitle(const QString& title);
    QString systemPrompt() const;
    void setSystemPrompt(const QString& text);
    QJsonObject overrides() const;
    void setOverrides(const QJsonObject& settings);
    bool isTemporary() const;
    TranscriptModel* transcript() const;
    ContextBudget* budget() const;
    QString draft() const;
    void setDraft(const QString& text); // stored within a second
    QStringList attachmentNames() const;
    Activity activity() const;
    QString activityText() const;
    QString queuedText() const;
    QString notice() const;

    // Sends the draft and its attachments. While a reply is written it is queued instead. False when there is nothing
    // to send, or the context would overflow (then overflowed() asks the person).
    Q_INVOKABLE bool send();
    Q_INVOKABLE void stop(); // at once; the text is kept, and what is queued goes back into the draft
    Q_INVOKABLE void cancelQueued(); // back into the draft
    Q_INVOKABLE void regenerate(qint64 message); // a new variant beside a reply; of a person's message: another reply
    Q_INVOKABLE void continueReply(qint64 message); // the last one, stopped or cut, in place
    // Branches; nothing is overwritten. `answerAgain`: a person's message is replied to, a reply is continued. An empty
    // summary is one taken back: the model sees the turns themselves again.
    Q_INVOKABLE void edit(qint64 message, const QString& text, bool answerAgain);
    Q_INVOKABLE void showVariant(qint64 message, int step); // −1 or +1
    Q_INVOKABLE void showMessage(qint64 message); // the branch it stands on; none where it is unknown
    Q_INVOKABLE qint64 fork(qint64 message); // a new conversation up to here; → its id, 0 for a temporary one
    Q_INVOKABLE bool attach(const QUrl& file); // text, code, Markdown; false and a notice when it is not one
    Q_INVOKABLE void attachText(const QString& name, const QString& text);
    Q_INVOKABLE bool isLongPaste(const QString& text) const; // better offered as an attachment than put into the draft
    Q_INVOKABLE void removeAttachment(int index);
    Q_INVOKABLE void resolveOverflow(OverflowChoice choice);
    Q_INVOKABLE bool canResolveOverflow(OverflowChoice choice) const; // whether it is worth offering now
    Q_INVOKABLE QString overflowCost(OverflowChoice choice) const; // one translated line
    Q_INVOKABLE void setContextStart(qint64 message); // the model sees from here; 0 = from the beginning, or a summary

Q_SIGNALS:
    void conversationChanged();
    void draftChanged();
    void activityChanged();
    void queuedChanged();
    void noticeChanged();
    void overflowed(); // send() was refused: offer the choices
    void chatStarted(qint64 conversation); // a new one was made from this: show it
    void titleWanted(qint64 conversation); // the first exchange is over
    void announced(const QString& text); // for screen readers: "Reply finished"

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace qwill::app
