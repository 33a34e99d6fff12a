#pragma once
// CodeLines: code as lines with the colours of each. Text that grows changes only its last lines, and colouring goes on
// line by line from the state behind the last one; long code is coloured in slices while the window is idle. GUI
// thread.

#include "code_languages.h"

#include <KSyntaxHighlighting/State>

#include <QColor>
#include <QObject>
#include <QTextLayout>
#include <QTimer>

#include <memory>
#include <vector>

namespace qwill::ui {

class CodeLines : public QObject {
    Q_OBJECT

public:
    explicit CodeLines(QObject* parent = nullptr);
    ~CodeLines() override;

    int setText(const QString& text); // → the first line that is not what it was
    void setLook(CodeLanguages* languages, const QString& language, bool dark); // languages outlive this
    void setFound(const QString& text, const QColor& colour); // marked wherever it stands

    const QString& text() const { return m_text; }
    int count() const { return static_cast<int>(m_starts.size()); } // 1 at least
    qsizetype start(int line) const { return m_starts[static_cast<std::size_t>(line)]; }
    QStringView line(int line) const; // without its end
    int lineAt(qsizetype position) const;
    QList<QTextLayout::FormatRange> formats(int line) const; // in order and apart

    int colouredLines() const { return static_cast<int>(m_coloured.size()); } // from the top
    void colourTo(int line); // a few lines at once, the rest when idle
    void colourAll(); // now, however long it takes

Q_SIGNALS:
    void coloured(int first, int last);

private:
    class Painter;
    struct Coloured {
        QList<QTextLayout::FormatRange> formats;
        KSyntaxHighlighting::State end;
    };

    void colourAgain();
    void colourFor(double budgetMs);
    void addFound(QStringView line, QList<QTextLayout::FormatRange>& formats) const;

    CodeLanguages* m_languages = nullptr;
    std::unique_ptr<Painter> m_painter;
    QString m_text;
    std::vector<qsizetype> m_starts{0};
    std::vector<Coloured> m_coloured;
    int m_wanted = 0; // lines
    QString m_language;
    QString m_found;
    QColor m_foundColor;
    bool m_dark = true;
    QTimer m_idle;
};

} // namespace qwill::ui
