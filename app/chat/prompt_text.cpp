#include "chat/prompt_text.h"

#include <QRegularExpression>

#include <algorithm>

namespace qwill::app {

namespace {

const QRegularExpression& placeholder()
{
    static const QRegularExpression expression(
        QStringLiteral("\\{\\{[ \\t]*([^{}=\\n]{1,64}?)[ \\t]*(?:=[ \\t]*([^{}\\n]{0,1000}?)[ \\t]*)?\\}\\}"));
    return expression;
}

} // namespace

QList<PromptVariable> promptVariables(const QString& text)
{
    QList<PromptVariable> variables;
    for (auto it = placeholder().globalMatch(text); it.hasNext();) {
        const QRegularExpressionMatch match = it.next();
        const QString name = match.captured(1).trimmed();
        if (name.isEmpty())
            continue;
        const auto known = std::find_if(variables.begin(), variables.end(),
                                        [&](const PromptVariable& variable) { return variable.name == name; });
        if (known == variables.end())
            variables.append({name, match.captured(2)});
        else if (known->value.isEmpty())
            known->value = match.captured(2);
    }
    return variables;
}

QString expandPrompt(const QString& text, const QHash<QString, QString>& values)
{
    QHash<QString, QString> all;
    for (const PromptVariable& variable : promptVariables(text))
        if (!variable.value.isEmpty())
            all.insert(variable.name, variable.value);
    all.insert(values);
    QString out;
    qsizetype copied = 0;
    for (auto it = placeholder().globalMatch(text); it.hasNext();) {
        const QRegularExpressionMatch match = it.next();
        const auto value = all.constFind(match.captured(1).trimmed());
        if (value == all.constEnd())
            continue;
        out += QStringView(text).sliced(copied, match.capturedStart() - copied);
        out += *value;
        copied = match.capturedEnd();
    }
    out += QStringView(text).sliced(copied);
    return out;
}

} // namespace qwill::app
