#pragma once
// Placeholders in a prompt: {{name}}, or {{name=value}} with what it is filled with unless told otherwise. Pure; any
// thread.

#include <QHash>
#include <QList>
#include <QString>

namespace qwill::app {

struct PromptVariable {
    QString name; // trimmed, at most 64 characters, no braces, no line break, no '='
    QString value; // the default, or empty

    bool operator==(const PromptVariable&) const = default;
};

// In order of first appearance, each name once. The first default that is given counts.
QList<PromptVariable> promptVariables(const QString& text);

// Values are put in as they are: a placeholder in a value stays text. A name without a value takes its default; without
// one it stays a placeholder, to be filled by hand.
QString expandPrompt(const QString& text, const QHash<QString, QString>& values);

} // namespace qwill::app
