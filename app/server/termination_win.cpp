#include "server/termination.h"

#include <windows.h>

namespace qwill::app {

namespace {

Termination* listener = nullptr;

// Runs on a thread of the system's.
BOOL WINAPI told(DWORD)
{
    if (!listener)
        return FALSE;
    QMetaObject::invokeMethod(listener, &Termination::asked, Qt::QueuedConnection);
    return TRUE;
}

} // namespace

Termination::Termination(QObject* parent) : QObject(parent)
{
    listener = this;
    SetConsoleCtrlHandler(told, TRUE);
}

Termination::~Termination()
{
    SetConsoleCtrlHandler(told, FALSE);
    listener = nullptr;
}

} // namespace qwill::app
