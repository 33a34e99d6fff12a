// The API with clients and models that misbehave: nothing hangs, nothing leaks, everybody hears why.

#include "server_house.h"

#include <QSignalSpy>

#include <memory>

using namespace qwill;
using namespace qwill::test;
using namespace Qt::StringLiterals;
using app::ServerSettings;

class ServerTroubleTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aClientThatLeavesStopsItsReply();
    void beyondTheQueueIsTurnedAway();
    void aGreedyRequestLeavesRoom();
    void keysAreAskedFor();
    void allowedPagesMayAsk();
    void tooMuchIsRefused();
    void tooSlowIsCutOff();
    void aClientThatDoesNotReadIsDropped();
    void tooManyConnections();
    void waitsForTheModel();
    void wantsAModelWhereThereIsNone();
    void aModelThatGoesAwaySaysSo();
    void aModelThatCannotBeLoadedSaysSo();
    void aReplyThatTakesTooLongEnds();
    void drainsWhatIsUnderWay();
    void stopsInTheMiddle();
    void holdsTheModelBusy();
    void neverListensElsewhereWithoutAKey();
};

void ServerTroubleTest::aClientThatLeavesStopsItsReply()
{
    ServerHouse house;
    house.load();
    house.start();
    for (const bool stream : {true, false}) {
        ApiClient client = house.client();
        client.send("/v1/chat/completions", chatBody(u"Tell me all."_s, 4000, stream));
        QVERIFY(house.waitForMetric("qwill_requests_running", 1));
        client.abort();
        QVERIFY(house.waitForMetric("qwill_requests_running", 0));
        QVERIFY(house.waitForMetric("qwill_kv_blocks_used", 0));
    }
    QVERIFY(house.metric("qwill_generation_tokens_total") < 8000);
}

void ServerTroubleTest::beyondTheQueueIsTurnedAway()
{
    ServerHouse house;
    house.load();
    ServerSettings settings;
    settings.queue.parallel = 1;
    settings.queue.waiting = 2; // beside the one that is written
    house.start(settings);
    std::vector<std::unique_ptr<ApiClient>> clients;
    for (int i = 0; i < 3; ++i) {
        clients.push_back(std::make_unique<ApiClient>(house.server.port()));
        clients.back()->send("/v1/chat/completions", chatBody(u"Tell me all."_s, i == 0 ? 2000 : 3, i != 2));
        QVERIFY(house.waitForMetric("qwill_requests_waiting", i));
    }
    const ApiAnswer refused = house.post("/v1/chat/completions", chatBody(u"Hi"_s));
    QCOMPARE(refused.status, 429);
    QCOMPARE(refused.errorCode(), u"rate_limit_exceeded"_s);
    QVERIFY(refused.header("retry-after").toInt() > 0);
    clients[0]->abort();
    for (int i = 1; i < 3; ++i)
        QCOMPARE(clients[static_cast<std::size_t>(i)]->read().status, 200);
    QCOMPARE(house.post("/v1/chat/completions", chatBody(u"Hi"_s)).status, 200);

    settings.queue.waiting = 0; // a place, and no queue
    house.start(settings);
    ApiClient one = house.client();
    one.send("/v1/chat/completions", chatBody(u"Tell me all."_s, 2000, true));
    QVERIFY(one.readUntil("content"));
    QCOMPARE(house.post("/v1/chat/completions", chatBody(u"Hi"_s)).status, 429);
}

// Forty prompts in one request, and somebody else's single one behind it.
void ServerTroubleTest::aGreedyRequestLeavesRoom()
{
    ServerHouse house;
    house.load();
    ServerSettings settings;
    settings.queue.parallel = 2;
    settings.queue.waiting = 1;
    house.start(settings);
    QJsonArray prompts;
    for (int i = 0; i < 40; ++i)
        prompts.append(u"Number %1"_s.arg(i));
    ApiClient greedy = house.client(), modest = house.client();
    greedy.send("/v1/completions", {{u"prompt"_s, prompts}, {u"max_tokens"_s, 100}, {u"ignore_eos"_s, true}});
    QVERIFY(house.waitForMetric("qwill_requests_running", 2));
    modest.send("/v1/completions", {{u"prompt"_s, u"One"_s}, {u"max_tokens"_s, 1}});
    QCOMPARE(modest.read().status, 200);
    QCOMPARE(greedy.socket().bytesAvailable(), 0); // far from done
    QCOMPARE(greedy.read().json()[u"choices"].toArray().size(), 40);
}

void ServerTroubleTest::keysAreAskedFor()
{
    ServerHouse house;
    house.load();
    ServerSettings settings;
    settings.access.key = "qw-secret";
    house.start(settings);
    ApiClient client = house.client();
    QCOMPARE(client.get("/health").status, 200);
    for (const char* path : {"/v1/models", "/metrics", "/nothing"}) {
        const ApiAnswer refused = client.get(path);
        QCOMPARE(refused.status, 401);
        QCOMPARE(refused.errorCode(), u"invalid_api_key"_s);
        QCOMPARE(refused.header("www-authenticate"), "Bearer");
    }
    QCOMPARE(client.post("/v1/chat/completions", chatBody(u"Hi"_s), {{"Authorization", "Bearer qw-secreT"}}).status,
             401);
    QCOMPARE(client.post("/v1/chat/completions", chatBody(u"Hi"_s), {{"Authorization", "Bearer qw-secret"}}).status,
             200);
}

void ServerTroubleTest::allowedPagesMayAsk()
{
    ServerHouse house;
    house.load();
    ServerSettings settings;
    settings.access.origins = {u"http://localhost:3000"_s};
    settings.access.key = "k";
    house.start(settings);
    ApiClient client = house.client();
    client.send(
        ApiClient::requestBytes("OPTIONS", "/v1/chat/completions", {},
                                {{"Origin", "http://localhost:3000"}, {"Access-Control-Request-Method", "POST"}}));
    const ApiAnswer preflight = client.read();
    QCOMPARE(preflight.status, 204);
    QCOMPARE(preflight.header("access-control-allow-origin"), "http://localhost:3000");
    QVERIFY(preflight.header("access-control-allow-headers").contains("authorization"));
    const ApiAnswer refused = client.get("/v1/models", {{"Origin", "http://localhost:3000"}});
    QCOMPARE(refused.status, 401); // the page may read why
    QCOMPARE(refused.header("access-control-allow-origin"), "http://localhost:3000");
    QCOMPARE(client.get("/v1/models", {{"Origin", "http://localhost:3001"}}).status, 403);
}

void ServerTroubleTest::tooMuchIsRefused()
{
    ServerHouse house;
    house.load();
    ServerSettings settings;
    settings.connections.request = {1000, 5000};
    settings.connections.lingerMs = 100;
    house.start(settings);
    const auto status = [&](const QByteArray& bytes) {
        ApiClient client = house.client();
        client.send(bytes);
        const ApiAnswer answer = client.read();
        return answer.json()[u"error"].isObject() && client.waitForClosed() ? answer.status : -answer.status;
    };
    QCOMPARE(status(ApiClient::requestBytes("POST", "/v1/chat/completions", QByteArray(5001, ' '))), 413);
    QCOMPARE(status("POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n"), 413);
    QCOMPARE(status("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1400\r\n" + QByteArray(5200, ' ')), 413);
    QCOMPARE(status(ApiClient::requestBytes("GET", "/health", {}, {{"X", QByteArray(1000, 'x')}})), 431);
    QCOMPARE(status("GET /" + QByteArray(1000, 'x') + " HTTP/1.1\r\n\r\n"), 431);
    QCOMPARE(status("what is this\r\n\r\n"), 400);
    QCOMPARE(status("POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n"), 501);
    QCOMPARE(house.client().get("/health").status, 200);
}

void ServerTroubleTest::tooSlowIsCutOff()
{
    ServerHouse house;
    house.load();
    ServerSettings settings;
    settings.connections.headMs = 150;
    settings.connections.bodyMs = 150;
    settings.connections.idleMs = 150;
    house.start(settings);
    for (const QByteArray& begun :
         {QByteArray("GET /health HTTP/1.1\r\nHost: loc"),
          QByteArray("POST /tokenize HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\n{")}) {
        ApiClient client = house.client();
        client.send(begun);
        // A byte now and then does not help.
        while (client.socket().state() == QAbstractSocket::ConnectedState && !client.readUntil("408", 40))
            client.send("x");
        QCOMPARE(client.read().status, 408);
        QVERIFY(client.waitForClosed());
    }
    ApiClient silent = house.client();
    QVERIFY(silent.waitForClosed());
    ApiClient idle = house.client();
    QCOMPARE(idle.get("/health").status, 200);
    QVERIFY(idle.waitForClosed());
    // While an answer is being written, nobody is slow.
    ApiClient patient = house.client();
    QCOMPARE(patient.post("/v1/chat/completions", chatBody(u"Tell me all."_s, 1500)).status, 200);
}

void ServerTroubleTest::aClientThatDoesNotReadIsDropped()
{
    ServerHouse house;
    house.load();
    ServerSettings settings;
    settings.connections.unsentBytes = 1000;
    house.start(settings);
    ApiClient client = house.client();
    client.socket().setReadBufferSize(100);
    client.socket().setSocketOption(QAbstractSocket::ReceiveBufferSizeSocketOption, 2000);
    QJsonObject body = chatBody(u"Tell me all."_s, 4000, true);
    body.insert(u"logprobs"_s, true);
    body.insert(u"top_logprobs"_s, 20); // far more than the sockets' buffers hold
    client.send("/v1/chat/completions", body);
    QVERIFY(house.waitForMetric("qwill_requests_running", 1));
    QVERIFY(house.waitForMetric("qwill_requests_running", 0));
    QVERIFY(house.metric("qwill_generation_tokens_total") < 4000);
}

void ServerTroubleTest::tooManyConnections()
{
    ServerHouse house;
    house.load();
    ServerSettings settings;
    settings.connections.connections = 3;
    house.start(settings);
    std::vector<std::unique_ptr<ApiClient>> clients;
    for (int i = 0; i < 3; ++i) {
        clients.push_back(std::make_unique<ApiClient>(house.server.port()));
        QCOMPARE(clients.back()->get("/health").status, 200);
    }
    ApiClient more = house.client();
    QCOMPARE(more.read().status, 503);
    clients.clear();
    QVERIFY(QTest::qWaitFor([&] { return house.client().get("/health").status == 200; }, kLong));
}

void ServerTroubleTest::waitsForTheModel()
{
    ServerHouse house;
    house.start();
    ApiClient early = house.client();
    app::LoadSettings load;
    load.path = u"resources/guide"_s;
    load.threads = 1;
    house.host.load(load);
    early.send("/v1/chat/completions", chatBody(u"Hi"_s, 3));
    QVERIFY(QTest::qWaitFor([&] { return house.host.state() == app::EngineHost::State::Ready; }, kLong));
    QCOMPARE(early.read().status, 200);
}

void ServerTroubleTest::wantsAModelWhereThereIsNone()
{
    ServerHouse house;
    house.start();
    QSignalSpy wanted(&house.host.gate(), &app::EngineGate::wanted);
    ApiClient client = house.client();
    client.send("/v1/chat/completions", chatBody(u"Hi"_s, 3));
    QVERIFY(wanted.wait(kLong));
    QCOMPARE(client.socket().bytesAvailable(), 0);
    house.load();
    QCOMPARE(client.read().status, 200);
}

void ServerTroubleTest::aModelThatGoesAwaySaysSo()
{
    for (const bool stream : {true, false}) {
        ServerHouse house;
        house.load();
        house.start();
        ApiClient client = house.client();
        client.send("/v1/chat/completions", chatBody(u"Tell me all."_s, 4000, stream));
        QVERIFY(house.waitForMetric("qwill_requests_running", 1));
        house.host.unload();
        const ApiAnswer answer = client.read();
        QCOMPARE(answer.status, stream ? 200 : 503);
        const QJsonObject error = stream ? answer.events().last() : answer.json();
        QVERIFY(error[u"error"][u"message"].toString().contains(u"unloaded"));
        QVERIFY(!answer.body.contains("[DONE]"));
        QVERIFY(house.waitForMetric("qwill_requests_running", 0));
    }
}

void ServerTroubleTest::aModelThatCannotBeLoadedSaysSo()
{
    ServerHouse house;
    house.start();
    app::LoadSettings load;
    load.path = u"/no/such/place"_s;
    house.host.load(load);
    QVERIFY(QTest::qWaitFor([&] { return house.host.state() == app::EngineHost::State::Failed; }, kLong));
    const ApiAnswer answer = house.post("/v1/chat/completions", chatBody(u"Hi"_s));
    QCOMPARE(answer.status, 503);
    QVERIFY(!answer.body.contains("/no/such"));
    QCOMPARE(house.client().get("/health").status, 503);
}

void ServerTroubleTest::aReplyThatTakesTooLongEnds()
{
    ServerHouse house;
    house.load();
    ServerSettings settings;
    settings.queue.requestMs = 100;
    settings.queue.keepAliveMs = 50;
    house.start(settings);
    const ApiAnswer answer = house.post("/v1/chat/completions", chatBody(u"Tell me all."_s, 4000));
    QCOMPARE(answer.status, 504);
    QCOMPARE(answer.errorCode(), u"timeout"_s);
    QVERIFY(house.waitForMetric("qwill_requests_running", 0));
}

void ServerTroubleTest::drainsWhatIsUnderWay()
{
    ServerHouse house;
    house.load();
    house.start();
    ApiClient client = house.client(), idle = house.client();
    QCOMPARE(idle.get("/health").status, 200);
    client.send("/v1/chat/completions", chatBody(u"Tell me all."_s, 1000, true));
    QVERIFY(client.readUntil("content"));
    const quint16 port = house.server.port();
    QSignalSpy stopped(&house.server, &app::LocalServer::stopped);
    house.server.drain(kLong);
    QVERIFY(idle.waitForClosed());
    const ApiAnswer answer = client.read();
    QVERIFY(answer.body.endsWith("data: [DONE]\n\n"));
    QVERIFY(stopped.count() > 0 || stopped.wait(kLong));
    QVERIFY(!house.server.isRunning());
    QTcpSocket late;
    late.connectToHost(u"127.0.0.1"_s, port);
    QVERIFY(!late.waitForConnected(2000));

    house.start(); // again, and this time the grace is short
    ApiClient cut = house.client();
    cut.send("/v1/chat/completions", chatBody(u"Tell me all."_s, 4000, true));
    QVERIFY(cut.readUntil("content"));
    house.server.drain(1);
    QVERIFY(stopped.wait(kLong));
    QVERIFY(cut.read().body.contains("stopped"));
}

void ServerTroubleTest::stopsInTheMiddle()
{
    ServerHouse house;
    house.load();
    house.start();
    ApiClient client = house.client();
    client.send("/v1/chat/completions", chatBody(u"Tell me all."_s, 4000, true));
    QVERIFY(client.readUntil("content"));
    house.server.stop();
    QVERIFY(client.waitForClosed());
    QVERIFY(QTest::qWaitFor([&] { return house.host.engine()->stats().runningSequences == 0; }, kLong));
    QVERIFY(QTest::qWaitFor([&] { return !house.host.isBusy(); }, kLong));
}

void ServerTroubleTest::holdsTheModelBusy()
{
    ServerHouse house;
    house.load();
    house.start();
    QSignalSpy busy(&house.host, &app::EngineHost::busyChanged);
    ApiClient client = house.client();
    client.send("/v1/chat/completions", chatBody(u"Tell me all."_s, 4000, true));
    QVERIFY(busy.wait(kLong));
    QVERIFY(house.host.isBusy());
    client.abort();
    QVERIFY(busy.wait(kLong));
    QVERIFY(!house.host.isBusy());
}

void ServerTroubleTest::neverListensElsewhereWithoutAKey()
{
    ServerHouse house;
    ServerSettings settings;
    settings.address = QHostAddress(QHostAddress::AnyIPv4);
    QVERIFY(house.server.start(settings).contains(u"key"));
    QVERIFY(!house.server.isRunning());
}

QTEST_GUILESS_MAIN(ServerTroubleTest)
#include "server_trouble_test.moc"
