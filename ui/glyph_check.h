#pragma once
// GlyphCheck: whether this system can show Chinese, and the fonts that came along where it cannot. GUI thread.

#include <QObject>
#include <QString>
#include <QtQmlIntegration>

namespace qwill::ui {

class GlyphCheck : public QObject {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(bool chineseMissed READ chineseMissed NOTIFY languageChanged)
    // "zh_CN"; empty = the system's
    Q_PROPERTY(QString language MEMBER m_language NOTIFY languageChanged)

public:
    explicit GlyphCheck(QObject* parent = nullptr) : QObject(parent) { }

    // The person reads Chinese (this window's language, or the system's) and no font has its characters.
    bool chineseMissed() const;

    // Before the first window: takes the fonts that lie beside the program (the portable archive has some), when the
    // system has none for Chinese, or none at all.
    static void addOwnFonts(const QString& programFolder);

Q_SIGNALS:
    void languageChanged();

private:
    QString m_language;
};

} // namespace qwill::ui
