#pragma once
// CodeLanguages: the syntax definitions and colours for code, read once for the whole window. GUI thread.

#include <KSyntaxHighlighting/Repository>

#include <QObject>
#include <QtQmlIntegration>

#include <memory>

namespace qwill::ui {

class CodeLanguages : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_SINGLETON

public:
    explicit CodeLanguages(QObject* parent = nullptr) : QObject(parent) { }

    // By the first word of a fence: "py", "c++", "Python", "main.rs". Invalid when it names no language.
    KSyntaxHighlighting::Definition definition(const QString& word);
    KSyntaxHighlighting::Theme theme(bool dark);
    // What stands above the code: the language's name, or the word as it is.
    Q_INVOKABLE QString nameOf(const QString& word);

private:
    KSyntaxHighlighting::Repository& repository(); // read at the first code, not at start

    std::unique_ptr<KSyntaxHighlighting::Repository> m_repository;
};

} // namespace qwill::ui
