#pragma once
// The name of a chat that nobody has named: the beginning of what the person asked. Pure; any thread.

#include <QString>

namespace qwill::app {

inline constexpr int kMaxTitleLength = 48; // characters, what a sidebar shows

// The first line with words in it, without Markdown marks, cut between words where the script has any.
QString automaticTitle(const QString& question);

} // namespace qwill::app
