// A download that is killed, at any moment, goes on in the next process and ends with a verified model; it goes through
// the system's proxy, and follows its mirror to another host over TLS.

#include "downloader_fixture.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QNetworkProxyFactory>
#include <QProcess>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>
#include <QSslSocket>
#include <QTest>
#include <QTimer>

using namespace qwill::app;
using namespace qwill::test;
using namespace Qt::StringLiterals;

namespace {

using Then = MirrorAnswer::Then;

} // namespace

class DownloadKillTest : public DownloaderFixture {
    Q_OBJECT

private Q_SLOTS:
    void resumesAfterAKill();
    void survivesKillsAtRandomMoments();
    void goesThroughAProxy();
    void followsToAnotherHost();
    void resumesAfterAKillBeforeTheLastStep();
};

void DownloadKillTest::resumesAfterAKill()
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

// Wherever it is hit, listing, fetching, checking or moving: what is left is no model, or the whole one.
void DownloadKillTest::survivesKillsAtRandomMoments()
{
    constexpr qint64 size = 12 << 20;
    m_server->files[kBig] = noise(size, 6);
    const quint32 seed = QRandomGenerator::system()->generate();
    QRandomGenerator random(seed);
    qInfo("seed %u", seed);
    int kills = 0;
    bool finished = false;
    for (int round = 0; round < 200 && !finished; ++round) {
        QProcess child;
        child.setProcessChannelMode(QProcess::ForwardedChannels);
        const qint64 until = m_server->bytesOf(kBig) + random.bounded(4 << 20); // of what the server hands out
        const int laterMs = random.bounded(25);
        bool due = false;
        m_server->behave = [&](const MirrorRequest&, MirrorAnswer&) {
            if (!due && kills < 5 && m_server->bytesOf(kBig) >= until) {
                due = true;
                QTimer::singleShot(laterMs, &child, [&child] { child.kill(); });
            }
        };
        child.start(QCoreApplication::applicationFilePath(),
                    {u"--child"_s, m_folder->path(), m_server->base(), u"small"_s});
        QVERIFY(child.waitForStarted());
        QVERIFY(QTest::qWaitFor([&] { return child.state() == QProcess::NotRunning; }, 60'000));
        m_server->behave = nullptr;
        if (child.exitStatus() == QProcess::CrashExit)
            ++kills;
        else
            QCOMPARE(child.exitCode(), 0);
        finished = QFileInfo::exists(m_folder->filePath(u"Model"_s));
        if (!finished)
            verifyNothingPublished();
    }
    QVERIFY(finished);
    QVERIFY(kills >= 1);
    Downloader& last = make(); // a kill right after the last step leaves an empty folder
    last.restore();
    verifyPublished();
    const qint64 again = m_server->bytesOf(kBig) - size;
    qInfo("%d kills, %.1f MB handed out again", kills, static_cast<double>(again) / 1e6);
    QVERIFY(again <= kills * qint64(4 * (1 << 20) + (1 << 20))); // per kill at most what four connections had asked for
}

// The system's proxy, which Linux names in the environment: a host that only the proxy knows.
void DownloadKillTest::goesThroughAProxy()
{
    QProcess child;
    child.setProcessChannelMode(QProcess::ForwardedChannels);
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"http_proxy"_s, m_server->base());
    environment.remove(u"no_proxy"_s);
    child.setProcessEnvironment(environment);
    child.start(QCoreApplication::applicationFilePath(),
                {u"--child"_s, m_folder->path(), u"http://models.invalid"_s, u"proxy"_s});
    QVERIFY(child.waitForStarted());
    QVERIFY(QTest::qWaitFor([&] { return child.state() == QProcess::NotRunning; }, 60'000));
    QCOMPARE(child.exitCode(), 0);
    verifyPublished();
}

// Over TLS, as huggingface.co sends one to its store of files: its own certificate for the test, and two names.
void DownloadKillTest::followsToAnotherHost()
{
    if (!QSslSocket::supportsSsl())
        QSKIP("this Qt has no TLS");
    QProcess openssl;
    const QString key = m_folder->filePath(u"../%1.key"_s.arg(QFileInfo(m_folder->path()).fileName()));
    const QString certificate = key + u".pem"_s;
    openssl.start(u"openssl"_s,
                  {u"req"_s, u"-x509"_s, u"-newkey"_s, u"ec"_s, u"-pkeyopt"_s, u"ec_paramgen_curve:prime256v1"_s,
                   u"-nodes"_s, u"-days"_s, u"2"_s, u"-subj"_s, u"/CN=localhost"_s, u"-addext"_s,
                   u"subjectAltName=DNS:localhost,IP:127.0.0.1"_s, u"-keyout"_s, key, u"-out"_s, certificate});
    if (!openssl.waitForFinished() || openssl.exitCode() != 0)
        QSKIP("openssl is not here to make a certificate");
    const QList<QSslCertificate> trusted = QSslCertificate::fromPath(certificate);
    QFile keyFile(key);
    QVERIFY(keyFile.open(QIODevice::ReadOnly) && trusted.size() == 1);
    const QSslKey secret(&keyFile, QSsl::Ec);
    keyFile.remove();
    QFile::remove(certificate);

    MirrorServer store(trusted.first(), secret), front(trusted.first(), secret);
    fill(store);
    fill(front);
    front.behave = [&](const MirrorRequest& request, MirrorAnswer& answer) {
        if (!request.path.endsWith(kBig))
            return;
        answer = {};
        answer.status = 302;
        answer.headers.append("Location: " + (store.base() + request.path).toLatin1()); // https://127.0.0.1:…
    };
    m_plan = planFrom(front.base().replace(u"127.0.0.1"_s, u"localhost"_s));
    QSslConfiguration before = QSslConfiguration::defaultConfiguration(), with = before;
    with.addCaCertificate(trusted.first());
    QCOMPARE(run(make()).trouble.kind, TroubleKind::TlsFailed); // nobody vouches for it
    QVERIFY(front.requests.isEmpty());
    QSslConfiguration::setDefaultConfiguration(with);
    Downloader& download = make();
    QSignalSpy begun(&download, &Downloader::connectionBegun);
    const DownloadState state = run(download);
    QSslConfiguration::setDefaultConfiguration(before);
    QCOMPARE(sentenceOf(state.trouble), QString());
    QCOMPARE(state.phase, DownloadPhase::Done);
    verifyPublished();
    QCOMPARE(front.bytesOf(kBig), 0);
    QCOMPARE(store.bytesOf(kBig), 600'000);
    QStringList hosts;
    for (const auto& one : std::as_const(begun))
        hosts.append(one[1].toUrl().host());
    hosts.removeDuplicates();
    QCOMPARE(hosts, (QStringList{u"localhost"_s, u"127.0.0.1"_s})); // both are told
}

void DownloadKillTest::resumesAfterAKillBeforeTheLastStep()
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

namespace {

// A process to be killed: downloads from the mirror of the test that started it.
int runChild(const QString& folder, const QString& base, const QString& manner)
{
    DownloadOptions options;
    options.modelsFolder = folder;
    options.limits.chunkBytes = manner == "small"_L1 ? 64 << 10 : 1 << 20;
    options.limits.stretchBytes = manner == "small"_L1 ? 1 << 20 : 6 << 20;
    if (manner == "proxy"_L1)
        QNetworkProxyFactory::setUseSystemConfiguration(true); // as the application does
    Downloader download(planFrom(base), options);
    if (!manner.isEmpty()) // ends by itself
        QObject::connect(&download, &Downloader::changed, &download, [](const DownloadState& state) {
            if (isOver(state.phase))
                QCoreApplication::exit(state.phase == DownloadPhase::Done ? 0 : 1);
        });
    download.start();
    return QCoreApplication::exec();
}

} // namespace

int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.value(1) == "--child"_L1)
        return runChild(arguments.value(2), arguments.value(3), arguments.value(4));
    DownloadKillTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "download_kill_test.moc"
