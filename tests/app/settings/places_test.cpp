// Where a person's things lie: the platform's folders, or beside the program in portable mode.

#include "places.h"

#include <QDir>
#include <QFile>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using qwill::app::Places;
using namespace Qt::StringLiterals;

class PlacesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        QVERIFY(QDir(m_folder->path()).mkpath(u"Qwill 中文/bin"_s));
        qunsetenv("QWILL_CACHE_DIR");
        qputenv("XDG_DATA_HOME", QFile::encodeName(m_folder->filePath(u"xdg/data"_s)));
        qputenv("XDG_CONFIG_HOME", QFile::encodeName(m_folder->filePath(u"xdg/config"_s)));
        qputenv("XDG_CACHE_HOME", QFile::encodeName(m_folder->filePath(u"xdg/cache"_s)));
        QCoreApplication::setApplicationName(u"qwill"_s);
    }

    void followsXdg()
    {
        const Places places = Places::of(program());
        QVERIFY(places.portableRoot.isEmpty());
        QCOMPARE(places.dataFolder, m_folder->filePath(u"xdg/data/qwill"_s));
        QCOMPARE(places.settingsFile, m_folder->filePath(u"xdg/config/qwill/settings.ini"_s));
        QCOMPARE(places.cacheFolder, m_folder->filePath(u"xdg/cache/qwill"_s));
    }

    void aFileBesideTheProgramMakesItPortable_data()
    {
        QTest::addColumn<QString>("marker");
        QTest::addColumn<QString>("root");
        QTest::newRow("beside") << u"Qwill 中文/bin/portable"_s << u"Qwill 中文/bin"_s;
        QTest::newRow("above bin") << u"Qwill 中文/portable"_s << u"Qwill 中文"_s;
    }

    void aFileBesideTheProgramMakesItPortable()
    {
        QFETCH(const QString, marker);
        QFETCH(const QString, root);
        QVERIFY(QFile(m_folder->filePath(marker)).open(QIODevice::WriteOnly));
        const Places places = Places::of(program());
        QCOMPARE(places.portableRoot, m_folder->filePath(root));
        QCOMPARE(places.dataFolder, m_folder->filePath(root + u"/data"_s));
        QCOMPARE(places.settingsFile, m_folder->filePath(root + u"/data/settings.ini"_s));
        QCOMPARE(places.cacheFolder, m_folder->filePath(root + u"/data/cache"_s));
    }

    void aFileAboveAnotherFolderDoesNot()
    {
        QVERIFY(QDir(m_folder->path()).mkpath(u"tools"_s));
        QVERIFY(QFile(m_folder->filePath(u"portable"_s)).open(QIODevice::WriteOnly));
        QVERIFY(Places::of(m_folder->filePath(u"tools"_s)).portableRoot.isEmpty());
    }

    void theChosenCacheWins()
    {
        qputenv("QWILL_CACHE_DIR", "/somewhere/else");
        QVERIFY(QFile(m_folder->filePath(u"Qwill 中文/portable"_s)).open(QIODevice::WriteOnly));
        QCOMPARE(Places::of(program()).cacheFolder, u"/somewhere/else"_s);
    }

private:
    QString program() const { return m_folder->filePath(u"Qwill 中文/bin"_s); }

    std::unique_ptr<QTemporaryDir> m_folder;
};

QTEST_GUILESS_MAIN(PlacesTest)
#include "places_test.moc"
