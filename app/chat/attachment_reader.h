#pragma once
// Reads what a person drops or pastes into an attachment: text, code, Markdown. UTF-8, or UTF-16 and UTF-32 with a byte
// order mark; anything else is refused with a sentence, never guessed. Line ends become '\n'. Any thread; a file of the
// largest size takes milliseconds.

#include "chat/message.h"
#include "engine/result.h"

#include <QByteArray>
#include <QString>

namespace qwill::app {

// About a million tokens of English: more than any context, and still pasted in a blink.
inline constexpr qint64 kMaxAttachmentBytes = qint64(4) << 20;

engine::Result<Attachment> readAttachmentFile(const QString& path);
engine::Result<Attachment> attachmentFromBytes(const QString& name, const QByteArray& bytes);
engine::Result<Attachment> attachmentFromText(const QString& name, const QString& text);

} // namespace qwill::app
