#pragma once
// Chats as documents a person takes away: Markdown and HTML. (JSON, which comes back whole, is chat_json.h.) Takes
// plain values, touches no store and no file. GUI thread (cmark-gfm keeps its extensions in globals).
//
// Markdown: a heading, a list of date, model and settings, then each message below a heading of its own. The document,
// parsed again, has the blocks of its messages: what a message leaves open (a fence, an HTML comment) is closed, and a
// link or footnote label that two messages share is renamed in the later one.
// HTML: one file without scripts and without anything from elsewhere; all text is escaped, and of links only http,
// https and mailto stay links.

#include "chat/whole_chat.h"

#include <QString>

namespace qwill::app {

// The branch that is shown, then what the other branches have besides it.
QString chatToMarkdown(const WholeChat& chat);
// These messages, in this order: a branch (branchTo), or one message.
QString messagesToMarkdown(const Conversation& conversation, const QList<Message>& messages);

QString chatToHtml(const WholeChat& chat);
QString messagesToHtml(const Conversation& conversation, const QList<Message>& messages);

// "Title 2026-11-21.md": the title without what file systems refuse.
QString exportFileName(const Conversation& conversation, const QString& suffix);

// The pieces, for other documents and for tests.

// A fence that no line of `text` can close: three backticks or more.
QString fenceFor(const QString& text);
// `text` fenced as code, ending in a newline.
QString fenced(const QString& text, const QString& language);
// The message's Markdown, ended so that what follows it stands outside.
QString closedMarkdown(const QString& content);

} // namespace qwill::app
