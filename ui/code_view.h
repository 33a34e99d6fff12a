#pragma once
// CodeView: code on the page, to read and to select from. Every line is as high as the others, so a line's place is a
// product and only the lines in view are laid out and drawn: five thousand lines cost what forty do, while they stream
// too. GUI thread; nodes are made while it waits.

#include "code_lines.h"

#include <QFont>
#include <QQuickItem>
#include <QtQmlIntegration>

#include <map>
#include <memory>
#include <vector>

namespace qwill::ui {

class CodeView : public QQuickItem {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(qwill::ui::CodeLanguages* languages MEMBER m_languages NOTIFY lookChanged)
    Q_PROPERTY(QString language MEMBER m_language NOTIFY lookChanged) // first word of the fence
    Q_PROPERTY(bool dark MEMBER m_dark NOTIFY lookChanged)
    Q_PROPERTY(QString text READ text WRITE setText NOTIFY textChanged)
    Q_PROPERTY(QString found MEMBER m_found NOTIFY lookChanged) // marked wherever it stands
    Q_PROPERTY(QColor foundColor MEMBER m_foundColor NOTIFY lookChanged)
    Q_PROPERTY(QFont font MEMBER m_font NOTIFY fontChanged)
    Q_PROPERTY(QColor color MEMBER m_color NOTIFY lookChanged)
    Q_PROPERTY(QColor selectionColor MEMBER m_selectionColor NOTIFY lookChanged)
    Q_PROPERTY(bool wrap MEMBER m_wrap NOTIFY fontChanged) // long lines go on below
    // What of it is in view, from its top; what is not need not exist.
    Q_PROPERTY(double shownFrom MEMBER m_shownFrom NOTIFY shownChanged)
    Q_PROPERTY(double shownTo MEMBER m_shownTo NOTIFY shownChanged)
    Q_PROPERTY(QString selectedText READ selectedText NOTIFY selectionChanged)
    Q_PROPERTY(QPointF end READ end NOTIFY layoutChanged) // behind the last character, at the top of its line
    Q_PROPERTY(double pitch READ pitch NOTIFY fontChanged) // from line to line

public:
    explicit CodeView(QQuickItem* parent = nullptr);
    ~CodeView() override;

    QString text() const { return m_lines.text(); }
    void setText(const QString& text);
    double pitch() const { return m_pitch; }
    QPointF end() const;
    QString selectedText() const;
    CodeLines& lines() { return m_lines; }
    int laidOutLines() const { return static_cast<int>(m_shown.size()); }

    Q_INVOKABLE int positionAt(double x, double y) const;
    Q_INVOKABLE void select(int from, int to);
    Q_INVOKABLE void selectAll() { select(0, static_cast<int>(m_lines.text().size())); }
    Q_INVOKABLE void deselect() { select(0, 0); }
    Q_INVOKABLE void selectWordAt(double x, double y);

Q_SIGNALS:
    void lookChanged();
    void fontChanged();
    void textChanged();
    void shownChanged();
    void selectionChanged();
    void layoutChanged();

protected:
    void componentComplete() override;
    void geometryChange(const QRectF& now, const QRectF& before) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void updatePolish() override;
    QSGNode* updatePaintNode(QSGNode* node, UpdatePaintNodeData* data) override;

private:
    struct Shown {
        std::unique_ptr<QTextLayout> layout;
        bool fresh = true; // its node is not of this layout
    };

    void applyFont();
    void applyLook();
    void measureFrom(int line); // widths and rows of this and later lines
    double widthOf(int line) const;
    int rowsIn(int line) const; // when wrapped
    int rowOf(int line) const { return m_wrap ? m_firstRow[static_cast<std::size_t>(line)] : line; }
    int lineAtRow(int row) const;
    int rowCount() const { return m_wrap ? m_firstRow.back() : m_lines.count(); }
    std::unique_ptr<QTextLayout> layOut(int line) const;
    void drop(int first, int last);

    CodeLines m_lines;
    CodeLanguages* m_languages = nullptr;
    QString m_language;
    QString m_found;
    QColor m_foundColor, m_color, m_selectionColor;
    QFont m_font;
    bool m_dark = true;
    bool m_wrap = false;
    double m_shownFrom = 0;
    double m_shownTo = 0;
    double m_pitch = 16;
    double m_ascent = 12;
    double m_advance = 0; // of every character of a line of plain Latin; 0: the font has no such width
    double m_widest = 0; // of all lines but the last
    std::vector<int> m_firstRow; // of each line, and of the end, when wrapped
    int m_from = 0, m_to = 0; // selected
    int m_anchor = 0; // where the mouse went down
    bool m_polishing = false;
    std::map<int, Shown> m_shown; // by line
};

} // namespace qwill::ui
