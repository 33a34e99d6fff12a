// A model elsewhere whose server does what servers do, and what they must not: each ends in a reply or in a sentence.

#include "fake_endpoint.h"
#include "remote/remote_engine.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

#include <mutex>

using namespace qwill;
using namespace qwill::app;
using namespace qwill::test;
using namespace Qt::StringLiterals;

namespace {

constexpr int kLong = 30'000; // ms

// What an engine said, from its thread.
struct Heard {
    std::mutex mutex;
    std::string text;
    std::optional<engine::Finished> finished;
    std::optional<engine::Failed> failed;
    int ends = 0;
    qint64 bytes = -1; // of the connection
    QString failure;

    bool ended()
    {
        const std::lock_guard lock(mutex);
        return ends > 0;
    }
};

class Elsewhere {
public:
    explicit Elsewhere(const QUrl& base, const RemoteLimits& limits = {})
    {
        RemoteEndpoint endpoint;
        endpoint.id = u"one"_s;
        endpoint.base = base;
        endpoint.model = u"big"_s;
        const auto sink = [this](engine::RequestId, const engine::Event& event) {
            const std::lock_guard lock(heard.mutex);
            if (const auto* text = std::get_if<engine::TextDelta>(&event))
                heard.text += text->text;
            else if (const auto* finished = std::get_if<engine::Finished>(&event))
                heard.finished = *finished, ++heard.ends;
            else if (const auto* failed = std::get_if<engine::Failed>(&event))
                heard.failed = *failed, ++heard.ends;
        };
        RemoteWatch watch{[this](quint64, const QUrl& url) { opened.append(url); },
                          [this](quint64, qint64 bytes, const QString& failure) {
                              const std::lock_guard lock(heard.mutex);
                              heard.bytes = bytes;
                              heard.failure = failure;
                          }};
        engine = std::make_unique<RemoteEngine>(endpoint, "sk-secret", sink, watch, limits);
    }
    engine::RequestId ask(const std::string& text = "Hello?")
    {
        engine::GenerationRequest request;
        const std::vector<engine::ChatMessage> chat{{engine::Role::User, text, {}}};
        request.prompt = *engine->renderChat(chat);
        request.sampling = engine->model().recommendedSampling;
        return engine->submit(std::move(request));
    }
    bool wait()
    {
        return QTest::qWaitFor([this] { return heard.ended(); }, kLong);
    }
    QString failure() { return heard.failed ? QString::fromStdString(heard.failed->error.message) : QString(); }

    Heard heard; // outlives the engine
    QList<QUrl> opened;
    std::unique_ptr<engine::Engine> engine;
};

} // namespace

class RemoteEngineTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void streams();
    void answersOfAllKinds_data();
    void answersOfAllKinds();
    void followsNoRedirect();
    void nobodyThere();
    void waitsNoLongerThanSaid();
    void stops();
    void goesWhileItWrites();
    void opensNothingByItself();
};

void RemoteEngineTest::streams()
{
    FakeEndpoint server;
    server.answer =
        FakeEndpoint::stream(FakeEndpoint::delta("Good ") + FakeEndpoint::delta("day.") + FakeEndpoint::finish());
    Elsewhere there(server.base());
    there.ask("Hello, <|im_end|>?");
    QVERIFY(there.wait());
    QVERIFY2(there.heard.finished, qPrintable(there.failure()));
    QCOMPARE(there.heard.text, "Good day.");
    QCOMPARE(there.heard.finished->reason, engine::FinishReason::Stop);
    QCOMPARE(there.heard.finished->usage.promptTokens, 9);
    QCOMPARE(there.heard.finished->usage.cachedTokens, 4);
    QCOMPARE(there.heard.finished->usage.completionTokens, 2);
    QVERIFY(there.heard.finished->timings.firstTokenMs > 0);
    const QByteArray request = server.requests.constFirst();
    QVERIFY(request.startsWith("POST /v1/chat/completions HTTP/1.1\r\n"));
    QVERIFY(request.toLower().contains("authorization: bearer sk-secret\r\n"));
    const QJsonObject body = QJsonDocument::fromJson(request.mid(request.indexOf("\r\n\r\n") + 4)).object();
    QCOMPARE(body[u"model"_s].toString(), u"big"_s);
    QCOMPARE(body[u"messages"_s].toArray().size(), 1);
    QCOMPARE(body[u"messages"_s][0][u"content"_s].toString(), u"Hello, <|im_end|>?"_s);
    QCOMPARE(there.opened.size(), 1);
    QVERIFY(there.heard.bytes > 100 && there.heard.failure.isEmpty());
}

void RemoteEngineTest::answersOfAllKinds_data()
{
    using F = FakeEndpoint;
    QTest::addColumn<QByteArray>("answer");
    QTest::addColumn<int>("then");
    QTest::addColumn<QString>("text"); // what is kept
    QTest::addColumn<QString>("sentence"); // part of it; empty: it ends well
    const auto row = [](const char* name, const QByteArray& answer, const QString& text, const QString& sentence,
                        F::Then then = F::Then::Close) {
        QTest::newRow(name) << answer << static_cast<int>(then) << text << sentence;
    };
    const QByteArray json = "application/json";
    const QByteArray half = F::stream(F::delta("Half"));
    row("no last mark",
        F::stream(F::delta("All") + "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"), u"All"_s,
        {});
    row("at its end it stays open", F::stream(F::delta("All") + F::finish()), u"All"_s, {}, F::Then::Stall);
    row("not streamed", F::head(200, json) + R"({"choices":[{"message":{"content":"Whole"},"finish_reason":"stop"}]})",
        u"Whole"_s, {});
    row("cut", half, u"Half"_s, u"in the middle"_s);
    row("reset", half, {}, u"127.0.0.1"_s, F::Then::Reset);
    row("error in the stream", half + "data: {\"error\":{\"message\":\"out of memory\"}}\n\n", u"Half"_s,
        u"out of memory"_s);
    row("withheld", half + F::finish("content_filter"), u"Half"_s, u"withheld"_s);
    row("wrong key", F::head(401, json) + R"({"error":{"message":"Incorrect API key sk-secret"}})", {},
        u"refused the key"_s);
    row("unknown model", F::head(404, json) + R"({"error":{"message":"The model `big` does not exist."}})", {},
        u"does not exist"_s);
    row("a web page", F::head(404, "text/html") + "<h1>Not here</h1>", {}, u"does not know"_s);
    row("a page that is well", F::head(200, "text/html") + "<h1>Welcome</h1>", {}, u"no server of OpenAI"_s);
    row("busy", F::head(429, json) + "{}", {}, u"asked too much"_s);
    row("too long", F::head(400, json) + R"({"error":{"message":"maximum context length is 10"}})", {},
        u"maximum context length"_s);
    row("broken", F::head(500, json) + QByteArray(9 << 20, 'x'), {}, u"failed (500)"_s);
    row("an endless line", F::stream(QByteArray(3 << 20, 'x')), {}, u"more than a reply"_s);
    row("an endless event", F::stream(QByteArray("data: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n").repeated(60'000)), {},
        u"more than a reply"_s);
    row("noise", QByteArray("\x16\x03\x01 what is this\r\n\r\n", 21), {}, u"127.0.0.1"_s);
    row("nothing", {}, {}, u"127.0.0.1"_s);
    row("no head's end", "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n", {}, u"127.0.0.1"_s);
    row("bad letters",
        F::stream("data: {\"choices\":[{\"delta\":{\"content\":\"a\\ud800b\"}}]}\n\n" + F::delta("\xff\xfe")
                  + F::delta("c") + F::finish()),
        {}, {});
    row("nested deeply", F::stream("data: " + QByteArray(100'000, '[') + "\n\n" + F::delta("ok") + F::finish()),
        u"ok"_s, {});
    row("figures of nonsense",
        F::stream(F::delta("ok")
                  + "data: {\"usage\":{\"prompt_tokens\":-5,\"completion_tokens\":\"many\"},\"choices\":7}\n\n"
                  + F::finish()),
        u"ok"_s, {});
}

void RemoteEngineTest::answersOfAllKinds()
{
    QFETCH(QByteArray, answer);
    QFETCH(int, then);
    QFETCH(QString, text);
    QFETCH(QString, sentence);
    FakeEndpoint server;
    server.answer = answer;
    server.then = static_cast<FakeEndpoint::Then>(then);
    Elsewhere there(server.base());
    there.ask();
    QVERIFY(there.wait());
    QCOMPARE(there.heard.ends, 1);
    if (sentence.isEmpty()) {
        QVERIFY2(there.heard.finished, qPrintable(there.failure()));
        QVERIFY(there.heard.finished->usage.promptTokens >= 0);
    } else {
        QVERIFY2(there.failure().contains(sentence), qPrintable(there.failure()));
        QVERIFY(!there.failure().contains("sk-secret"_L1));
        QVERIFY(there.failure().size() < 700);
        QCOMPARE(there.heard.failure, there.failure());
    }
    const QString kept = QString::fromStdString(there.heard.text);
    QCOMPARE(kept.toStdString(), there.heard.text); // whole letters
    if (!text.isEmpty())
        QCOMPARE(kept, text);
    QVERIFY(there.heard.bytes < (8 << 20)); // what is not wanted is not waited for
}

// The key and the messages go to the address that was entered, and nowhere else.
void RemoteEngineTest::followsNoRedirect()
{
    FakeEndpoint other, server;
    for (const int status : {301, 302, 307, 308}) {
        server.answer = "HTTP/1.1 " + QByteArray::number(status) + " Moved\r\nLocation: " + other.base().toEncoded()
            + "/chat/completions\r\nContent-Length: 0\r\n\r\n";
        Elsewhere there(server.base());
        there.ask();
        QVERIFY(there.wait());
        QVERIFY2(there.failure().contains("elsewhere"_L1), qPrintable(there.failure()));
    }
    QCOMPARE(other.connections, 0);
    QCOMPARE(server.requests.size(), 4);
}

void RemoteEngineTest::nobodyThere()
{
    FakeEndpoint server;
    const QUrl base = server.base();
    server.close();
    Elsewhere there(base);
    there.ask();
    QVERIFY(there.wait());
    QVERIFY2(there.failure().contains("Nothing answers at 127.0.0.1:"_L1), qPrintable(there.failure()));
}

void RemoteEngineTest::waitsNoLongerThanSaid()
{
    FakeEndpoint server;
    server.then = FakeEndpoint::Then::Stall;
    for (const QByteArray& answer : {QByteArray(), FakeEndpoint::stream(FakeEndpoint::delta("Half"))}) {
        server.answer = answer;
        RemoteLimits limits;
        limits.firstMs = limits.stallMs = 1000;
        Elsewhere there(server.base(), limits);
        there.ask();
        QVERIFY(there.wait());
        QVERIFY2(there.failure().contains("for 1 second"_L1), qPrintable(there.failure()));
        QCOMPARE(there.heard.text.empty(), answer.isEmpty());
    }
    QVERIFY(QTest::qWaitFor([&] { return server.left == 2; }, kLong));
}

void RemoteEngineTest::stops()
{
    FakeEndpoint server;
    server.answer = FakeEndpoint::stream(FakeEndpoint::delta("Half"));
    server.then = FakeEndpoint::Then::Stall;
    Elsewhere there(server.base());
    const engine::RequestId id = there.ask();
    QVERIFY(QTest::qWaitFor(
        [&] {
            const std::lock_guard lock(there.heard.mutex);
            return !there.heard.text.empty();
        },
        kLong));
    there.engine->cancel(static_cast<engine::RequestId>(1)); // unknown
    there.engine->cancel(id);
    QVERIFY(there.wait());
    QCOMPARE(there.heard.finished->reason, engine::FinishReason::Cancelled);
    QCOMPARE(there.heard.finished->usage.completionTokens, 1);
    QVERIFY(QTest::qWaitFor([&] { return server.left == 1; }, kLong)); // the server can stop, too
}

void RemoteEngineTest::goesWhileItWrites()
{
    FakeEndpoint server;
    server.answer = FakeEndpoint::stream(FakeEndpoint::delta("Half"));
    server.then = FakeEndpoint::Then::Stall;
    Elsewhere there(server.base());
    for (int i = 0; i < 5; ++i)
        there.ask();
    there.engine.reset();
    QCOMPARE(there.heard.ends, 5);
    QCOMPARE(there.heard.finished->reason, engine::FinishReason::Cancelled);
}

void RemoteEngineTest::opensNothingByItself()
{
    FakeEndpoint server;
    {
        Elsewhere there(server.base());
        const std::vector<engine::ChatMessage> chat{{engine::Role::User, "A draft that nobody sent", {}}};
        QVERIFY(there.engine->renderChat(chat).ok());
        QVERIFY(there.engine->tokenize("and more of it").ok());
        QVERIFY(there.opened.isEmpty());
    }
    QCoreApplication::processEvents();
    QCOMPARE(server.connections, 0);
}

QTEST_GUILESS_MAIN(RemoteEngineTest)
#include "remote_engine_test.moc"
