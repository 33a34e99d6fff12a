#pragma once
// searchSnippet: a match and what stands around it, on one line, as one reads it. Any thread.

#include <QString>

namespace qwill::app {

// The first `needle` in `content`, whatever its case, between U+E000 and U+E001, with 60 characters on each side: whole
// words as far as there are spaces, without the marks of Markdown. Empty = not found.
QString searchSnippet(const QString& content, const QString& needle);

} // namespace qwill::app
