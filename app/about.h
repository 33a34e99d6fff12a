#pragma once
// About: what the page of that name shows beside its own words: the build, and the licences of what Qwill is made of.
// GUI thread.

#include <QObject>
#include <QString>

namespace qwill::app {

class About : public QObject {
    Q_OBJECT
    Q_PROPERTY(QString commit READ commit CONSTANT)
    Q_PROPERTY(QString buildOptions READ buildOptions CONSTANT)

public:
    explicit About(QObject* parent = nullptr) : QObject(parent) { }

    static QString commit();
    static QString buildOptions();
    Q_INVOKABLE static QString licences(); // 65 kB: asked for when they are shown
};

} // namespace qwill::app
