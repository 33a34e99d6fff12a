// A download ends with a verified model or with a sentence, whatever the server does; nothing half-done is ever in the
// models folder.

#include "downloader_fixture.h"

#include <QDir>
#include <QFile>
#include <QSignalSpy>

#include <QTest>

#include <csignal>

#ifdef Q_OS_LINUX
#include <sys/resource.h>
#endif

using namespace qwill::app;
using namespace qwill::test;
using namespace Qt::StringLiterals;

namespace {

using Then = MirrorAnswer::Then;
using Behaviour = std::function<void(const MirrorRequest&, MirrorAnswer&)>;

} // namespace

class DownloaderTest : public DownloaderFixture {
    Q_OBJECT

private Q_SLOTS:
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
    void startsAgainWhenTheFileChanged();
    void noticesAChangeBetweenPauseAndResume_data();
    void noticesAChangeBetweenPauseAndResume();
    void checksTheRoomFirst();
    void saysWhenTheDiskIsFull();
    void cancelLeavesNothing();
    void leavesAForeignFolderAlone();
    void keepsTwoProcessesApart();
    void askedOfTheEngineBeforeItAppears();
    void opensNothingBeforeItIsStarted();
    void tellsItsConnections();
    void measuresSpeed();
};

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
    const int patience = m_options.limits.stallMs;
    if (QByteArrayView(QTest::currentDataTag()).contains("stalls")) {
        m_options.limits.stallMs = 150;
        if (trouble == TroubleKind::None) // on a busy machine an honest answer takes longer than that, too
            m_options.limits.attempts = 60;
    }
    // Qt throws away what came together with the end of a connection: on a busy machine all of such a short answer.
    if (QByteArrayView(QTest::currentDataTag()).contains("each answer") && trouble == TroubleKind::None)
        m_options.limits.attempts = 60;
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
    if (m_options.limits.stallMs != patience) { // as a later process, in no hurry
        m_options.limits.stallMs = patience;
        make();
    }
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

void DownloaderTest::noticesAChangeBetweenPauseAndResume_data()
{
    QTest::addColumn<bool>("contents");
    QTest::addColumn<TroubleKind>("trouble");
    QTest::newRow("another ETag, the same file") << false << TroubleKind::None;
    QTest::newRow("another file than the list names") << true << TroubleKind::HashMismatch;
}

void DownloaderTest::noticesAChangeBetweenPauseAndResume()
{
    QFETCH(bool, contents);
    QFETCH(TroubleKind, trouble);
    Downloader& download = make();
    connect(&download, &Downloader::changed, this, [&](const DownloadState& state) {
        if (state.phase == DownloadPhase::Fetching && state.bytesDone >= 4 * (kChunk + 1000))
            download.pause();
    });
    m_server->behave = catchInTheMiddle;
    QCOMPARE(run(download).phase, DownloadPhase::Paused);
    download.disconnect(this);
    m_server->behave = nullptr;
    const QByteArray right = m_server->files[kBig];
    m_server->etags[kBig] = u"\"another\""_s;
    if (contents)
        m_server->files[kBig] = noise(600'000, 78);
    QCOMPARE(run(download).trouble.kind, trouble);
    if (trouble == TroubleKind::None)
        return verifyPublished();
    verifyNothingPublished();
    m_server->files[kBig] = right; // the mirror is mended
    m_server->etags.clear();
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

QTEST_GUILESS_MAIN(DownloaderTest)
#include "downloader_test.moc"
