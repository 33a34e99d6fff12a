#pragma once
// Termination: says when the system or the person (Ctrl+C) asks the program to end, in the event loop instead of in a
// signal handler. One in a program. Main thread.

#include <QObject>

namespace qwill::app {

class Termination : public QObject {
    Q_OBJECT

public:
    explicit Termination(QObject* parent = nullptr);
    ~Termination() override;

Q_SIGNALS:
    void asked();
};

} // namespace qwill::app
