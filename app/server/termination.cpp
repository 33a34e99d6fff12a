#include "server/termination.h"

#include <QSocketNotifier>

#include <csignal>
#include <fcntl.h>
#include <unistd.h>

namespace qwill::app {

namespace {

// A signal handler may do little more than write to a pipe.
int pipeEnds[2] = {-1, -1};

void write(int)
{
    const char byte = 1;
    [[maybe_unused]] const ssize_t written = ::write(pipeEnds[1], &byte, 1);
}

void handle(int signal, void (*handler)(int))
{
    struct sigaction action = {};
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    sigaction(signal, &action, nullptr);
}

} // namespace

Termination::Termination(QObject* parent) : QObject(parent)
{
    if (pipe2(pipeEnds, O_CLOEXEC | O_NONBLOCK) != 0)
        return;
    auto* notifier = new QSocketNotifier(pipeEnds[0], QSocketNotifier::Read, this);
    connect(notifier, &QSocketNotifier::activated, this, [this] {
        char bytes[16];
        while (read(pipeEnds[0], bytes, sizeof bytes) > 0) { }
        Q_EMIT asked();
    });
    for (const int signal : {SIGTERM, SIGINT, SIGHUP})
        handle(signal, write);
}

Termination::~Termination()
{
    for (const int signal : {SIGTERM, SIGINT, SIGHUP})
        handle(signal, SIG_DFL);
    for (int& end : pipeEnds) {
        close(end);
        end = -1;
    }
}

} // namespace qwill::app
