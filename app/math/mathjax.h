#pragma once
// MathJax: TeX to SVG and MathML, by MathJax's JavaScript in an engine without a browser. Any one thread; loads its
// 1.7 MB on the first formula (some 0.2 s).
//
// TeX written by a model is untrusted: its length, its nesting and the time it takes are bounded, it can neither load
// code nor name addresses, and what it defines is forgotten after it. What cannot be set gives a sentence, never more.

#include "markdown/formula.h"
#include "math/typeset_formula.h"

#include <QString>

#include <chrono>
#include <memory>

namespace qwill::app {

class MathJax {
public:
    // Ten times what a page-long formula takes on a slow machine.
    static constexpr std::chrono::milliseconds kTimeLimit{2000};

    explicit MathJax(std::chrono::milliseconds timeLimit = kTimeLimit);
    ~MathJax();

    // Whether the build found the tools to bundle it; without, every formula fails with a sentence.
    static bool isAvailable();

    TypesetFormula typeset(const Formula& formula);
    QString mathMl(const Formula& formula); // empty if it cannot be set

private:
    class Engine;
    Engine* engine();

    std::chrono::milliseconds m_timeLimit;
    std::unique_ptr<Engine> m_engine;
};

} // namespace qwill::app
