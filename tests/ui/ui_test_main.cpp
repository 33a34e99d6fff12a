// Runs the tst_*.qml of this folder with the window's module and a ChatFixture.

#include "chat_fixture.h"

#include <QQmlEngine>
#include <QQuickStyle>
#include <QtQuickTest>

#include <memory>

namespace {

class Setup : public QObject {
    Q_OBJECT

public:
    Setup() { QQuickStyle::setStyle(QStringLiteral("Basic")); }

public Q_SLOTS:
    void qmlEngineAvailable(QQmlEngine* engine)
    {
        engine->setNetworkAccessManagerFactory(&m_network);
        m_fixture = std::make_unique<qwill::ui::ChatFixture>(m_network);
        qmlRegisterSingletonInstance("QwillTest", 1, 0, "Fixture", m_fixture.get());
    }
    void cleanupTestCase() { m_fixture.reset(); }

private:
    qwill::ui::NoNetwork m_network;
    std::unique_ptr<qwill::ui::ChatFixture> m_fixture;
};

} // namespace

QUICK_TEST_MAIN_WITH_SETUP(qwill_ui, Setup)

#include "ui_test_main.moc"
