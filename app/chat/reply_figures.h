#pragma once
// What a reply cost, as the line below it: "1,200 prompt tokens, 1,100 from the cache · first word after 0.4 s · …".
// Pure; any thread.

#include "chat/message.h"

#include <QString>

namespace qwill::app {

// Empty when nothing is known, as of a reply that was imported.
QString figuresLine(const ReplyFigures& figures);
// The same, and where the reply came from when that was not this machine.
QString figuresLine(const Message& message);

} // namespace qwill::app
