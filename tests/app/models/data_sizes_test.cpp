// What the page of data shows of the disk, and that clearing prepared weights takes those and nothing else.

#include "models/data_sizes.h"

#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace qwill::app;

class DataSizesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void clearingTakesPreparedWeightsOnly();
    void anEmptyCacheCannotBeCleared();
};

namespace {

void write(const QString& path, qsizetype bytes)
{
    QDir().mkpath(QFileInfo(path).path());
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(QByteArray(bytes, 'x'));
}

} // namespace

void DataSizesTest::clearingTakesPreparedWeightsOnly()
{
    QTemporaryDir dir;
    qputenv("QWILL_CACHE_DIR", QFile::encodeName(dir.filePath(QStringLiteral("cache"))));
    const QString cache = DataSizes::cacheFolder();
    const QString ours =
        cache + QStringLiteral("/c-1.packed.part%1").arg(QCoreApplication::applicationPid()); // being written
    const QStringList kept{cache + QStringLiteral("/notes.txt"), cache + QStringLiteral("/qmlcache/a.packed"), ours};
    for (const QString& path : kept)
        write(path, 7);
    write(cache + QStringLiteral("/a-1.packed"), 3'000'000);
    write(cache + QStringLiteral("/b-2.packed.part1"), 1'000'000); // of a process that was killed
    QCOMPARE(DataSizes::preparedBytesIn(cache), 4'000'000);

    DataSizes sizes;
    sizes.setDataFolder(dir.filePath(QStringLiteral("data")));
    sizes.setModelsFolder(dir.filePath(QStringLiteral("models")));
    QVERIFY(!sizes.canClearCache()); // not counted yet
    QTRY_VERIFY(sizes.canClearCache());
    QVERIFY2(sizes.cacheText().contains(QStringLiteral("4")), qPrintable(sizes.cacheText()));
    sizes.clearCache();
    QVERIFY(!sizes.canClearCache()); // once is enough
    sizes.refresh(); // as the page does when it comes back
    QTRY_VERIFY(DataSizes::preparedBytesIn(cache) == 0);
    QTRY_VERIFY(!sizes.cacheText().contains(QStringLiteral("4")));
    QVERIFY(!sizes.canClearCache());
    for (const QString& path : kept)
        QVERIFY2(QFile::exists(path), qPrintable(path));
    QVERIFY(!QFile::exists(cache + QStringLiteral("/b-2.packed.part1")));
}

void DataSizesTest::anEmptyCacheCannotBeCleared()
{
    QTemporaryDir dir;
    qputenv("QWILL_CACHE_DIR", QFile::encodeName(dir.filePath(QStringLiteral("none"))));
    DataSizes sizes;
    QSignalSpy changed(&sizes, &DataSizes::changed);
    sizes.setDataFolder(dir.path());
    QTRY_VERIFY(!sizes.cacheText().isEmpty());
    QVERIFY(!sizes.canClearCache());
}

QTEST_GUILESS_MAIN(DataSizesTest)
#include "data_sizes_test.moc"
