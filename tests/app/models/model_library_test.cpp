// The library shows what is on the disk and what it would cost, and says of what is no model why.

#include "engine/engine.h"
#include "models/model_deletion.h"
#include "models/model_files.h"
#include "models/model_library.h"
#include "settings.h"
#include "support/tiny_model.h"

#include <QAbstractItemModelTester>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QUrl>

using namespace qwill::app;
using namespace Qt::StringLiterals;

namespace {

void makeModel(const QString& folder)
{
    QDir().mkpath(folder);
    qwill::test::writeTinyModel(folder.toStdString(), {});
}

void touch(const QString& path)
{
    QDir().mkpath(QFileInfo(path).absolutePath());
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write("no model") > 0);
}

QVariant value(const ModelLibrary& library, int row, int role)
{
    return library.data(library.index(row, 0), role);
}

int rowOf(const ModelLibrary& library, const QString& path)
{
    for (int row = 0; row < library.rowCount(); ++row)
        if (value(library, row, ModelLibrary::PathRole).toString() == path)
            return row;
    return -1;
}

bool scanned(ModelLibrary& library)
{
    return QTest::qWaitFor([&] { return !library.scanning(); }, 30'000);
}

} // namespace

class ModelLibraryTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void findsModelsByName();
    void aPathStandsForItsModel();
    void showsWhatIsInTheFolder();
    void followsTheDiskAndTheSettings();
    void importsByPathAndRemembers();
    void importSaysWhatIsWrong();
    void findsWhatOtherProgramsKeep();
    void saysWhenThereIsNothingElsewhere();
    void deletesWhatIsItsOwnOnly();
    void deletesAllPartsOfAFile();
    void knowsAModelThatIsDropped();
    void leavesWhileScanning();

private:
    std::unique_ptr<QTemporaryDir> m_home;
};

void ModelLibraryTest::init()
{
    m_home = std::make_unique<QTemporaryDir>();
    qputenv("XDG_DATA_HOME", m_home->path().toUtf8());
    qputenv("XDG_CONFIG_HOME", m_home->filePath(u"config"_s).toUtf8());
    qputenv("XDG_CACHE_HOME", m_home->filePath(u"cache"_s).toUtf8());
    qputenv("QWILL_CACHE_DIR", m_home->filePath(u"prepared"_s).toUtf8());
    qputenv("HOME", m_home->filePath(u"home"_s).toUtf8());
    for (const char* name : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME"})
        qunsetenv(name);
}

void ModelLibraryTest::findsModelsByName()
{
    const QString root = m_home->filePath(u"m"_s);
    for (const QString& path :
         {u"a/config.json"_s, u"a/sub/config.json"_s, u"b/one.gguf"_s, u"b/two.GGUF"_s, u"b/notes.txt"_s,
          u"x-00001-of-00002.gguf"_s, u"x-00002-of-00002.gguf"_s, u"1/2/3/deep.gguf"_s, u"1/2/3/4/too.gguf"_s})
        touch(root + u'/' + path);
    QFile::link(root, root + u"/loop"_s);
    QStringList found;
    for (const QString& path : modelsIn(root))
        if (!path.contains("loop"_L1))
            found.append(path.mid(root.size() + 1));
    QCOMPARE(found,
             QStringList({u"x-00001-of-00002.gguf"_s, u"1/2/3/deep.gguf"_s, u"a"_s, u"b/one.gguf"_s, u"b/two.GGUF"_s}));
    QVERIFY(modelsIn(QString()).isEmpty());
    QVERIFY(modelsIn(u"/nowhere"_s).isEmpty());
}

void ModelLibraryTest::aPathStandsForItsModel()
{
    const QString model = m_home->filePath(u"model"_s);
    touch(model + u"/config.json"_s);
    touch(model + u"/model.safetensors"_s);
    touch(m_home->filePath(u"one.gguf"_s));
    QCOMPARE(modelPathOf(model + u'/'), model);
    QCOMPARE(modelPathOf(model + u"/model.safetensors"_s), model);
    QCOMPARE(modelPathOf(QUrl::fromLocalFile(model).toString()), model);
    QCOMPARE(modelPathOf(m_home->filePath(u"one.gguf"_s)), m_home->filePath(u"one.gguf"_s));
    QCOMPARE(modelPathOf(QString()), QString());
}

void ModelLibraryTest::showsWhatIsInTheFolder()
{
    const QString folder = ModelLibrary::modelsFolder();
    QVERIFY(folder.startsWith(m_home->path()));
    makeModel(folder + u"/tiny"_s);
    touch(folder + u"/broken.gguf"_s);
    Settings settings(m_home->filePath(u"settings.ini"_s));
    ModelLibrary library(settings);
    const QAbstractItemModelTester tester(&library, QAbstractItemModelTester::FailureReportingMode::Fatal);
    QSignalSpy scanning(&library, &ModelLibrary::scanningChanged);
    library.refresh();
    QVERIFY(library.scanning());
    QVERIFY(scanned(library));
    QCOMPARE(scanning.size(), 2);
    const int tiny = rowOf(library, folder + u"/tiny"_s);
    const int broken = rowOf(library, folder + u"/broken.gguf"_s);
    QVERIFY(tiny >= 0 && broken >= 0);
    QVERIFY2(value(library, tiny, ModelLibrary::DetailRole).toString().contains("safetensors"_L1),
             qPrintable(value(library, tiny, ModelLibrary::DetailRole).toString()));
    QVERIFY2(value(library, tiny, ModelLibrary::FitsRole).toBool(),
             qPrintable(value(library, tiny, ModelLibrary::FitRole).toString()));
    QVERIFY(value(library, tiny, ModelLibrary::FitRole).toString().startsWith("Needs "_L1));
    QCOMPARE(value(library, broken, ModelLibrary::NameRole).toString(), u"broken.gguf"_s);
    QVERIFY(!value(library, broken, ModelLibrary::FitsRole).toBool());
    QVERIFY(value(library, broken, ModelLibrary::FitRole).toString().size() > 10); // a sentence
    const QString guide = ModelLibrary::guidePath();
    QCOMPARE(rowOf(library, guide), guide.isEmpty() ? -1 : 0);
}

void ModelLibraryTest::followsTheDiskAndTheSettings()
{
    const QString folder = ModelLibrary::modelsFolder();
    makeModel(folder + u"/one"_s);
    makeModel(folder + u"/two"_s);
    Settings settings(m_home->filePath(u"settings.ini"_s));
    settings.setContextLength(512);
    ModelLibrary library(settings);
    const QAbstractItemModelTester tester(&library, QAbstractItemModelTester::FailureReportingMode::Fatal);
    library.refresh();
    QVERIFY(scanned(library));
    QSignalSpy resets(&library, &QAbstractItemModel::modelReset);
    QSignalSpy changes(&library, &QAbstractItemModel::dataChanged);
    library.refresh();
    QVERIFY(scanned(library));
    QCOMPARE(changes.size(), 0); // nothing changed, nothing is told
    const QString before = value(library, rowOf(library, folder + u"/one"_s), ModelLibrary::FitRole).toString();
    settings.setContextLength(4096);
    QVERIFY(scanned(library));
    QVERIFY(value(library, rowOf(library, folder + u"/one"_s), ModelLibrary::FitRole).toString() != before);
    QDir(folder + u"/one"_s).removeRecursively();
    makeModel(folder + u"/zero"_s);
    library.refresh();
    QVERIFY(scanned(library));
    QCOMPARE(rowOf(library, folder + u"/one"_s), -1);
    QVERIFY(rowOf(library, folder + u"/two"_s) >= 0 && rowOf(library, folder + u"/zero"_s) >= 0);
    QCOMPARE(resets.size(), 0);
}

void ModelLibraryTest::importsByPathAndRemembers()
{
    const QString path = m_home->filePath(u"elsewhere/模型"_s);
    makeModel(path);
    Settings settings(m_home->filePath(u"settings.ini"_s));
    {
        ModelLibrary library(settings);
        QSignalSpy imported(&library, &ModelLibrary::imported);
        library.import(QUrl::fromLocalFile(path + u"/config.json"_s).toString());
        QVERIFY(imported.wait(30'000));
        QCOMPARE(imported[0][0].toString(), path);
        QVERIFY(scanned(library));
        QVERIFY(rowOf(library, path) >= 0);
    }
    ModelLibrary library(settings);
    library.refresh();
    QVERIFY(scanned(library));
    QVERIFY(rowOf(library, path) >= 0);
    library.forget(path);
    QVERIFY(scanned(library));
    QCOMPARE(rowOf(library, path), -1);
    QVERIFY(QFileInfo::exists(path + u"/config.json"_s));
}

void ModelLibraryTest::importSaysWhatIsWrong()
{
    touch(m_home->filePath(u"x.gguf"_s));
    Settings settings(m_home->filePath(u"settings.ini"_s));
    ModelLibrary library(settings);
    QSignalSpy failed(&library, &ModelLibrary::importFailed);
    library.import(m_home->filePath(u"none"_s));
    QCOMPARE(failed.size(), 1);
    library.import(m_home->filePath(u"x.gguf"_s));
    QVERIFY(failed.wait(30'000));
    QVERIFY(failed[1][0].toString().size() > 10);
    QCOMPARE(library.rowCount() == 0 || rowOf(library, m_home->filePath(u"x.gguf"_s)) == -1, true);
}

void ModelLibraryTest::findsWhatOtherProgramsKeep()
{
    // The Hugging Face cache: blobs, and revisions that link to them; main is the one in use.
    const QString repository = m_home->filePath(u"cache/huggingface/hub/models--maker--Tiny-4B"_s);
    makeModel(repository + u"/blobs"_s);
    for (const QString& commit : {u"aaa"_s, u"bbb"_s}) {
        const QString snapshot = repository + u"/snapshots/"_s + commit;
        QVERIFY(QDir().mkpath(snapshot));
        for (const QString& file : {u"config.json"_s, u"model.safetensors"_s})
            QVERIFY(QFile::link(u"../../blobs/"_s + file, snapshot + u'/' + file));
    }
    QVERIFY(QDir().mkpath(repository + u"/refs"_s));
    QFile main(repository + u"/refs/main"_s);
    QVERIFY(main.open(QIODevice::WriteOnly) && main.write("aaa\n") == 4);
    main.close();
    const QString cached = repository + u"/snapshots/aaa"_s;
    const QString studio = m_home->filePath(u"home/.lmstudio/models/maker/Small"_s);
    makeModel(studio);
    const QString moved = m_home->filePath(u"elsewhere"_s); // GPT4All's own setting
    makeModel(moved + u"/Other"_s);
    touch(moved + u"/broken.gguf"_s);
    QVERIFY(QDir().mkpath(m_home->filePath(u"config/nomic.ai"_s)));
    QFile settingsOfGpt4All(m_home->filePath(u"config/nomic.ai/GPT4All.ini"_s));
    QVERIFY(settingsOfGpt4All.open(QIODevice::WriteOnly));
    settingsOfGpt4All.write("[General]\nmodelPath=" + moved.toUtf8() + "\n");
    settingsOfGpt4All.close();

    Settings settings(m_home->filePath(u"settings.ini"_s));
    ModelLibrary library(settings);
    library.refresh();
    QVERIFY(scanned(library));
    QCOMPARE(rowOf(library, cached), -1); // only when it is asked for
    QSignalSpy searched(&library, &ModelLibrary::searched);
    library.lookElsewhere();
    QVERIFY(searched.wait(30'000));
    const QString sentence = searched[0][0].toString();
    QVERIFY2(sentence.contains(u"3 model"_s) && sentence.contains(u"Hugging Face, LM Studio, GPT4All"_s)
                 && sentence.contains(u"1 other"_s),
             qPrintable(sentence));
    QVERIFY(scanned(library));
    const int row = rowOf(library, cached);
    QVERIFY(row >= 0);
    QCOMPARE(value(library, row, ModelLibrary::NameRole).toString(), u"Tiny-4B"_s); // not the commit
    QVERIFY(rowOf(library, studio) >= 0);
    QVERIFY(rowOf(library, moved + u"/Other"_s) >= 0);
    for (const QString& path : {cached, studio, moved + u"/Other"_s}) {
        QVERIFY(!value(library, rowOf(library, path), ModelLibrary::DeletableRole).toBool()); // not ours
        QVERIFY(value(library, rowOf(library, path), ModelLibrary::ImportedRole).toBool());
    }
    library.lookElsewhere(); // once more finds nothing new
    QVERIFY(searched.wait(30'000));
    QVERIFY2(searched[1][0].toString().startsWith(u"Nothing new"_s), qPrintable(searched[1][0].toString()));
}

void ModelLibraryTest::saysWhenThereIsNothingElsewhere()
{
    Settings settings(m_home->filePath(u"settings.ini"_s));
    ModelLibrary library(settings);
    QSignalSpy searched(&library, &ModelLibrary::searched);
    library.lookElsewhere();
    QVERIFY(searched.wait(30'000));
    QVERIFY(searched[0][0].toString().startsWith(u"There is no cache"_s));
    QCOMPARE(library.rowCount(), 0);
}

void ModelLibraryTest::deletesWhatIsItsOwnOnly()
{
    const QString own = ModelLibrary::modelsFolder() + u"/maker/Own"_s, other = m_home->filePath(u"else/Other"_s);
    const QString linked = ModelLibrary::modelsFolder() + u"/Linked"_s;
    makeModel(own);
    makeModel(other);
    QVERIFY(QFile::link(other, linked));
    {
        qwill::engine::LoadOptions options; // leaves its prepared weights behind
        options.path = own.toStdString();
        options.weights = qwill::engine::WeightFormat::W8;
        QVERIFY(qwill::engine::Engine::load(options, [](auto&&...) {}).ok());
    }
    Settings settings(m_home->filePath(u"settings.ini"_s));
    ModelLibrary library(settings);
    library.import(other);
    library.refresh();
    QVERIFY(QTest::qWaitFor([&] { return rowOf(library, other) >= 0 && !library.scanning(); }, 30'000));
    QVERIFY(value(library, rowOf(library, own), ModelLibrary::DeletableRole).toBool());
    QVERIFY(!value(library, rowOf(library, other), ModelLibrary::DeletableRole).toBool());
    QVERIFY(!value(library, rowOf(library, linked), ModelLibrary::DeletableRole).toBool());

    const QString question = library.removalQuestion(own);
    QVERIFY2(question.contains(u"frees"_s) && question.contains(u"B"_s), qPrintable(question));
    QVERIFY(library.removalQuestion(other).isEmpty());
    QSignalSpy removed(&library, &ModelLibrary::removed);
    for (const QString& path : {other, linked, ModelLibrary::modelsFolder(), ModelLibrary::modelsFolder() + u"/.."_s,
                                ModelLibrary::modelsFolder() + u"/maker/../../else/Other"_s}) {
        library.remove(path);
        QVERIFY(removed.wait(30'000));
        QVERIFY(removed.last()[0].toString().contains(u"could not be deleted"_s));
    }
    QVERIFY(QFileInfo::exists(other + u"/model.safetensors"_s));
    QVERIFY(QFileInfo::exists(own + u"/model.safetensors"_s));
    library.remove(own);
    QVERIFY(removed.wait(30'000));
    QVERIFY2(removed.last()[0].toString().endsWith(u"freed."_s), qPrintable(removed.last()[0].toString()));
    QVERIFY(!QFileInfo::exists(ModelLibrary::modelsFolder() + u"/maker"_s)); // it held nothing else
    QVERIFY(QFileInfo::exists(ModelLibrary::modelsFolder()));
    QVERIFY(QDir(m_home->filePath(u"prepared"_s)).entryList(QDir::Files).isEmpty());
    QVERIFY(QTest::qWaitFor([&] { return rowOf(library, own) < 0; }, 30'000));
}

void ModelLibraryTest::deletesAllPartsOfAFile()
{
    const QString folder = ModelLibrary::modelsFolder();
    for (const QString& name : {u"a-00001-of-00002.gguf"_s, u"a-00002-of-00002.gguf"_s, u"b-00002-of-00002.gguf"_s})
        touch(folder + u'/' + name);
    const auto deletion = ModelDeletion::of(folder + u"/a-00001-of-00002.gguf"_s, folder);
    QVERIFY(deletion);
    QCOMPARE(deletion->bytes(), 2 * qint64(sizeof("no model") - 1));
    QCOMPARE(deletion->carryOut(), QString());
    QCOMPARE(QDir(folder).entryList(QDir::Files), QStringList{u"b-00002-of-00002.gguf"_s});
}

void ModelLibraryTest::knowsAModelThatIsDropped()
{
    Settings settings(m_home->filePath(u"settings.ini"_s));
    const ModelLibrary library(settings);
    makeModel(m_home->filePath(u"m"_s));
    touch(m_home->filePath(u"notes/a.md"_s));
    touch(m_home->filePath(u"x.GGUF"_s));
    const auto isModel = [&](const QString& name) {
        return library.isModel(QUrl::fromLocalFile(m_home->filePath(name)));
    };
    QVERIFY(isModel(u"m"_s));
    QVERIFY(isModel(u"m/model.safetensors"_s));
    QVERIFY(isModel(u"x.GGUF"_s));
    QVERIFY(!isModel(u"notes"_s));
    QVERIFY(!isModel(u"notes/a.md"_s));
    QVERIFY(!isModel(u"gone.gguf"_s));
    QVERIFY(!library.isModel(QUrl(u"https://example.org/x.gguf"_s)));
}

void ModelLibraryTest::leavesWhileScanning()
{
    for (int i = 0; i < 3; ++i)
        makeModel(ModelLibrary::modelsFolder() + u"/m%1"_s.arg(i));
    Settings settings(m_home->filePath(u"settings.ini"_s));
    for (int round = 0; round < 10; ++round) {
        ModelLibrary library(settings);
        library.refresh();
        library.refresh();
    }
}

QTEST_GUILESS_MAIN(ModelLibraryTest)
#include "model_library_test.moc"
