#pragma once
// A chat's name by the model that answers in it: what it is asked, and what is taken of its answer. Pure; any thread.

#include "chat/prompt_count.h"

#include <QString>

namespace qwill::app {

inline constexpr int kTitleTokens = 24; // six words in any script, and the end

// Whether the model's titles are worth having: the built-in guide knows only Qwill, and other small ones little more.
bool namesChats(const engine::ModelInfo& model);

// The chat as the model has just read it, so that nothing of it is read again, and the request for a title.
ChatMessages titlePrompt(ChatMessages chat);

// One line without quotes, marks, "Title:" and full stop; empty when the answer is no title.
QString cleanTitle(const QString& reply);

} // namespace qwill::app
