#pragma once
// Application: everything the window shows, in one object made by main(): settings, model, chats, prompts. Owns them in
// the order they need one another, and connects what none of them should know of another. GUI thread.

#include "chat/chat_files.h"
#include "chat/chat_importer.h"
#include "chat/conversation_list_model.h"
#include "chat/open_chats.h"
#include "chat/prompt_templates.h"
#include "chat/search_model.h"
#include "connection_log.h"
#include "engine_host.h"
#include "idle_unloader.h"
#include "language_switch.h"
#include "log_book.h"
#include "models/download_model.h"
#include "models/model_catalogue.h"
#include "models/model_library.h"
#include "palette/command_filter.h"
#include "remote/remote_models.h"
#include "secrets/key_ring.h"
#include "server/server_switch.h"
#include "settings.h"
#include "store/conversation_store.h"

#include <QHash>
#include <QObject>
#include <QtQmlIntegration>

namespace qwill::app {

// Where the person's things lie. Empty = the platform's places.
struct Profile {
    QString dataFolder; // chats.sqlite, prompts.json, system-prompts.json
    QString settingsFile;
};

class Application : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("main() makes the application")
    Q_PROPERTY(qwill::app::Settings* settings READ settings CONSTANT)
    Q_PROPERTY(qwill::app::EngineHost* host READ host CONSTANT)
    Q_PROPERTY(qwill::app::ModelLibrary* library READ library CONSTANT)
    Q_PROPERTY(qwill::app::ModelCatalogue* catalogue READ catalogue CONSTANT)
    Q_PROPERTY(qwill::app::DownloadModel* downloads READ downloads CONSTANT)
    Q_PROPERTY(qwill::app::OpenChats* chats READ chats CONSTANT)
    Q_PROPERTY(qwill::app::ConversationListModel* conversations READ conversations CONSTANT)
    Q_PROPERTY(qwill::app::ConversationListModel* trash READ trash CONSTANT)
    Q_PROPERTY(qwill::app::SearchModel* search READ search CONSTANT)
    Q_PROPERTY(qwill::app::CommandFilter* commandFilter READ commandFilter CONSTANT)
    Q_PROPERTY(qwill::app::ChatFiles* files READ files CONSTANT)
    Q_PROPERTY(qwill::app::ChatImporter* importer READ importer CONSTANT)
    Q_PROPERTY(qwill::app::PromptTemplates* templates READ templates CONSTANT)
    Q_PROPERTY(qwill::app::PromptTemplates* presets READ presets CONSTANT) // of system prompts
    Q_PROPERTY(qwill::app::ConnectionLog* connections READ connections CONSTANT)
    Q_PROPERTY(qwill::app::LogBook* log READ log CONSTANT)
    Q_PROPERTY(qwill::app::RemoteModels* remoteModels READ remoteModels CONSTANT)
    Q_PROPERTY(qwill::app::ServerSwitch* server READ server CONSTANT)
    Q_PROPERTY(QString dataFolder READ dataFolder CONSTANT)
    // The model that is loaded does not follow the settings: loadModel() makes it.
    Q_PROPERTY(bool loadPending READ loadPending NOTIFY loadPendingChanged)
    Q_PROPERTY(QString storeProblem READ storeProblem NOTIFY storeProblemChanged) // a sentence, or empty
    Q_PROPERTY(QString version READ version CONSTANT)

public:
    explicit Application(const Profile& profile, QObject* parent = nullptr);
    ~Application() override;

    Settings* settings() { return &m_settings; }
    EngineHost* host() { return &m_host; }
    ModelLibrary* library() { return &m_library; }
    ModelCatalogue* catalogue() { return &m_catalogue; }
    DownloadModel* downloads() { return &m_downloads; }
    OpenChats* chats() { return &m_chats; }
    ConversationListModel* conversations() { return &m_conversations; }
    ConversationListModel* trash() { return &m_trash; }
    SearchModel* search() { return &m_search; }
    CommandFilter* commandFilter() { return &m_commandFilter; }
    ChatFiles* files() { return &m_files; }
    ChatImporter* importer() { return &m_importer; }
    PromptTemplates* templates() { return &m_templates; }
    PromptTemplates* presets() { return &m_presets; }
    ConnectionLog* connections() { return &m_connections; }
    LogBook* log() { return &m_log; }
    RemoteModels* remoteModels() { return &m_remote; }
    ServerSwitch* server() { return &m_server; }
    LanguageSwitch& language() { return m_language; }
    QString dataFolder() const { return m_dataFolder; }
    ConversationStore& store() { return m_store; }
    bool loadPending() const { return m_loadPending; }
    QString storeProblem() const { return m_storeProblem; }
    QString version() const;

    // Loads what the settings name, the guide where they name nothing. Called after the window has painted.
    Q_INVOKABLE void loadModel();
    Q_INVOKABLE void chooseModel(const QString& path); // empty = the guide; kept in the settings, loaded now
    Q_INVOKABLE void useDownloaded(const QString& catalogueId); // what lies in the models folder
    // Off the disk; when it is the one in use, the guide takes its place first.
    Q_INVOKABLE void deleteModel(const QString& path);
    Q_INVOKABLE void removeRemote(const QString& path); // when it is the one in use, the guide takes its place first
    void openModel(const QString& path); // as given on the command line: joins the library first
    Q_INVOKABLE void undoTrash() { m_conversations.undo(); }

Q_SIGNALS:
    void loadPendingChanged();
    void storeProblemChanged();

private:
    LoadSettings wantedLoad() const;
    void watchLoad();
    void watchStore();
    void watchDownloads();
    void watchRemote();

    LogBook m_log; // first: it hears the others
    QString m_dataFolder;
    Settings m_settings;
    LanguageSwitch m_language; // before whatever says a word
    ConnectionLog m_connections;
    ConversationStore m_store;
    KeyRing m_keys;
    RemoteModels m_remote; // before the host, whose engine it may have made
    EngineHost m_host;
    IdleUnloader m_idle;
    ModelLibrary m_library;
    ModelCatalogue m_catalogue;
    DownloadModel m_downloads;
    ConversationListModel m_conversations;
    ConversationListModel m_trash; // what was thrown away, whatever the sidebar shows
    SearchModel m_search;
    CommandFilter m_commandFilter;
    ChatImporter m_importer;
    PromptTemplates m_templates;
    PromptTemplates m_presets;
    OpenChats m_chats; // its sessions use the store and the host
    ChatFiles m_files; // takes from all of them
    ServerSwitch m_server; // after the host, whose gate it uses
    QHash<qint64, qint64> m_connectionIds; // of the downloads' connections, in the log
    QHash<quint64, qint64> m_remoteIds; // of those to models elsewhere
    bool m_loadPending = false;
    QString m_storeProblem;
};

} // namespace qwill::app
