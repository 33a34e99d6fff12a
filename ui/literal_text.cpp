#include "literal_text.h"

namespace qwill::ui {

QString LiteralText::toRich(const QString& text, int linePercent) const
{
    QString escaped = text.toHtmlEscaped();
    escaped.replace(u'\n', QStringLiteral("<br>"));
    return QStringLiteral("<div style=\"white-space:pre-wrap;line-height:%1%\">%2</div>").arg(linePercent).arg(escaped);
}

} // namespace qwill::ui
