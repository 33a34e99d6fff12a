// A download ends with a verified model or with a sentence, whatever the server does; a killed one goes on where it
// stopped; nothing half-done is ever in the models folder.

#include "mirror_server.h"

#include "models/downloader.h"

#include <QCoreApplication>
#include <QDir>
#include <QDirIterator>
#include <QEventLoop>
#include <QFile>
#include <QNetworkProxyFactory>
#include <QProcess>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

#include <csignal>
#include <memory>

#ifdef Q_OS_LINUX
#include <sys/resource.h>
#endif

using namespace qwill::app;
using namespace qwill::test;
using namespace Qt::StringLiterals;

namespace {

using Then = MirrorAnswer::Then;
using Behaviour = std::function<void(const MirrorRequest&, MirrorAnswer&)>;

constexpr qint64 kChunk = 16 << 10;
const QString kBig = u"model-00001-of-00002.safetensors"_s;
const QString kOther = u"model-00002-of-00002.safetensors"_s;

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

// Each stretch of the big file ends after one whole chunk: it is never complete.
void catchInTheMiddle(const MirrorRequest& request, MirrorAnswer& answer)
{
    if (!request.path.endsWith(kBig))
        return;
    answer.sendOnly = std::min<qint64>(kChunk + 1000, answer.body.size());
    answer.then = Then::Stall;
}

} // namespace

class DownloaderTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void fetchesVerifiesAndPublishes();
    void survivesTheServer_data();
    void survivesTheServer();
    void refusesLists_data();
    void refusesLists();
    void saysWhatWasNotChecked();
    void readsModelScope();
    void fetchesOneGguf();
    void repairsOnlyWhatTheWireSpoilt();
    void repairsOnlyWhatTheDiskSpoilt();
    void giveUpOnAWrongHash();
    void pausesAndResumes();
    void resumesAfterAKill();
    void resumesAfterAKillBeforeTheLastStep();
    void startsAgainWhenTheFileChanged();
    void checksTheRoomFirst();
    void saysWhenTheDiskIsFull();
    void cancelLeavesNothing();
    void leavesAForeignFolderAlone();
    void keepsTwoProcessesApart();
    void askedOfTheEngineBeforeItAppears();
    void opensNothingBeforeItIsStarted();
    void tellsItsConnections();
    void measuresSpeed();

private:
    Downloader& make();
    DownloadState run(Downloader& download);
    void verifyPublished();
    void verifyNothingPublished();

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<MirrorServer> m_server;
    std::unique_ptr<Downloader> m_download;
    DownloadOptions m_options;
    DownloadPlan m_plan;
};

void DownloaderTest::initTestCase()
{
    QNetworkProxyFactory::setApplicationProxyFactory(nullptr);
}

void DownloaderTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_server = std::make_unique<MirrorServer>();
    fill(*m_server);
    m_options = optionsFor(m_folder->path());
    m_plan = planFrom(m_server->base());
}

void DownloaderTest::cleanup()
{
    m_download.reset();
    m_server.reset();
    m_folder.reset();
}

Downloader& DownloaderTest::make()
{
    m_download = std::make_unique<Downloader>(m_plan, m_options);
    return *m_download;
}

DownloadState DownloaderTest::run(Downloader& download)
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

void DownloaderTest::verifyPublished()
{
    QStringList expected;
    for (const QString& name : wantedFiles()) {
        expected.append(u"Model/"_s + name);
        QCOMPARE(contentsOf(m_folder->filePath(u"Model/"_s + name)), m_server->files[name]);
    }
    expected.sort();
    QCOMPARE(everything(m_folder->path()), expected); // and nothing else is left
}

void DownloaderTest::verifyNothingPublished()
{
    QVERIFY(!QFileInfo::exists(m_folder->filePath(u"Model"_s)));
    for (const QString& name : everything(m_folder->path()))
        QVERIFY2(name.startsWith(u".download-Model/"_s) && !name.endsWith(u".safetensors"_s)
                     && !name.endsWith(u"config.json"_s),
                 qPrintable(name));
}

void DownloaderTest::fetchesVerifiesAndPublishes()
{
    const DownloadState state = run(make());
    QCOMPARE(sentenceOf(state.trouble), QString());
    QCOMPARE(state.phase, DownloadPhase::Done);
    verifyPublished();
    QCOMPARE(state.bytesDone, state.bytesTotal);
    QCOMPARE(state.uncheckedFiles, 0);
    QCOMPARE(m_server->bytesOf(kBig), 600'000); // each byte once
    QCOMPARE(m_server->bytesOf(u"pytorch_model.bin"_s), 0);
    QVERIFY(m_server->requestsOf(kBig) >= 9); // in stretches
}

void DownloaderTest::survivesTheServer_data()
{
    QTest::addColumn<Behaviour>("behave");
    QTest::addColumn<TroubleKind>("trouble"); // None = the model is there

    const auto on = [](int times, auto change) -> Behaviour { // of the big file, the first so many requests
        return [times, change](const MirrorRequest& request, MirrorAnswer& answer) {
            if (request.path.endsWith(kBig) && request.time < times)
                change(request, answer);
        };
    };
    const int always = 1 << 30;
    const auto status = [](int code, QByteArray header = {}) {
        return [code, header](const MirrorRequest&, MirrorAnswer& answer) {
            answer = {};
            answer.status = code;
            answer.body = "Sorry.";
            if (!header.isEmpty())
                answer.headers.append(header);
        };
    };
    const auto ending = [](qint64 after, Then then) {
        return [after, then](const MirrorRequest&, MirrorAnswer& answer) {
            answer.sendOnly = std::min<qint64>(after, answer.body.size());
            answer.then = then;
        };
    };
    const auto redirect = [&](QByteArray to) { return status(302, "Location: " + to); };

    QTest::newRow("stalls three times") << on(3, ending(5000, Then::Stall)) << TroubleKind::None;
    QTest::newRow("stalls before the first byte, always") << on(always, ending(0, Then::Stall)) << TroubleKind::Stalled;
    QTest::newRow("drops each answer") << on(always, ending(30'000, Then::Reset)) << TroubleKind::None;
    QTest::newRow("drops each answer at once") << on(always, ending(0, Then::Reset)) << TroubleKind::Dropped;
    QTest::newRow("truncates each answer") << on(always, ending(20'000, Then::Close)) << TroubleKind::None;
    QTest::newRow("truncates without a length") << on(always, [](const MirrorRequest&, MirrorAnswer& answer) {
        answer.contentLength = -2;
        answer.sendOnly = std::min<qint64>(20'000, answer.body.size());
    }) << TroubleKind::None;
    QTest::newRow("404") << on(always, status(404)) << TroubleKind::NotFound;
    QTest::newRow("403") << on(always, status(403)) << TroubleKind::Forbidden;
    QTest::newRow("416") << on(always, status(416, "Content-Range: bytes */1000")) << TroubleKind::RangeRefused;
    QTest::newRow("429 twice") << on(2, status(429, "Retry-After: 0")) << TroubleKind::None;
    QTest::newRow("429 for an hour") << on(always, status(429, "Retry-After: 3600")) << TroubleKind::TooManyRequests;
    QTest::newRow("429 always") << on(always, status(429)) << TroubleKind::TooManyRequests;
    QTest::newRow("500 four times") << on(4, status(500)) << TroubleKind::None;
    QTest::newRow("503 always") << on(always, status(503)) << TroubleKind::ServerError;
    QTest::newRow("418") << on(always, status(418)) << TroubleKind::ServerError;
    QTest::newRow("redirect loop") << on(
        always, redirect("/maker/model/resolve/0123456789abcdef0123456789abcdef01234567/" + kBig.toLatin1()))
                                   << TroubleKind::TooManyRedirects;
    QTest::newRow("redirect to another scheme")
        << on(always, redirect("file:///etc/passwd")) << TroubleKind::BadRedirect;
    QTest::newRow("redirect to ftp") << on(always, redirect("ftp://127.0.0.1/x")) << TroubleKind::BadRedirect;
    QTest::newRow("redirect to another host without TLS")
        << on(always, redirect("http://localhost:1/x")) << TroubleKind::BadRedirect;
    QTest::newRow("redirect nowhere") << on(always, redirect("")) << TroubleKind::TooManyRedirects;
    QTest::newRow("redirect to nonsense") << on(always, redirect("http://[")) << TroubleKind::BadRedirect;
    QTest::newRow("redirect with a password")
        << on(always, redirect("http://me:secret@127.0.0.1/x")) << TroubleKind::BadRedirect;
    const auto wholly = [](const MirrorRequest&, MirrorAnswer& answer, const QByteArray& contents) {
        answer.status = 200;
        answer.body = contents;
        answer.headers.removeLast(); // Content-Range
    };
    const QByteArray contents = noise(600'000, 2);
    QTest::newRow("ignores Range") << on(always, [=](const MirrorRequest& r, MirrorAnswer& a) {
        wholly(r, a, contents);
    }) << TroubleKind::None;
    QTest::newRow("ignores Range and drops twice") << on(6, [=](const MirrorRequest& r, MirrorAnswer& a) {
        wholly(r, a, contents);
        a.sendOnly = 300'000;
        a.then = Then::Reset;
    }) << TroubleKind::None;
    QTest::newRow("ignores Range and always drops") << on(always, [=](const MirrorRequest& r, MirrorAnswer& a) {
        wholly(r, a, contents);
        a.sendOnly = 300'000;
        a.then = Then::Reset;
    }) << TroubleKind::Dropped;
    QTest::newRow("sends another range") << on(always, [](const MirrorRequest& r, MirrorAnswer& a) {
        a.headers.last() = "Content-Range: bytes " + QByteArray::number(r.from + 1) + "-599999/600000";
    }) << TroubleKind::RangeRefused;
    QTest::newRow("says too long a length")
        << on(4, [](const MirrorRequest&, MirrorAnswer& a) { a.contentLength = a.body.size() + 1000; })
        << TroubleKind::None;
    QTest::newRow("says too short a length") << on(always, [](const MirrorRequest&, MirrorAnswer& a) {
        a.contentLength = std::max<qint64>(1, a.body.size() / 2);
    }) << TroubleKind::None;
    QTest::newRow("is another size") << on(always, [](const MirrorRequest& r, MirrorAnswer& a) {
        a.headers.last() =
            "Content-Range: bytes " + QByteArray::number(r.from) + '-' + QByteArray::number(r.end - 1) + "/700000";
    }) << TroubleKind::WrongLength;
    QTest::newRow("sends more than asked")
        << on(always, [](const MirrorRequest&, MirrorAnswer& a) { a.body += noise(50'000, 9); }) << TroubleKind::None;
    QTest::newRow("is slow") << on(always, [](const MirrorRequest&, MirrorAnswer& a) { a.slowly = true; })
                             << TroubleKind::None;
    QTest::newRow("corrupts one range once") << on(always, [](const MirrorRequest& r, MirrorAnswer& a) {
        static const QByteArray clean = noise(600'000, 2);
        if (r.from == 5 * 4 * kChunk && r.time < 12)
            a.body[100] = static_cast<char>(a.body[100] ^ 1);
    }) << TroubleKind::None;
    QTest::newRow("names the file differently each time") << on(always, [](const MirrorRequest& r, MirrorAnswer& a) {
        a.headers.first() = "ETag: \"" + QByteArray::number(r.time) + '"';
    }) << TroubleKind::None;
    QTest::newRow("names it weakly") << on(always, [](const MirrorRequest&, MirrorAnswer& a) {
        a.headers.first() = "ETag: W/\"1\"";
    }) << TroubleKind::None;
    QTest::newRow("no list") << Behaviour([](const MirrorRequest& r, MirrorAnswer& a) {
        if (r.path.contains("/tree/"_L1))
            a.body = "<html>Please log in</html>";
    }) << TroubleKind::BadListing;
    QTest::newRow("no such model") << Behaviour([](const MirrorRequest& r, MirrorAnswer& a) {
        if (r.path.startsWith("/api/"_L1)) {
            a = {};
            a.status = 404;
        }
    }) << TroubleKind::NotFound;
    QTest::newRow("knows no commits") << Behaviour([](const MirrorRequest& r, MirrorAnswer& a) {
        if (r.path.contains("/revision/"_L1))
            a.body = "{}";
        if (r.path.endsWith("/tree/main"_L1)) {
            a = {};
            a.status = 503;
        }
    }) << TroubleKind::ServerError;
    QTest::newRow("an endless list") << Behaviour([](const MirrorRequest& r, MirrorAnswer& a) {
        if (r.path.contains("/tree/"_L1)) {
            a.body = QByteArray(9 << 20, ' ');
            a.contentLength = -2;
        }
    }) << TroubleKind::BadListing;
}

void DownloaderTest::survivesTheServer()
{
    QFETCH(Behaviour, behave);
    QFETCH(TroubleKind, trouble);
    m_server->behave = behave;
    if (QByteArrayView(QTest::currentDataTag()).contains("stalls"))
        m_options.limits.stallMs = 150;
    if (QByteArrayView(QTest::currentDataTag()).contains("too long a length"))
        m_options.limits.stallMs = 1000;
    const DownloadState state = run(make());
    QCOMPARE(state.trouble.kind, trouble);
    if (trouble == TroubleKind::None) {
        QCOMPARE(state.phase, DownloadPhase::Done);
        verifyPublished();
        return;
    }
    QCOMPARE(state.phase, DownloadPhase::Failed);
    verifyNothingPublished();
    const QString sentence = sentenceOf(state.trouble);
    QVERIFY2(sentence.size() > 20 && sentence.endsWith(u'.') && !sentence.contains(u'%'), qPrintable(sentence));
    // Once the server behaves, the same download ends well.
    m_server->behave = nullptr;
    QCOMPARE(run(*m_download).phase, DownloadPhase::Done);
    verifyPublished();
}

void DownloaderTest::refusesLists_data()
{
    QTest::addColumn<QByteArray>("entries");
    const QByteArray good =
        R"({"type":"file","path":"config.json","size":3},{"type":"file","path":"tokenizer.json","size":3},)";
    const auto named = [&](const QByteArray& path, const QByteArray& size = "5") {
        return good + R"({"type":"file","path":")" + path + R"(","size":)" + size + "}";
    };
    QTest::newRow("up") << named("../../.bashrc");
    QTest::newRow("up inside") << named("a/../../b.safetensors");
    QTest::newRow("absolute") << named("/etc/x.safetensors");
    QTest::newRow("drive") << named("C:/x.safetensors");
    QTest::newRow("backslash") << named(R"(..\\x.safetensors)");
    QTest::newRow("empty") << named("");
    QTest::newRow("empty part") << named("a//x.safetensors");
    QTest::newRow("device") << named("NUL.safetensors");
    QTest::newRow("control") << named(R"(a\u0000b.safetensors)");
    QTest::newRow("line break") << named(R"(a\nb.safetensors)");
    QTest::newRow("long") << named(QByteArray(300, 'a') + ".safetensors");
    QTest::newRow("deep") << named("a/b/c/d/e/x.safetensors");
    QTest::newRow("negative") << named("x.safetensors", "-5");
    QTest::newRow("no size") << named("x.safetensors", "null");
    QTest::newRow("huge") << named("x.safetensors", "9223372036854775807");
    QTest::newRow("huge together") << named("x.safetensors", "4398046511103")
            + R"(,{"type":"file","path":"y","size":4398046511103})";
    QTest::newRow("twice") << named("x.safetensors") + R"(,{"type":"file","path":"X.safetensors","size":5})";
    QByteArray many = good;
    for (int i = 0; i < 3000; ++i)
        many += R"({"type":"file","path":"f)" + QByteArray::number(i) + R"(","size":1},)";
    QTest::newRow("many") << many.chopped(1);
    QTest::newRow("numbers") << QByteArray("1,2,3");
    QTest::newRow("none") << QByteArray();
    QTest::newRow("no weights") << good.chopped(1);
    QTest::newRow("no config") << QByteArray(R"({"type":"file","path":"x.safetensors","size":3})");
}

void DownloaderTest::refusesLists()
{
    QFETCH(QByteArray, entries);
    m_server->list = '[' + entries + ']';
    const DownloadState state = run(make());
    QCOMPARE(state.phase, DownloadPhase::Failed);
    QVERIFY(state.trouble.kind == TroubleKind::BadListing || state.trouble.kind == TroubleKind::MissingFiles);
    QVERIFY(!sentenceOf(state.trouble).isEmpty());
    QVERIFY(everything(m_folder->path()).isEmpty());
    QCOMPARE(m_server->requests.size(), 2); // no file was asked for
}

void DownloaderTest::saysWhatWasNotChecked()
{
    m_server->named = false;
    const DownloadState state = run(make());
    QCOMPARE(state.phase, DownloadPhase::Done);
    QCOMPARE(state.uncheckedFiles, 6);
    verifyPublished();
}

void DownloaderTest::readsModelScope()
{
    const DownloadSource source(SourceKind::ModelScope);
    QCOMPARE(source.listUrl(u"Qwen/Qwen3-0.6B"_s, source.revision()).toString(),
             u"https://www.modelscope.cn/api/v1/models/Qwen/Qwen3-0.6B/repo/files?Revision=master&Recursive=true"_s);
    QCOMPARE(source.fileUrl(u"Qwen/Qwen3-0.6B"_s, u"master"_s, u"a b.json"_s).toString(QUrl::FullyEncoded),
             u"https://www.modelscope.cn/models/Qwen/Qwen3-0.6B/resolve/master/a%20b.json"_s);
    QList<RemoteFile> files;
    QVERIFY(!source.filesIn(R"({"Code":200,"Success":true,"Data":{"Files":[
        {"Name":"d","Path":"d","Type":"tree","Size":0,"Sha256":""},
        {"Name":"config.json","Path":"config.json","Type":"blob","Size":726,
         "Sha256":"E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"}]}})",
                            files));
    QCOMPARE(files.size(), 1);
    QCOMPARE(files[0].hash.kind, HashKind::Sha256);
    QVERIFY(files[0].hash.hex.startsWith("e3b0c442"));
    QCOMPARE(source.filesIn(R"({"Code":10010205001,"Success":false,"Message":"no"})", files).kind,
             TroubleKind::BadListing);
    qputenv("HF_ENDPOINT", "https://mirror.example/hf/");
    const DownloadSource own;
    QCOMPARE(own.fileUrl(u"a/b"_s, u"main"_s, u"c"_s).toString(), u"https://mirror.example/hf/a/b/resolve/main/c"_s);
    qunsetenv("HF_ENDPOINT");
    for (const QString& bad : {u"ftp://x"_s, u"nonsense"_s, u"https://"_s, u"file:///etc"_s, u"https://a/?q=1"_s})
        QCOMPARE(DownloadSource(SourceKind::HuggingFace, bad).problem().kind, TroubleKind::BadAddress);
}

void DownloaderTest::fetchesOneGguf()
{
    m_server->files = {{u"a-Q4_K_M.gguf"_s, noise(200'000, 1)}, {u"a-Q8_0.gguf"_s, noise(300'000, 2)}};
    m_plan.format = ModelFormat::Gguf;
    m_plan.fileName = u"a-Q4_K_M.gguf"_s;
    QCOMPARE(run(make()).phase, DownloadPhase::Done);
    QCOMPARE(everything(m_folder->path()), QStringList{u"Model/a-Q4_K_M.gguf"_s});
}

void DownloaderTest::repairsOnlyWhatTheWireSpoilt()
{
    const int bad = 7; // chunk
    m_server->behave = [](const MirrorRequest& request, MirrorAnswer& answer) {
        if (!request.path.endsWith(kBig) || request.time >= 10)
            return; // the second time it comes right
        const qint64 at = bad * kChunk + 5 - request.from;
        if (at >= 0 && at < answer.body.size())
            answer.body[at] = static_cast<char>(answer.body[at] ^ 0x40);
    };
    QCOMPARE(run(make()).phase, DownloadPhase::Done);
    verifyPublished();
    const qint64 again = m_server->bytesOf(kBig) - 600'000;
    QVERIFY2(again > 0 && again < 600'000,
             qPrintable(QString::number(again))); // it stopped once the bad chunk was found
    QCOMPARE(m_server->bytesOf(kOther), 400'001);
}

void DownloaderTest::repairsOnlyWhatTheDiskSpoilt()
{
    Downloader& download = make();
    connect(&download, &Downloader::changed, this, [&](const DownloadState& state) {
        if (state.phase == DownloadPhase::Fetching && state.bytesDone >= 4 * (kChunk + 1000))
            download.pause();
    });
    m_server->behave = catchInTheMiddle;
    QCOMPARE(run(download).phase, DownloadPhase::Paused);
    download.disconnect(this);
    m_server->behave = nullptr;
    QFile part(m_folder->filePath(u".download-Model/parts/%1.part"_s.arg(kBig)));
    QVERIFY(part.open(QIODevice::ReadWrite) && part.size() > 3 * kChunk);
    QVERIFY(part.seek(10) && part.write("spoilt") == 6);
    part.close();
    const qint64 before = m_server->bytesOf(kBig);
    QCOMPARE(run(download).phase, DownloadPhase::Done);
    verifyPublished();
    int firstChunkAsked = 0;
    for (const MirrorRequest& request : std::as_const(m_server->requests))
        firstChunkAsked += request.path.endsWith(kBig) && request.from == 0 && request.end == kChunk;
    QCOMPARE(firstChunkAsked, 1);
    QVERIFY(m_server->bytesOf(kBig) <= before + 600'000);
}

void DownloaderTest::giveUpOnAWrongHash()
{
    m_server->behave = [](const MirrorRequest& request, MirrorAnswer& answer) {
        if (request.path.endsWith(kBig) && request.from == 0)
            answer.body[0] = static_cast<char>(answer.body[0] ^ 1); // always
    };
    const DownloadState state = run(make());
    QCOMPARE(state.phase, DownloadPhase::Failed);
    QCOMPARE(state.trouble.kind, TroubleKind::HashMismatch);
    QVERIFY(sentenceOf(state.trouble).contains(kBig));
    verifyNothingPublished();
    QCOMPARE(m_server->bytesOf(kBig), 2 * 600'000); // fetched twice, not for ever
}

void DownloaderTest::pausesAndResumes()
{
    m_server->behave = [](const MirrorRequest&, MirrorAnswer& answer) { answer.slowly = true; };
    Downloader& download = make();
    connect(&download, &Downloader::changed, this, [&](const DownloadState& state) {
        if (state.phase == DownloadPhase::Fetching && state.bytesDone > 300'000)
            download.pause();
    });
    QCOMPARE(run(download).phase, DownloadPhase::Paused);
    verifyNothingPublished();
    download.disconnect(this);
    m_server->behave = nullptr;

    Downloader& later = make(); // another process would see the same
    later.restore();
    QCOMPARE(later.state().phase, DownloadPhase::Paused);
    QVERIFY(later.state().bytesDone > 200'000);
    QVERIFY(later.state().bytesTotal > 1'000'000);
    const qsizetype requests = m_server->requests.size();
    QCOMPARE(run(later).phase, DownloadPhase::Done);
    verifyPublished();
    QVERIFY(!m_server->requests[requests].path.contains("/api/"_L1)); // the list is known
    const qint64 sent = m_server->bytesOf(kBig) + m_server->bytesOf(kOther);
    // What one connection had asked for and not yet got is counted as sent, too.
    QVERIFY2(sent <= 1'000'001 + 4 * 4 * kChunk, qPrintable(QString::number(sent)));
}

void DownloaderTest::resumesAfterAKill()
{
    constexpr qint64 size = 24 << 20, chunk = 1 << 20;
    m_server->files[kBig] = noise(size, 6);
    const auto records = [this] {
        const QByteArray record = contentsOf(m_folder->filePath(u".download-Model/parts/%1.part.record"_s.arg(kBig)));
        return record.count('\n') - 2; // the head and the ETag
    };
    bool killed = false;
    qint64 sent = 0; // of the big file, to the child
    m_server->behave = [&](const MirrorRequest& request, MirrorAnswer& answer) {
        if (killed || !request.path.endsWith(kBig))
            return;
        answer.sendOnly = answer.body.size() * 3 / 5; // then nothing more: the child is caught in the middle
        answer.then = Then::Stall;
        sent += answer.sendOnly;
    };
    QProcess child;
    child.setProcessChannelMode(QProcess::ForwardedChannels);
    child.start(QCoreApplication::applicationFilePath(), {u"--child"_s, m_folder->path(), m_server->base()});
    QVERIFY(child.waitForStarted());
    // 24 MB in stretches of 6: each stops after 3.6, three whole chunks.
    QVERIFY(QTest::qWaitFor([&] { return records() >= 12; }, 30'000));
    killed = true;
    child.kill(); // SIGKILL
    QVERIFY(QTest::qWaitFor([&] { return child.state() == QProcess::NotRunning; }, 30'000));
    QCOMPARE(child.exitStatus(), QProcess::CrashExit);
    verifyNothingPublished();

    const qint64 before = m_server->bytesOf(kBig);
    m_options.limits.chunkBytes = chunk;
    m_options.limits.stretchBytes = 6 * chunk;
    QCOMPARE(run(make()).phase, DownloadPhase::Done);
    verifyPublished();
    const qint64 fetched = m_server->bytesOf(kBig) - before;
    QCOMPARE(fetched, size - 12 * chunk);
    const qint64 lost = before + fetched - size;
    qInfo("killed after %lld bytes, %lld fetched again", static_cast<long long>(before), static_cast<long long>(lost));
    QVERIFY(lost <= 4 * chunk);
}

void DownloaderTest::resumesAfterAKillBeforeTheLastStep()
{
    m_options.inspect = [this](const QString& folder) {
        // What a killed process would leave: everything assembled, nothing published.
        QProcess::execute(u"cp"_s, {u"-r"_s, m_folder->filePath(u".download-Model"_s), m_folder->filePath(u"copy"_s)});
        return QFileInfo::exists(folder + u"/config.json"_s) ? QString() : u"It is not there."_s;
    };
    QCOMPARE(run(make()).phase, DownloadPhase::Done);
    QVERIFY(QDir(m_folder->filePath(u"Model"_s)).removeRecursively());
    QVERIFY(QDir(m_folder->path()).rename(u"copy"_s, u".download-Model"_s));
    QFile::remove(m_folder->filePath(u".download-Model/lock"_s));
    m_options.inspect = nullptr;
    const qsizetype requests = m_server->requests.size();
    Downloader& later = make();
    later.restore();
    QCOMPARE(later.state().bytesDone, later.state().bytesTotal);
    QCOMPARE(run(later).phase, DownloadPhase::Done);
    verifyPublished();
    QCOMPARE(m_server->requests.size(), requests);
    // Killed after the last step but one: the model is there, and so is an empty folder.
    QVERIFY(QDir(m_folder->path()).mkpath(u".download-Model/parts"_s));
    Downloader& last = make();
    last.restore();
    QCOMPARE(last.state().phase, DownloadPhase::Done);
    verifyPublished();
}

void DownloaderTest::startsAgainWhenTheFileChanged()
{
    m_server->named = false; // no hash would notice
    Downloader& download = make();
    connect(&download, &Downloader::changed, this, [&](const DownloadState& state) {
        if (state.phase == DownloadPhase::Fetching && state.bytesDone >= 4 * (kChunk + 1000))
            download.pause();
    });
    m_server->behave = catchInTheMiddle;
    QCOMPARE(run(download).phase, DownloadPhase::Paused);
    download.disconnect(this);
    m_server->behave = nullptr;
    m_server->files[kBig] = noise(600'000, 77);
    QCOMPARE(run(download).phase, DownloadPhase::Done);
    verifyPublished();
}

void DownloaderTest::checksTheRoomFirst()
{
    m_options.freeBytes = [](const QString&) { return qint64(5'000'000); };
    const DownloadState state = run(make());
    QCOMPARE(state.trouble.kind, TroubleKind::NoSpace);
    QCOMPARE(m_server->requests.size(), 2); // the list only
    m_options.freeBytes = [](const QString&) { return qint64(1) << 40; };
    QCOMPARE(run(make()).phase, DownloadPhase::Done);
}

void DownloaderTest::saysWhenTheDiskIsFull()
{
#ifdef Q_OS_LINUX
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    QCOMPARE(getrlimit(RLIMIT_FSIZE, &limit), 0);
    rlimit small = limit;
    small.rlim_cur = 450'000; // no file may grow beyond that
    QCOMPARE(setrlimit(RLIMIT_FSIZE, &small), 0);
    const DownloadState state = run(make());
    QCOMPARE(setrlimit(RLIMIT_FSIZE, &limit), 0); // room again
    QCOMPARE(state.phase, DownloadPhase::Failed);
    QCOMPARE(state.trouble.kind, TroubleKind::DiskFailed);
    QVERIFY(sentenceOf(state.trouble).contains(kBig));
    verifyNothingPublished();
    QCOMPARE(run(*m_download).phase, DownloadPhase::Done);
    verifyPublished();
#else
    QSKIP("needs a limit on files");
#endif
}

void DownloaderTest::cancelLeavesNothing()
{
    m_server->behave = [](const MirrorRequest&, MirrorAnswer& answer) { answer.slowly = true; };
    Downloader& download = make();
    connect(&download, &Downloader::changed, this, [&](const DownloadState& state) {
        if (state.phase == DownloadPhase::Fetching && state.bytesDone > 100'000)
            download.cancel();
    });
    QCOMPARE(run(download).phase, DownloadPhase::Cancelled);
    QCOMPARE(QDir(m_folder->path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot), QStringList());
    download.disconnect(this);
    Downloader& paused = make();
    connect(&paused, &Downloader::changed, this, [&](const DownloadState& state) {
        if (state.phase == DownloadPhase::Fetching && state.bytesDone > 100'000)
            paused.pause();
    });
    QCOMPARE(run(paused).phase, DownloadPhase::Paused);
    paused.cancel();
    QCOMPARE(QDir(m_folder->path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot), QStringList());
}

void DownloaderTest::leavesAForeignFolderAlone()
{
    QVERIFY(QDir(m_folder->path()).mkpath(u"Model/mine"_s));
    const DownloadState state = run(make());
    QCOMPARE(state.trouble.kind, TroubleKind::Exists);
    QVERIFY(m_server->requests.isEmpty());
    QVERIFY(QFileInfo::exists(m_folder->filePath(u"Model/mine"_s)));
}

void DownloaderTest::keepsTwoProcessesApart()
{
    m_server->behave = [](const MirrorRequest& request, MirrorAnswer& answer) {
        if (request.path.endsWith(kBig))
            answer.then = Then::Stall, answer.sendOnly = 0;
    };
    Downloader& first = make();
    first.start();
    QVERIFY(QTest::qWaitFor([&] { return first.state().phase == DownloadPhase::Fetching; }));
    Downloader second(m_plan, m_options);
    second.start();
    QCOMPARE(second.state().trouble.kind, TroubleKind::InUse);
    first.pause();
    m_server->behave = nullptr;
    QCOMPARE(run(second).phase, DownloadPhase::Done);
}

void DownloaderTest::askedOfTheEngineBeforeItAppears()
{
    bool wasThere = true;
    m_options.inspect = [&](const QString& folder) {
        wasThere = QFileInfo::exists(m_folder->filePath(u"Model"_s));
        return QFileInfo::exists(folder + u'/' + kBig) ? u"It has no head."_s : u"It is not there."_s;
    };
    const DownloadState state = run(make());
    QVERIFY(!wasThere);
    QCOMPARE(state.trouble.kind, TroubleKind::NotAModel);
    QCOMPARE(state.trouble.detail, u"It has no head."_s);
    verifyNothingPublished();
}

void DownloaderTest::opensNothingBeforeItIsStarted()
{
    Downloader& download = make();
    QSignalSpy begun(&download, &Downloader::connectionBegun);
    download.restore();
    QVERIFY(!QTest::qWaitFor([&] { return !m_server->requests.isEmpty(); }, 100));
    QVERIFY(begun.isEmpty());
}

void DownloaderTest::tellsItsConnections()
{
    Downloader& download = make();
    QSignalSpy begun(&download, &Downloader::connectionBegun);
    QSignalSpy ended(&download, &Downloader::connectionEnded);
    int requestsAtFirst = -1;
    connect(&download, &Downloader::connectionBegun, this, [&] {
        if (requestsAtFirst < 0)
            requestsAtFirst = static_cast<int>(m_server->requests.size());
    });
    QCOMPARE(run(download).phase, DownloadPhase::Done);
    QCOMPARE(requestsAtFirst, 0);
    QCOMPARE(begun.size(), 2); // the list, the files
    QCOMPARE(ended.size(), 2);
    QCOMPARE(begun[0][1].toUrl().toString(), m_server->base());
    qint64 bytes = 0;
    for (const auto& end : std::as_const(ended))
        bytes += end[1].toLongLong();
    QVERIFY(bytes >= download.state().bytesTotal);
}

void DownloaderTest::measuresSpeed()
{
    m_server->behave = [](const MirrorRequest&, MirrorAnswer& answer) { answer.slowly = true; };
    Downloader& download = make();
    bool hadSpeed = false, forward = true;
    qint64 last = 0;
    connect(&download, &Downloader::changed, this, [&](const DownloadState& state) {
        hadSpeed = hadSpeed || (state.bytesPerSecond > 0 && state.secondsLeft >= 0);
        forward = forward && state.bytesDone >= last && state.bytesDone <= state.bytesTotal;
        last = state.bytesDone;
    });
    QCOMPARE(run(download).phase, DownloadPhase::Done);
    QVERIFY(hadSpeed);
    QVERIFY(forward);
}

namespace {

// A process to be killed: downloads from the mirror of the test that started it.
int runChild(const QString& folder, const QString& base)
{
    DownloadOptions options;
    options.modelsFolder = folder;
    options.limits.chunkBytes = 1 << 20;
    options.limits.stretchBytes = 6 << 20;
    Downloader download(planFrom(base), options);
    download.start();
    return QCoreApplication::exec();
}

} // namespace

int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.value(1) == "--child"_L1)
        return runChild(arguments.value(2), arguments.value(3));
    DownloaderTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "downloader_test.moc"
