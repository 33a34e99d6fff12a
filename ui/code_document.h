#pragma once
// CodeDocument: writes code into the document of a TextEdit and colours it. Text that grows is appended, never written
// again, and colouring goes on line by line from the state behind the last one; long code is coloured in slices while
// the window is idle. GUI thread.

#include "code_languages.h"

#include <KSyntaxHighlighting/State>

#include <QColor>
#include <QQuickTextDocument>
#include <QTextBlock>
#include <QTextLayout>
#include <QTimer>

#include <memory>
#include <vector>

namespace qwill::ui {

class CodeDocument : public QObject {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(qwill::ui::CodeLanguages* languages MEMBER m_languages WRITE setLanguages NOTIFY changed)
    Q_PROPERTY(QQuickTextDocument* document READ quickDocument WRITE setQuickDocument NOTIFY changed)
    Q_PROPERTY(QString text READ text WRITE setText NOTIFY changed)
    Q_PROPERTY(QString language READ language WRITE setLanguage NOTIFY changed) // first word of the fence
    Q_PROPERTY(bool dark READ isDark WRITE setDark NOTIFY changed)
    Q_PROPERTY(QString found READ found WRITE setFound NOTIFY changed) // marked wherever it stands
    Q_PROPERTY(QColor foundColor READ foundColor WRITE setFoundColor NOTIFY changed)

public:
    explicit CodeDocument(QObject* parent = nullptr);
    ~CodeDocument() override;

    void setLanguages(CodeLanguages* languages); // outlives this
    QQuickTextDocument* quickDocument() const { return m_quickDocument; }
    void setQuickDocument(QQuickTextDocument* document);
    void setDocument(QTextDocument* document); // outlives this
    QString text() const { return m_text; }
    void setText(const QString& text);
    QString language() const { return m_language; }
    void setLanguage(const QString& word);
    bool isDark() const { return m_dark; }
    void setDark(bool dark);
    QString found() const { return m_found; }
    void setFound(const QString& text);
    QColor foundColor() const { return m_foundColor; }
    void setFoundColor(const QColor& colour);

    int colouredLines() const { return static_cast<int>(m_ends.size()); } // from the top
    void colourAll(); // now, however long it takes

Q_SIGNALS:
    void changed();
    void coloured(); // to the last line

private:
    class Painter;

    void write();
    void colourAgain();
    void colourFor(double budgetMs);
    bool colourLine(const QTextBlock& line); // → whether it looks different now
    void addFound(const QString& line, QList<QTextLayout::FormatRange>& formats) const;

    CodeLanguages* m_languages = nullptr;
    QQuickTextDocument* m_quickDocument = nullptr;
    QTextDocument* m_document = nullptr;
    std::unique_ptr<Painter> m_painter;
    QString m_text;
    QString m_written; // what the document holds
    QString m_language;
    QString m_found;
    QColor m_foundColor;
    bool m_dark = true;
    std::vector<KSyntaxHighlighting::State> m_ends; // behind each coloured line
    QTimer m_idle;
};

} // namespace qwill::ui
