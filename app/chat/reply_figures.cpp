#include "chat/reply_figures.h"

#include <QCoreApplication>
#include <QLocale>
#include <QStringList>

namespace qwill::app {

namespace {

struct ReplyFiguresText {
    Q_DECLARE_TR_FUNCTIONS(ReplyFigures)
};

QString seconds(double ms)
{
    return QLocale().toString(ms / 1000, 'f', ms < 10 ? 3 : ms < 10'000 ? 2 : 1);
}

} // namespace

QString figuresLine(const ReplyFigures& figures)
{
    if (figures == ReplyFigures{})
        return {};
    QStringList parts;
    if (figures.completionTokens > 0)
        parts.append(ReplyFiguresText::tr("%n token(s)", "of a reply", figures.completionTokens));
    if (figures.completionTokens > 1 && figures.decodeMs > 0) { // decoding begins after the first token
        const double rate = (figures.completionTokens - 1) * 1000 / figures.decodeMs;
        parts.append(ReplyFiguresText::tr("%1 tokens/s").arg(QLocale().toString(rate, 'f', rate < 100 ? 1 : 0)));
    }
    if (figures.draftedTokens > 0)
        //: Repeated text is guessed ahead and checked by the model; right guesses make the reply faster.
        parts.append(ReplyFiguresText::tr("%1 of %2 guessed tokens right")
                         .arg(QLocale().toString(figures.acceptedTokens), QLocale().toString(figures.draftedTokens)));
    if (figures.firstTokenMs > 0)
        parts.append(ReplyFiguresText::tr("first word after %1 s").arg(seconds(figures.firstTokenMs)));
    if (figures.promptTokens > 0) {
        QString prompt = ReplyFiguresText::tr("%n prompt token(s)", "", figures.promptTokens);
        if (figures.cachedTokens > 0)
            prompt =
                ReplyFiguresText::tr("%1, %2 from the cache").arg(prompt, QLocale().toString(figures.cachedTokens));
        parts.append(prompt);
    }
    if (figures.totalMs > 0)
        parts.append(ReplyFiguresText::tr("%1 s in all").arg(seconds(figures.totalMs)));
    return parts.join(QStringLiteral(" · "));
}

QString figuresLine(const Message& message)
{
    const QString figures = figuresLine(message.figures), host = elsewhereOf(message);
    if (host.isEmpty())
        return figures;
    const QString where = ReplyFiguresText::tr("not on this machine: %1").arg(host);
    return figures.isEmpty() ? where : where + QStringLiteral(" · ") + figures; // first: the end may be elided
}

} // namespace qwill::app
