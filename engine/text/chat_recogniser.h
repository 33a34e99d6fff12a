#pragma once
// Recognises which family a model's chat template belongs to. Any thread.

#include "text/chat_template.h"

#include <string>
#include <string_view>

namespace qwill::engine {

struct RecognisedTemplate {
    ChatTemplate::Family family = ChatTemplate::Family::ChatMl;
    std::string defaultSystem;
};

// A family is recognised when every text that the template writes is one that the family writes, and every name it uses
// is one whose meaning the family's code knows: spacing, quoting and how strings are cut make no difference, an
// addition of unknown meaning does. Unsupported, naming the first such thing, otherwise.
Result<RecognisedTemplate> recogniseChatTemplate(std::string_view templateText);

} // namespace qwill::engine
