#include "application.h"

#include "models/model_files.h"
#include "places.h"

#include "engine/types.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>

namespace qwill::app {

namespace {

QString dataFolderOf(const Profile& profile)
{
    return profile.dataFolder.isEmpty() ? Places::ours().dataFolder : QFileInfo(profile.dataFolder).absoluteFilePath();
}

QString dataFile(const Profile& profile, const QString& name)
{
    return QDir(dataFolderOf(profile)).filePath(name);
}

QString settingsFile(const Profile& profile)
{
    if (!profile.settingsFile.isEmpty())
        return profile.settingsFile;
    return Places::ours().settingsFile;
}

// Nothing the engine cannot open joins the library.
DownloadOptions downloadOptions()
{
    DownloadOptions options;
    options.modelsFolder = ModelLibrary::modelsFolder();
    options.inspect = [](const QString& folder) {
        const auto details = engine::inspectModel(modelsIn(folder).value(0).toStdString());
        return details ? QString() : QString::fromStdString(details.error().message);
    };
    return options;
}

} // namespace

Application::Application(const Profile& profile, QObject* parent)
    : QObject(parent),
      m_dataFolder(dataFolderOf(profile)),
      m_settings(settingsFile(profile)),
      m_language(m_settings),
      m_connections(dataFile(profile, QStringLiteral("connections.jsonl"))),
      m_store(dataFile(profile, QStringLiteral("chats.sqlite"))),
      m_keys(dataFile(profile, QStringLiteral("remote-keys")), KeyRing::Place::SystemFirst),
      m_remote(dataFile(profile, QStringLiteral("remote-models.json")), m_keys),
      m_idle(m_host, m_settings),
      m_library(m_settings),
      m_catalogue(ModelLibrary::modelsFolder()),
      m_downloads(m_settings, downloadOptions()),
      m_conversations(m_store),
      m_trash(m_store),
      m_search(m_store),
      m_commandFilter(m_conversations),
      m_importer(m_store),
      m_templates(dataFile(profile, QStringLiteral("prompts.json"))),
      m_presets(
          dataFile(profile, QStringLiteral("system-prompts.json"))) // two writers of one file would undo each other
      ,
      m_chats(m_store, m_host, m_settings),
      m_files(m_store, m_conversations, m_chats),
      m_server(m_host.gate(), m_settings, dataFile(profile, QStringLiteral("server-key")))
{
    m_trash.setShowsTrash(true);
    connect(&m_chats, &OpenChats::busyChanged, this, [this] { m_conversations.setBusy(m_chats.busy()); });
    m_presets.setShowsPresets(true);
    const auto applyLanguage = [this] {
        m_templates.setLanguage(m_settings.language());
        m_presets.setLanguage(m_settings.language());
    };
    applyLanguage();
    connect(&m_settings, &Settings::changed, this, applyLanguage);
    watchRemote();
    watchLoad();
    watchStore();
    watchDownloads();
}

Application::~Application() = default;

QString Application::version() const
{
    return QCoreApplication::applicationVersion();
}

void Application::watchDownloads()
{
    connect(
        &m_downloads, &DownloadModel::connectionBegun, this, [this](qint64 connection, const QUrl& url, bool isList) {
            m_connectionIds[connection] =
                m_connections.begin(url, isList ? ConnectionLog::Purpose::ModelList : ConnectionLog::Purpose::Download);
        });
    connect(&m_downloads, &DownloadModel::connectionEnded, this,
            [this](qint64 connection, qint64 bytes, const Trouble& trouble) {
                m_connections.end(m_connectionIds.take(connection), bytes, sentenceOf(trouble));
            });
    connect(&m_library, &ModelLibrary::removed, this, [this] { m_catalogue.refresh(); });
    connect(&m_downloads, &DownloadModel::arrived, this, [this] {
        m_library.refresh();
        m_catalogue.refresh();
    });
}

void Application::watchRemote()
{
    m_host.setLoader([this](const engine::LoadOptions& options, const engine::EventSink& sink,
                            const engine::LoadProgressFn& progress, const std::stop_token& stop) {
        const QString path = QString::fromStdString(options.path);
        return isRemotePath(path) ? m_remote.open(path, sink) : engine::Engine::load(options, sink, progress, stop);
    });
    connect(&m_remote, &RemoteModels::renewed, this, [this](const QString& path) {
        if (m_settings.modelPath() == path)
            loadModel();
    });
    connect(&m_remote, &RemoteModels::connectionBegun, this, [this](quint64 connection, const QUrl& url) {
        m_remoteIds[connection] = m_connections.begin(url, ConnectionLog::Purpose::OwnServer);
    });
    connect(&m_remote, &RemoteModels::connectionEnded, this,
            [this](quint64 connection, qint64 bytes, const QString& failure) {
                m_connections.end(m_remoteIds.take(connection), bytes, failure);
            });
}

void Application::watchStore()
{
    const auto say = [this](const QString& sentence) {
        if (sentence == m_storeProblem)
            return;
        m_storeProblem = sentence;
        Q_EMIT storeProblemChanged();
    };
    connect(&m_store, &ConversationStore::stateChanged, this, [this, say] { say(m_store.stateText()); });
    connect(&m_store, &ConversationStore::writeFailed, this, say);
}

void Application::watchLoad()
{
    const auto compare = [this] {
        const bool pending = m_host.state() == EngineHost::State::Ready && m_host.settings() != wantedLoad();
        if (pending == m_loadPending)
            return;
        m_loadPending = pending;
        Q_EMIT loadPendingChanged();
    };
    connect(&m_settings, &Settings::changed, this, compare);
    connect(&m_host.gate(), &EngineGate::wanted, this, [this] { // a request to the server, while none is loaded
        if (m_host.state() == EngineHost::State::Empty)
            loadModel();
    });
    connect(&m_host, &EngineHost::stateChanged, this, compare);
}

LoadSettings Application::wantedLoad() const
{
    LoadSettings load;
    load.path = m_settings.modelPath().isEmpty() ? ModelLibrary::guidePath() : m_settings.modelPath();
    load.weights = static_cast<engine::WeightFormat>(m_settings.weights());
    load.kv = static_cast<engine::KvFormat>(m_settings.kv());
    load.device = static_cast<engine::DeviceKind>(m_settings.device());
    load.contextLength = m_settings.contextLength();
    load.threads = m_settings.threads();
    return load;
}

void Application::loadModel()
{
    const QString path = wantedLoad().path;
    m_remote.prepare(path, [this, path] { // its key comes from the keyring
        if (const LoadSettings wanted = wantedLoad(); wanted.path == path)
            m_host.load(wanted);
    });
}

void Application::openModel(const QString& path)
{
    const QString absolute = QFileInfo(path).absoluteFilePath();
    m_library.import(absolute);
    chooseModel(absolute);
}

void Application::chooseModel(const QString& path)
{
    m_settings.setModelPath(path);
    loadModel();
}

void Application::useDownloaded(const QString& catalogueId)
{
    if (const QString path = modelsIn(ModelLibrary::modelsFolder() + u'/' + catalogueId).value(0); !path.isEmpty())
        chooseModel(path);
}

void Application::removeRemote(const QString& path)
{
    if (m_settings.modelPath() == path)
        chooseModel({});
    m_remote.remove(path);
}

void Application::deleteModel(const QString& path)
{
    if (m_settings.modelPath() == path)
        chooseModel({});
    m_library.remove(path);
}

} // namespace qwill::app
