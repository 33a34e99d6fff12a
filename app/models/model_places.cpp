#include "models/model_places.h"

#include "models/model_files.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSettings>
#include <QStandardPaths>

namespace qwill::app {

namespace {

using namespace Qt::StringLiterals;

constexpr auto kCachePrefix = "models--"_L1;

QString variable(const char* name, const QString& below = {})
{
    const QString value = qEnvironmentVariable(name);
    return value.isEmpty() ? QString() : value + below;
}

// Source: the variables of the huggingface_hub documentation, strongest first.
QStringList cacheFolders()
{
    return {variable("HF_HUB_CACHE"), variable("HUGGINGFACE_HUB_CACHE"), variable("HF_HOME", u"/hub"_s),
            variable("XDG_CACHE_HOME", u"/huggingface/hub"_s), QDir::homePath() + u"/.cache/huggingface/hub"_s};
}

QStringList studioFolders()
{
    QStringList folders;
    QFile pointer(QDir::homePath() + u"/.lmstudio-home-pointer"_s); // one line: where its home was moved to
    if (pointer.open(QIODevice::ReadOnly))
        if (const QString home = QString::fromUtf8(pointer.read(4096)).trimmed(); QDir::isAbsolutePath(home))
            folders.append(home + u"/models"_s);
    return folders << QDir::homePath() + u"/.lmstudio/models"_s << QDir::homePath() + u"/.cache/lm-studio/models"_s;
}

QStringList gpt4AllFolders()
{
    const QString company = u"/nomic.ai/GPT4All"_s;
    const QString config = QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation);
    const QSettings settings(config + company + u".ini"_s, QSettings::IniFormat);
    return {settings.value("modelPath"_L1).toString(),
            QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) + company,
            QDir::homePath() + u"/.local/share"_s + company};
}

// main's, where the cache says which that is, else the newest.
QString revisionOf(const QString& repository)
{
    const QDir snapshots(repository + u"/snapshots"_s);
    QFile main(repository + u"/refs/main"_s);
    if (main.open(QIODevice::ReadOnly))
        if (const QString commit = QString::fromLatin1(main.read(64)).trimmed();
            !commit.isEmpty() && !commit.contains(u'/') && snapshots.exists(commit))
            return snapshots.filePath(commit);
    const QStringList revisions = snapshots.entryList(QDir::Dirs | QDir::NoDotAndDotDot, QDir::Time);
    return revisions.isEmpty() ? QString() : snapshots.filePath(revisions.first());
}

} // namespace

QList<ModelPlace> otherModelPlaces()
{
    QList<ModelPlace> places;
    QStringList known;
    const auto add = [&](const QString& program, const QStringList& folders) {
        for (const QString& folder : folders) {
            const QString real = folder.isEmpty() ? QString() : QFileInfo(folder).canonicalFilePath();
            if (real.isEmpty() || known.contains(real) || !QFileInfo(real).isDir())
                continue;
            known.append(real);
            places.append({program, QDir(folder).absolutePath()});
        }
    };
    add(u"Hugging Face"_s, cacheFolders());
    add(u"LM Studio"_s, studioFolders());
    add(u"GPT4All"_s, gpt4AllFolders());
    return places;
}

QStringList modelsAt(const ModelPlace& place)
{
    const QDir folder(place.folder);
    const QStringList repositories = folder.entryList({kCachePrefix + u'*'}, QDir::Dirs, QDir::Name);
    if (repositories.isEmpty())
        return modelsIn(place.folder);
    QStringList models;
    for (const QString& repository : repositories)
        models += modelsIn(revisionOf(folder.filePath(repository)));
    return models;
}

QString nameInCache(const QString& path)
{
    const QStringList parts = path.split(u'/');
    const qsizetype at = parts.lastIndexOf(u"snapshots"_s);
    if (at < 1 || at + 2 != parts.size() || !parts[at - 1].startsWith(kCachePrefix))
        return {};
    return parts[at - 1].section(u"--"_s, -1);
}

} // namespace qwill::app
