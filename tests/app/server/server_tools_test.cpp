// Tools and JSON formats through the API: what a model calls, what a reply is held to, and what is refused. The engine
// is scripted; that its grammar holds is its own tests' matter, but for one reply of the real guide.

#include "server_house.h"

#include "app/support/fake_engine.h"
#include "server/tool_calling.h"

#include <QFile>

using namespace qwill;
using namespace qwill::test;
using namespace Qt::StringLiterals;

namespace {

const QJsonObject kWeather =
    QJsonDocument::fromJson(R"({"type":"function","function":{"name":"weather","description":"The weather.",
    "parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}}})")
        .object();
const QJsonObject kTime = QJsonDocument::fromJson(R"({"type":"function","function":{"name":"time"}})").object();

QJsonObject toolBody(const QJsonValue& choice = {}, bool stream = false)
{
    QJsonObject body = chatBody(u"Weather in Bern?"_s, 100, stream);
    body.insert(u"tools"_s, QJsonArray{kWeather, kTime});
    if (!choice.isUndefined() && !choice.isNull())
        body.insert(u"tool_choice"_s, choice);
    return body;
}

const QJsonObject kNamed{{u"type"_s, u"function"_s}, {u"function"_s, QJsonObject{{u"name"_s, u"weather"_s}}}};

} // namespace

class ServerToolsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void callsComeAsOpenAiSays();
    void aDemandedCallIsHeldToItsSchema();
    void noneMeansNone();
    void refusesWhatCannotBe();
    void formatsReachTheEngine();
    void responsesCallToo();
    void theGuideWritesJson();
    void chatProgramsAreAnswered();

private:
    std::unique_ptr<ServerHouse> m_house;
    std::shared_ptr<app::FakeScript> m_script;
};

void ServerToolsTest::init()
{
    m_house = std::make_unique<ServerHouse>();
    m_script = app::fakeEngines(m_house->host);
    app::loadFake(m_house->host);
    m_house->start();
}

void ServerToolsTest::callsComeAsOpenAiSays()
{
    m_script->reply = [](const std::string&) { return "Let me see."; };
    m_script->calls = {{"weather", R"({"city":"Bern"})", "abc123xyz"}, {"time", "{}", ""}};
    for (const bool stream : {false, true}) {
        const ApiAnswer answer = m_house->post("/v1/chat/completions", toolBody({}, stream));
        QCOMPARE(answer.status, 200);
        QCOMPARE(answer.text(), u"Let me see."_s);
        QJsonArray calls = answer.json()[u"choices"][0][u"message"][u"tool_calls"].toArray();
        QString finish = answer.json()[u"choices"][0][u"finish_reason"].toString();
        for (const QJsonObject& event : answer.events()) {
            for (const QJsonValue& call : event[u"choices"][0][u"delta"][u"tool_calls"].toArray()) {
                QCOMPARE(call[u"index"].toInt(), calls.size());
                calls.append(call);
            }
            finish = event[u"choices"][0][u"finish_reason"].toString(finish);
        }
        QCOMPARE(calls.size(), 2);
        QCOMPARE(calls[0][u"type"].toString(), u"function"_s);
        QCOMPARE(calls[0][u"id"].toString(), u"call_abc123xyz"_s);
        QCOMPARE(calls[0][u"function"][u"name"].toString(), u"weather"_s);
        QCOMPARE(calls[0][u"function"][u"arguments"].toString(), uR"({"city":"Bern"})"_s);
        QVERIFY(calls[1][u"id"].toString().startsWith(u"call_"));
        QCOMPARE(finish, u"tool_calls"_s);
    }
    QJsonObject one = toolBody();
    one.insert(u"parallel_tool_calls"_s, false);
    QCOMPARE(
        m_house->post("/v1/chat/completions", one).json()[u"choices"][0][u"message"][u"tool_calls"].toArray().size(),
        1);
    m_script->calls.clear();
    const ApiAnswer plain = m_house->post("/v1/chat/completions", toolBody());
    QCOMPARE(plain.json()[u"choices"][0][u"finish_reason"].toString(), u"stop"_s);
}

void ServerToolsTest::aDemandedCallIsHeldToItsSchema()
{
    m_script->reply = [](const std::string&) { return R"({"name": "weather", "arguments": {"city": "Bern"}})"; };
    for (const QJsonValue& choice : {QJsonValue(u"required"_s), QJsonValue(kNamed)})
        for (const bool stream : {false, true}) {
            const ApiAnswer answer = m_house->post("/v1/chat/completions", toolBody(choice, stream));
            QCOMPARE(answer.status, 200);
            QCOMPARE(answer.text(), QString()); // the JSON is the call, not text
            QJsonArray calls = answer.json()[u"choices"][0][u"message"][u"tool_calls"].toArray();
            for (const QJsonObject& event : answer.events())
                for (const QJsonValue& call : event[u"choices"][0][u"delta"][u"tool_calls"].toArray())
                    calls.append(call);
            QCOMPARE(calls.size(), 1);
            QCOMPARE(calls[0][u"function"][u"arguments"].toString(), uR"({"city":"Bern"})"_s);
            const QByteArray schema = QByteArray::fromStdString(m_script->schemas.back());
            QVERIFY(schema.contains(R"("const":"weather")"));
            QCOMPARE(schema.contains(R"("const":"time")"),
                     choice.isString()); // the other one may be called only if any may
        }
    // Cut off in the middle: no call, and it says so.
    QJsonObject body = toolBody(kNamed);
    body.insert(u"max_tokens"_s, 3);
    const QJsonObject cut = m_house->post("/v1/chat/completions", body).json();
    QCOMPARE(cut[u"choices"][0][u"finish_reason"].toString(), u"length"_s);
    QVERIFY(cut[u"choices"][0][u"message"][u"tool_calls"].isUndefined());
}

void ServerToolsTest::noneMeansNone()
{
    m_script->calls = {{"weather", "{}", ""}};
    const ApiAnswer answer = m_house->post("/v1/chat/completions", toolBody(u"none"_s));
    QVERIFY(answer.json()[u"choices"][0][u"message"][u"tool_calls"].isUndefined());
    QCOMPARE(answer.text(), u"A reply."_s);
}

void ServerToolsTest::refusesWhatCannotBe()
{
    const auto refused = [&](QJsonObject body, const QString& field, const QJsonValue& value) {
        body.insert(field, value);
        const ApiAnswer answer = m_house->post("/v1/chat/completions", body);
        return answer.status == 400 ? answer.json()[u"error"][u"param"].toString() : QString::number(answer.status);
    };
    QJsonObject other = kNamed;
    other.insert(u"function"_s, QJsonObject{{u"name"_s, u"launch"_s}});
    QCOMPARE(refused(toolBody(), u"tool_choice"_s, other), u"tool_choice"_s);
    QCOMPARE(refused(chatBody(u"Hi"_s), u"tool_choice"_s, u"required"_s), u"tool_choice"_s);
    QCOMPARE(refused(toolBody(), u"response_format"_s, QJsonObject{{u"type"_s, u"json_object"_s}}),
             u"response_format"_s);
    const QJsonObject impossible{{u"type"_s, u"object"_s}, {u"not"_s, QJsonObject{}}};
    QCOMPARE(refused(chatBody(u"Hi"_s), u"response_format"_s,
                     QJsonObject{{u"type"_s, u"json_schema"_s},
                                 {u"json_schema"_s, QJsonObject{{u"name"_s, u"x"_s}, {u"schema"_s, impossible}}}}),
             u"response_format"_s);
}

void ServerToolsTest::formatsReachTheEngine()
{
    const QJsonObject schema{{u"type"_s, u"object"_s},
                             {u"properties"_s, QJsonObject{{u"a"_s, QJsonObject{{u"type"_s, u"integer"_s}}}}}};
    QJsonObject body = chatBody(u"Hi"_s, 100);
    body.insert(
        u"response_format"_s,
        QJsonObject{{u"type"_s, u"json_schema"_s},
                    {u"json_schema"_s, QJsonObject{{u"name"_s, u"x"_s}, {u"strict"_s, true}, {u"schema"_s, schema}}}});
    QCOMPARE(m_house->post("/v1/chat/completions", body).status, 200);
    QCOMPARE(QJsonDocument::fromJson(QByteArray::fromStdString(m_script->schemas.back())).object(), schema);
}

void ServerToolsTest::responsesCallToo()
{
    m_script->reply = [](const std::string&) { return ""; };
    m_script->calls = {{"weather", R"({"city":"Bern"})", "abc123xyz"}};
    QJsonObject tool = kWeather[u"function"].toObject();
    tool.insert(u"type"_s, u"function"_s);
    QJsonObject body{{u"input"_s, u"Weather?"_s}, {u"tools"_s, QJsonArray{tool}}};
    const QJsonObject item = m_house->post("/v1/responses", body).json()[u"output"][0].toObject();
    QCOMPARE(item[u"type"].toString(), u"function_call"_s);
    QCOMPARE(item[u"call_id"].toString(), u"call_abc123xyz"_s);
    QCOMPARE(item[u"arguments"].toString(), uR"({"city":"Bern"})"_s);
    body.insert(u"stream"_s, true);
    QStringList types;
    for (const QJsonObject& event : m_house->post("/v1/responses", body).events())
        types.append(event[u"type"].toString().section(u'.', 1));
    QCOMPARE(types,
             (QStringList{u"created"_s, u"in_progress"_s, u"output_item.added"_s, u"function_call_arguments.delta"_s,
                          u"function_call_arguments.done"_s, u"output_item.done"_s, u"completed"_s}));
}

void ServerToolsTest::theGuideWritesJson()
{
    ServerHouse house;
    house.load();
    house.start();
    const QJsonObject schema =
        QJsonDocument::fromJson(
            R"({"type":"object","properties":{"name":{"enum":["Qwill","other"]},"stars":{"type":"integer","minimum":1,"maximum":5},
            "local":{"type":"boolean"}},"required":["name","stars","local"],"additionalProperties":false})")
            .object();
    QJsonObject body = chatBody(u"What is Qwill?"_s, 200);
    body.remove(u"ignore_eos"_s);
    body.insert(u"response_format"_s,
                QJsonObject{{u"type"_s, u"json_schema"_s},
                            {u"json_schema"_s, QJsonObject{{u"name"_s, u"x"_s}, {u"schema"_s, schema}}}});
    for (const double temperature : {0.0, 1.5}) {
        body.insert(u"temperature"_s, temperature);
        const ApiAnswer answer = house.post("/v1/chat/completions", body);
        QCOMPARE(answer.json()[u"choices"][0][u"finish_reason"].toString(), u"stop"_s);
        const QJsonObject said = QJsonDocument::fromJson(answer.text().toUtf8()).object();
        QCOMPARE(said.size(), 3);
        QVERIFY(said[u"local"].isBool());
        QVERIFY(said[u"stars"].toInt() >= 1 && said[u"stars"].toInt() <= 5);
    }
}

// What the chat program llm sent (recorded), and requests in the shape of Open WebUI's (written by hand), byte by byte.
void ServerToolsTest::chatProgramsAreAnswered()
{
    ServerHouse house;
    house.load();
    house.start();
    int asked = 0;
    for (const char* name : {"recorded_llm_chat.jsonl", "chat_ui_requests.jsonl"}) {
        QFile file(QStringLiteral(QWILL_TEST_DATA "/server/") + QLatin1StringView(name));
        QVERIFY(file.open(QIODevice::ReadOnly));
        while (!file.atEnd()) {
            const QJsonObject request = QJsonDocument::fromJson(file.readLine().replace("MODEL", "guide")).object();
            ApiClient::Headers headers;
            const QJsonObject given = request[u"headers"].toObject();
            for (auto it = given.begin(); it != given.end(); ++it)
                headers.append({it.key().toLatin1(), it->toString().toLatin1()});
            const QByteArray path = request[u"path"].toString().toLatin1();
            const QJsonObject body = request[u"body"].toObject();
            const ApiAnswer answer =
                body.isEmpty() ? house.client().get(path, headers) : house.client().post(path, body, headers);
            QVERIFY2(answer.status == 200, answer.body.constData());
            if (body[u"stream"].toBool())
                QVERIFY(answer.body.endsWith("data: [DONE]\n\n") && !answer.text().isEmpty());
            else
                QVERIFY(!answer.json().isEmpty());
            ++asked;
        }
    }
    QCOMPARE(asked, 8);
}

QTEST_GUILESS_MAIN(ServerToolsTest)
#include "server_tools_test.moc"
