// qwill: the window. Makes everything, gives it to QML, and paints before anything large is read. `qwill serve` is
// the API without it.

#include "application.h"
#include "no_network.h"
#include "server/serve_command.h"
#include "window_memory.h"

#include <QCommandLineParser>
#include <QGuiApplication>
#include <QIcon>
#include <QQmlApplicationEngine>
#include <QQmlExtensionPlugin>
#include <QQuickStyle>
#include <QQuickWindow>
#include <QTimer>

Q_IMPORT_QML_PLUGIN(QwillPlugin)

namespace {

using namespace qwill::app;

struct Arguments {
    Profile profile;
    QString model;
};

Arguments readArguments(const QGuiApplication& application)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(
        QCoreApplication::translate("main", "Chat with a language model on this machine."));
    parser.addHelpOption();
    parser.addVersionOption();
    const QCommandLineOption profile(
        QStringLiteral("profile"),
        QCoreApplication::translate("main", "Keep chats and settings in <folder> instead of the usual places."),
        QCoreApplication::translate("main", "folder"));
    parser.addOption(profile);
    parser.addPositionalArgument(QCoreApplication::translate("main", "model"),
                                 QCoreApplication::translate("main", "A model's folder or .gguf file."),
                                 QStringLiteral("[model]"));
    parser.process(application);
    Arguments arguments;
    if (parser.isSet(profile)) {
        arguments.profile.dataFolder = parser.value(profile);
        arguments.profile.settingsFile = parser.value(profile) + QStringLiteral("/settings.ini");
    }
    arguments.model = parser.positionalArguments().value(0);
    return arguments;
}

} // namespace

int main(int argc, char** argv)
{
    QGuiApplication::setApplicationName(QStringLiteral("qwill"));
    QGuiApplication::setApplicationDisplayName(QStringLiteral("Qwill"));
    QGuiApplication::setApplicationVersion(QStringLiteral(QWILL_VERSION));
    if (argc > 1 && qstrcmp(argv[1], "serve") == 0)
        return runServe(argc, argv);
    QGuiApplication::setDesktopFileName(QStringLiteral("qwill"));
    QGuiApplication gui(argc, argv);
    const Arguments arguments = readArguments(gui);
    QQuickStyle::setStyle(QStringLiteral("Basic"));

    Application application(arguments.profile);
    qwill::ui::NoNetwork noNetwork;
    QQmlApplicationEngine qml;
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
        [&application, model = arguments.model] {
            if (model.isEmpty())
                application.loadModel();
            else
                application.openModel(model);
        },
        static_cast<Qt::ConnectionType>(Qt::QueuedConnection | Qt::SingleShotConnection));
    Q_UNUSED(once);
    return QGuiApplication::exec();
}
