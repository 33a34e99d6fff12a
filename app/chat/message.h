#pragma once
// The plain values of a conversation: what the store keeps and the view-models show. A conversation is a tree of
// messages, so editing and regenerating branch and nothing is ever destroyed. Values; any thread.

#include <QDateTime>
#include <QJsonObject>
#include <QList>
#include <QString>

#include <cstdint>
#include <optional>

namespace qwill::app {

using ConversationId = qint64; // row id; 0 = none, a temporary chat has negative ones and is never stored
using MessageId = qint64; // row id; 0 = none

enum class MessageRole : std::uint8_t { System, User, Assistant, Tool };

enum class MessageStatus : std::uint8_t {
    Complete,
    Streaming, // found so at start: the application ended in the middle of it; shown as Stopped
    Stopped, // by the person; the text is kept
    Cut, // the longest reply or the context was reached; can be continued
    Failed, // `error` says why
};

// What a reply cost, shown below it and kept with it.
struct ReplyFigures {
    int promptTokens = 0;
    int cachedTokens = 0; // of promptTokens
    int completionTokens = 0;
    double firstTokenMs = 0;
    double decodeMs = 0;
    double totalMs = 0;
    int draftedTokens = 0; // guessed from the text's own repetitions
    int acceptedTokens = 0; // of those, right: they cost no step of their own

    bool operator==(const ReplyFigures&) const = default;
};

struct Attachment {
    QString name; // as the person sees it
    QString mediaType; // "text/markdown"
    QString text; // what the model reads

    bool operator==(const Attachment&) const = default;
};

struct Message {
    MessageId id = 0;
    MessageId parent = 0; // 0 = a first message
    MessageRole role = MessageRole::User;
    MessageStatus status = MessageStatus::Complete;
    QString content; // Markdown source; blocks are derived
    QString error; // Failed only
    QList<Attachment> attachments;
    QString model; // of a reply: name, format, device, as one line
    std::optional<quint64> seed;
    QJsonObject sampling; // of a reply: what it was drawn with
    ReplyFigures figures;
    QDateTime created; // UTC

    bool operator==(const Message&) const = default;
};

// A summary is a system message aside from the branches: in the prompt it stands for every message up to its parent
// (the newest one counts where there are several, and an empty one for none).
inline const QString kSummaryMark = QStringLiteral("summary"); // in Message::sampling

// In Message::sampling of a reply: the host that it came from, where that was not this machine.
inline const QString kElsewhereMark = QStringLiteral("elsewhere");

inline QString elsewhereOf(const Message& message)
{
    return message.sampling.value(kElsewhereMark).toString();
}

inline bool isSummary(const Message& message)
{
    return message.role == MessageRole::System && message.sampling.contains(kSummaryMark);
}

struct Conversation {
    ConversationId id = 0;
    QString title; // empty until the first exchange names it
    QString folder; // empty = none
    QString model; // path or catalogue name last used; empty = the default
    QString systemPrompt;
    QJsonObject settings; // overrides of the defaults for this chat
    QDateTime created; // UTC
    QDateTime updated; // UTC
    std::optional<QDateTime> deletedAt; // in the trash since
    bool pinned = false;
    bool titleIsAutomatic = true;
    MessageId currentLeaf = 0; // end of the branch that is shown

    bool operator==(const Conversation&) const = default;
};

} // namespace qwill::app
