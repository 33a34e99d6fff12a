#include "code_view.h"

#include <QFontMetricsF>
#include <QQuickWindow>
#include <QSGTextNode>

#include <algorithm>
#include <cmath>

namespace qwill::ui {

namespace {

constexpr double kLinePitch = 1.25; // of the font's own height
constexpr int kTabColumns = 4;

// What stands in a cell of its own in a font of one width.
bool isPlainLatin(QStringView line)
{
    return std::all_of(line.begin(), line.end(), [](QChar c) { return c >= u' ' && c < u'\x7F'; });
}

// A node a line, so that a line that changes is the only one drawn anew. Of transform kind: the software renderer
// remembers where such a node is, and puts what is added to a plain one later into the window's corner.
class LinesNode : public QSGTransformNode {
public:
    std::map<int, QSGTextNode*> lines; // children
};

} // namespace

CodeView::CodeView(QQuickItem* parent) : QQuickItem(parent)
{
    setFlag(ItemHasContents);
    setAcceptedMouseButtons(Qt::LeftButton);
    connect(&m_lines, &CodeLines::coloured, this, &CodeView::drop);
    connect(this, &CodeView::fontChanged, this, &CodeView::applyFont);
    connect(this, &CodeView::lookChanged, this, &CodeView::applyLook);
    connect(this, &CodeView::shownChanged, this, &QQuickItem::polish);
}

CodeView::~CodeView() = default;

void CodeView::componentComplete()
{
    QQuickItem::componentComplete();
    applyFont();
    applyLook();
}

void CodeView::geometryChange(const QRectF& now, const QRectF& before)
{
    QQuickItem::geometryChange(now, before);
    if (m_wrap && now.width() != before.width())
        applyFont();
    polish();
}

void CodeView::applyFont()
{
    if (!isComponentComplete())
        return;
    const QFontMetricsF metrics(m_font);
    m_pitch = std::round(kLinePitch * metrics.height());
    m_ascent = metrics.ascent();
    const double m = metrics.horizontalAdvance(u'M');
    m_advance = metrics.horizontalAdvance(u'i') == m && metrics.horizontalAdvance(u' ') == m ? m : 0;
    drop(0, m_lines.count());
    measureFrom(0);
}

void CodeView::applyLook()
{
    if (!isComponentComplete())
        return;
    m_lines.setLook(m_languages, m_language, m_dark);
    m_lines.setFound(m_found, m_foundColor);
    drop(0, m_lines.count());
}

void CodeView::setText(const QString& text)
{
    if (text == m_lines.text())
        return;
    const int before = m_lines.count();
    const int first = m_lines.setText(text);
    if (m_to > text.size())
        deselect();
    drop(first, std::max(before, m_lines.count()));
    if (isComponentComplete())
        measureFrom(first);
    Q_EMIT textChanged();
}

std::unique_ptr<QTextLayout> CodeView::layOut(int line) const
{
    auto layout = std::make_unique<QTextLayout>(m_lines.line(line).toString(), m_font);
    QTextOption option;
    option.setWrapMode(m_wrap ? QTextOption::WrapAnywhere : QTextOption::NoWrap);
    option.setTabStopDistance(kTabColumns * QFontMetricsF(m_font).horizontalAdvance(u' '));
    layout->setTextOption(option);
    layout->setCacheEnabled(true);
    layout->setFormats(m_lines.formats(line));
    layout->beginLayout();
    for (int row = 0;; ++row) {
        QTextLine made = layout->createLine();
        if (!made.isValid())
            break;
        made.setLineWidth(m_wrap ? std::max(1.0, width()) : 1e6);
        made.setPosition(
            {0, std::round(row * m_pitch + m_ascent - made.ascent())}); // one baseline, whatever the script
    }
    layout->endLayout();
    return layout;
}

double CodeView::widthOf(int line) const
{
    const QStringView text = m_lines.line(line);
    if (m_advance > 0 && isPlainLatin(text))
        return static_cast<double>(text.size()) * m_advance;
    double width = 0;
    const std::unique_ptr<QTextLayout> layout = layOut(line);
    for (int row = 0; row < layout->lineCount(); ++row)
        width = std::max(width, layout->lineAt(row).naturalTextWidth());
    return width;
}

int CodeView::rowsIn(int line) const
{
    const QStringView text = m_lines.line(line);
    if (m_advance > 0 && static_cast<double>(text.size()) * m_advance <= width() && isPlainLatin(text))
        return 1;
    return std::max(1, layOut(line)->lineCount());
}

void CodeView::measureFrom(int line)
{
    const int last = m_lines.count() - 1;
    if (m_wrap) {
        const int known = std::min(line, static_cast<int>(m_firstRow.size()) - 1);
        m_firstRow.resize(static_cast<std::size_t>(std::max(0, known) + 1));
        for (int at = std::max(0, known); at <= last; ++at)
            m_firstRow.push_back(m_firstRow.back() + rowsIn(at));
    } else {
        m_firstRow.clear();
        if (line == 0)
            m_widest = 0;
        for (int at = line; at < last; ++at)
            m_widest = std::max(m_widest, widthOf(at));
        setImplicitWidth(std::ceil(std::max(m_widest, widthOf(last))));
    }
    setImplicitHeight(rowCount() * m_pitch);
    Q_EMIT layoutChanged();
    polish();
}

void CodeView::drop(int first, int last)
{
    m_shown.erase(m_shown.lower_bound(first), m_shown.upper_bound(last));
    if (!m_polishing)
        polish();
}

int CodeView::lineAtRow(int row) const
{
    if (!m_wrap)
        return std::clamp(row, 0, m_lines.count() - 1);
    const auto after = std::upper_bound(m_firstRow.begin(), m_firstRow.end() - 1, row);
    return std::max(0, static_cast<int>(after - m_firstRow.begin()) - 1);
}

void CodeView::updatePolish()
{
    if (!isComponentComplete() || (m_wrap && m_firstRow.empty()))
        return;
    const double to = std::min(height(), m_shownTo > 0 ? m_shownTo : height());
    const int first = lineAtRow(static_cast<int>(std::max(0.0, m_shownFrom) / m_pitch));
    const int last = lineAtRow(static_cast<int>(to / m_pitch));
    m_polishing = true; // what is coloured at once is laid out below
    m_lines.colourTo(last);
    m_polishing = false;
    m_shown.erase(m_shown.begin(), m_shown.lower_bound(first));
    m_shown.erase(m_shown.upper_bound(last), m_shown.end());
    for (int line = first; line <= last; ++line)
        if (Shown& shown = m_shown[line]; !shown.layout)
            shown = {layOut(line), true};
    update();
}

QSGNode* CodeView::updatePaintNode(QSGNode* node, UpdatePaintNodeData*)
{
    auto* all = static_cast<LinesNode*>(node);
    if (!all)
        all = new LinesNode;
    for (auto at = all->lines.begin(); at != all->lines.end();) {
        const auto shown = m_shown.find(at->first);
        if (shown == m_shown.end() || shown->second.fresh) {
            all->removeChildNode(at->second);
            delete at->second;
            at = all->lines.erase(at);
        } else {
            ++at;
        }
    }
    for (auto& [line, shown] : m_shown) {
        if (!std::exchange(shown.fresh, false))
            continue;
        QSGTextNode* made = window()->createTextNode();
        made->setColor(m_color);
        made->setSelectionColor(m_selectionColor);
        made->setSelectionTextColor(m_color);
        const qsizetype start = m_lines.start(line), size = m_lines.line(line).size();
        const auto from = static_cast<int>(std::clamp<qsizetype>(m_from - start, 0, size));
        const auto to = static_cast<int>(std::clamp<qsizetype>(m_to - start, 0, size));
        made->addTextLayout({0, rowOf(line) * m_pitch}, shown.layout.get(), to > from ? from : -1,
                            to > from ? to - from : -1);
        all->appendChildNode(made);
        all->lines[line] = made;
    }
    return all;
}

QPointF CodeView::end() const
{
    if (!isComponentComplete() || (m_wrap && m_firstRow.empty()))
        return {};
    const int last = m_lines.count() - 1;
    if (!m_wrap)
        return {widthOf(last), last * m_pitch};
    const std::unique_ptr<QTextLayout> layout = layOut(last);
    const int row = std::max(0, layout->lineCount() - 1);
    return {layout->lineCount() > 0 ? layout->lineAt(row).naturalTextWidth() : 0, (rowOf(last) + row) * m_pitch};
}

int CodeView::positionAt(double x, double y) const
{
    if (m_wrap && m_firstRow.empty())
        return 0;
    const int row = std::clamp(static_cast<int>(std::floor(y / m_pitch)), 0, rowCount() - 1);
    const int line = lineAtRow(row);
    const std::unique_ptr<QTextLayout> layout = layOut(line);
    const QTextLine found = layout->lineAt(std::clamp(row - rowOf(line), 0, std::max(0, layout->lineCount() - 1)));
    return static_cast<int>(m_lines.start(line)) + (found.isValid() ? found.xToCursor(x) : 0);
}

void CodeView::select(int from, int to)
{
    const auto size = static_cast<int>(m_lines.text().size());
    from = std::clamp(from, 0, size);
    to = std::clamp(to, from, size);
    if (m_from == from && m_to == to)
        return;
    const int first = m_lines.lineAt(std::min(m_from, from)), last = m_lines.lineAt(std::max(m_to, to));
    m_from = from;
    m_to = to;
    drop(first, last);
    Q_EMIT selectionChanged();
}

void CodeView::mousePressEvent(QMouseEvent* event)
{
    forceActiveFocus(Qt::MouseFocusReason);
    setKeepMouseGrab(true);
    const int at = positionAt(event->position().x(), event->position().y());
    if (!(event->modifiers() & Qt::ShiftModifier))
        m_anchor = at;
    select(std::min(m_anchor, at), std::max(m_anchor, at));
}

void CodeView::mouseMoveEvent(QMouseEvent* event)
{
    const int at = positionAt(event->position().x(), event->position().y());
    select(std::min(m_anchor, at), std::max(m_anchor, at));
}

void CodeView::mouseDoubleClickEvent(QMouseEvent* event)
{
    selectWordAt(event->position().x(), event->position().y());
    m_anchor = m_from;
}

void CodeView::selectWordAt(double x, double y)
{
    const int at = positionAt(x, y);
    const int line = m_lines.lineAt(at);
    const auto start = static_cast<int>(m_lines.start(line));
    const QStringView text = m_lines.line(line);
    const auto isWord = [&](int column) { return text[column].isLetterOrNumber() || text[column] == u'_'; };
    int from = at - start, to = from;
    while (from > 0 && isWord(from - 1))
        --from;
    while (to < text.size() && isWord(to))
        ++to;
    select(start + from, start + to);
}

QString CodeView::selectedText() const
{
    return m_lines.text().sliced(m_from, m_to - m_from);
}

} // namespace qwill::ui
