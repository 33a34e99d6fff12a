#include "server/serve_command.h"

#include "engine_host.h"
#include "language_switch.h"
#include "models/model_files.h"
#include "models/model_library.h"
#include "places.h"
#include "secrets/key_file.h"
#include "server/heap_release.h"
#include "server/local_server.h"
#include "server/termination.h"
#include "settings.h"

#include "engine/build_info.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <cstdio>
#include <cstdlib>
#include <optional>

namespace qwill::app {

namespace {

using namespace Qt::StringLiterals;

constexpr int kDrainMs = 30'000;
constexpr int kMostParallel = 15; // the engine's 16, less one for the window

void say(std::FILE* to, const QString& line)
{
    std::fputs(qPrintable(line + u'\n'), to);
    std::fflush(to);
}

struct ServeOptions {
    LoadSettings load;
    ServerSettings server;
};

// A path, or the name of a model in the models folder; empty = the one the window uses.
QString findModel(const QString& wanted, const Settings& settings)
{
    if (wanted.isEmpty())
        return settings.modelPath().isEmpty() ? ModelLibrary::guidePath() : settings.modelPath();
    if (QFileInfo::exists(wanted))
        return modelPathOf(QFileInfo(wanted).absoluteFilePath());
    for (const QString& path : modelsIn(ModelLibrary::modelsFolder()))
        if (QFileInfo(path).fileName() == wanted || QFileInfo(path).completeBaseName() == wanted)
            return path;
    return {};
}

class Arguments {
    Q_DECLARE_TR_FUNCTIONS(qwill::app::ServeCommand)

public:
    Arguments()
    {
        m_parser.setApplicationDescription(
            tr("Serve a model of this machine to other programs, by OpenAI's HTTP API."));
        m_parser.addHelpOption();
        m_parser.addVersionOption();
        m_parser.addOptions(
            {m_model, m_host, m_port, m_keyFile, m_parallel, m_queue, m_context, m_hostName, m_origin, m_profile});
    }

    // What is wrong, or nothing.
    QString read(const QStringList& arguments, ServeOptions& options)
    {
        if (!m_parser.parse(arguments))
            return m_parser.errorText();
        if (m_parser.isSet(u"help"_s))
            m_parser.showHelp();
        if (m_parser.isSet(u"version"_s)) {
            std::fputs(engine::versionText("qwill").c_str(), stdout);
            std::exit(0);
        }
        if (!m_parser.positionalArguments().isEmpty())
            return tr("“%1” is not understood.").arg(m_parser.positionalArguments().constFirst());
        const Settings settings(settingsFile());
        options.load.contextLength = settings.contextLength();
        options.load.weights = static_cast<engine::WeightFormat>(settings.weights());
        options.load.kv = static_cast<engine::KvFormat>(settings.kv());
        options.load.device = static_cast<engine::DeviceKind>(settings.device());
        options.load.threads = settings.threads();
        options.load.path = findModel(m_parser.value(m_model), settings);
        if (isRemotePath(options.load.path))
            return tr("The window uses a model on another machine, which is not served on. Name one with --model.");
        if (options.load.path.isEmpty())
            return tr("There is no model “%1”: give its folder or .gguf file.").arg(m_parser.value(m_model));
        int port = Settings::kDefaultServerPort;
        for (const QString& problem :
             {number(m_context, 1, 1 << 20, options.load.contextLength),
              number(m_parallel, 1, kMostParallel, options.server.queue.parallel),
              number(m_queue, 0, 100'000, options.server.queue.waiting), number(m_port, 0, 65535, port)})
            if (!problem.isEmpty())
                return problem;
        options.server.port = static_cast<quint16>(port);
        return readAccess(options.server);
    }

private:
    QString settingsFile() const
    {
        if (m_parser.isSet(m_profile))
            return QDir(m_parser.value(m_profile)).filePath(u"settings.ini"_s);
        return Places::ours().settingsFile;
    }

    QString readAccess(ServerSettings& server)
    {
        const QString host = m_parser.value(m_host);
        server.address = QHostAddress(host == u"localhost" ? u"127.0.0.1"_s : host);
        if (m_parser.isSet(m_keyFile)) {
            const KeyFile::Read key = KeyFile::read(m_parser.value(m_keyFile));
            if (!key.problem.isEmpty())
                return key.problem;
            server.access.key = key.key;
        }
        server.access.loopbackOnly = server.address.isLoopback();
        server.access.hosts = m_parser.values(m_hostName);
        server.access.origins = m_parser.values(m_origin);
        return whyNotListenAt(server.address, server.access);
    }

    QString number(const QCommandLineOption& option, int least, int most, int& into) const
    {
        if (!m_parser.isSet(option))
            return {};
        bool isNumber = false;
        const int value = m_parser.value(option).toInt(&isNumber);
        if (!isNumber || value < least || value > most)
            return tr("--%1 must be between %2 and %3, not “%4”.")
                .arg(option.names().constFirst())
                .arg(least)
                .arg(most)
                .arg(m_parser.value(option));
        into = value;
        return {};
    }

    QCommandLineParser m_parser;
    QCommandLineOption m_model{u"model"_s,
                               tr("The model: a folder, a .gguf file, or a name in the models folder. Without "
                                  "it, the one the window uses."),
                               u"model"_s};
    QCommandLineOption m_host{u"host"_s,
                              tr("The address to listen at; other machines can reach it only when it is not a "
                                 "loopback address, which demands a key."),
                              u"address"_s, u"127.0.0.1"_s};
    QCommandLineOption m_port{u"port"_s, tr("The port; 0 takes any that is free."), u"port"_s,
                              QString::number(Settings::kDefaultServerPort)};
    QCommandLineOption m_keyFile{u"api-key-file"_s, tr("A file that holds the key clients must send."), u"file"_s};
    QCommandLineOption m_parallel{u"parallel"_s, tr("How many replies are written at once (1…15)."), u"number"_s,
                                  u"12"_s};
    QCommandLineOption m_queue{u"queue"_s, tr("How many more may wait; beyond it clients are turned away."),
                               u"number"_s, u"64"_s};
    QCommandLineOption m_context{u"ctx"_s, tr("Tokens of context, all replies together."), u"tokens"_s};
    QCommandLineOption m_hostName{
        u"allow-host"_s, tr("A further name by which clients may call this machine; may be repeated."), u"name"_s};
    QCommandLineOption m_origin{u"allow-origin"_s,
                                tr("A web page's origin that may use the server from a browser, such as "
                                   "http://localhost:3000; may be repeated."),
                                u"origin"_s};
    QCommandLineOption m_profile{u"profile"_s, tr("Take the settings from this folder."), u"folder"_s};
};

QString logLine(const AnsweredRequest& request)
{
    return u"%1 %2 %3 %4 · %5 + %6 tokens · %7 s"_s
        .arg(request.at.toString(Qt::ISODate), request.client, request.endpoint)
        .arg(request.status)
        .arg(request.promptTokens)
        .arg(request.replyTokens)
        .arg(static_cast<double>(request.ms) / 1000, 0, 'f', 1);
}

} // namespace

int runServe(int argc, char** argv)
{
    releaseLargeBlocks();
    QCoreApplication application(argc, argv);
    if (const Places places = Places::ours(); !places.portableRoot.isEmpty())
        qputenv("QWILL_CACHE_DIR", QFile::encodeName(places.cacheFolder)); // for the engine
    Settings settings(Places::ours().settingsFile);
    const LanguageSwitch language(settings);
    ServeOptions options;
    Arguments arguments;
    QStringList words = QCoreApplication::arguments();
    words.removeAt(1); // "serve"
    if (const QString problem = arguments.read(words, options); !problem.isEmpty()) {
        say(stderr, problem);
        return 2;
    }
    EngineHost host;
    LocalServer server(host.gate());
    Termination termination;
    const auto failed = [](const QString& sentence) {
        say(stderr, sentence);
        QCoreApplication::exit(1);
    };
    // Clients may knock while the model is loaded; they wait.
    if (const QString problem = server.start(options.server); !problem.isEmpty()) {
        say(stderr, Arguments::tr("Cannot listen: %1").arg(problem));
        return 1;
    }
    bool ready = false;
    QObject::connect(&host, &EngineHost::stateChanged, &application, [&] {
        if (host.state() == EngineHost::State::Failed) {
            failed(host.errorText());
        } else if (host.state() == EngineHost::State::Ready && !std::exchange(ready, true)) {
            const QString address = options.server.address.toString();
            say(stdout,
                QStringLiteral("Ready: http://%1:%2/v1 · %3 · %4 tokens of context · %5 at a time · %6")
                    .arg(address.contains(u':') ? u'[' + address + u']' : address)
                    .arg(server.port())
                    .arg(host.modelName())
                    .arg(host.engine()->contextLength())
                    .arg(options.server.queue.parallel)
                    .arg(options.server.access.key.isEmpty() ? u"no key"_s : u"with a key"_s));
        }
    });
    QObject::connect(&server, &LocalServer::answered, &application,
                     [](const AnsweredRequest& request) { say(stderr, logLine(request)); });
    QObject::connect(&server, &LocalServer::stopped, &application, [] { QCoreApplication::exit(0); });
    QObject::connect(&termination, &Termination::asked, &application, [&, asked = false]() mutable {
        if (std::exchange(asked, true) || !ready) {
            QCoreApplication::exit(0);
            return;
        }
        say(stderr, Arguments::tr("Finishing what is under way; once more ends it at once."));
        server.drain(kDrainMs);
    });
    host.load(options.load);
    QObject::connect(&host.gate(), &EngineGate::wanted, &application, [&] { host.load(options.load); });
    return QCoreApplication::exec();
}

} // namespace qwill::app
