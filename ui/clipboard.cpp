#include "clipboard.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QMimeData>

#include <memory>

namespace qwill::ui {

QString Clipboard::text() const
{
    return QGuiApplication::clipboard()->text();
}

QList<QUrl> Clipboard::files() const
{
    QList<QUrl> files;
    const QMimeData* data = QGuiApplication::clipboard()->mimeData();
    if (!data || !data->hasUrls())
        return files;
    for (const QUrl& url : data->urls())
        if (url.isLocalFile())
            files.append(url);
    return files;
}

void Clipboard::setText(const QString& text)
{
    QGuiApplication::clipboard()->setText(text);
}

void Clipboard::setRichText(const QString& html, const QString& plain)
{
    auto data = std::make_unique<QMimeData>();
    data->setHtml(html);
    data->setText(plain);
    QGuiApplication::clipboard()->setMimeData(data.release()); // the clipboard owns it
}

} // namespace qwill::ui
