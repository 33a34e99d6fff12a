#include "downloader_fixture.h"

#include <QDir>
#include <QDirIterator>
#include <QEventLoop>
#include <QFile>
#include <QNetworkProxyFactory>
#include <QTest>
#include <QTimer>

namespace qwill::test {

using namespace qwill::app;

void fill(MirrorServer& server)
{
    server.files = {{u"config.json"_s, "{\"model_type\": \"qwen3\"}"},
                    {u"tokenizer.json"_s, noise(30'000, 1)},
                    {u"merges.txt"_s, ""},
                    {kBig, noise(600'000, 2)},
                    {kOther, noise(400'001, 3)},
                    {u"README.md"_s, "A model."},
                    {u".gitattributes"_s, "*.safetensors filter=lfs"},
                    {u"pytorch_model.bin"_s, noise(20'000, 4)},
                    {u"original/consolidated.safetensors"_s, noise(20'000, 5)}};
}

QStringList wantedFiles()
{
    return {u"README.md"_s, u"config.json"_s, u"merges.txt"_s, kBig, kOther, u"tokenizer.json"_s};
}

DownloadPlan planFrom(const QString& base)
{
    DownloadPlan plan;
    plan.id = u"Model"_s;
    plan.name = u"The model"_s;
    plan.repository = u"maker/model"_s;
    plan.source = DownloadSource(SourceKind::HuggingFace, base);
    return plan;
}

DownloadOptions optionsFor(const QString& folder)
{
    DownloadOptions options;
    options.modelsFolder = folder;
    options.limits.chunkBytes = kChunk;
    options.limits.stretchBytes = 4 * kChunk;
    options.limits.backoffMs = 1;
    options.limits.stallMs = 20'000;
    options.reportMs = 20;
    return options;
}

bool isOver(DownloadPhase phase)
{
    return phase == DownloadPhase::Done || phase == DownloadPhase::Failed || phase == DownloadPhase::Paused
        || phase == DownloadPhase::Cancelled;
}

QStringList everything(const QString& folder)
{
    QStringList names;
    QDirIterator files(folder, QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
    while (files.hasNext())
        names.append(QDir(folder).relativeFilePath(files.next()));
    names.sort();
    return names;
}

QByteArray contentsOf(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("cannot be read");
}

void catchInTheMiddle(const MirrorRequest& request, MirrorAnswer& answer)
{
    if (!request.path.endsWith(kBig))
        return;
    answer.sendOnly = std::min<qint64>(kChunk + 1000, answer.body.size());
    answer.then = MirrorAnswer::Then::Stall;
}

void DownloaderFixture::initTestCase()
{
    QNetworkProxyFactory::setApplicationProxyFactory(nullptr);
}

void DownloaderFixture::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_server = std::make_unique<MirrorServer>();
    fill(*m_server);
    m_options = optionsFor(m_folder->path());
    m_plan = planFrom(m_server->base());
}

void DownloaderFixture::cleanup()
{
    m_download.reset();
    m_server.reset();
    m_folder.reset();
}

Downloader& DownloaderFixture::make()
{
    m_download = std::make_unique<Downloader>(m_plan, m_options);
    return *m_download;
}

DownloadState DownloaderFixture::run(Downloader& download)
{
    QEventLoop loop; // qWaitFor() looks every ten milliseconds only
    const auto ended = connect(&download, &Downloader::changed, &loop, [&loop](const DownloadState& state) {
        if (isOver(state.phase))
            loop.quit();
    });
    bool late = false;
    QTimer::singleShot(30'000, &loop, [&] {
        late = true;
        loop.quit();
    });
    download.start();
    if (!isOver(download.state().phase))
        loop.exec();
    disconnect(ended);
    if (late)
        qWarning("the download did not end");
    return download.state();
}

void DownloaderFixture::verifyPublished()
{
    QStringList expected;
    for (const QString& name : wantedFiles()) {
        expected.append(u"Model/"_s + name);
        QCOMPARE(contentsOf(m_folder->filePath(u"Model/"_s + name)), m_server->files[name]);
    }
    expected.sort();
    QCOMPARE(everything(m_folder->path()), expected); // and nothing else is left
}

void DownloaderFixture::verifyNothingPublished()
{
    QVERIFY(!QFileInfo::exists(m_folder->filePath(u"Model"_s)));
    for (const QString& name : everything(m_folder->path()))
        QVERIFY2(name.startsWith(u".download-Model/"_s) && !name.endsWith(u".safetensors"_s)
                     && !name.endsWith(u"config.json"_s),
                 qPrintable(name));
}

} // namespace qwill::test
