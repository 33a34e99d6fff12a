#pragma once
// FormulaRenderer: formulas set in the background, each once: the window asks, is told "not yet" the first time, and
// hears when it is there. GUI thread; MathJax runs on a thread of its own, begun with the first formula.

#include "markdown/formula.h"
#include "math/typeset_formula.h"

#include <QCache>
#include <QObject>
#include <QSet>
#include <QThread>

#include <atomic>
#include <memory>

namespace qwill::app {

class FormulaRenderer : public QObject {
    Q_OBJECT

public:
    explicit FormulaRenderer(QObject* parent = nullptr);
    ~FormulaRenderer() override;

    // Null = not yet known; it is being set, and formulaSet() follows.
    std::shared_ptr<const TypesetFormula> find(const Formula& formula);
    void requestMathMl(const Formula& formula); // mathMlReady() follows, empty if there is none

Q_SIGNALS:
    void formulaSet(const qwill::app::Formula& formula);
    void mathMlReady(const qwill::app::Formula& formula, const QString& mathMl);

private:
    class Worker;
    void start();
    void keep(const Formula& formula, std::shared_ptr<const TypesetFormula> typeset);

    QCache<Formula, std::shared_ptr<const TypesetFormula>> m_known; // cost in bytes
    QSet<Formula> m_asked;
    std::atomic<bool> m_closing = false; // what still waits for the worker is dropped
    QThread m_thread;
    Worker* m_worker = nullptr; // lives on m_thread
};

} // namespace qwill::app
