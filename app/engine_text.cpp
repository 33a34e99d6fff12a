#include "engine_text.h"

#include <QCoreApplication>
#include <QRegularExpression>

#include <array>
#include <utility>
#include <vector>

namespace qwill::app {

namespace {

using namespace Qt::StringLiterals;

// As the engine writes them, with %1 … for what varies. The first that fits counts.
constexpr std::array kSentences{
    QT_TRANSLATE_NOOP("EngineText", "The CPU was asked for: the CPU's %1 kernels."),
    QT_TRANSLATE_NOOP("EngineText", "The CPU computes, with its %1 kernels."),
    QT_TRANSLATE_NOOP("EngineText", "Choose the device auto or cpu."),
    QT_TRANSLATE_NOOP("EngineText", "The %1 computes, with CUDA."),
    QT_TRANSLATE_NOOP("EngineText", "cuBLASLt %1 multiplies long prompts where weights have 16 bits."),
    QT_TRANSLATE_NOOP("EngineText", "cuBLASLt was asked for, but %1: Qwill's own kernels multiply."),
    QT_TRANSLATE_NOOP("EngineText", "cuBLASLt %1 does not start (%2): Qwill's own kernels multiply."),
    QT_TRANSLATE_NOOP("EngineText", "There is no NVIDIA driver."),
    QT_TRANSLATE_NOOP("EngineText", "The NVIDIA driver knows no card."),
    QT_TRANSLATE_NOOP("EngineText", "The NVIDIA driver did not start (error %1)."),
    QT_TRANSLATE_NOOP("EngineText", "The NVIDIA driver is too old for Qwill."),
    QT_TRANSLATE_NOOP("EngineText", "The NVIDIA driver is too old: it serves CUDA %1, and Qwill needs %2."),
    QT_TRANSLATE_NOOP("EngineText", "The %1 is too old for CUDA in Qwill, which needs a card of 2018 or later."),
    QT_TRANSLATE_NOOP("EngineText", "Qwill's CUDA module is not installed."),
    QT_TRANSLATE_NOOP("EngineText", "Qwill's CUDA module cannot be used: it was built for version %1, and this is %2."),
    QT_TRANSLATE_NOOP("EngineText", "Qwill's CUDA module cannot be used: %1."),
    QT_TRANSLATE_NOOP("EngineText", "Qwill's CUDA module was not built for the %1."),
    QT_TRANSLATE_NOOP("EngineText", "The %1 does not answer."),
    QT_TRANSLATE_NOOP("EngineText", "The card could not be opened: %1."),
    QT_TRANSLATE_NOOP("EngineText", "The card refused %1 of memory: %2."),
    QT_TRANSLATE_NOOP("EngineText", "There are no CUDA kernels yet for weights in the form %1."),
    QT_TRANSLATE_NOOP(
        "EngineText",
        "The graphics card's memory ran out: close what else uses it, then continue the reply, or load the "
        "model with a shorter context."),
    QT_TRANSLATE_NOOP("EngineText", "The model needs %1 of the card's memory, and %2 are free."),
    QT_TRANSLATE_NOOP("EngineText", "The card's memory holds a context of %1 tokens, not of %2."),
    QT_TRANSLATE_NOOP("EngineText", "The context is kept in 8 bits to fit the card's memory."),
    QT_TRANSLATE_NOOP("EngineText", "The weights are kept in 4 bits to fit the card's memory."),
    QT_TRANSLATE_NOOP("EngineText", "Loading was cancelled."),
    QT_TRANSLATE_NOOP("EngineText", "The model was unloaded."),
    QT_TRANSLATE_NOOP("EngineText", "No model was named."),
    QT_TRANSLATE_NOOP("EngineText", "There is no model at %1."),
    QT_TRANSLATE_NOOP("EngineText", "There is nothing at %1."),
    QT_TRANSLATE_NOOP("EngineText", "There is no file %1."),
    QT_TRANSLATE_NOOP("EngineText", "Cannot read %1: %2."),
    QT_TRANSLATE_NOOP("EngineText", "Cannot write %1: %2."),
    QT_TRANSLATE_NOOP("EngineText", "The directory %1 has no config.json, so it is no model."),
    QT_TRANSLATE_NOOP("EngineText", "The directory %1 holds no tokenizer.json and no tokenizer.model."),
    QT_TRANSLATE_NOOP("EngineText", "The directory %1 has no .safetensors file."),
    QT_TRANSLATE_NOOP("EngineText", "The directory %1 has no .safetensors file; PyTorch .bin files are not supported."),
    QT_TRANSLATE_NOOP("EngineText", "The shard %1 named by %2 is missing."),
    QT_TRANSLATE_NOOP("EngineText",
                      "The architecture %1 is not supported; this engine runs Qwen3, Qwen2, Llama, Mistral, Gemma, "
                      "Phi-3 and SmolLM3."),
    QT_TRANSLATE_NOOP("EngineText", "The model lacks the tensor %1."),
    QT_TRANSLATE_NOOP("EngineText",
                      "The prompt has %1 tokens, but the context holds %2 including the reply: shorten the prompt or "
                      "load the model with a longer context."),
    QT_TRANSLATE_NOOP("EngineText", "The text has %1 tokens, but the context holds %2."),
};

struct Pattern {
    const char* source;
    QRegularExpression expression;
};

std::vector<Pattern> makePatterns()
{
    static const QRegularExpression place(u"%\\d"_s);
    std::vector<Pattern> patterns;
    for (const char* source : kSentences) {
        QStringList parts = QString::fromUtf8(source).split(place);
        for (QString& part : parts)
            part = QRegularExpression::escape(part);
        patterns.push_back({source,
                            QRegularExpression(QRegularExpression::anchoredPattern(parts.join(u"(.+?)"_s)),
                                               QRegularExpression::DotMatchesEverythingOption)});
    }
    return patterns;
}

// Null where the sentence is not known.
QString translated(const QString& english)
{
    static const std::vector<Pattern> patterns = makePatterns();
    for (const Pattern& pattern : patterns) {
        const QRegularExpressionMatch match = pattern.expression.match(english);
        if (!match.hasMatch())
            continue;
        const QString text = QCoreApplication::translate("EngineText", pattern.source);
        // Both at once, so that a %1 in a path stays one.
        return match.lastCapturedIndex() >= 2 ? text.arg(match.captured(1), match.captured(2))
            : match.lastCapturedIndex() == 1  ? text.arg(match.captured(1))
                                              : text;
    }
    return {};
}

} // namespace

QString engineText(const std::string& text)
{
    // From the front as many sentences as are known together: what is said of a device is two or three.
    static const QString end = u". "_s;
    const QString english = QString::fromStdString(text);
    QString result;
    qsizetype from = 0;
    while (from < english.size()) {
        qsizetype to = english.size();
        QString known = translated(english.sliced(from));
        while (known.isNull()) {
            to = to <= from + 1 ? -1 : english.lastIndexOf(end, to - 2);
            if (to < from)
                return result + english.sliced(from);
            known = translated(english.sliced(from, ++to - from));
        }
        result += known;
        // Chinese puts no space between sentences.
        if (to < english.size() && known.back() == u'.')
            result += u' ';
        from = to + 1;
    }
    return result;
}

} // namespace qwill::app
