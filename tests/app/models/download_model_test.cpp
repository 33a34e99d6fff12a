// The rows of the downloads say what is going on, and their buttons do what they say, from a mirror on this machine.

#include "mirror_server.h"

#include "models/download_model.h"
#include "settings.h"

#include <QAbstractItemModelTester>
#include <QDir>
#include <QNetworkProxyFactory>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <memory>

using namespace qwill::app;
using namespace qwill::test;
using namespace Qt::StringLiterals;

namespace {

const QString kId = u"Qwen3-0.6B"_s;

} // namespace

class DownloadModelTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void downloadsFromTheCatalogue();
    void pausesRestoresAndResumes();
    void showsTrouble();
    void cancels();
    void knowsOnlyTheCatalogue();

private:
    QVariant value(int role) const { return m_model->data(m_model->index(0), role); }
    bool wait(const std::function<bool()>& condition) { return QTest::qWaitFor(condition, 30'000); }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<MirrorServer> m_server;
    std::unique_ptr<Settings> m_settings;
    std::unique_ptr<DownloadModel> m_model;
    std::unique_ptr<QAbstractItemModelTester> m_tester;
    DownloadOptions m_options;
};

void DownloadModelTest::init()
{
    qputenv("no_proxy", "127.0.0.1");
    m_folder = std::make_unique<QTemporaryDir>();
    m_server = std::make_unique<MirrorServer>();
    m_server->repository = u"Qwen/Qwen3-0.6B"_s;
    m_server->files = {
        {u"config.json"_s, "{}"}, {u"tokenizer.json"_s, noise(30'000, 1)}, {u"model.safetensors"_s, noise(300'000, 2)}};
    m_settings = std::make_unique<Settings>(m_folder->filePath(u"settings.ini"_s));
    m_settings->setDownloadSource(Settings::DownloadFrom::OwnMirror);
    m_settings->setDownloadBase(m_server->base());
    m_options = {};
    m_options.modelsFolder = m_folder->filePath(u"models"_s);
    m_options.limits.chunkBytes = 16 << 10;
    m_options.limits.stretchBytes = 64 << 10;
    m_options.limits.backoffMs = 1;
    m_options.reportMs = 10;
    m_model = std::make_unique<DownloadModel>(*m_settings, m_options);
    m_tester = std::make_unique<QAbstractItemModelTester>(m_model.get(),
                                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
}

void DownloadModelTest::cleanup()
{
    m_tester.reset();
    m_model.reset();
    m_settings.reset();
    m_server.reset();
    m_folder.reset();
}

void DownloadModelTest::downloadsFromTheCatalogue()
{
    QSignalSpy arrived(m_model.get(), &DownloadModel::arrived);
    QSignalSpy begun(m_model.get(), &DownloadModel::connectionBegun);
    QSignalSpy ended(m_model.get(), &DownloadModel::connectionEnded);
    m_model->start(kId);
    QCOMPARE(m_model->ids(), QStringList{kId});
    m_model->start(kId); // a second press changes nothing
    QCOMPARE(m_model->count(), 1);
    QVERIFY(wait([&] { return !arrived.isEmpty(); }));
    QCOMPARE(arrived[0][0].toString(), m_options.modelsFolder + u'/' + kId);
    QVERIFY(value(DownloadModel::DoneRole).toBool());
    QCOMPARE(value(DownloadModel::ProgressRole).toDouble(), 1.0);
    QCOMPARE(value(DownloadModel::ErrorRole).toString(), QString());
    QCOMPARE(begun.size(), 2);
    QCOMPARE(ended.size(), 2);
    m_model->cancel(kId); // puts the row away, not the model
    QCOMPARE(m_model->count(), 0);
    QVERIFY(QFileInfo::exists(m_options.modelsFolder + u'/' + kId + u"/model.safetensors"_s));
}

void DownloadModelTest::pausesRestoresAndResumes()
{
    m_server->behave = [](const MirrorRequest& request, MirrorAnswer& answer) {
        if (!request.path.endsWith(".safetensors"_L1))
            return;
        answer.sendOnly = std::min<qint64>(20'000, answer.body.size());
        answer.then = MirrorAnswer::Then::Stall;
    };
    m_model->start(kId);
    QVERIFY(wait([&] { return value(DownloadModel::ProgressRole).toDouble() > 0.2; }));
    QVERIFY(value(DownloadModel::RunningRole).toBool());
    m_model->pause(kId);
    QVERIFY(wait([&] { return value(DownloadModel::RestingRole).toBool(); }));
    QVERIFY(value(DownloadModel::StandingRole).toString().startsWith(u"Paused at"));

    m_tester.reset();
    m_model = std::make_unique<DownloadModel>(*m_settings, m_options); // a later process
    const qsizetype requests = m_server->requests.size();
    m_model->restore();
    QCOMPARE(m_model->ids(), QStringList{kId});
    QVERIFY(wait([&] { return value(DownloadModel::ProgressRole).toDouble() > 0.15; }));
    QCOMPARE(m_server->requests.size(), requests); // nothing before the person asks
    m_model->restore();
    QCOMPARE(m_model->count(), 1);
    m_server->behave = nullptr;
    m_model->resume(kId);
    QVERIFY(wait([&] { return value(DownloadModel::DoneRole).toBool(); }));
}

void DownloadModelTest::showsTrouble()
{
    m_settings->setDownloadBase(u"nonsense"_s);
    m_model->start(kId);
    QVERIFY(wait([&] { return !value(DownloadModel::ErrorRole).toString().isEmpty(); }));
    QVERIFY(value(DownloadModel::RestingRole).toBool());
    QVERIFY(!QFileInfo::exists(m_options.modelsFolder + u"/.download-"_s + kId)); // nothing to go on with
    m_settings->setDownloadBase(m_server->base()); // resuming asks the source chosen now
    m_model->resume(kId);
    QVERIFY(wait([&] { return value(DownloadModel::DoneRole).toBool(); }));
}

void DownloadModelTest::cancels()
{
    m_server->behave = [](const MirrorRequest&, MirrorAnswer& answer) { answer.then = MirrorAnswer::Then::Stall; };
    m_model->start(kId);
    QVERIFY(wait([&] { return !m_server->requests.isEmpty(); }));
    m_model->cancel(kId);
    QVERIFY(wait([&] { return m_model->count() == 0; }));
    QCOMPARE(QDir(m_options.modelsFolder).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot),
             QStringList());
}

void DownloadModelTest::knowsOnlyTheCatalogue()
{
    m_model->start(u"../nonsense"_s);
    m_model->pause(u"nonsense"_s);
    m_model->resume(u"nonsense"_s);
    m_model->cancel(u"nonsense"_s);
    QCOMPARE(m_model->count(), 0);
    QVERIFY(m_server->requests.isEmpty());
}

QTEST_GUILESS_MAIN(DownloadModelTest)
#include "download_model_test.moc"
