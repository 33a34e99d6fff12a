#pragma once
// The field for a name in Qt's own dialog for saving, which stands in where a desktop has none: it keeps a suggested
// name but does not show it as long as no such file exists. GUI thread.

#include <QObject>
#include <QUrl>
#include <QtQmlIntegration>

namespace qwill::ui {

class FileNameField : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_SINGLETON

public:
    // Writes the file's name into the field of the dialog that is open. A desktop's own dialog has none: nothing
    // happens.
    Q_INVOKABLE void fill(const QUrl& file) const;
};

} // namespace qwill::ui
