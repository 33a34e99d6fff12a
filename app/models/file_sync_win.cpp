#include "models/file_sync.h"

#include <QFile>

#include <io.h>

namespace qwill::app {

bool syncFile(QFile& file)
{
    return file.flush() && ::_commit(file.handle()) == 0;
}

bool syncFolder(const QString&)
{
    return true; // NTFS journals names by itself
}

} // namespace qwill::app
