#pragma once
// Makes what was written survive a loss of power. Blocks until the disk has it; any thread, so not the window's.

#include <QString>

class QFile;

namespace qwill::app {

bool syncFile(QFile& file); // flushes, too
bool syncFolder(const QString& path); // names made, renamed and removed in it

} // namespace qwill::app
