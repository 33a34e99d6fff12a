#pragma once
// Formulas: what every formula in the window shares: the renderer, the pictures already drawn, and copying as MathML.
// One per QML engine. GUI thread.

#include "math/formula_renderer.h"

#include <QCache>
#include <QColor>
#include <QFont>
#include <QImage>
#include <QObject>
#include <QtQmlIntegration>

namespace qwill::ui {

// How a formula is drawn within a line of text, in pixels of the page.
struct FormulaPicture {
    app::Formula formula;
    QColor color;
    double exHeight = 0;
    double pixelRatio = 1;

    bool operator==(const FormulaPicture&) const = default;
};

std::size_t qHash(const FormulaPicture& picture, std::size_t seed = 0);

class Formulas : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_SINGLETON

public:
    explicit Formulas(QObject* parent = nullptr);

    // The one of the engine that made `object`; null outside of QML.
    static Formulas* of(const QObject* object);

    app::FormulaRenderer& renderer() { return m_renderer; }
    QImage picture(const FormulaPicture& wanted, const app::TypesetFormula& typeset);
    // Of the picture above the baseline: whole pixels of the screen.
    static double ascentOf(const app::TypesetFormula& typeset, double exHeight, double pixelRatio);

    // A display formula, for programs that take MathML; its TeX beside it for all others.
    Q_INVOKABLE void copyMathMl(const QString& tex);

private:
    app::FormulaRenderer m_renderer;
    QCache<FormulaPicture, QImage> m_pictures; // cost in bytes
};

// Pixels of a formula's ex beside text in this font.
double exBeside(const QFont& font);

// SVG with its ink in this colour.
QByteArray inked(QByteArray svg, const QColor& color);

} // namespace qwill::ui
