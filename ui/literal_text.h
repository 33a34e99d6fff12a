#pragma once
// LiteralText: text as it was typed, for a TextEdit that shows rich text: nothing in it is markup. GUI thread.

#include <QObject>
#include <QtQmlIntegration>

namespace qwill::ui {

class LiteralText : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_SINGLETON

public:
    // `linePercent`: line height in hundredths of the font's own.
    Q_INVOKABLE QString toRich(const QString& text, int linePercent) const;
};

} // namespace qwill::ui
