#include "code_languages.h"

#include <KSyntaxHighlighting/Definition>
#include <KSyntaxHighlighting/Theme>

#include <QHash>

namespace qwill::ui {

namespace {

// Words that models write after a fence and that are neither a definition's name nor a file's suffix.
QString fullName(const QString& word)
{
    static const QHash<QString, QString> names{
        {QStringLiteral("shell"), QStringLiteral("Bash")},
        {QStringLiteral("sh"), QStringLiteral("Bash")},
        {QStringLiteral("console"), QStringLiteral("Bash")},
        {QStringLiteral("shell-session"), QStringLiteral("Bash")},
        {QStringLiteral("terminal"), QStringLiteral("Bash")},
        {QStringLiteral("c++"), QStringLiteral("C++")},
        {QStringLiteral("cpp"), QStringLiteral("C++")},
        {QStringLiteral("cuda"), QStringLiteral("C++")},
        {QStringLiteral("c"), QStringLiteral("C")},
        {QStringLiteral("h"), QStringLiteral("C++")},
        {QStringLiteral("csharp"), QStringLiteral("C#")},
        {QStringLiteral("golang"), QStringLiteral("Go")},
        {QStringLiteral("py"), QStringLiteral("Python")},
        {QStringLiteral("py3"), QStringLiteral("Python")},
        {QStringLiteral("python3"), QStringLiteral("Python")},
        {QStringLiteral("ipython"), QStringLiteral("Python")},
        {QStringLiteral("js"), QStringLiteral("JavaScript")},
        {QStringLiteral("node"), QStringLiteral("JavaScript")},
        {QStringLiteral("jsx"), QStringLiteral("JavaScript React (JSX)")},
        {QStringLiteral("ts"), QStringLiteral("TypeScript")},
        {QStringLiteral("tsx"), QStringLiteral("TypeScript React (TSX)")},
        {QStringLiteral("json5"), QStringLiteral("JSON")},
        {QStringLiteral("jsonc"), QStringLiteral("JSON")},
        {QStringLiteral("kt"), QStringLiteral("Kotlin")},
        {QStringLiteral("make"), QStringLiteral("Makefile")},
        {QStringLiteral("objc"), QStringLiteral("Objective-C")},
        {QStringLiteral("ps1"), QStringLiteral("PowerShell")},
        {QStringLiteral("rb"), QStringLiteral("Ruby")},
        {QStringLiteral("rs"), QStringLiteral("Rust")},
        {QStringLiteral("sql"), QStringLiteral("SQL")},
        {QStringLiteral("mysql"), QStringLiteral("SQL (MySQL)")},
        {QStringLiteral("postgres"), QStringLiteral("SQL (PostgreSQL)")},
        {QStringLiteral("postgresql"), QStringLiteral("SQL (PostgreSQL)")},
        {QStringLiteral("docker"), QStringLiteral("Dockerfile")},
        {QStringLiteral("tex"), QStringLiteral("LaTeX")},
        {QStringLiteral("yml"), QStringLiteral("YAML")},
    };
    return names.value(word);
}

} // namespace

KSyntaxHighlighting::Repository& CodeLanguages::repository()
{
    if (!m_repository) {
        m_repository = std::make_unique<KSyntaxHighlighting::Repository>();
        m_repository->addCustomSearchPath(QStringLiteral(":/qwill/highlighting"));
    }
    return *m_repository;
}

KSyntaxHighlighting::Definition CodeLanguages::definition(const QString& word)
{
    if (word.isEmpty())
        return {};
    const QString lower = word.toLower();
    for (const QString& name : {fullName(lower), word, lower}) {
        if (name.isEmpty())
            continue;
        const KSyntaxHighlighting::Definition found = repository().definitionForName(name);
        if (found.isValid() && found.name() != QLatin1StringView("None"))
            return found;
    }
    const QString file = lower.contains(u'.') ? word : QStringLiteral("file.") + lower;
    return repository().definitionForFileName(file);
}

KSyntaxHighlighting::Theme CodeLanguages::theme(bool dark)
{
    return repository().theme(dark ? QStringLiteral("Qwill Dark") : QStringLiteral("Qwill Light"));
}

QString CodeLanguages::nameOf(const QString& word)
{
    const KSyntaxHighlighting::Definition found = definition(word);
    return found.isValid() ? found.translatedName() : word;
}

} // namespace qwill::ui
