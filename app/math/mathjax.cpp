#include "math/mathjax.h"

#include <QCoreApplication>
#include <QFile>
#include <QJSEngine>
#include <QJSValue>
#include <QLoggingCategory>
#include <QSet>
#include <QXmlStreamReader>

#include <condition_variable>
#include <mutex>
#include <thread>

namespace qwill::app {

namespace {

struct MathText {
    Q_DECLARE_TR_FUNCTIONS(MathText)
};

// A screenful is 100 × 60 ex. What is larger is no formula but an attack on memory.
constexpr double kMaxWidth = 1000, kMaxHeight = 500;
constexpr qsizetype kMaxSvgBytes = 2'000'000;

QString script()
{
    return QStringLiteral(":/qwill/math/typeset.js");
}

QLoggingCategory::CategoryFilter previousFilter = nullptr;

// Minified JavaScript declares its variables where it likes; twenty warnings of Qt's about it help nobody.
void withoutMinifiedWarnings(QLoggingCategory* category)
{
    if (previousFilter) // null while it is being installed: what exists then has been through it
        previousFilter(category);
    if (qstrcmp(category->categoryName(), "qt.qml.usedbeforedeclared") == 0)
        category->setEnabled(QtWarningMsg, false);
}

// Whether there is nothing in the SVG but shapes and letters. TeX reaches some attributes (colours, fonts), and
// MathJax's writer escapes less than it should: the last word is ours.
bool isPlainPicture(const QByteArray& svg)
{
    static const QSet<QString> kElements{
        QStringLiteral("svg"),     QStringLiteral("g"),       QStringLiteral("path"),
        QStringLiteral("rect"),    QStringLiteral("line"),    QStringLiteral("polyline"),
        QStringLiteral("polygon"), QStringLiteral("ellipse"), QStringLiteral("text")};
    QXmlStreamReader xml(svg);
    int pictures = 0;
    while (!xml.atEnd()) {
        if (xml.readNext() != QXmlStreamReader::StartElement)
            continue;
        pictures += xml.name() == QLatin1StringView("svg") ? 1 : 0; // Qt Svg has no inner ones
        if (!kElements.contains(xml.name().toString()) || pictures > 1)
            return false;
        for (const QXmlStreamAttribute& attribute : xml.attributes()) {
            if (attribute.name() == QLatin1StringView("href") || attribute.value().contains(QLatin1StringView("url(")))
                return false;
        }
    }
    return !xml.hasError();
}

// Interrupts an engine that works on one formula for too long. Its thread sleeps between formulas.
class Watchdog {
public:
    explicit Watchdog(QJSEngine& engine) : m_engine(engine), m_thread([this] { run(); }) { }
    ~Watchdog()
    {
        {
            const std::lock_guard lock(m_mutex);
            m_over = true;
        }
        m_changed.notify_one();
        m_thread.join();
    }

    void begin(std::chrono::milliseconds limit)
    {
        {
            const std::lock_guard lock(m_mutex);
            m_deadline = std::chrono::steady_clock::now() + limit;
            m_armed = true;
        }
        m_changed.notify_one();
    }
    void end()
    {
        const std::lock_guard lock(m_mutex);
        m_armed = false;
    }

private:
    void run()
    {
        std::unique_lock lock(m_mutex);
        while (!m_over) {
            if (!m_armed) {
                m_changed.wait(lock);
            } else if (m_changed.wait_until(lock, m_deadline) == std::cv_status::timeout && m_armed
                       && std::chrono::steady_clock::now() >= m_deadline) {
                m_engine.setInterrupted(true);
                m_armed = false;
            }
        }
    }

    QJSEngine& m_engine;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::chrono::steady_clock::time_point m_deadline;
    bool m_armed = false;
    bool m_over = false;
    std::thread m_thread; // last: it uses the others
};

} // namespace

class MathJax::Engine {
public:
    bool load()
    {
        QFile file(script());
        if (!file.open(QIODevice::ReadOnly))
            return false;
        static std::once_flag once;
        std::call_once(once, [] { previousFilter = QLoggingCategory::installFilter(withoutMinifiedWarnings); });
        m_javaScript.globalObject().setProperty(QStringLiteral("globalThis"), m_javaScript.globalObject());
        return !m_javaScript.evaluate(QString::fromUtf8(file.readAll()), script()).isError();
    }

    QJSValue call(const char* function, const Formula& formula, std::chrono::milliseconds limit)
    {
        const QJSValue called = m_javaScript.globalObject().property(QString::fromLatin1(function));
        const QJSValueList arguments{formula.tex, formula.style == FormulaStyle::Display};
        m_watchdog.begin(limit);
        QJSValue result = called.call(arguments);
        m_watchdog.end();
        return result;
    }

    bool wasInterrupted() const { return m_javaScript.isInterrupted(); }

private:
    QJSEngine m_javaScript;
    Watchdog m_watchdog{m_javaScript};
};

MathJax::MathJax(std::chrono::milliseconds timeLimit) : m_timeLimit(timeLimit) { }
MathJax::~MathJax() = default;

bool MathJax::isAvailable()
{
    static const bool there = QFile::exists(script());
    return there;
}

MathJax::Engine* MathJax::engine()
{
    if (m_engine && m_engine->wasInterrupted())
        m_engine.reset(); // stopped somewhere inside: what it holds may be half done
    if (!m_engine && isAvailable()) {
        auto made = std::make_unique<Engine>();
        if (made->load())
            m_engine = std::move(made);
    }
    return m_engine.get();
}

TypesetFormula MathJax::typeset(const Formula& formula)
{
    TypesetFormula out;
    if (formula.tex.size() > Formula::kMaxLength) {
        out.error = MathText::tr("This formula is too long to be shown as one.");
        return out;
    }
    Engine* const loaded = engine();
    if (!loaded) {
        out.error = MathText::tr("This build shows formulas as they are written.");
        return out;
    }
    const QJSValue result = loaded->call("qwillTypeset", formula, m_timeLimit);
    if (loaded->wasInterrupted()) {
        out.error = MathText::tr("This formula took too long to set.");
        return out;
    }
    if (result.isError() || result.hasProperty(QStringLiteral("error"))) {
        const QString reason = result.property(QStringLiteral("error")).toString();
        out.error = reason.isEmpty() || result.isError()
            ? MathText::tr("This formula cannot be set.")
            : MathText::tr("This is not TeX that can be set: %1").arg(reason);
        return out;
    }
    out.width = result.property(QStringLiteral("width")).toNumber();
    out.height = result.property(QStringLiteral("height")).toNumber();
    out.depth = result.property(QStringLiteral("depth")).toNumber();
    out.svg = result.property(QStringLiteral("svg")).toString().toUtf8();
    const bool sane = out.width > 0 && out.width <= kMaxWidth && out.height > 0 && out.height <= kMaxHeight
        && out.svg.size() <= kMaxSvgBytes;
    if (!sane) {
        out = {};
        out.error = MathText::tr("This formula is too large to be shown as one.");
    } else if (!isPlainPicture(out.svg)) {
        out = {};
        out.error = MathText::tr("This formula cannot be set.");
    }
    return out;
}

QString MathJax::mathMl(const Formula& formula)
{
    Engine* const loaded = formula.tex.size() > Formula::kMaxLength ? nullptr : engine();
    if (!loaded)
        return {};
    const QJSValue result = loaded->call("qwillMathML", formula, m_timeLimit);
    if (loaded->wasInterrupted() || result.isError())
        return {};
    const QJSValue mathMl = result.property(QStringLiteral("mathml"));
    return mathMl.isString() ? mathMl.toString() : QString();
}

} // namespace qwill::app
