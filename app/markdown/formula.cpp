#include "markdown/formula.h"

#include <QByteArray>
#include <QStringBuilder>

namespace qwill::app {

namespace {

constexpr QLatin1StringView kInline("formula:inline/"), kDisplay("formula:display/");
constexpr QByteArray::Base64Options kEncoding = QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals;

} // namespace

QString Formula::source() const
{
    const QLatin1StringView mark(style == FormulaStyle::Display ? "$$" : "$");
    return mark % tex % mark;
}

QString Formula::url() const
{
    return (style == FormulaStyle::Display ? kDisplay : kInline) % QLatin1StringView(tex.toUtf8().toBase64(kEncoding));
}

std::optional<Formula> Formula::fromUrl(QStringView url)
{
    const bool display = url.startsWith(kDisplay);
    if (!display && !url.startsWith(kInline))
        return {};
    const auto decoded = QByteArray::fromBase64Encoding(url.sliced((display ? kDisplay : kInline).size()).toLatin1(),
                                                        kEncoding | QByteArray::AbortOnBase64DecodingErrors);
    if (!decoded)
        return {};
    return Formula{QString::fromUtf8(*decoded), display ? FormulaStyle::Display : FormulaStyle::Inline};
}

} // namespace qwill::app
