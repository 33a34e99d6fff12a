#pragma once
// FoundWords: marks the words that were searched in the document of a TextEdit, any case. GUI thread.

#include <QColor>
#include <QQuickTextDocument>
#include <QSyntaxHighlighter>
#include <QtQmlIntegration>

namespace qwill::ui {

class FoundWords : public QSyntaxHighlighter {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QQuickTextDocument* document READ quickDocument WRITE setQuickDocument NOTIFY documentChanged)
    Q_PROPERTY(QString text READ text WRITE setText NOTIFY textChanged)
    Q_PROPERTY(QColor background READ background WRITE setBackground NOTIFY backgroundChanged)

public:
    explicit FoundWords(QObject* parent = nullptr) : QSyntaxHighlighter(parent) { }
    ~FoundWords() override;

    QQuickTextDocument* quickDocument() const { return m_document; }
    void setQuickDocument(QQuickTextDocument* document);
    QString text() const { return m_text; }
    void setText(const QString& text);
    QColor background() const { return m_background; }
    void setBackground(const QColor& colour);

Q_SIGNALS:
    void documentChanged();
    void textChanged();
    void backgroundChanged();

protected:
    void highlightBlock(const QString& line) override;

private:
    QQuickTextDocument* m_document = nullptr; // QML's; it outlives this
    QString m_text;
    QColor m_background;
};

} // namespace qwill::ui
