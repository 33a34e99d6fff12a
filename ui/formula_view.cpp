#include "formula_view.h"

#include <QPainter>
#include <QSvgRenderer>

#include <cmath>

namespace qwill::ui {

namespace {

// Until a formula is set, its place is kept by a guess: a fraction's height, and what a matrix adds for each row.
constexpr double kOneRow = 5, kNextRow = 2.7; // ex
constexpr double kLargest = 4000; // pixels: what a texture surely takes at twice the scale

} // namespace

FormulaView::FormulaView(QQuickItem* parent) : QQuickPaintedItem(parent)
{
    setOpaquePainting(false);
}

void FormulaView::componentComplete()
{
    QQuickPaintedItem::componentComplete();
    m_formulas = Formulas::of(this);
    if (m_formulas)
        connect(&m_formulas->renderer(), &app::FormulaRenderer::formulaSet, this, [this](const app::Formula& formula) {
            if (!m_typeset && formula == app::Formula{m_tex, app::FormulaStyle::Display})
                find();
        });
    find();
}

void FormulaView::setTex(const QString& tex)
{
    if (m_tex == tex)
        return;
    m_tex = tex;
    Q_EMIT texChanged();
    find();
}

void FormulaView::setFont(const QFont& font)
{
    if (m_font == font)
        return;
    m_font = font;
    Q_EMIT fontChanged();
    resize();
}

void FormulaView::setColor(const QColor& color)
{
    if (m_color == color)
        return;
    m_color = color;
    Q_EMIT colorChanged();
    update();
}

void FormulaView::find()
{
    if (!m_formulas)
        return;
    m_typeset = m_formulas->renderer().find({m_tex, app::FormulaStyle::Display});
    resize();
    Q_EMIT typesetChanged();
}

void FormulaView::resize()
{
    const double ex = exBeside(m_font);
    if (m_typeset && m_typeset->isSet())
        setImplicitSize(std::min(kLargest, std::ceil(m_typeset->width * ex)),
                        std::min(kLargest, std::ceil(m_typeset->height * ex)));
    else
        setImplicitSize(
            0, std::ceil(ex * (kOneRow + kNextRow * static_cast<double>(m_tex.count(QStringLiteral("\\\\"))))));
    update();
}

void FormulaView::paint(QPainter* painter)
{
    if (!m_typeset || !m_typeset->isSet())
        return;
    QSvgRenderer svg(inked(m_typeset->svg, m_color));
    svg.render(painter, QRectF(0, 0, implicitWidth(), implicitHeight()));
}

} // namespace qwill::ui
