#include "formulas.h"

#include <QClipboard>
#include <QFontMetricsF>
#include <QGuiApplication>
#include <QMimeData>
#include <QPainter>
#include <QQmlEngine>
#include <QSvgRenderer>

#include <cmath>
#include <memory>

namespace qwill::ui {

namespace {

constexpr int kMaxSide = 8192; // what a texture surely takes
constexpr qsizetype kPictureBytes = 24'000'000; // some two thousand, more than any window shows

void putMathMl(const QString& mathMl, const QString& tex)
{
    auto data = std::make_unique<QMimeData>();
    data->setText(mathMl.isEmpty() ? tex : mathMl);
    if (!mathMl.isEmpty()) {
        data->setData(QStringLiteral("application/mathml+xml"), mathMl.toUtf8());
        data->setData(QStringLiteral("application/mathml-presentation+xml"), mathMl.toUtf8());
    }
    QGuiApplication::clipboard()->setMimeData(data.release()); // the clipboard owns it
}

} // namespace

std::size_t qHash(const FormulaPicture& picture, std::size_t seed)
{
    return qHashMulti(seed, picture.formula, picture.color.rgba(), picture.exHeight, picture.pixelRatio);
}

// MathJax's letters have the proportions of a book's: with an x as high as a screen font's, its capitals would tower.
// So the x is a little lower and the capitals a little higher than the text's.
double exBeside(const QFont& font)
{
    constexpr double kXHeight = 0.442, kCapHeight = 0.683; // of MathJax's em
    const QFontMetricsF text(font);
    return (text.xHeight() / kXHeight + text.capHeight() / kCapHeight) / 2 * kXHeight;
}

QByteArray inked(QByteArray svg, const QColor& color)
{
    return svg.replace("currentColor", color.name().toLatin1());
}

Formulas::Formulas(QObject* parent) : QObject(parent), m_pictures(kPictureBytes)
{
    connect(&m_renderer, &app::FormulaRenderer::mathMlReady, this,
            [](const app::Formula& formula, const QString& mathMl) { putMathMl(mathMl, formula.tex); });
}

Formulas* Formulas::of(const QObject* object)
{
    QQmlEngine* const engine = qmlEngine(object);
    return engine ? engine->singletonInstance<Formulas*>("Qwill", "Formulas") : nullptr;
}

double Formulas::ascentOf(const app::TypesetFormula& typeset, double exHeight, double pixelRatio)
{
    return std::max(0.0, std::ceil((typeset.height - typeset.depth) * exHeight * pixelRatio) / pixelRatio);
}

QImage Formulas::picture(const FormulaPicture& wanted, const app::TypesetFormula& typeset)
{
    if (const QImage* known = m_pictures.object(wanted))
        return *known;
    const double width = typeset.width * wanted.exHeight, height = typeset.height * wanted.exHeight;
    const double depth = typeset.depth * wanted.exHeight;
    const double ascent = ascentOf(typeset, wanted.exHeight, wanted.pixelRatio);
    const QSize size(static_cast<int>(std::ceil(width * wanted.pixelRatio)),
                     static_cast<int>(std::ceil((ascent + std::max(0.0, depth)) * wanted.pixelRatio)));
    QImage image(size.expandedTo({1, 1}).boundedTo({kMaxSide, kMaxSide}), QImage::Format_ARGB32_Premultiplied);
    image.setDevicePixelRatio(wanted.pixelRatio);
    image.fill(Qt::transparent);
    {
        QPainter painter(&image);
        QSvgRenderer svg(inked(typeset.svg, wanted.color));
        svg.render(&painter, QRectF(0, ascent - (height - depth), width, height));
    }
    m_pictures.insert(wanted, new QImage(image), std::min(image.sizeInBytes(), kPictureBytes));
    return image;
}

void Formulas::copyMathMl(const QString& tex)
{
    m_renderer.requestMathMl({tex, app::FormulaStyle::Display});
}

} // namespace qwill::ui
