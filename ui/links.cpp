#include "links.h"

#include <QDesktopServices>
#include <QUrl>

namespace qwill::ui {

namespace {

QUrl parsed(const QString& link)
{
    return QUrl(link.trimmed(), QUrl::StrictMode).isValid() ? QUrl(link.trimmed(), QUrl::StrictMode)
                                                            : QUrl(link.trimmed(), QUrl::TolerantMode);
}

} // namespace

bool Links::mayOpen(const QString& link) const
{
    const QUrl url = parsed(link);
    if (!url.isValid())
        return false;
    if (url.scheme() == QLatin1StringView("mailto"))
        return !url.path().isEmpty();
    return (url.scheme() == QLatin1StringView("http") || url.scheme() == QLatin1StringView("https"))
        && !url.host().isEmpty();
}

QString Links::hostOf(const QString& link) const
{
    return parsed(link).host(QUrl::FullyEncoded);
}

QString Links::spelled(const QString& link) const
{
    const QUrl url = parsed(link);
    return url.isValid() ? url.toString(QUrl::FullyEncoded) : link;
}

QString Links::warningFor(const QString& link) const
{
    const QUrl url = parsed(link);
    if (!mayOpen(link) || url.scheme() == QLatin1StringView("mailto"))
        return {};
    if (!url.userInfo().isEmpty())
        return tr("What stands before the @ is a user name, not the site. It leads to %1.").arg(hostOf(link));
    if (hostOf(link).contains(QLatin1StringView("xn--")))
        return tr("The site's name has letters that can look like others: %1.").arg(url.host(QUrl::FullyDecoded));
    return {};
}

void Links::open(const QString& link) const
{
    if (mayOpen(link))
        QDesktopServices::openUrl(parsed(link));
}

} // namespace qwill::ui
