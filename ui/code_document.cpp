#include "code_document.h"

#include <KSyntaxHighlighting/AbstractHighlighter>
#include <KSyntaxHighlighting/Definition>
#include <KSyntaxHighlighting/Format>
#include <KSyntaxHighlighting/Theme>

#include <QElapsedTimer>
#include <QTextCursor>
#include <QTextDocument>

#include <algorithm>

namespace qwill::ui {

namespace {

constexpr double kSliceMs = 4; // of one frame's 16
constexpr int kLeastLines = 40; // a short block is never shown half coloured, even while its definition is read
constexpr int kPauseMs = 12; // the rest of the frame belongs to the window
constexpr int kLineHeight = 125; // % of the font's own

} // namespace

// Colours one line: a pure step from the state before it to the state behind it.
class CodeDocument::Painter : public KSyntaxHighlighting::AbstractHighlighter {
public:
    KSyntaxHighlighting::State paint(const QString& line, const KSyntaxHighlighting::State& before)
    {
        formats.clear();
        return highlightLine(line, before);
    }

    QList<QTextLayout::FormatRange> formats;

protected:
    void applyFormat(int offset, int length, const KSyntaxHighlighting::Format& format) override
    {
        if (length <= 0 || format.isDefaultTextStyle(theme()))
            return;
        QTextLayout::FormatRange range;
        range.start = offset;
        range.length = length;
        range.format.setForeground(format.textColor(theme()));
        if (format.isBold(theme()))
            range.format.setFontWeight(QFont::Bold);
        if (format.isItalic(theme()))
            range.format.setFontItalic(true);
        formats.append(range);
    }
};

CodeDocument::CodeDocument(QObject* parent) : QObject(parent), m_painter(std::make_unique<Painter>())
{
    m_idle.setSingleShot(true);
    m_idle.setInterval(kPauseMs);
    connect(&m_idle, &QTimer::timeout, this, [this] { colourFor(kSliceMs); });
}

CodeDocument::~CodeDocument() = default;

void CodeDocument::setLanguages(CodeLanguages* languages)
{
    m_languages = languages;
    colourAgain();
    Q_EMIT changed();
}

void CodeDocument::setQuickDocument(QQuickTextDocument* document)
{
    if (m_quickDocument == document)
        return;
    m_quickDocument = document;
    setDocument(document ? document->textDocument() : nullptr);
    Q_EMIT changed();
}

void CodeDocument::setDocument(QTextDocument* document)
{
    m_document = document;
    m_written.clear();
    m_ends.clear();
    if (!m_document)
        return;
    m_document->setUndoRedoEnabled(false);
    QTextCursor cursor(m_document);
    cursor.select(QTextCursor::Document);
    cursor.removeSelectedText();
    QTextBlockFormat format;
    format.setLineHeight(kLineHeight, QTextBlockFormat::ProportionalHeight);
    cursor.setBlockFormat(format);
    write();
}

void CodeDocument::setText(const QString& text)
{
    m_text = text;
    write();
    Q_EMIT changed();
}

// Only what differs from the first different character on.
void CodeDocument::write()
{
    if (!m_document)
        return;
    qsizetype same = 0;
    if (m_text.startsWith(m_written)) {
        same = m_written.size();
    } else {
        const auto differs = std::mismatch(m_written.cbegin(), m_written.cend(), m_text.cbegin(), m_text.cend());
        same = differs.first - m_written.cbegin();
    }
    if (same == m_text.size() && same == m_written.size())
        return;
    QTextCursor cursor(m_document);
    cursor.setPosition(static_cast<int>(same));
    const int firstLine = cursor.blockNumber();
    cursor.movePosition(QTextCursor::End, QTextCursor::KeepAnchor);
    cursor.insertText(m_text.sliced(same));
    m_written = m_text;
    if (m_ends.size() > static_cast<std::size_t>(firstLine))
        m_ends.resize(static_cast<std::size_t>(firstLine));
    if (!m_idle.isActive())
        colourFor(kSliceMs);
}

void CodeDocument::setLanguage(const QString& word)
{
    if (m_language == word)
        return;
    m_language = word;
    colourAgain();
    Q_EMIT changed();
}

void CodeDocument::setDark(bool dark)
{
    if (m_dark == dark)
        return;
    m_dark = dark;
    colourAgain();
    Q_EMIT changed();
}

void CodeDocument::setFound(const QString& text)
{
    if (m_found == text)
        return;
    m_found = text;
    colourAgain();
    Q_EMIT changed();
}

void CodeDocument::setFoundColor(const QColor& colour)
{
    if (m_foundColor == colour)
        return;
    m_foundColor = colour;
    colourAgain();
    Q_EMIT changed();
}

void CodeDocument::colourAgain()
{
    if (!m_languages)
        return;
    m_painter->setDefinition(m_languages->definition(m_language));
    m_painter->setTheme(m_languages->theme(m_dark));
    m_ends.clear();
    if (m_document && !m_written.isEmpty())
        m_idle.start(0); // several properties may change one after another
}

void CodeDocument::colourAll()
{
    m_idle.stop();
    colourFor(-1);
}

void CodeDocument::colourFor(double budgetMs)
{
    if (!m_document || !m_languages)
        return;
    QElapsedTimer clock;
    clock.start();
    int dirtyFrom = -1, dirtyTo = -1;
    QTextBlock line = m_document->findBlockByNumber(colouredLines());
    for (int done = 0; line.isValid(); line = line.next(), ++done) {
        if (budgetMs >= 0 && done >= kLeastLines && static_cast<double>(clock.nsecsElapsed()) / 1e6 > budgetMs)
            break;
        if (colourLine(line)) {
            dirtyFrom = dirtyFrom < 0 ? line.position() : dirtyFrom;
            dirtyTo = line.position() + line.length();
        }
    }
    if (dirtyFrom >= 0) {
        QTextCursor cursor(m_document); // only the end of an edit makes the TextEdit draw its lines anew
        cursor.beginEditBlock();
        m_document->markContentsDirty(dirtyFrom, std::min(dirtyTo, m_document->characterCount()) - dirtyFrom);
        cursor.endEditBlock();
    }
    if (line.isValid())
        m_idle.start(kPauseMs);
    else
        Q_EMIT coloured();
}

bool CodeDocument::colourLine(const QTextBlock& line)
{
    const QString text = line.text();
    const KSyntaxHighlighting::State before = m_ends.empty() ? KSyntaxHighlighting::State() : m_ends.back();
    m_painter->formats.clear();
    m_ends.push_back(m_painter->definition().isValid() ? m_painter->paint(text, before) : before);
    addFound(text, m_painter->formats);
    if (line.layout()->formats() == m_painter->formats)
        return false;
    line.layout()->setFormats(m_painter->formats);
    return true;
}

// The text nodes want their formats in order and apart: a range that a mark overlaps is cut.
void CodeDocument::addFound(const QString& line, QList<QTextLayout::FormatRange>& formats) const
{
    if (m_found.isEmpty())
        return;
    const int length = static_cast<int>(m_found.size());
    for (qsizetype at = line.indexOf(m_found, 0, Qt::CaseInsensitive); at >= 0;
         at = line.indexOf(m_found, at + length, Qt::CaseInsensitive)) {
        const int from = static_cast<int>(at), to = from + length;
        QList<QTextLayout::FormatRange> cut;
        int plainFrom = from; // of the mark, what no range covers
        const auto add = [&cut](int begin, int end, const QTextCharFormat& format) {
            if (begin < end)
                cut.append({begin, end - begin, format});
        };
        QTextCharFormat mark;
        mark.setBackground(m_foundColor);
        for (const QTextLayout::FormatRange& range : std::as_const(formats)) {
            const int end = range.start + range.length;
            if (range.start >= from)
                add(plainFrom, std::min(range.start, to), mark);
            add(range.start, std::min(end, from), range.format);
            QTextCharFormat marked = range.format;
            marked.setBackground(m_foundColor);
            add(std::max(range.start, from), std::min(end, to), marked);
            add(std::max(range.start, to), end, range.format);
            plainFrom = std::max(plainFrom, std::min(end, to));
        }
        add(plainFrom, to, mark);
        formats = cut;
        std::sort(formats.begin(), formats.end(), [](const auto& a, const auto& b) { return a.start < b.start; });
    }
}

} // namespace qwill::ui
