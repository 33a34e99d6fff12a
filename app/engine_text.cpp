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
    QT_TRANSLATE_NOOP("EngineText", "This build has no CUDA module: the CPU's %1 kernels."),
    QT_TRANSLATE_NOOP("EngineText", "The CPU was asked for: the CPU's %1 kernels."),
    QT_TRANSLATE_NOOP("EngineText", "CUDA was asked for, but this build has no CUDA module: the CPU's %1 kernels."),
    QT_TRANSLATE_NOOP("EngineText",
                      "CUDA was asked for, but this build has no CUDA module: choose the device auto or cpu."),
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

} // namespace

QString engineText(const std::string& sentence)
{
    static const std::vector<Pattern> patterns = makePatterns();
    const QString english = QString::fromStdString(sentence);
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
    return english;
}

} // namespace qwill::app
