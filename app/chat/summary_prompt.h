#pragma once
// What the model is asked when earlier turns are to be summed up, and what is made of its answer. Pure but for the
// Engine's tokenizer; any thread.

#include "chat/prompt_count.h"

#include <QString>

#include <string>
#include <vector>

namespace qwill::app {

// Whether a reader of the text would call it Chinese (or Japanese): the request is made in its language then.
bool isMostlyChinese(const QString& text);

// `previous`: the summary of what was before, or empty. `turns`: as summaryParts() writes them.
ChatMessages summaryPrompt(const QString& previous, const QString& turns);

// The turns as text, in pieces of `mostTokens` at most: what is longer is summed up piece after piece. A turn that is
// longer by itself is cut between characters.
std::vector<std::string> summaryParts(const engine::Engine& engine, const ChatMessages& turns, int mostTokens);

// How long a summary may become, in a context of so many tokens.
int longestSummary(int contextLength);

// Without a thinking part and what else surrounds it; empty when nothing is left.
QString cleanSummary(const QString& reply);

} // namespace qwill::app
