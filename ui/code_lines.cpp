#include "code_lines.h"

#include <KSyntaxHighlighting/AbstractHighlighter>
#include <KSyntaxHighlighting/Definition>
#include <KSyntaxHighlighting/Format>
#include <KSyntaxHighlighting/Theme>

#include <QElapsedTimer>
#include <QHash>

#include <algorithm>
#include <limits>

namespace qwill::ui {

namespace {

constexpr double kSliceMs = 4; // of one frame's 16
constexpr int kLeastLines = 40; // a short block is never shown half coloured, even while its definition is read
constexpr int kPauseMs = 12; // the rest of the frame belongs to the window

} // namespace

// Colours one line: a pure step from the state before it to the state behind it.
class CodeLines::Painter : public KSyntaxHighlighting::AbstractHighlighter {
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
        range.format = look(format);
        formats.append(range);
    }

private:
    // One value a format, shared by all its places.
    const QTextCharFormat& look(const KSyntaxHighlighting::Format& format)
    {
        const auto known = m_looks.constFind(format.id());
        if (known != m_looks.constEnd())
            return *known;
        QTextCharFormat made;
        made.setForeground(format.textColor(theme()));
        if (format.isBold(theme()))
            made.setFontWeight(QFont::Bold);
        if (format.isItalic(theme()))
            made.setFontItalic(true);
        return *m_looks.insert(format.id(), made);
    }

    QHash<int, QTextCharFormat> m_looks; // by the format's id
};

CodeLines::CodeLines(QObject* parent) : QObject(parent), m_painter(std::make_unique<Painter>())
{
    m_idle.setSingleShot(true);
    m_idle.setInterval(kPauseMs);
    connect(&m_idle, &QTimer::timeout, this, [this] { colourFor(kSliceMs); });
}

CodeLines::~CodeLines() = default;

QStringView CodeLines::line(int line) const
{
    const qsizetype from = start(line);
    const qsizetype end = line + 1 < count() ? start(line + 1) - 1 : m_text.size();
    return QStringView(m_text).sliced(from, end - from);
}

int CodeLines::lineAt(qsizetype position) const
{
    return static_cast<int>(std::upper_bound(m_starts.begin(), m_starts.end(), position) - m_starts.begin()) - 1;
}

int CodeLines::setText(const QString& text)
{
    qsizetype same = m_text.size();
    if (!text.startsWith(m_text)) {
        const auto differs = std::mismatch(m_text.cbegin(), m_text.cend(), text.cbegin(), text.cend());
        same = differs.first - m_text.cbegin();
    }
    const int line = lineAt(same);
    m_text = text;
    const auto first = static_cast<std::size_t>(line);
    m_starts.resize(first + 1);
    for (qsizetype at = m_text.indexOf(u'\n', m_starts.back()); at >= 0; at = m_text.indexOf(u'\n', at + 1))
        m_starts.push_back(at + 1);
    if (m_coloured.size() > first)
        m_coloured.resize(first);
    return line;
}

void CodeLines::setLook(CodeLanguages* languages, const QString& language, bool dark)
{
    if (m_languages == languages && m_language == language && m_dark == dark)
        return;
    m_languages = languages;
    m_language = language;
    m_dark = dark;
    if (m_languages) {
        m_painter = std::make_unique<Painter>();
        m_painter->setDefinition(m_languages->definition(m_language));
        m_painter->setTheme(m_languages->theme(m_dark));
    }
    colourAgain();
}

void CodeLines::setFound(const QString& text, const QColor& colour)
{
    if (m_found == text && m_foundColor == colour)
        return;
    m_found = text;
    m_foundColor = colour;
    Q_EMIT coloured(0, count() - 1);
}

void CodeLines::colourAgain()
{
    const int before = colouredLines();
    m_coloured.clear();
    if (before > 0)
        colourFor(kSliceMs);
}

void CodeLines::colourTo(int line)
{
    m_wanted = line + 1;
    if (colouredLines() < std::min(m_wanted, count()) && !m_idle.isActive())
        colourFor(kSliceMs);
}

void CodeLines::colourAll()
{
    m_wanted = std::numeric_limits<int>::max();
    m_idle.stop();
    colourFor(-1);
}

void CodeLines::colourFor(double budgetMs)
{
    if (!m_languages)
        return;
    QElapsedTimer clock;
    clock.start();
    const int first = colouredLines(), end = std::min(m_wanted, count());
    for (int line = first; line < end; ++line) {
        if (budgetMs >= 0 && line - first >= kLeastLines && static_cast<double>(clock.nsecsElapsed()) / 1e6 > budgetMs)
            break;
        const KSyntaxHighlighting::State before =
            m_coloured.empty() ? KSyntaxHighlighting::State() : m_coloured.back().end;
        const QString text = this->line(line).toString();
        m_painter->formats.clear();
        const KSyntaxHighlighting::State after =
            m_painter->definition().isValid() ? m_painter->paint(text, before) : before;
        m_coloured.push_back({m_painter->formats, after});
    }
    if (colouredLines() < end)
        m_idle.start(kPauseMs);
    if (colouredLines() > first)
        Q_EMIT coloured(first, colouredLines() - 1);
}

QList<QTextLayout::FormatRange> CodeLines::formats(int line) const
{
    QList<QTextLayout::FormatRange> formats;
    if (line < colouredLines())
        formats = m_coloured[static_cast<std::size_t>(line)].formats;
    addFound(this->line(line), formats);
    return formats;
}

// The text nodes want their formats in order and apart: a range that a mark overlaps is cut.
void CodeLines::addFound(QStringView line, QList<QTextLayout::FormatRange>& formats) const
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
