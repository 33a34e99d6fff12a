#pragma once
// Where a person's things lie: chats, settings, models, prepared weights. The platform's own folders (XDG; Known
// Folders on Windows, those that do not roam), or, in portable mode, one folder beside the program: a file or folder
// named `portable` there makes `data` hold everything. Any thread, once the application object exists.

#include <QString>

namespace qwill::app {

struct Places {
    QString portableRoot; // where `portable` lies; empty = not portable
    QString dataFolder; // chats.sqlite, models/ and more
    QString settingsFile;
    QString cacheFolder; // weights prepared for this machine; can be made again

    static Places ours(); // of this program
    // Of a program in that folder; `bin` may be left for the folder above it, as the Linux archive has it.
    static Places of(const QString& programFolder);
};

} // namespace qwill::app
