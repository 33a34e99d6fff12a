#include "places.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QStandardPaths>

namespace qwill::app {

using namespace Qt::StringLiterals;

namespace {

QString portableRootOf(const QString& programFolder)
{
    const QDir folder(programFolder);
    if (folder.exists(u"portable"_s))
        return folder.absolutePath();
    if (folder.dirName() == u"bin" && folder.exists(u"../portable"_s))
        return QDir::cleanPath(folder.absoluteFilePath(u".."_s));
    return {};
}

QString usualCacheFolder()
{
#ifdef Q_OS_WIN // where the engine puts it when nobody tells it (model/packed_cache)
    return QStandardPaths::writableLocation(QStandardPaths::AppLocalDataLocation) + u"/cache"_s;
#else
    return QDir::cleanPath(QStandardPaths::writableLocation(QStandardPaths::GenericCacheLocation) + u"/qwill"_s);
#endif
}

} // namespace

Places Places::of(const QString& programFolder)
{
    Places places;
    places.portableRoot = portableRootOf(programFolder);
    const QString chosenCache = qEnvironmentVariable("QWILL_CACHE_DIR");
    if (!places.portableRoot.isEmpty()) {
        places.dataFolder = places.portableRoot + u"/data"_s;
        places.settingsFile = places.dataFolder + u"/settings.ini"_s;
        places.cacheFolder = places.dataFolder + u"/cache"_s;
    } else {
        places.dataFolder = QStandardPaths::writableLocation(QStandardPaths::AppLocalDataLocation);
        places.settingsFile = QStandardPaths::writableLocation(QStandardPaths::AppConfigLocation) + u"/settings.ini"_s;
        places.cacheFolder = usualCacheFolder();
    }
    if (!chosenCache.isEmpty())
        places.cacheFolder = chosenCache;
    return places;
}

Places Places::ours()
{
    return of(QCoreApplication::applicationDirPath());
}

} // namespace qwill::app
