#include "formula_text.h"

#include <QAbstractTextDocumentLayout>
#include <QFontMetricsF>
#include <QQuickWindow>
#include <QSGImageNode>
#include <QTextBlock>
#include <QTextCursor>
#include <QTextDocument>
#include <QTextLayout>

#include <cmath>
#include <memory>

namespace qwill::ui {

namespace {

int pixelSizeOf(const QFont& font)
{
    return font.pixelSize() > 0 ? font.pixelSize() : static_cast<int>(std::lround(QFontMetricsF(font).ascent()));
}

// Qt's text layout gives an image that stands on the baseline the descent of the image's own font. A formula deeper
// than the text gets a font large enough, which shows nowhere else.
QFont fontAsDeepAs(QFont font, double depth)
{
    double descent = QFontMetricsF(font).descent();
    for (int size = pixelSizeOf(font); descent < depth && size < 4000; descent = QFontMetricsF(font).descent()) {
        size = std::max(size + 1, static_cast<int>(size * depth / std::max(1.0, descent)));
        font.setPixelSize(size);
    }
    return font;
}

// Drawn by the document where a formula stands: nothing.
const QImage& nothing()
{
    static const QImage image = [] {
        QImage made(1, 1, QImage::Format_ARGB32_Premultiplied);
        made.fill(Qt::transparent);
        return made;
    }();
    return image;
}

} // namespace

FormulaText::FormulaText(QQuickItem* parent) : QQuickItem(parent)
{
    setFlag(ItemHasContents);
}

QTextDocument* FormulaText::text() const
{
    return m_document ? m_document->textDocument() : nullptr;
}

double FormulaText::ex() const
{
    return exBeside(m_font);
}

void FormulaText::setDocument(QQuickTextDocument* document)
{
    if (m_document == document)
        return;
    m_document = document;
    if (QTextDocument* now = text()) {
        connect(now, &QTextDocument::contentsChanged, this, &FormulaText::show);
        connect(now->documentLayout(), &QAbstractTextDocumentLayout::update, this, &QQuickItem::polish);
        connect(now->documentLayout(), &QAbstractTextDocumentLayout::documentSizeChanged, this, &QQuickItem::polish);
    }
    Q_EMIT documentChanged();
    show();
}

void FormulaText::setFont(const QFont& font)
{
    if (m_font == font)
        return;
    m_font = font;
    Q_EMIT fontChanged();
    show();
}

void FormulaText::setColor(const QColor& color)
{
    if (m_color == color)
        return;
    m_color = color;
    Q_EMIT colorChanged();
    polish();
}

void FormulaText::componentComplete()
{
    QQuickItem::componentComplete();
    m_formulas = Formulas::of(this);
    if (m_formulas)
        connect(&m_formulas->renderer(), &app::FormulaRenderer::formulaSet, this, [this](const app::Formula& formula) {
            if (m_awaited.contains(formula))
                show();
        });
    show();
}

void FormulaText::itemChange(ItemChange change, const ItemChangeData& data)
{
    if (change == ItemDevicePixelRatioHasChanged || change == ItemSceneChange)
        polish();
    QQuickItem::itemChange(change, data);
}

QList<FormulaText::Place> FormulaText::places() const
{
    QList<Place> found;
    for (QTextBlock block = text()->begin(); block.isValid(); block = block.next()) {
        for (auto it = block.begin(); !it.atEnd(); ++it) {
            const QTextFragment fragment = it.fragment();
            const QTextImageFormat format = fragment.charFormat().toImageFormat();
            if (!format.isValid())
                continue;
            if (const auto formula = app::Formula::fromUrl(format.name()))
                found.append({fragment.position(), fragment.length(), *formula, format});
        }
    }
    return found;
}

void FormulaText::show()
{
    if (m_showing || !m_formulas || !text())
        return;
    m_awaited.clear();
    const QList<Place> all = places();
    if (!all.isEmpty()) {
        m_showing = true;
        text()->setUndoRedoEnabled(false);
        QTextCursor edit(text());
        edit.beginEditBlock();
        for (auto place = all.rbegin(); place != all.rend(); ++place) { // backwards: source is longer than its place
            const auto typeset = m_formulas->renderer().find(place->formula);
            if (!typeset)
                m_awaited.insert(place->formula);
            if (typeset && !typeset->isSet())
                showSource(*place);
            else
                holdPlace(*place, typeset.get());
        }
        edit.endEditBlock();
        m_showing = false;
    }
    polish();
}

void FormulaText::showSource(const Place& place)
{
    QTextCharFormat code;
    code.setFontFamilies({QStringLiteral("monospace")});
    QTextCursor cursor(text());
    cursor.setPosition(place.position);
    cursor.setPosition(place.position + place.length, QTextCursor::KeepAnchor);
    cursor.insertText(place.formula.source().replace(u'\n', u' ').repeated(place.length), code);
}

// Not yet set: as wide as it may become, so that the text around hardly moves.
void FormulaText::holdPlace(const Place& place, const app::TypesetFormula* typeset)
{
    constexpr double kWidthPerCharacter = 0.6; // of an ex; commands shrink
    const double guess = std::clamp(kWidthPerCharacter * static_cast<double>(place.formula.tex.size()), 1.5, 30.0);
    const double depth = typeset ? typeset->depth * ex() : 0;
    const double ascent = typeset ? typeset->height * ex() - depth : ex();
    const QFont font = fontAsDeepAs(m_font, depth);
    QTextImageFormat format = place.format;
    format.setWidth(std::ceil((typeset ? typeset->width : guess) * ex()));
    format.setHeight(std::ceil(ascent + QFontMetricsF(font).descent()));
    format.setVerticalAlignment(QTextCharFormat::AlignBaseline);
    format.setFont(font);
    text()->addResource(QTextDocument::ImageResource, QUrl(format.name()), nothing());
    if (format == place.format)
        return;
    QTextCursor cursor(text());
    cursor.setPosition(place.position);
    cursor.setPosition(place.position + place.length, QTextCursor::KeepAnchor);
    cursor.setCharFormat(format);
}

void FormulaText::updatePolish()
{
    m_drawn.clear();
    update();
    if (!m_formulas || !text() || !window())
        return;
    const double ratio = window()->effectiveDevicePixelRatio();
    for (const Place& place : places()) {
        const auto typeset = m_formulas->renderer().find(place.formula);
        if (!typeset || !typeset->isSet())
            continue;
        const QTextBlock block = text()->findBlock(place.position);
        const QPointF origin = text()->documentLayout()->blockBoundingRect(block).topLeft();
        const QImage image = m_formulas->picture({place.formula, m_color, ex(), ratio}, *typeset);
        const double ascent = Formulas::ascentOf(*typeset, ex(), ratio);
        for (int at = place.position; at < place.position + place.length; ++at) {
            const QTextLine line = block.layout()->lineForTextPosition(at - block.position());
            if (!line.isValid())
                continue;
            // Whole pixels of the screen, or the picture would blur.
            const double x = std::round((origin.x() + line.cursorToX(at - block.position())) * ratio) / ratio;
            const double baseline = std::round((origin.y() + line.y() + line.ascent()) * ratio) / ratio;
            m_drawn.append({image, QRectF(QPointF(x, baseline - ascent), image.deviceIndependentSize())});
        }
    }
}

QSGNode* FormulaText::updatePaintNode(QSGNode* node, UpdatePaintNodeData*)
{
    delete node;
    if (m_drawn.isEmpty())
        return nullptr;
    auto root = std::make_unique<QSGNode>();
    for (const Drawn& drawn : std::as_const(m_drawn)) {
        QSGImageNode* picture = window()->createImageNode();
        picture->setTexture(window()->createTextureFromImage(drawn.image));
        picture->setOwnsTexture(true);
        picture->setRect(drawn.rect);
        picture->setFiltering(QSGTexture::Nearest); // a pixel to a pixel, also where the row itself lies between two
        root->appendChildNode(picture); // the parent node owns it
    }
    return root.release();
}

QList<QRectF> FormulaText::pictureRects() const
{
    QList<QRectF> rects;
    for (const Drawn& drawn : m_drawn)
        rects.append(drawn.rect);
    return rects;
}

QString FormulaText::source(int from, int to) const
{
    if (!text() || from >= to)
        return {};
    QTextCursor cursor(text());
    cursor.setPosition(std::clamp(from, 0, text()->characterCount() - 1));
    cursor.setPosition(std::clamp(to, 0, text()->characterCount() - 1), QTextCursor::KeepAnchor);
    QString out = cursor.selectedText();
    const int begin = cursor.selectionStart();
    const QList<Place> all = places();
    for (auto place = all.rbegin(); place != all.rend(); ++place) {
        for (int at = place->position + place->length - 1; at >= place->position; --at) {
            if (at >= begin && at < cursor.selectionEnd())
                out.replace(at - begin, 1, place->formula.source());
        }
    }
    return out.replace(QChar::ParagraphSeparator, u'\n')
        .replace(QChar::LineSeparator, u'\n')
        .replace(QChar::Nbsp, u' ');
}

} // namespace qwill::ui
