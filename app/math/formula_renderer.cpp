#include "math/formula_renderer.h"

#include "math/mathjax.h"

namespace qwill::app {

namespace {

constexpr qsizetype kCacheBytes = 32'000'000; // some thousand formulas of a few kB
constexpr uint kStackBytes = 8 << 20; // MathJax recurses over what is nested; Windows gives a thread 1 MB

} // namespace

class FormulaRenderer::Worker : public QObject {
public:
    MathJax mathJax;
};

FormulaRenderer::FormulaRenderer(QObject* parent) : QObject(parent), m_known(kCacheBytes)
{
    m_thread.setObjectName(QStringLiteral("formulas"));
    m_thread.setStackSize(kStackBytes);
}

FormulaRenderer::~FormulaRenderer()
{
    m_closing = true;
    m_thread.quit();
    m_thread.wait();
}

void FormulaRenderer::start()
{
    if (m_worker)
        return;
    m_worker = new Worker;
    m_worker->moveToThread(&m_thread);
    connect(&m_thread, &QThread::finished, m_worker, &QObject::deleteLater);
    m_thread.start(QThread::LowPriority); // typesetting never takes time from the reply
}

std::shared_ptr<const TypesetFormula> FormulaRenderer::find(const Formula& formula)
{
    if (const auto* known = m_known.object(formula))
        return *known;
    if (m_asked.contains(formula))
        return {};
    m_asked.insert(formula);
    start();
    QMetaObject::invokeMethod(m_worker, [this, formula, worker = m_worker] {
        if (m_closing)
            return;
        auto typeset = std::make_shared<const TypesetFormula>(worker->mathJax.typeset(formula));
        // Dropped if this has gone meanwhile: the destructor waits for the thread, then the call is removed.
        QMetaObject::invokeMethod(this, [this, formula, typeset] { keep(formula, typeset); });
    });
    return {};
}

void FormulaRenderer::keep(const Formula& formula, std::shared_ptr<const TypesetFormula> typeset)
{
    m_asked.remove(formula);
    constexpr qsizetype kEntryBytes = 200;
    const qsizetype cost = std::min(typeset->svg.size() + 2 * formula.tex.size() + kEntryBytes, kCacheBytes);
    m_known.insert(formula, new std::shared_ptr<const TypesetFormula>(std::move(typeset)), cost);
    Q_EMIT formulaSet(formula);
}

void FormulaRenderer::requestMathMl(const Formula& formula)
{
    start();
    QMetaObject::invokeMethod(m_worker, [this, formula, worker = m_worker] {
        if (m_closing)
            return;
        const QString mathMl = worker->mathJax.mathMl(formula);
        QMetaObject::invokeMethod(this, [this, formula, mathMl] { Q_EMIT mathMlReady(formula, mathMl); });
    });
}

} // namespace qwill::app
