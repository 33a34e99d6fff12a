// A window comes back where it was, and never where no screen is.

#include "settings.h"
#include "window_memory.h"

#include <QDataStream>
#include <QScreen>
#include <QTemporaryDir>
#include <QTest>
#include <QWindow>

using namespace qwill;

class WindowMemoryTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void comesBackWhereItWas()
    {
        const QTemporaryDir folder;
        const QString file = folder.filePath(QStringLiteral("settings.ini"));
        {
            app::Settings settings(file);
            QWindow window;
            ui::WindowMemory memory(window, settings);
            window.show();
            QVERIFY(QTest::qWaitForWindowExposed(&window));
            window.setGeometry(60, 70, 640, 480);
            QTRY_COMPARE(window.geometry(), QRect(60, 70, 640, 480));
        }
        app::Settings settings(file);
        QWindow window;
        ui::WindowMemory memory(window, settings);
        QCOMPARE(window.geometry(), QRect(60, 70, 640, 480));
    }

    void doesNotGoWhereNoScreenIs()
    {
        const QTemporaryDir folder;
        app::Settings settings(folder.filePath(QStringLiteral("settings.ini")));
        QByteArray far;
        QDataStream stream(&far, QIODevice::WriteOnly);
        stream << quint32(1) << QRect(90'000, 90'000, 640, 480) << false;
        settings.setWindowGeometry(far);
        QWindow window;
        const QPoint before = window.position();
        ui::WindowMemory memory(window, settings);
        QCOMPARE(window.position(), before);
        QCOMPARE(window.size(), QSize(640, 480));
    }

    void ignoresWhatItCannotRead()
    {
        const QTemporaryDir folder;
        app::Settings settings(folder.filePath(QStringLiteral("settings.ini")));
        settings.setWindowGeometry("nonsense");
        QWindow window;
        window.resize(321, 234);
        ui::WindowMemory memory(window, settings);
        QCOMPARE(window.size(), QSize(321, 234));
    }
};

QTEST_MAIN(WindowMemoryTest)
#include "window_memory_test.moc"
