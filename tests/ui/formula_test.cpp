// Formulas in the window: an inline one stands on the baseline of its text, in its colour and size; what cannot be set
// is its source; copying gives TeX. QWILL_SHOT=file.png keeps a picture of the page.

#include "markdown/markdown_stream.h"
#include "math/mathjax.h"

#include <QFontMetricsF>
#include <QQmlComponent>
#include <QQmlEngine>
#include <QQmlExtensionPlugin>
#include <QQuickItem>
#include <QQuickTextDocument>
#include <QQuickWindow>
#include <QTest>
#include <QTextBlock>
#include <QTextDocument>

Q_IMPORT_QML_PLUGIN(QwillPlugin)

using namespace qwill::app;

namespace {

// Also what a Repeater made: it has a parent item, but no parent.
QQuickItem* find(QQuickItem* from, const QString& name)
{
    if (from->objectName() == name)
        return from;
    for (QQuickItem* child : from->childItems())
        if (QQuickItem* found = find(child, name))
            return found;
    return nullptr;
}

QString rich(const QString& markdown)
{
    return MarkdownStream::parseAll(markdown, {}).first().text;
}

} // namespace

class FormulaTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void inlineFormulasBecomePictures();
    void aPictureStandsOnTheBaseline_data();
    void aPictureStandsOnTheBaseline();
    void itsColourFollowsTheText();
    void whatCannotBeSetIsSource();
    void copyingGivesTex();
    void textSetAgainNeedsNoSecondLook();
    void displayFormulas();

private:
    QQuickItem* item(const char* name) const { return find(m_window->contentItem(), QString::fromLatin1(name)); }
    QTextDocument* document(const char* name) const
    {
        return item(name)->property("textDocument").value<QQuickTextDocument*>()->textDocument();
    }
    void show(const QStringList& texts, const QStringList& formulas = {});
    QQuickItem* overlay(const char* name) const { return item(name)->childItems().constFirst(); }
    QList<QTextImageFormat> images(const char* name) const;
    QList<QRectF> pictures(const char* name) const;
    bool allSet(const char* name) const;

    QQmlEngine m_engine;
    std::unique_ptr<QQuickWindow> m_window;
};

void FormulaTest::initTestCase()
{
    if (!MathJax::isAvailable())
        QSKIP("built without MathJax");
}

void FormulaTest::init()
{
    QQmlComponent component(&m_engine);
    component.loadUrl(QUrl::fromLocalFile(QStringLiteral("tests/ui/FormulaPage.qml")));
    m_window.reset(qobject_cast<QQuickWindow*>(component.create()));
    QVERIFY2(m_window, qPrintable(component.errorString()));
    QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
}

void FormulaTest::show(const QStringList& texts, const QStringList& formulas)
{
    QStringList blocks{rich(QStringLiteral("a heading"))};
    for (const QString& text : texts)
        blocks += rich(text);
    m_window->setProperty("texts", blocks);
    m_window->setProperty("formulas", formulas);
}

QList<QTextImageFormat> FormulaTest::images(const char* name) const
{
    QList<QTextImageFormat> found;
    for (QTextBlock block = document(name)->begin(); block.isValid(); block = block.next())
        for (auto it = block.begin(); !it.atEnd(); ++it)
            if (it.fragment().charFormat().isImageFormat())
                found += it.fragment().charFormat().toImageFormat();
    return found;
}

bool FormulaTest::allSet(const char* name) const
{
    bool set = false;
    QMetaObject::invokeMethod(overlay(name), "isSet", Q_RETURN_ARG(bool, set));
    return set && overlay(name)->isVisible();
}

QList<QRectF> FormulaTest::pictures(const char* name) const
{
    QList<QRectF> rects;
    QMetaObject::invokeMethod(overlay(name), "pictureRects", Q_RETURN_ARG(QList<QRectF>, rects));
    return rects;
}

void FormulaTest::inlineFormulasBecomePictures()
{
    show({QStringLiteral("Let $x_1$ and $\\frac{a}{b}$ be, $x_1$ again.")});
    QTRY_VERIFY_WITH_TIMEOUT(allSet("text1"), 20000);
    const QList<QTextImageFormat> found = images("text1");
    QCOMPARE(found.size(), 3);
    QVERIFY(found[1].height() > found[0].height());
    QCOMPARE(found[0].width(), found[2].width());
    const double ex = QFontMetricsF(item("text1")->property("font").value<QFont>()).xHeight();
    QVERIFY(found[0].width() > ex && found[0].width() < 3 * ex);
}

void FormulaTest::aPictureStandsOnTheBaseline_data()
{
    QTest::addColumn<QString>("tex");
    QTest::newRow("flat") << QStringLiteral("\\rule{1em}{1em}");
    QTest::newRow("tall") << QStringLiteral("\\rule{1em}{3em}");
    QTest::newRow("deep") << QStringLiteral("\\rule{1em}{1em}\\rule[-2em]{0.1em}{3em}");
}

// A rule stands on its baseline: its foot in the picture of the window is where the text's feet are.
void FormulaTest::aPictureStandsOnTheBaseline()
{
    QFETCH(QString, tex);
    show({QStringLiteral("HHH $%1$ HHH").arg(tex)});
    QTRY_VERIFY_WITH_TIMEOUT(allSet("text1"), 20000);
    const QImage shot = m_window->grabWindow();
    const double ratio = m_window->effectiveDevicePixelRatio();
    const QQuickItem* text = item("text1");
    const QRect area(QPoint(0, static_cast<int>(text->mapToScene({0, 0}).y() * ratio)),
                     QSize(shot.width(), static_cast<int>(text->height() * ratio)));
    const auto foot = [&](int fromX, int toX) {
        for (int y = area.bottom(); y > area.top(); --y)
            for (int x = fromX; x < toX; ++x)
                if (qGray(shot.pixel(x, y)) > 128)
                    return y;
        return -1;
    };
    const QRectF place = pictures("text1").first();
    const int imageX = static_cast<int>((text->mapToScene(place.topLeft()).x() + 3) * ratio);
    const int letters = foot(static_cast<int>(20 * ratio), imageX - static_cast<int>(8 * ratio));
    const int rule = foot(imageX, imageX + static_cast<int>(5 * ratio));
    QVERIFY(letters > 0 && rule > 0);
    QVERIFY2(qAbs(letters - rule) <= std::ceil(ratio),
             qPrintable(QStringLiteral("letters end at %1, the rule at %2").arg(letters).arg(rule)));
}

void FormulaTest::itsColourFollowsTheText()
{
    show({QStringLiteral("$\\rule{2em}{1em}$")});
    QTRY_VERIFY_WITH_TIMEOUT(allSet("text1"), 20000);
    const auto middle = [&] {
        const QImage shot = m_window->grabWindow();
        const QPointF at = overlay("text1")->mapToScene(pictures("text1").first().center());
        return shot.pixelColor((at * m_window->effectiveDevicePixelRatio()).toPoint());
    };
    const QColor dark = middle();
    m_window->setProperty("dark", false);
    const QColor light = middle();
    m_window->setProperty("dark", true);
    QVERIFY(dark.lightness() > 180);
    QVERIFY(light.lightness() < 80);
}

void FormulaTest::whatCannotBeSetIsSource()
{
    show({QStringLiteral("so $\\foo^{x$ and $y$")}, {QStringLiteral("\\begin{nothing}x")});
    QTRY_VERIFY_WITH_TIMEOUT(document("text1")->toPlainText().contains(QStringLiteral("$\\foo^{x$")), 20000);
    QTRY_VERIFY_WITH_TIMEOUT(item("block0")->property("failed").toBool(), 20000);
}

void FormulaTest::copyingGivesTex()
{
    show({QStringLiteral("Let $x$ and\\\n$\\frac{a}{b}$ be.")});
    QTRY_VERIFY_WITH_TIMEOUT(allSet("text1"), 20000);
    QString copied;
    QQuickItem* formulas = overlay("text1");
    QMetaObject::invokeMethod(formulas, "source", Q_RETURN_ARG(QString, copied), Q_ARG(int, 0), Q_ARG(int, 1000));
    QCOMPARE(copied, QStringLiteral("Let $x$ and\n$\\frac{a}{b}$ be."));
    QMetaObject::invokeMethod(formulas, "source", Q_RETURN_ARG(QString, copied), Q_ARG(int, 4), Q_ARG(int, 7));
    QCOMPARE(copied, QStringLiteral("$x$ a"));
}

// A streaming row sets its text each frame; what is known is there at once, not a frame later.
void FormulaTest::textSetAgainNeedsNoSecondLook()
{
    show({QStringLiteral("one $x^2$")});
    QTRY_VERIFY_WITH_TIMEOUT(allSet("text1"), 20000);
    const double width = images("text1").first().width();
    for (int i = 0; i < 50; ++i) {
        item("text1")->setProperty("text",
                                   rich(QStringLiteral("one $x^2$ and ") + QStringLiteral("more ").repeated(i)));
        QVERIFY(allSet("text1"));
        QCOMPARE(images("text1").first().width(), width);
    }
}

void FormulaTest::displayFormulas()
{
    show(
        {QStringLiteral(
             "设 $f(x)=\\sqrt{x^2+1}$,则 $f'(x)=\\frac{x}{\\sqrt{x^2+1}}$。For $n \\ge 1$ the sum "
             "$\\sum_{i=1}^{n} i = \\frac{n(n+1)}{2}$ holds, with $\\alpha, \\beta \\in \\mathbb{R}$, $y_j$, "
             "$p$ and $\\hat{q}$ in a longer line of text so that it wraps around to the next line, where "
             "$e^{i\\pi}+1=0$ stands."),
         QStringLiteral("| $a$ | $b^2$ |\n|---|---|\n| $\\frac{1}{2}$ | $\\int_0^1 x\\,dx$ |")},
        {QStringLiteral("\\int_{-\\infty}^{\\infty} e^{-x^2}\\,dx = \\sqrt{\\pi}"),
         QStringLiteral("f(x) = \\begin{cases} x^2 & \\text{如果 } x > 0 \\\\ -x & \\text{otherwise} \\end{cases}"),
         QStringLiteral(
             "\\left( \\begin{matrix} 1 & 2 \\\\ 3 & 4 \\\\ 5 & 6 \\\\ 7 & 8 \\\\ 9 & 10 \\end{matrix} \\right) "
             "\\underbrace{a + b + \\cdots + z}_{26} \\xrightarrow{\\text{long arrow above}} B"),
         QStringLiteral("\\nabla \\times \\vec{E} = -\\frac{\\partial \\vec{B}}{\\partial t} \\tag{1}"),
         QStringLiteral("\\begin{array}{|c|c|} \\hline p & q \\\\ \\hline T & F \\\\ \\hline \\end{array} \\quad "
                        "\\boxed{E = mc^2} \\quad \\cancel{x} \\quad \\overrightarrow{AB} \\quad \\overbrace{a+b}^{n}"),
         QStringLiteral("x_1 + x_2 + x_3 + ").repeated(20) + u'0', QStringLiteral("\\frac{a}{")});
    QTRY_VERIFY_WITH_TIMEOUT(allSet("text1") && allSet("text2"), 20000);
    for (const char* name : {"block0", "block1", "block2", "block3", "block4", "block5"})
        QTRY_VERIFY_WITH_TIMEOUT(item(name)->height() > 20 && !item(name)->property("failed").toBool(), 20000);
    QTRY_VERIFY_WITH_TIMEOUT(item("block6")->property("failed").toBool(), 20000);
    if (const QString shot = qEnvironmentVariable("QWILL_SHOT"); !shot.isEmpty()) {
        QTest::qWait(500);
        QVERIFY(m_window->grabWindow().save(shot));
    }
}

QTEST_MAIN(FormulaTest)
#include "formula_test.moc"
