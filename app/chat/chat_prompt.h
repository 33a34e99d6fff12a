#pragma once
// What the model is given of a conversation: messages as the engine takes them, with attachments in front of the
// person's text. Pure; any thread.

#include "chat/message.h"

#include "engine/types.h"

#include <vector>

namespace qwill::app {

// Each attachment under its name in a code fence that no line of it can close; empty when there are none.
QString attachmentsText(const QList<Attachment>& attachments);

// Attachments, then what the person wrote.
QString promptText(const Message& message);

struct ChatPrompt {
    std::vector<engine::ChatMessage> messages;
    std::vector<MessageId> first; // of each, the message that begins it; 0 = the system prompt
    const Message* summary = nullptr; // whose text the system prompt ends with
};

// The summary of what is left out, as the model reads it: below the system prompt.
QString withSummary(const QString& systemPrompt, const QString& summary);

inline constexpr const char* kBetweenTurns = "\n\n"; // of one role, where they are joined

// Messages without text are left out (a reply that failed), and neighbours of one role are joined, since many templates
// take turns only.
ChatPrompt chatPrompt(const QString& systemPrompt, const QList<const Message*>& messages);

} // namespace qwill::app
