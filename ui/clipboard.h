#pragma once
// Clipboard: what QML lacks of the system's clipboard: files and rich text beside plain text. GUI thread.

#include <QList>
#include <QObject>
#include <QString>
#include <QUrl>
#include <QtQmlIntegration>

namespace qwill::ui {

class Clipboard : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_SINGLETON

public:
    using QObject::QObject;

    Q_INVOKABLE QString text() const;
    Q_INVOKABLE QList<QUrl> files() const; // of this machine, as a file manager puts them there
    Q_INVOKABLE void setText(const QString& text);
    Q_INVOKABLE void setRichText(const QString& html, const QString& plain);
};

} // namespace qwill::ui
