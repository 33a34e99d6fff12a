#pragma once
// Links: where a link in a reply leads, told plainly, and the one place that opens it, after the person has agreed.
// Model output is untrusted: only web and mail addresses are opened. GUI thread.

#include <QObject>
#include <QtQmlIntegration>

namespace qwill::ui {

class Links : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_SINGLETON

public:
    Q_INVOKABLE bool mayOpen(const QString& link) const; // http, https, mailto, with a place to go
    Q_INVOKABLE QString hostOf(const QString& link) const; // in ASCII: a look-alike letter shows as xn--…
    Q_INVOKABLE QString spelled(const QString& link) const; // the whole address, nothing hidden, nothing decoded
    Q_INVOKABLE QString warningFor(const QString& link) const; // a sentence when the address may deceive, or empty
    Q_INVOKABLE void open(const QString& link) const; // nothing unless mayOpen()
};

} // namespace qwill::ui
