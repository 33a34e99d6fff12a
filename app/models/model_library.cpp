#include "models/model_library.h"

#include "engine_text.h"

#include "language_switch.h"
#include "models/load_costs.h"
#include "models/model_deletion.h"
#include "models/model_files.h"
#include "models/model_places.h"
#include "places.h"
#include "settings.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLocale>
#include <QSaveFile>
#include <QSet>
#include <QThreadPool>

#include <algorithm>
#include <atomic>
#include <utility>

namespace qwill::app {

namespace {

using namespace Qt::StringLiterals;

constexpr qint64 kMaxListBytes = 1 << 20;

// What was imported by path: {"imported": ["…"]} beside the models folder.
QString listFile()
{
    return Places::ours().dataFolder + u"/models.json"_s;
}

QStringList readImported()
{
    QFile file(listFile());
    if (!file.open(QIODevice::ReadOnly))
        return {};
    QStringList paths;
    const QJsonArray array = QJsonDocument::fromJson(file.read(kMaxListBytes)).object()["imported"_L1].toArray();
    for (const auto& value : array)
        if (const QString path = value.toString(); !path.isEmpty() && !paths.contains(path))
            paths.append(path);
    return paths;
}

bool writeImported(const QStringList& paths)
{
    QDir().mkpath(QFileInfo(listFile()).absolutePath());
    QSaveFile file(listFile());
    const QJsonObject object{{u"imported"_s, QJsonArray::fromStringList(paths)}};
    return file.open(QIODevice::WriteOnly) && file.write(QJsonDocument(object).toJson()) >= 0 && file.commit();
}

ModelWish wishOf(const Settings& settings)
{
    return {static_cast<engine::WeightFormat>(settings.weights()), static_cast<engine::KvFormat>(settings.kv()),
            static_cast<engine::DeviceKind>(settings.device()), settings.contextLength()};
}

// The guide first, then by name.
bool standsBefore(const FoundModel& a, const FoundModel& b)
{
    if (a.guide != b.guide)
        return a.guide;
    const int names = QString::localeAwareCompare(a.name, b.name);
    return names != 0 ? names < 0 : a.path < b.path;
}

QList<FoundModel> scan(const std::atomic<bool>& leaving, const ModelWish& wish, const QString& guide,
                       const QStringList& others)
{
    QStringList paths = others;
    if (!guide.isEmpty())
        paths.prepend(guide);
    QList<FoundModel> models;
    QSet<QString> known;
    for (const QString& path : std::as_const(paths)) {
        if (leaving || known.contains(path))
            continue;
        known.insert(path);
        models.append(describeModel(path, wish));
        models.last().guide = path == guide;
    }
    std::sort(models.begin(), models.end(), standsBefore);
    return models;
}

} // namespace

class ModelLibrary::Private {
public:
    QList<FoundModel> models;
    QStringList imported;
    ModelWish wish;
    int serial = 0; // of the newest scan; what an older one brings is dropped
    int scans = 0; // under way
    std::atomic<bool> leaving = false; // read by the worker between models
    QThreadPool worker; // one thread; joined before the rest goes

    void show(ModelLibrary& model, const QList<FoundModel>& next);
};

// Rows that stay, stay: gone ones are removed, then each place gets its row by insertion, move or change.
void ModelLibrary::Private::show(ModelLibrary& model, const QList<FoundModel>& next)
{
    QSet<QString> paths;
    for (const FoundModel& found : next)
        paths.insert(found.path);
    for (int row = static_cast<int>(models.size()) - 1; row >= 0; --row) {
        if (paths.contains(models[row].path))
            continue;
        model.beginRemoveRows({}, row, row);
        models.removeAt(row);
        model.endRemoveRows();
    }
    for (int row = 0; row < next.size(); ++row) {
        const auto at = std::find_if(models.begin() + std::min<qsizetype>(row, models.size()), models.end(),
                                     [&](const FoundModel& found) { return found.path == next[row].path; });
        const int from = static_cast<int>(at - models.begin());
        if (at == models.end()) {
            model.beginInsertRows({}, row, row);
            models.insert(row, next[row]);
            model.endInsertRows();
        } else if (from != row) {
            model.beginMoveRows({}, from, from, {}, row);
            models.move(from, row);
            model.endMoveRows();
        }
        if (models[row] != next[row]) {
            models[row] = next[row];
            Q_EMIT model.dataChanged(model.index(row), model.index(row));
        }
    }
}

ModelLibrary::ModelLibrary(Settings& settings, QObject* parent)
    : QAbstractListModel(parent),
      d(std::make_unique<Private>())
{
    d->worker.setMaxThreadCount(1);
    d->imported = readImported();
    d->wish = wishOf(settings);
    connect(&settings, &Settings::changed, this, [this, &settings] {
        const ModelWish wish = wishOf(settings);
        if (wish == d->wish)
            return;
        d->wish = wish;
        refresh();
    });
    for (const auto changed : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved})
        connect(this, changed, this, &ModelLibrary::countChanged);
    // The sentences about each model were made in the language before.
    whenLanguageChanges(this, [this] {
        if (!d->models.isEmpty())
            refresh();
    });
}

ModelLibrary::~ModelLibrary()
{
    d->leaving = true;
    d->worker.clear();
    d->worker.waitForDone();
}

int ModelLibrary::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(d->models.size());
}

QVariant ModelLibrary::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const FoundModel& model = d->models[index.row()];
    switch (role) {
    case PathRole: return model.path;
    case Qt::DisplayRole:
    case NameRole: return model.guide ? tr("Guide to Qwill") : model.name;
    case DetailRole: return model.detail;
    case FitRole: return model.fit;
    case FitsRole: return model.fits;
    case GuideRole: return model.guide;
    case OpensRole: return model.opens;
    case ImportedRole: return d->imported.contains(model.path);
    case DeletableRole: return !model.guide && ModelDeletion::isPossible(model.path, modelsFolder());
    default: return {};
    }
}

QHash<int, QByteArray> ModelLibrary::roleNames() const
{
    return {{PathRole, "path"},   {NameRole, "name"},         {DetailRole, "detail"},
            {FitRole, "fit"},     {FitsRole, "fits"},         {GuideRole, "guide"},
            {OpensRole, "opens"}, {ImportedRole, "imported"}, {DeletableRole, "deletable"}};
}

bool ModelLibrary::scanning() const
{
    return d->scans > 0;
}

QString ModelLibrary::guidePath()
{
    // Installed; beside the program (Windows); in the build tree.
    const QString program = QCoreApplication::applicationDirPath();
    for (const QString& place : {u"/../share/qwill/guide"_s, u"/guide"_s, u"/../../../resources/guide"_s}) {
        const QString path = QDir::cleanPath(program + place);
        if (QFileInfo::exists(path + u"/config.json"_s))
            return path;
    }
    return {};
}

QString ModelLibrary::modelsFolder()
{
    return Places::ours().dataFolder + u"/models"_s;
}

void ModelLibrary::refresh()
{
    if (++d->scans == 1)
        Q_EMIT scanningChanged();
    d->worker.start([this, serial = ++d->serial, wish = d->wish, guide = guidePath(), folder = modelsFolder(),
                     imported = d->imported] {
        const QList<FoundModel> models = scan(d->leaving, wish, guide, imported + modelsIn(folder));
        // The destructor joins this thread, and takes with it what is posted.
        QMetaObject::invokeMethod(
            this,
            [this, serial, models] {
                if (serial == d->serial)
                    d->show(*this, models);
                if (--d->scans == 0)
                    Q_EMIT scanningChanged();
            },
            Qt::QueuedConnection);
    });
}

void ModelLibrary::import(const QString& given)
{
    const QString path = modelPathOf(given);
    if (path.isEmpty() || !QFileInfo::exists(path)) {
        Q_EMIT importFailed(tr("There is nothing at %1.").arg(given));
        return;
    }
    d->worker.start([this, path] {
        const auto details = engine::inspectModel(path.toStdString());
        const QString problem = details ? QString() : engineText(details.error().message);
        QMetaObject::invokeMethod(
            this,
            [this, path, problem] {
                if (problem.isEmpty())
                    addImported(path);
                else
                    Q_EMIT importFailed(problem);
            },
            Qt::QueuedConnection);
    });
}

void ModelLibrary::addImported(const QString& path)
{
    if (!d->imported.contains(path)) {
        d->imported.append(path);
        if (!writeImported(d->imported))
            Q_EMIT importFailed(tr("The model is listed until Qwill ends: %1 could not be written.").arg(listFile()));
    }
    refresh();
    Q_EMIT imported(path);
}

void ModelLibrary::forget(const QString& path)
{
    if (d->imported.removeAll(path) == 0)
        return;
    writeImported(d->imported);
    refresh();
}

bool ModelLibrary::isModel(const QUrl& url) const
{
    const QFileInfo info(url.toLocalFile());
    if (!url.isLocalFile() || !info.exists())
        return false;
    const QString suffix = info.suffix().toLower();
    return info.isDir() ? !modelsIn(info.absoluteFilePath()).isEmpty()
                        : suffix == "gguf"_L1 || suffix == "safetensors"_L1;
}

void ModelLibrary::lookElsewhere()
{
    QStringList known = d->imported;
    for (const FoundModel& model : std::as_const(d->models))
        known.append(model.path);
    d->worker.start([this, known] {
        QStringList programs, found;
        int closed = 0; // to this version
        const QList<ModelPlace> places = otherModelPlaces();
        for (const ModelPlace& place : places) {
            if (!programs.contains(place.program))
                programs.append(place.program);
            const QStringList paths = modelsAt(place);
            for (const QString& path : paths) {
                if (d->leaving || known.contains(path) || found.contains(path))
                    continue;
                if (engine::inspectModel(path.toStdString()))
                    found.append(path);
                else
                    ++closed;
            }
        }
        QMetaObject::invokeMethod(
            this, [this, programs, found, closed] { takeFound(programs, found, closed); }, Qt::QueuedConnection);
    });
}

void ModelLibrary::takeFound(const QStringList& programs, const QStringList& found, int closed)
{
    if (!found.isEmpty()) {
        d->imported += found;
        writeImported(d->imported);
        refresh();
    }
    const QString where = QLocale().createSeparatedList(programs);
    QStringList sentences;
    if (programs.isEmpty())
        sentences.append(
            tr("There is no cache of Hugging Face on this machine, and no folder of LM Studio or GPT4All."));
    else if (found.isEmpty())
        sentences.append(tr("Nothing new in the folders of %1.").arg(where));
    else
        sentences.append(tr("%n model(s) found in the folders of %1 and listed here; nothing was copied or moved.",
                            nullptr, static_cast<int>(found.size()))
                             .arg(where));
    if (closed > 0)
        sentences.append(tr("%n other(s) there cannot be opened by this version of Qwill.", nullptr, closed));
    Q_EMIT searched(sentences.join(u' '));
}

QString ModelLibrary::removalQuestion(const QString& path) const
{
    const auto deletion = ModelDeletion::of(path, modelsFolder());
    if (!deletion)
        return {};
    const QString freed = sizeText(static_cast<quint64>(deletion->bytes()));
    if (deletion->preparedBytes() == 0)
        return tr("Its files are removed from the disk, which frees %1. This cannot be undone; it can be downloaded "
                  "again.")
            .arg(freed);
    return tr("Its files and the form that was prepared for this machine (%1) are removed from the disk, which frees "
              "%2 in all. This cannot be undone; it can be downloaded again.")
        .arg(sizeText(static_cast<quint64>(deletion->preparedBytes())), freed);
}

void ModelLibrary::remove(const QString& path)
{
    d->worker.start([this, path, folder = modelsFolder()] {
        const auto deletion = ModelDeletion::of(path, folder);
        const QString left = deletion ? deletion->carryOut() : path;
        const qint64 freed = deletion ? deletion->bytes() : 0;
        QMetaObject::invokeMethod(
            this,
            [this, path, left, freed] {
                forget(path);
                refresh();
                Q_EMIT removed(left.isEmpty() ? tr("%1 freed.").arg(sizeText(static_cast<quint64>(freed)))
                                              : tr("%1 could not be deleted.").arg(left));
            },
            Qt::QueuedConnection);
    });
}

} // namespace qwill::app
