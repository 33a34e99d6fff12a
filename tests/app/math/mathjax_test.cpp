// What a model writes as TeX becomes a picture of a sensible size; what is broken or hostile becomes a sentence, in
// bounded time, and leaves no trace in the next formula.

#include "math/formula_renderer.h"
#include "math/mathjax.h"

#include <QElapsedTimer>
#include <QPainter>
#include <QSignalSpy>
#include <QSvgRenderer>
#include <QTest>
#include <QXmlStreamReader>

using namespace qwill::app;

namespace {

Formula display(const QString& tex)
{
    return {tex, FormulaStyle::Display};
}

} // namespace

class MathJaxTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void setsFormulas_data();
    void setsFormulas();
    void hasASensibleSize();
    void inlineIsLowerThanDisplay();
    void errorsAreSentences_data();
    void errorsAreSentences();
    void hostileInputIsBounded_data();
    void hostileInputIsBounded();
    void anInterruptedEngineRecovers();
    void definitionsDoNotReachTheNext_data();
    void definitionsDoNotReachTheNext();
    void givesMathMl();
    void rendererSetsEachOnce();
    void rendererClosesWithWorkWaiting();

private:
    MathJax m_mathJax;
    MathJax m_hasty{std::chrono::milliseconds(400)};
};

void MathJaxTest::initTestCase()
{
    if (!MathJax::isAvailable())
        QSKIP("built without MathJax");
    QElapsedTimer timer;
    timer.start();
    QVERIFY(m_mathJax.typeset(display(QStringLiteral("x"))).isSet());
    qInfo("load and first formula: %.0f ms", static_cast<double>(timer.nsecsElapsed()) / 1e6);
}

void MathJaxTest::setsFormulas_data()
{
    QTest::addColumn<QString>("tex");
    for (const char* tex :
         {R"(x^2)",
          R"(a_{ij}^{k}+\sqrt[3]{\frac{1}{1+\frac{1}{x}}})",
          R"(\frac{-b\pm\sqrt{b^2-4ac}}{2a})",
          R"(\sum_{n=1}^{\infty}\frac{1}{n^2}=\frac{\pi^2}{6})",
          R"(\int_{-\infty}^{\infty}e^{-x^2}\,dx=\sqrt{\pi})",
          R"(\begin{pmatrix}a&b\\c&d\end{pmatrix}\begin{bmatrix}1\\0\end{bmatrix})",
          R"(f(x)=\begin{cases}x^2&x>0\\-x&\text{otherwise}\end{cases})",
          R"(\begin{align}a&=b+c\\&=d\tag{1}\end{align})",
          R"(\begin{aligned}\dot x&=\sigma(y-x)\\\dot y&=x(\rho-z)-y\end{aligned})",
          R"(\text{速度}=\frac{\text{路程}}{\text{时间}})",
          R"(\left(\begin{matrix}1\\2\\3\\4\\5\\6\\7\\8\end{matrix}\right))",
          R"(\left\{\begin{array}{l}a\\b\\c\\d\\e\\f\\g\end{array}\right.)",
          R"(\underbrace{a+b+\cdots+z}_{26})",
          R"(\overbrace{x+y}^{n})",
          R"(\overline{AB}\parallel\overrightarrow{CD})",
          R"(\lim_{x\to0}\frac{\sin x}{x}=1)",
          R"(\mathbb{R}\subset\mathbb{C},\ \mathcal{L},\ \mathfrak{g},\ \mathbf{v},\ \bm{\alpha},\ \boldsymbol{\beta})",
          R"(\nabla\times\vec{E}=-\frac{\partial\vec{B}}{\partial t})",
          R"(\operatorname{softmax}(z)_i=\frac{e^{z_i}}{\sum_j e^{z_j}})",
          R"(\hat{y}=\arg\max_{y}P(y\mid x))",
          R"(\boxed{E=mc^2})",
          R"(\cancel{x}+\binom{n}{k})",
          R"(\ce{2H2 + O2 -> 2H2O})",
          R"(\color{red}{x}+\textcolor{blue}{y})",
          R"(A\xrightarrow[\text{below}]{\text{above}}B)",
          R"(\langle\psi|\hat H|\psi\rangle,\ \bra{a}\ket{b})",
          R"(\begin{vmatrix}a&b\\c&d\end{vmatrix}=ad-bc)",
          R"(\forall\epsilon>0\,\exists\delta:\ |x-a|<\delta\Rightarrow|f(x)-L|<\epsilon)",
          R"(\prod_{p}\frac{1}{1-p^{-s}},\quad\oint_{\gamma}f\,dz,\quad\iint_D)",
          R"(x\equiv a\pmod{n})",
          R"(\begin{array}{|c|c|}\hline p&q\\\hline T&F\\\hline\end{array})",
          R"(\substack{i<n\\j<m},\ \stackrel{?}{=},\ \overset{!}{=})",
          R"(\newcommand{\R}{\mathbb{R}}\R^n)",
          R"(\sqrt{\vphantom{\sum}x}\ \left\lfloor x\right\rfloor\ \left\lVert v\right\rVert)",
          "设x=1,则y=2"})
        QTest::newRow(tex) << QString::fromUtf8(tex);
}

void MathJaxTest::setsFormulas()
{
    QFETCH(QString, tex);
    QElapsedTimer timer;
    timer.start();
    const TypesetFormula set = m_mathJax.typeset(display(tex));
    const double ms = static_cast<double>(timer.nsecsElapsed()) / 1e6;
    QVERIFY2(set.isSet(), qPrintable(set.error));
    QVERIFY(set.width > 1 && set.height > 0.5 && set.depth >= -1 && set.depth < set.height);
    // What the picture's reader cannot do must not be in it: an inner <svg>, text of the browser's, addresses.
    QCOMPARE(set.svg.count("<svg"), 1);
    QVERIFY(!set.svg.contains("href") && !set.svg.contains("<image") && !set.svg.contains("foreignObject"));
    QXmlStreamReader xml(set.svg);
    while (!xml.atEnd())
        xml.readNext();
    QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
    qInfo("%.1f ms, %lld bytes, %.1f × %.1f ex", ms, static_cast<long long>(set.svg.size()), set.width, set.height);
}

void MathJaxTest::hasASensibleSize()
{
    const TypesetFormula x = m_mathJax.typeset({QStringLiteral("x"), FormulaStyle::Inline});
    QVERIFY2(x.height > 0.9 && x.height < 1.1, "an x is one ex high");
    QVERIFY(qAbs(x.depth) < 0.1);
    const TypesetFormula fraction = m_mathJax.typeset(display(QStringLiteral("\\frac{a}{b}")));
    QVERIFY(fraction.depth > 1 && fraction.depth < fraction.height / 2);
}

void MathJaxTest::inlineIsLowerThanDisplay()
{
    const QString sum = QStringLiteral("\\sum_{i=1}^n i");
    QVERIFY(m_mathJax.typeset({sum, FormulaStyle::Inline}).height < m_mathJax.typeset(display(sum)).height);
}

void MathJaxTest::errorsAreSentences_data()
{
    QTest::addColumn<QString>("tex");
    QTest::addColumn<QString>("says");
    QTest::newRow("unknown macro") << QStringLiteral("\\foo x") << QStringLiteral("\\foo");
    QTest::newRow("open brace") << QStringLiteral("\\frac{a") << QStringLiteral("brace");
    QTest::newRow("open environment") << QStringLiteral("\\begin{cases}a") << QStringLiteral("cases");
    QTest::newRow("double superscript") << QStringLiteral("a^b^c") << QStringLiteral("Double exponent");
    QTest::newRow("left without right") << QStringLiteral("\\left( x") << QStringLiteral("\\right");
    QTest::newRow("address") << QStringLiteral("\\href{http://e/}{x}") << QStringLiteral("\\href");
    QTest::newRow("code") << QStringLiteral("\\require{html}") << QStringLiteral("\\require");
    QTest::newRow("attribute") << QStringLiteral("\\style{color:red}{x}") << QStringLiteral("\\style");
    QTest::newRow("class") << QStringLiteral("\\class{a}{x}") << QStringLiteral("\\class");
    QTest::newRow("options") << QStringLiteral("\\setOptions{maxMacros=1e9}") << QStringLiteral("\\setOptions");
}

void MathJaxTest::errorsAreSentences()
{
    QFETCH(QString, tex);
    QFETCH(QString, says);
    const TypesetFormula set = m_mathJax.typeset(display(tex));
    QVERIFY(!set.isSet());
    QVERIFY(set.svg.isEmpty());
    QVERIFY2(set.error.contains(says), qPrintable(set.error));
}

void MathJaxTest::hostileInputIsBounded_data()
{
    QTest::addColumn<QString>("tex");
    const auto row = [](const char* name, const QString& tex) { QTest::newRow(name) << tex; };
    using Q = QString;
    row("huge", Q(1'000'000, u'x'));
    row("as long as allowed", Q(Formula::kMaxLength, u'x'));
    row("fractions", Q(u"\\frac1").repeated(600) + u'1');
    row("braces", Q(1900, u'{') + Q(1900, u'}'));
    row("roots", Q(u"\\sqrt{").repeated(500) + u'x' + Q(500, u'}'));
    row("superscripts", Q(u"x^{").repeated(900) + u'x' + Q(900, u'}'));
    row("lefts", Q(u"\\left(").repeated(300) + u'x' + Q(u"\\right)").repeated(300));
    row("columns", Q(u"\\begin{matrix}") + Q(1900, u'&') + Q(u"\\end{matrix}"));
    row("rows", Q(u"\\begin{matrix}") + Q(u"a\\\\").repeated(1200) + Q(u"\\end{matrix}"));
    row("nested matrices", Q(u"\\begin{matrix}").repeated(120) + u'x' + Q(u"\\end{matrix}").repeated(120));
    row("endless macro", Q(u"\\def\\a{\\a}\\a"));
    row("doubling macro", Q(u"\\def\\a{\\a\\a}\\a"));
    row("growing macro", Q(u"\\def\\a#1{\\a{#1#1}}\\a x"));
    row("billion laughs",
        Q(u"\\def\\a{xxxxxxxxxx}\\def\\b{\\a\\a\\a\\a\\a\\a\\a\\a\\a\\a}\\def\\c{\\b\\b\\b\\b\\b\\b\\b\\b\\b\\b}"
          "\\def\\d{\\c\\c\\c\\c\\c\\c\\c\\c\\c\\c}\\d\\d\\d"));
    row("endless environment", Q(u"\\newenvironment{e}{\\begin{e}}{}\\begin{e}\\end{e}"));
    row("huge rule", Q(u"\\rule{1000000em}{1000000em}"));
    row("huge space", Q(u"x\\hspace{100000em}y"));
    row("negative space", Q(u"\\hspace{-50em}x"));
    row("nonsense", Q::fromUtf8("\xEF\xBB\xBF\x01\x7F\\\\&#%$^_{}~\n\t") + QChar(0xD800) + QChar(0));
    row("markup", Q(u"\\text{</svg><script>alert(1)</script>&\"'}"));
    row("colour", Q(u"\\color{url(#x)\"><image href='http://e/'/>}{x}"));
    row("unicode font", Q(u"\\unicode[x\"><image href='http://e/'/>]{x41}"));
    row("empty", Q());
}

void MathJaxTest::hostileInputIsBounded()
{
    QFETCH(QString, tex);
    QElapsedTimer timer;
    timer.start();
    const TypesetFormula set = m_hasty.typeset(display(tex));
    const auto ms = timer.elapsed();
    qInfo("%lld ms, %s", static_cast<long long>(ms), qPrintable(set.isSet() ? QStringLiteral("set") : set.error));
    // The limit, and time to load again what was given up.
    QVERIFY(ms < 2 * MathJax::kTimeLimit.count());
    QVERIFY(set.isSet() == !set.svg.isEmpty());
    if (set.isSet()) {
        QVERIFY(!set.svg.contains("<script") && !set.svg.contains("<image") && !set.svg.contains("url("));
        QSvgRenderer renderer(set.svg);
        QVERIFY(renderer.isValid());
        QImage image(200, 200, QImage::Format_ARGB32_Premultiplied);
        image.fill(Qt::transparent);
        QPainter painter(&image);
        renderer.render(&painter);
    }
}

void MathJaxTest::anInterruptedEngineRecovers()
{
    using namespace std::chrono_literals;
    MathJax hasty(0ms);
    const TypesetFormula never = hasty.typeset(display(QStringLiteral("\\frac{a}{b}+").repeated(300)));
    QVERIFY(!never.isSet());
    QVERIFY2(never.error.contains(QStringLiteral("too long to set"))
                 || never.error.contains(QStringLiteral("took too long")),
             qPrintable(never.error));

    MathJax patient(300ms);
    QVERIFY(patient.typeset(display(QStringLiteral("x"))).isSet());
    patient.typeset(display(QStringLiteral("\\def\\a{x\\a}\\a").repeated(50)));
    QVERIFY(patient.typeset(display(QStringLiteral("x"))).isSet());
}

void MathJaxTest::definitionsDoNotReachTheNext_data()
{
    QTest::addColumn<QString>("defines");
    QTest::addColumn<QString>("uses");
    QTest::newRow("def") << QStringLiteral("\\def\\q{x}\\q") << QStringLiteral("\\q");
    QTest::newRow("newcommand") << QStringLiteral("\\newcommand{\\q}{x}\\q") << QStringLiteral("\\q");
    QTest::newRow("environment") << QStringLiteral("\\newenvironment{q}{a}{b}\\begin{q}\\end{q}")
                                 << QStringLiteral("\\begin{q}\\end{q}");
    QTest::newRow("operator") << QStringLiteral("\\DeclareMathOperator{\\q}{q}\\q x") << QStringLiteral("\\q x");
    QTest::newRow("paired") << QStringLiteral("\\DeclarePairedDelimiter{\\q}{|}{|}\\q{x}") << QStringLiteral("\\q{x}");
    QTest::newRow("arrow") << QStringLiteral("\\Newextarrow{\\q}{1,1}{0x2190}\\q{a}") << QStringLiteral("\\q{a}");
    QTest::newRow("let") << QStringLiteral("\\let\\q\\alpha\\q") << QStringLiteral("\\q");
    QTest::newRow("failed") << QStringLiteral("\\def\\q{x}\\foo") << QStringLiteral("\\q");
}

void MathJaxTest::definitionsDoNotReachTheNext()
{
    QFETCH(QString, defines);
    QFETCH(QString, uses);
    m_mathJax.typeset(display(defines));
    QVERIFY(!m_mathJax.typeset(display(uses)).isSet());
    // Nor does one take away what all have.
    const QByteArray before = m_mathJax.typeset(display(QStringLiteral("\\frac{a}{b}"))).svg;
    m_mathJax.typeset(display(QStringLiteral("\\let\\frac\\sqrt\\def\\tag{}\\frac{a}{b}")));
    QCOMPARE(m_mathJax.typeset(display(QStringLiteral("\\frac{a}{b}"))).svg, before);
}

void MathJaxTest::givesMathMl()
{
    QElapsedTimer timer;
    timer.start();
    const QString mathMl = m_mathJax.mathMl(display(QStringLiteral("\\frac{\\text{中文}}{x<1}")));
    qInfo("MathML: %.1f ms", static_cast<double>(timer.nsecsElapsed()) / 1e6);
    QVERIFY(mathMl.startsWith(QStringLiteral("<math ")));
    QVERIFY(mathMl.contains(QStringLiteral("<mfrac>")));
    QXmlStreamReader xml(mathMl);
    QString text;
    while (!xml.atEnd())
        text += xml.readNext() == QXmlStreamReader::Characters ? xml.text().trimmed().toString() : QString();
    QCOMPARE(text, QStringLiteral("中文x<1"));
    QCOMPARE(m_mathJax.mathMl(display(QStringLiteral("\\foo"))), QString());
}

void MathJaxTest::rendererSetsEachOnce()
{
    FormulaRenderer renderer;
    QSignalSpy set(&renderer, &FormulaRenderer::formulaSet);
    const Formula good = display(QStringLiteral("a+b")), bad = display(QStringLiteral("\\foo"));
    for (int i = 0; i < 3; ++i) {
        QVERIFY(!renderer.find(good));
        QVERIFY(!renderer.find(bad));
    }
    QTRY_COMPARE_WITH_TIMEOUT(set.size(), 2, 30000);
    QVERIFY(renderer.find(good)->isSet());
    QVERIFY(!renderer.find(bad)->isSet());
    QVERIFY(!renderer.find({good.tex, FormulaStyle::Inline})); // another formula
    QSignalSpy mathMl(&renderer, &FormulaRenderer::mathMlReady);
    renderer.requestMathMl(good);
    QTRY_COMPARE_WITH_TIMEOUT(mathMl.size(), 1, 30000);
    QVERIFY(mathMl[0][1].toString().contains(QStringLiteral("<mi>a</mi>")));
}

void MathJaxTest::rendererClosesWithWorkWaiting()
{
    QElapsedTimer timer;
    {
        FormulaRenderer renderer;
        for (int i = 0; i < 2000; ++i)
            renderer.find(display(QStringLiteral("\\begin{matrix}") + QStringLiteral("a&b\\\\").repeated(40)
                                  + QString::number(i) + QStringLiteral("\\end{matrix}")));
        timer.start();
    }
    QVERIFY2(timer.elapsed() < 2 * MathJax::kTimeLimit.count(), qPrintable(QString::number(timer.elapsed())));
}

QTEST_MAIN(MathJaxTest)
#include "mathjax_test.moc"
