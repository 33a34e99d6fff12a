#pragma once
// The prompts that come with Qwill, in English and in Chinese. They are not translated strings: a prompt's language
// decides the language of the answer, so both are there whatever the window speaks. Values; any thread.

#include <QList>
#include <QString>

#include <cstdint>

namespace qwill::app {

enum class PromptKind : std::uint8_t {
    Message, // put into the draft
    System, // becomes a chat's system prompt
};

struct Prompt {
    QString id; // names it for good; own ones have an id of their own
    PromptKind kind = PromptKind::Message;
    QString language; // "en", "zh"; empty for own ones
    QString title;
    QString text;
    bool builtIn = false;

    bool operator==(const Prompt&) const = default;
};

const QList<Prompt>& builtInPrompts();

} // namespace qwill::app
