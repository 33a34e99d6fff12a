// qwill: the window. Makes everything, gives it to QML, and paints before anything large is read. `qwill serve` is
// the API without it.

#include "application.h"
#include "glyph_check.h"
#include "no_network.h"
#include "parent_console.h"
#include "places.h"
#include "server/serve_command.h"
#include "window_memory.h"

#include "engine/build_info.h"

#include <QCommandLineParser>
#include <QFileInfo>
#include <QGuiApplication>
#include <QIcon>
#include <QQmlApplicationEngine>
#include <QQmlExtensionPlugin>
#include <QQmlFileSelector>
#include <QQuickStyle>
#include <QQuickWindow>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

Q_IMPORT_QML_PLUGIN(QwillPlugin)

namespace {

using namespace qwill::app;

struct Arguments {
    Profile profile;
    QString model;
    QString chats; // a file of exported chats
};

Arguments readArguments(const QCoreApplication& application)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(
        QCoreApplication::translate("main",
                                    "Chat with a language model on this machine. “qwill serve --help” tells of "
                                    "the local server without a window."));
    parser.addHelpOption();
    const QCommandLineOption version({QStringLiteral("v"), QStringLiteral("version")},
                                     QCoreApplication::translate("main", "Say version, commit and build options."));
    parser.addOption(version);
    const QCommandLineOption profile(
        QStringLiteral("profile"),
        QCoreApplication::translate("main", "Keep chats and settings in <folder> instead of the usual places."),
        QCoreApplication::translate("main", "folder"));
    parser.addOption(profile);
    parser.addPositionalArgument(
        QCoreApplication::translate("main", "file"),
        QCoreApplication::translate("main",
                                    "A model's folder or .gguf file to load, or exported chats (.json) to import."),
        QStringLiteral("[file]"));
    parser.process(application);
    if (parser.isSet(version)) {
        std::fputs(qwill::engine::versionText("qwill").c_str(), stdout);
        std::printf("Qt %s.\n", qVersion());
        std::exit(0);
    }
    Arguments arguments;
    if (parser.isSet(profile)) {
        arguments.profile.dataFolder = parser.value(profile);
        arguments.profile.settingsFile = parser.value(profile) + QStringLiteral("/settings.ini");
    }
    const QString file = parser.positionalArguments().value(0);
    (file.endsWith(QStringLiteral(".json"), Qt::CaseInsensitive) ? arguments.chats : arguments.model) = file;
    return arguments;
}

// What only says something needs no display.
bool onlyTells(int argc, char** argv)
{
    return std::any_of(argv + 1, argv + argc, [](const char* argument) {
        const QByteArrayView word(argument);
        return word == "--version" || word == "-v" || word == "--help" || word == "-h";
    });
}

void showIcon()
{
    QIcon icon;
    for (const int size : {16, 24, 32, 48, 64, 128})
        icon.addFile(QStringLiteral(":/qwill/app-icon/qwill-%1.png").arg(size), {size, size});
    QGuiApplication::setWindowIcon(icon);
}

} // namespace

int main(int argc, char** argv)
{
    QGuiApplication::setApplicationName(QStringLiteral("qwill"));
    QGuiApplication::setApplicationDisplayName(QStringLiteral("Qwill"));
    QGuiApplication::setApplicationVersion(QString::fromStdString(qwill::engine::buildInfo().version));
    const bool serves = argc > 1 && qstrcmp(argv[1], "serve") == 0;
    const bool tells = !serves && onlyTells(argc, argv);
    if (serves || tells)
        attachParentConsole();
    if (serves)
        return runServe(argc, argv);
    if (tells) {
        const QCoreApplication teller(argc, argv);
        readArguments(teller);
        return 0;
    }
    QGuiApplication::setDesktopFileName(QStringLiteral("org.qwill.Qwill"));
    QGuiApplication gui(argc, argv);
    const Arguments arguments = readArguments(gui);
    showIcon();
    qwill::ui::GlyphCheck::addOwnFonts(QCoreApplication::applicationDirPath());
    if (const Places places = Places::ours(); !places.portableRoot.isEmpty())
        qputenv("QWILL_CACHE_DIR", QFile::encodeName(places.cacheFolder)); // for the engine
    // Qwill's controls are its own; Qt's file dialog, where the desktop has none, follows the palette in this style
    // only.
    const QString style = QStringLiteral("Fusion");
    QQuickStyle::setStyle(style);

    Application application(arguments.profile);
    qwill::ui::NoNetwork noNetwork;
    QQmlApplicationEngine qml;
    (new QQmlFileSelector(&qml, &qml))->setExtraSelectors({style});
    qml.setNetworkAccessManagerFactory(&noNetwork);
    QObject::connect(&application.language(), &LanguageSwitch::switched, &qml, &QQmlEngine::retranslate);
    qml.setInitialProperties({{QStringLiteral("application"), QVariant::fromValue(&application)}});
    QObject::connect(
        &qml, &QQmlApplicationEngine::objectCreationFailed, &gui, [] { QCoreApplication::exit(1); },
        Qt::QueuedConnection);
    qml.loadFromModule("Qwill", "Main");
    if (qml.rootObjects().isEmpty())
        return 1;

    auto* window = qobject_cast<QQuickWindow*>(qml.rootObjects().constFirst());
    qwill::ui::WindowMemory memory(*window, *application.settings());

    // The model after the first frame, so that the window never waits for it.
    const QMetaObject::Connection once = QObject::connect(
        window, &QQuickWindow::frameSwapped, &application,
        [&application, model = arguments.model, chats = arguments.chats] {
            if (model.isEmpty())
                application.loadModel();
            else
                application.openModel(model);
            if (!chats.isEmpty())
                application.importer()->import({QUrl::fromLocalFile(QFileInfo(chats).absoluteFilePath())});
        },
        static_cast<Qt::ConnectionType>(Qt::QueuedConnection | Qt::SingleShotConnection));
    Q_UNUSED(once);
    return QGuiApplication::exec();
}
