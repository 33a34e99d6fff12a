// Chats with a model elsewhere, which is our own server with the guide: the same chats, figures and errors as with a
// model of this machine, and a mark on everything that came from there. Keys, lists and what is asked of a server.

#include "fake_endpoint.h"

#include "app/server/server_house.h"
#include "app/support/chat_app.h"
#include "chat/chat_export.h"
#include "chat/chat_json.h"
#include "chat/reply_figures.h"
#include "remote/remote_models.h"
#include "secrets/key_ring.h"

#include <QAbstractItemModelTester>
#include <QFile>

using namespace qwill;
using namespace qwill::app;
using namespace qwill::test;
using namespace Qt::StringLiterals;

namespace {

const QString kKey = u"qw-elsewhere"_s;

// One person's Qwill that knows of models elsewhere.
class Home {
public:
    explicit Home(const QTemporaryDir& dir)
        : keys(dir.filePath(u"keys"_s), KeyRing::Place::FilesOnly),
          remote(dir.filePath(u"remote.json"_s), keys),
          tester(&remote),
          app(dir)
    {
        app.host.setLoader(
            [this](const engine::LoadOptions& options, const engine::EventSink& sink, const engine::LoadProgressFn&,
                   const std::stop_token&) { return remote.open(QString::fromStdString(options.path), sink); });
        QObject::connect(&remote, &RemoteModels::connectionBegun, &remote,
                         [this](quint64, const QUrl& url) { opened.append(url.toString()); });
        QObject::connect(&remote, &RemoteModels::connectionEnded, &remote,
                         [this](quint64, qint64 bytes, const QString& failure) {
                             ended.append(failure);
                             received += bytes;
                         });
    }
    void use(const QString& path)
    {
        LoadSettings settings;
        settings.path = path;
        bool prepared = false;
        remote.prepare(path, [&] { prepared = true; });
        QVERIFY(QTest::qWaitFor([&] { return prepared; }, app::kLong));
        app.host.load(settings);
        QVERIFY(QTest::qWaitFor([&] { return app.host.state() != EngineHost::State::Loading; }, app::kLong));
    }

    KeyRing keys;
    RemoteModels remote;
    QAbstractItemModelTester tester;
    ChatApp app;
    QStringList opened, ended;
    qint64 received = 0;
};

QString base(const ServerHouse& house)
{
    return u"http://127.0.0.1:%1"_s.arg(house.server.port());
}

ServerSettings withKey()
{
    ServerSettings settings;
    settings.access.key = kKey.toLatin1();
    return settings;
}

} // namespace

class RemoteChatTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void chatsAsWithAModelHere();
    void marksWhatCameFromElsewhere();
    void stopsAndGoesOn();
    void saysWhatIsWrong();
    void keepsListAndKeys();
    void forgetsWhatIsRemoved();
    void refusesWhatIsNoModel();
    void passesOverADamagedList();
    void asksForModels();
    void asksNoLiar();
    void isNotServedToOthers();

private:
    QTemporaryDir m_dir;
    std::unique_ptr<QTemporaryDir> m_home;
    std::unique_ptr<ServerHouse> m_house;
};

void RemoteChatTest::initTestCase()
{
    m_house = std::make_unique<ServerHouse>();
    m_house->load();
    m_house->start(withKey());
}

void RemoteChatTest::init()
{
    m_home = std::make_unique<QTemporaryDir>();
}

void RemoteChatTest::chatsAsWithAModelHere()
{
    Home home(*m_home);
    home.use(home.remote.add(base(*m_house), kKey, u"guide"_s, 4096));
    QCOMPARE(home.app.host.state(), EngineHost::State::Ready);
    QVERIFY(home.opened.isEmpty()); // choosing it opens nothing
    home.app.open();
    home.app.session->setDraft(u"What is Qwill?"_s);
    QVERIFY(QTest::qWaitFor([&] { return home.app.session->budget()->known(); }, app::kLong));
    QVERIFY(home.app.session->budget()->rough());
    QVERIFY(home.opened.isEmpty()); // nor does writing
    home.app.say(u"What is Qwill?"_s);
    QVERIFY(home.app.idle());
    const Message reply = home.app.message(1);
    QCOMPARE(reply.status, MessageStatus::Cut); // 40 tokens, as the settings say

    QJsonObject body = chatBody(u"What is Qwill?"_s, 40); // the same, asked directly
    body.remove(u"ignore_eos"_s);
    body.insert(u"temperature"_s, 0);
    const ApiAnswer direct =
        m_house->client().post("/v1/chat/completions", body, {{"Authorization", "Bearer " + kKey.toLatin1()}});
    QCOMPARE(reply.content, direct.text());
    QCOMPARE(reply.figures.completionTokens, 40);
    QCOMPARE(reply.figures.promptTokens, direct.json()[u"usage"][u"prompt_tokens"].toInt());
    QVERIFY(reply.figures.firstTokenMs > 0 && reply.figures.totalMs >= reply.figures.firstTokenMs);
    QCOMPARE(home.opened.size(), 1);
    QCOMPARE(home.ended, QStringList{QString()});
    QVERIFY(home.received > 0);

    home.app.say(u"And a branch?"_s); // the turns before go along
    QVERIFY(home.app.idle());
    QVERIFY(home.app.message(3).figures.promptTokens > reply.figures.promptTokens + 40);
    QVERIFY(home.app.message(3).figures.cachedTokens > 0); // its prefix was kept over there
}

void RemoteChatTest::marksWhatCameFromElsewhere()
{
    Home home(*m_home);
    home.use(home.remote.add(base(*m_house), kKey, u"guide"_s, 4096));
    const QString host = u"127.0.0.1:%1"_s.arg(m_house->server.port());
    QVERIFY(home.app.host.isRemote());
    QCOMPARE(home.app.host.deviceText(), u"not on this machine · "_s + host);
    QVERIFY(home.app.host.deviceReason().contains(host));
    home.app.open();
    home.app.say(u"What is Qwill?"_s);
    QVERIFY(home.app.idle());
    const QList<Message> messages{home.app.message(0), home.app.message(1)};
    QCOMPARE(elsewhereOf(messages[1]), host);
    QVERIFY(figuresLine(messages[1]).contains(u"not on this machine: "_s + host));
    const Conversation conversation;
    for (const QString& text : {messagesToMarkdown(conversation, messages), messagesToHtml(conversation, messages)}) {
        QVERIFY(text.contains(u"Not on this machine"_s));
        QVERIFY(text.contains(u"guide (not on this machine)"_s));
        QVERIFY(text.contains(host));
        QVERIFY(!text.contains(u"elsewhere"_s)); // the mark's own name
    }
    // And a reply of this machine is not marked.
    Message local = messages[1];
    local.sampling.remove(kElsewhereMark);
    local.model = u"guide · CPU"_s;
    QVERIFY(!messagesToMarkdown(conversation, {local}).contains(u"not on this machine"_s, Qt::CaseInsensitive));
}

void RemoteChatTest::stopsAndGoesOn()
{
    Home home(*m_home);
    home.app.settings.setMaxTokens(-1);
    FakeEndpoint server;
    server.answer = FakeEndpoint::stream(FakeEndpoint::delta("It is "));
    server.then = FakeEndpoint::Then::Stall;
    home.use(home.remote.add(server.base().toString(), {}, u"m"_s, 4096));
    home.app.open();
    home.app.say(u"What is it?"_s);
    QVERIFY(home.app.writing());
    home.app.session->stop();
    QVERIFY(home.app.idle());
    QVERIFY(QTest::qWaitFor([&] { return server.left == 1; }, app::kLong));
    QCOMPARE(home.app.message(1).status, MessageStatus::Stopped);
    QCOMPARE(home.app.message(1).content, u"It is "_s);
    server.answer = FakeEndpoint::stream(FakeEndpoint::delta("a test.") + FakeEndpoint::finish());
    home.app.session->continueReply(home.app.message(1).id);
    QVERIFY(home.app.idle());
    QCOMPARE(home.app.message(1).content, u"It is a test."_s);
    QCOMPARE(home.app.message(1).status, MessageStatus::Complete);
    QVERIFY(server.requests.last().contains("\"continue_final_message\":true"));
}

void RemoteChatTest::saysWhatIsWrong()
{
    Home home(*m_home);
    home.use(home.remote.add(base(*m_house), u"wrong"_s, u"guide"_s, 4096));
    home.app.open();
    home.app.say(u"Hi"_s);
    QVERIFY(home.app.idle());
    QCOMPARE(home.app.message(1).status, MessageStatus::Failed);
    QVERIFY2(home.app.message(1).error.contains("refused the key"_L1), qPrintable(home.app.message(1).error));
    QCOMPARE(home.ended.last(), home.app.message(1).error);
    QSignalSpy renewed(&home.remote, &RemoteModels::renewed);
    const QString again = home.remote.add(base(*m_house), kKey, u"guide"_s, 2048); // with the right one
    QCOMPARE(renewed.size(), 1);
    QCOMPARE(home.remote.rowCount(), 1);
    home.use(again);
    QCOMPARE(home.app.host.engine()->contextLength(), 2048);
    home.app.session->regenerate(home.app.message(1).id);
    QVERIFY(home.app.idle());
    QVERIFY2(home.app.message(1).status != MessageStatus::Failed, qPrintable(home.app.message(1).error));
    home.use(home.remote.add(base(*m_house), kKey, u"another"_s, 4096));
    home.app.say(u"Hi"_s);
    QVERIFY(home.app.idle());
    QVERIFY2(home.app.message(3).error.contains("does not exist"_L1), qPrintable(home.app.message(3).error));
    home.use(home.remote.add(base(*m_house), kKey, u"guide"_s, 1 << 20)); // more than it has
    home.app.say(u"chat "_s.repeated(9000));
    QVERIFY(home.app.idle());
    QVERIFY2(home.app.message(5).error.contains("maximum context length"_L1), qPrintable(home.app.message(5).error));
}

void RemoteChatTest::keepsListAndKeys()
{
    QString path;
    {
        Home home(*m_home);
        path = home.remote.add(base(*m_house), kKey, u"guide"_s, 4096);
        QCOMPARE(home.remote.rowCount(), 1);
        QVERIFY(isRemotePath(path));
        const QString kept = m_home->filePath(u"keys/"_s) + path.mid(kRemotePrefix.size());
        QVERIFY(QTest::qWaitFor([&] { return QFile::exists(kept); }, app::kLong));
    }
    QFile list(m_home->filePath(u"remote.json"_s));
    QVERIFY(list.open(QIODevice::ReadOnly));
    QVERIFY(!list.readAll().contains(kKey.toLatin1()));
    const QString file = m_home->filePath(u"keys/"_s) + path.mid(kRemotePrefix.size());
    QCOMPARE(QFile::permissions(file) & (QFile::ReadGroup | QFile::ReadOther | QFile::WriteGroup | QFile::WriteOther),
             QFile::Permissions());
    Home home(*m_home); // after a restart
    QCOMPARE(home.remote.index(0).data(RemoteModels::PathRole).toString(), path);
    QCOMPARE(home.remote.index(0).data(RemoteModels::NameRole).toString(), u"guide"_s);
    home.use(path);
    home.app.open();
    home.app.say(u"Hi"_s);
    QVERIFY(home.app.idle());
    QVERIFY2(home.app.message(1).status != MessageStatus::Failed, qPrintable(home.app.message(1).error));
}

void RemoteChatTest::forgetsWhatIsRemoved()
{
    Home home(*m_home);
    const QString path = home.remote.add(u"ai.example.org"_s, kKey, u"m"_s, 4096);
    const QString file = m_home->filePath(u"keys/"_s) + path.mid(kRemotePrefix.size());
    QVERIFY(QTest::qWaitFor([&] { return QFile::exists(file); }, app::kLong));
    home.remote.remove(u"remote:other"_s);
    QCOMPARE(home.remote.rowCount(), 1);
    home.remote.remove(path);
    QCOMPARE(home.remote.rowCount(), 0);
    QVERIFY(!QFile::exists(file));
    home.use(path);
    QCOMPARE(home.app.host.state(), EngineHost::State::Failed);
    QVERIFY(home.app.host.errorText().contains("no longer in the list"_L1));
    QVERIFY(home.opened.isEmpty());
}

void RemoteChatTest::refusesWhatIsNoModel()
{
    Home home(*m_home);
    for (const QString& address : {u""_s, u"ftp://x"_s, u"https://a b/v1"_s}) {
        QVERIFY(home.remote.add(address, {}, u"m"_s, 4096).isEmpty());
        QVERIFY(!home.remote.problem().isEmpty());
    }
    QVERIFY(home.remote.add(u"ai.example.org"_s, {}, u"  "_s, 4096).isEmpty());
    QVERIFY(home.remote.add(u"ai.example.org"_s, u"a\r\nX-Evil: 1"_s, u"m"_s, 4096).isEmpty()); // a header of its own
    QCOMPARE(home.remote.rowCount(), 0);
    QVERIFY(home.remote.isOpen(u"http://ai.example.org"_s));
    QVERIFY(!home.remote.isOpen(u"ai.example.org"_s));
    QVERIFY(!home.remote.isOpen(u"http://localhost:1"_s));
}

void RemoteChatTest::passesOverADamagedList()
{
    QFile list(m_home->filePath(u"remote.json"_s));
    QVERIFY(list.open(QIODevice::WriteOnly));
    list.write(R"({"models":[{"id":"../../x","address":"https://a.example/v1","model":"m"},
        {"id":"good","address":"https://a.example/v1","model":"m","contextLength":-1},
        {"id":"good","address":"https://b.example/v1","model":"twice"},
        {"id":"b","address":"file:///etc/passwd","model":"m"}, 7, null]})");
    list.close();
    const Home home(*m_home);
    QCOMPARE(home.remote.rowCount(), 1);
    QCOMPARE(home.remote.index(0).data(RemoteModels::HostRole).toString(), u"a.example"_s);
}

void RemoteChatTest::asksForModels()
{
    Home home(*m_home);
    RemoteInquiry& inquiry = *home.remote.inquiry();
    inquiry.ask(base(*m_house), kKey);
    QVERIFY(inquiry.isAsking());
    QVERIFY(QTest::qWaitFor([&] { return !inquiry.isAsking(); }, app::kLong));
    QCOMPARE(inquiry.problem(), QString());
    QCOMPARE(inquiry.models(), QStringList{u"guide"_s});
    QCOMPARE(inquiry.contextOf(u"guide"_s), 4096);
    QCOMPARE(home.opened.size(), 1);
    inquiry.ask(base(*m_house), u"wrong"_s);
    QVERIFY(QTest::qWaitFor([&] { return !inquiry.isAsking(); }, app::kLong));
    QVERIFY2(inquiry.problem().contains("refused the key"_L1), qPrintable(inquiry.problem()));
    QVERIFY(inquiry.models().isEmpty());
    inquiry.ask(u"nonsense://"_s, {});
    QVERIFY(!inquiry.isAsking() && !inquiry.problem().isEmpty());
    QCOMPARE(home.opened.size(), 2);
    QCOMPARE(home.ended.size(), 2);
}

void RemoteChatTest::asksNoLiar()
{
    Home home(*m_home);
    RemoteInquiry& inquiry = *home.remote.inquiry();
    FakeEndpoint server;
    const QByteArray json = "application/json";
    for (const QByteArray& answer :
         {FakeEndpoint::head(200, json) + "{}", FakeEndpoint::head(200, json) + R"({"data":[]})",
          FakeEndpoint::head(200, json) + R"({"data":[7,{"id":""},{"id":5}]})",
          FakeEndpoint::head(200, "text/html") + "<p>", FakeEndpoint::head(200, json) + QByteArray(9 << 20, ' '),
          FakeEndpoint::head(500, json), "HTTP/1.1 302 Moved\r\nLocation: http://127.0.0.1:1/\r\n\r\n"_ba,
          QByteArray("\0\1\2", 3)}) {
        server.answer = answer;
        inquiry.ask(server.base().toString(), {});
        QVERIFY(QTest::qWaitFor([&] { return !inquiry.isAsking(); }, app::kLong));
        QVERIFY2(!inquiry.problem().isEmpty(), answer.left(80).constData());
        QVERIFY(inquiry.models().isEmpty());
    }
    QCOMPARE(home.opened.size(), home.ended.size());
    server.answer = {};
    server.then = FakeEndpoint::Then::Stall;
    inquiry.ask(server.base().toString(), {});
    inquiry.forget();
    QVERIFY(!inquiry.isAsking());
}

// Other programs on this machine do not get to another one through ours.
void RemoteChatTest::isNotServedToOthers()
{
    Home home(*m_home);
    home.use(home.remote.add(base(*m_house), kKey, u"guide"_s, 4096));
    LocalServer server(home.app.host.gate());
    QCOMPARE(server.start({}), QString());
    const ApiAnswer answer = ApiClient(server.port()).post("/v1/chat/completions", chatBody(u"Hi"_s, 5));
    QCOMPARE(answer.status, 503);
    QVERIFY(home.opened.isEmpty());
}

QTEST_MAIN(RemoteChatTest)
#include "remote_chat_test.moc"
