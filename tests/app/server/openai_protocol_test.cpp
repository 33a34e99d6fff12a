// Requests as clients write them, right and wrong, and bytes that are no requests at all.

#include "server/openai_protocol.h"
#include "server/responses_protocol.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

#include <random>

using namespace qwill::app;
using namespace Qt::StringLiterals;
using qwill::engine::Role;
using qwill::engine::SamplingParams;
using qwill::engine::Token;

namespace {

QJsonObject json(const QByteArray& text)
{
    QJsonParseError error;
    const QJsonObject object = QJsonDocument::fromJson(text, &error).object();
    return error.error == QJsonParseError::NoError ? object : QJsonObject{{u"bad test"_s, error.errorString()}};
}

const QByteArray kHi = R"("messages":[{"role":"user","content":"Hi"}])";

} // namespace

class OpenAiProtocolTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsAChat();
    void defaultsAreTheModels();
    void readsParts();
    void readsToolTurns();
    void readsResponses();
    void ignoresWhatOpenAiKnows();
    void refusesWithTheFieldsName_data();
    void refusesWithTheFieldsName();
    void readsPrompts();
    void readsTheRest();
    void refusesBodies();
    void survivesAnyJson();
};

void OpenAiProtocolTest::readsAChat()
{
    const auto request = readChatRequest(
        json(R"({"model":"m","messages":[{"role":"developer","content":"Be brief."},{"role":"user","content":"世界"}],
                 "temperature":0.5,"top_p":0.9,"top_k":-1,"min_p":0.1,"presence_penalty":1,"frequency_penalty":-1,
                 "repetition_penalty":1.1,"seed":7,"n":3,"stream":true,"stream_options":{"include_usage":true},
                 "stop":["a","b"],"max_tokens":5,"max_completion_tokens":9,"logit_bias":{"12":-100,"13":5.5},
                 "logprobs":true,"top_logprobs":4,"response_format":{"type":"text"}})"),
        {});
    QVERIFY(request);
    QCOMPARE(request->model, u"m"_s);
    QCOMPARE(request->messages.size(), 2u);
    QVERIFY(request->messages[0].role == Role::System);
    QCOMPARE(request->messages[1].content, std::string("世界"));
    const WritingSpec& w = request->writing;
    QCOMPARE(w.sampling.temperature, 0.5f);
    QCOMPARE(w.sampling.topP, 0.9f);
    QCOMPARE(w.sampling.topK, 0);
    QCOMPARE(w.sampling.minP, 0.1f);
    QCOMPARE(w.sampling.presencePenalty, 1.0f);
    QCOMPARE(w.sampling.frequencyPenalty, -1.0f);
    QCOMPARE(w.sampling.repetitionPenalty, 1.1f);
    QCOMPARE(w.sampling.seed.value_or(0), 7u);
    QCOMPARE(w.sampling.logitBias.size(), 2u);
    QCOMPARE(w.stop.strings, (std::vector<std::string>{"a", "b"}));
    QCOMPARE(w.stop.maxTokens, 9); // the newer name wins
    QCOMPARE(w.variants, 3);
    QVERIFY(w.stream && w.streamUsage && w.logprobs);
    QCOMPARE(w.topLogprobs, 4);
}

void OpenAiProtocolTest::defaultsAreTheModels()
{
    SamplingParams defaults;
    defaults.temperature = 0.33f;
    defaults.topK = 11;
    const auto request =
        readChatRequest(json("{" + kHi + R"(,"temperature":null,"stop":null,"max_tokens":null})"), defaults);
    QVERIFY(request);
    QCOMPARE(request->writing.sampling.temperature, 0.33f);
    QCOMPARE(request->writing.sampling.topK, 11);
    QCOMPARE(request->writing.stop.maxTokens, -1);
    QCOMPARE(request->writing.variants, 1);
    QVERIFY(!request->writing.stream);
    const auto endless = readChatRequest(json("{" + kHi + R"(,"max_tokens":-1})"), defaults);
    QVERIFY(endless);
    QCOMPARE(endless->writing.stop.maxTokens, -1);
    QCOMPARE(readCompletionRequest(json(R"({"prompt":"a"})"), defaults)->writing.stop.maxTokens, 16);
}

void OpenAiProtocolTest::readsParts()
{
    const auto request = readChatRequest(
        json(
            R"({"messages":[{"role":"user","content":[{"type":"text","text":"one "},{"type":"text","text":"two"}]}]})"),
        {});
    QVERIFY(request);
    QCOMPARE(request->messages[0].content, std::string("one two"));
}

void OpenAiProtocolTest::readsToolTurns()
{
    const auto request = readChatRequest(json(R"({"messages":[{"role":"user","content":"Weather?"},
                {"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function",
                 "function":{"name":"weather","arguments":"{\"city\":\"Bern\"}"}}]},
                {"role":"tool","tool_call_id":"c1","content":"rain"}],
                "tools":[{"type":"function","function":{"name":"weather","parameters":{}}}],
                "tool_choice":{"type":"function","function":{"name":"weather"}}})"),
                                         {});
    QVERIFY(request);
    QCOMPARE(request->messages[1].toolCalls.size(), 1u);
    QCOMPARE(request->messages[1].toolCalls[0].name, std::string("weather"));
    QCOMPARE(request->messages[1].toolCalls[0].arguments, std::string(R"({"city":"Bern"})"));
    QVERIFY(request->messages[2].role == Role::Tool);
    QCOMPARE(request->tools.size(), 1u);
    QVERIFY(request->toolChoice.kind == ToolChoice::Kind::Named);
    QCOMPARE(request->toolChoice.name, u"weather"_s);
}

void OpenAiProtocolTest::readsResponses()
{
    const auto request = readResponsesRequest(
        json(R"({"instructions":"Be brief.","max_output_tokens":9,"input":[{"role":"user","content":"Weather?"},
                 {"type":"reasoning","summary":[]},
                 {"type":"function_call","call_id":"c1","name":"weather","arguments":"{}"},
                 {"type":"function_call","call_id":"c2","name":"time","arguments":"{}"},
                 {"type":"function_call_output","call_id":"c1","output":"rain"},
                 {"type":"message","role":"user","content":[{"type":"input_text","text":"And now?"}]}],
                 "tools":[{"type":"function","name":"weather","parameters":{"type":"object"},"strict":true}],
                 "tool_choice":{"type":"function","name":"weather"},
                 "text":{"format":{"type":"json_schema","name":"w","schema":{"type":"object"}}}})"),
        {});
    QVERIFY(request);
    QCOMPARE(request->messages.size(), 5u);
    QVERIFY(request->messages[0].role == Role::System);
    QCOMPARE(request->messages[2].toolCalls.size(), 2u);
    QCOMPARE(request->messages[2].toolCalls[1].id, std::string("c2"));
    QVERIFY(request->messages[3].role == Role::Tool);
    QCOMPARE(request->messages[3].toolCallId, std::string("c1"));
    QCOMPARE(request->messages[4].content, std::string("And now?"));
    QCOMPARE(request->writing.stop.maxTokens, 9);
    QVERIFY(QByteArray::fromStdString(request->tools.at(0).json).contains("\"function\":{"));
    QVERIFY(request->toolChoice.kind == ToolChoice::Kind::Named);
    QVERIFY(request->writing.format.kind == qwill::engine::ResponseFormat::Kind::JsonSchema);
    QCOMPARE(readResponsesRequest(json(R"({"input":"Hi"})"), {})->messages.size(), 1u);
    for (const char* wrong : {R"({})", R"({"input":[]})", R"({"input":[{"type":"file_search_call"}]})",
                              R"({"input":"a","background":true})", R"({"input":"a","tools":[{"type":"web_search"}]})"})
        QVERIFY2(!readResponsesRequest(json(wrong), {}), wrong);
}

void OpenAiProtocolTest::ignoresWhatOpenAiKnows()
{
    QVERIFY(readChatRequest(json("{" + kHi + R"(,"user":"me","store":false,"metadata":{"a":"b"},"service_tier":"auto",
                "parallel_tool_calls":true,"reasoning_effort":"low","verbosity":"low","safety_identifier":"x",
                "chat_id":"y","session_id":"z","background_tasks":{"title_generation":true},"features":{},"what":[1]})"),
                            {}));
}

void OpenAiProtocolTest::refusesWithTheFieldsName_data()
{
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<QString>("param");
    const auto row = [](const char* fields, const char* param) {
        QTest::newRow(fields) << QByteArray(fields) << QString::fromLatin1(param);
    };
    row(R"("temperature":"hot")", "temperature");
    row(R"("temperature":2.1)", "temperature");
    row(R"("temperature":-0.1)", "temperature");
    row(R"("top_p":1.5)", "top_p");
    row(R"("top_k":1.5)", "top_k");
    row(R"("n":0)", "n");
    row(R"("n":17)", "n");
    row(R"("n":1e300)", "n");
    row(R"("max_tokens":1.5)", "max_tokens");
    row(R"("max_tokens":-2)", "max_tokens");
    row(R"("max_tokens":99999999999)", "max_tokens");
    row(R"("seed":"x")", "seed");
    row(R"("stream":"yes")", "stream");
    row(R"("stream_options":{"include_usage":1})", "stream_options.include_usage");
    row(R"("stop":5)", "stop");
    row(R"("stop":["a",5])", "stop");
    row(R"("logit_bias":{"x":1})", "logit_bias");
    row(R"("logit_bias":{"-1":1})", "logit_bias");
    row(R"("logit_bias":{"1":101})", "logit_bias");
    row(R"("logit_bias":[1])", "logit_bias");
    row(R"("top_logprobs":2)", "top_logprobs");
    row(R"("logprobs":true,"top_logprobs":21)", "top_logprobs");
    row(R"("response_format":{"type":"xml"})", "response_format");
    row(R"("response_format":{"type":"json_schema"})", "response_format");
    row(R"("tools":[{"type":"retrieval"}])", "tools");
    row(R"("tool_choice":"maybe")", "tool_choice");
    row(R"("model":5)", "model");
    row(R"("messages":[])", "messages");
    row(R"("messages":"Hi")", "messages");
    row(R"("messages":[5])", "messages[0]");
    row(R"("messages":[{"role":"king","content":"Hi"}])", "messages[0].role");
    row(R"("messages":[{"role":"user"}])", "messages[0].content");
    row(R"("messages":[{"role":"user","content":null}])", "messages[0].content");
    row(R"("messages":[{"role":"user","content":{"a":1}}])", "messages[0].content");
    row(R"("messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"file:///etc/passwd"}}]}])",
        "messages[0].content[0].type");
    row(R"("messages":[{"role":"user","content":[{"type":"text","text":5}]}])", "messages[0].content[0].text");
    row(R"("messages":[{"role":"assistant","tool_calls":[{"function":{}}]}])",
        "messages[0].tool_calls[0].function.name");
}

void OpenAiProtocolTest::refusesWithTheFieldsName()
{
    QFETCH(QByteArray, fields);
    QFETCH(QString, param);
    const QByteArray messages = fields.contains("\"messages\"") ? QByteArray() : kHi + ",";
    const auto request = readChatRequest(json("{" + messages + fields + "}"), {});
    QVERIFY(!request);
    QCOMPARE(request.error().status, 400);
    QCOMPARE(request.error().param, param);
    const QJsonObject error = request.error().toJson()[u"error"].toObject();
    QCOMPARE(error[u"type"].toString(), u"invalid_request_error"_s);
    QVERIFY(!error[u"message"].toString().isEmpty());
}

void OpenAiProtocolTest::readsPrompts()
{
    const auto prompts = [](const QByteArray& prompt) {
        const auto request = readCompletionRequest(json(R"({"prompt":)" + prompt + "}"), {});
        return request ? request->prompts : std::vector<ApiPrompt>();
    };
    QCOMPARE(prompts(R"("a")").size(), 1u);
    QCOMPARE(prompts(R"(["a","b"])").size(), 2u);
    QCOMPARE(std::get<std::vector<Token>>(prompts("[1,2,3]").at(0)), (std::vector<Token>{1, 2, 3}));
    QCOMPARE(prompts("[[1,2],[3]]").size(), 2u);
    QCOMPARE(prompts(R"([[1,2],"a"])").size(), 2u);
    for (const char* wrong : {"[]", "5", "[[]]", "[1,-2]", "[1,2.5]", "[1e10]", "[{}]", "[null]", "{}"})
        QVERIFY2(prompts(wrong).empty(), wrong);
    QVERIFY(!readCompletionRequest(json(R"({"prompt":"a","suffix":"b"})"), {}));
    QVERIFY(!readCompletionRequest(json(R"({"prompt":"a","best_of":2})"), {}));
    QVERIFY(readCompletionRequest(json(R"({"prompt":"a","n":2,"best_of":2})"), {}));
}

void OpenAiProtocolTest::readsTheRest()
{
    QVERIFY(readEmbeddingRequest(json(R"({"input":"a","encoding_format":"base64"})"))->asBase64);
    QVERIFY(!readEmbeddingRequest(json(R"({"input":"a","encoding_format":"int8"})")));
    QVERIFY(!readEmbeddingRequest(json(R"({"model":"m"})")));
    QCOMPARE(readTokenizeRequest(json(R"({"prompt":"a"})"))->text, std::string("a"));
    QCOMPARE(readTokenizeRequest(json(R"({"content":"b"})"))->text, std::string("b"));
    QVERIFY(!readTokenizeRequest(json("{}")));
    QCOMPARE(readDetokenizeRequest(json(R"({"tokens":[1]})"))->tokens.size(), 1u);
    QVERIFY(!readDetokenizeRequest(json(R"({"tokens":["a"]})")));
}

void OpenAiProtocolTest::refusesBodies()
{
    for (const QByteArray& body :
         {QByteArray(), QByteArray("{"), QByteArray("[]"), QByteArray("null"), QByteArray("{} {}"),
          QByteArray("{\"a\":\"\xff\"}"), QByteArray(100'000, '['), QByteArray("{\"a\":NaN}")}) {
        const auto read = readBody(body);
        QVERIFY(!read);
        QCOMPARE(read.error().status, 400);
    }
    QVERIFY(readBody("{}"));
}

// Well-formed JSON of every shape in every field: an answer or an error, never a crash.
void OpenAiProtocolTest::survivesAnyJson()
{
    std::mt19937 random(3);
    const QStringList keys{
        u"messages"_s, u"role"_s,           u"content"_s,     u"tools"_s,      u"function"_s,        u"name"_s,
        u"type"_s,     u"text"_s,           u"stop"_s,        u"n"_s,          u"response_format"_s, u"json_schema"_s,
        u"schema"_s,   u"logit_bias"_s,     u"prompt"_s,      u"input"_s,      u"tokens"_s,          u"tool_calls"_s,
        u"seed"_s,     u"stream_options"_s, u"tool_choice"_s, u"max_tokens"_s, u"logprobs"_s};
    const QStringList words{u"user"_s,        u"assistant"_s, u"text"_s,      u"function"_s,
                            u"json_schema"_s, u""_s,          u"\U0001F600"_s};
    const auto pick = [&](const QStringList& list) {
        return list[static_cast<qsizetype>(random() % static_cast<std::size_t>(list.size()))];
    };
    const std::function<QJsonValue(int)> any = [&](int depth) -> QJsonValue {
        switch (random() % (depth > 4 ? 5 : 7)) {
        case 0: return QJsonValue();
        case 1: return random() % 2 == 0;
        case 2: return static_cast<double>(random() % 40) - 5;
        case 3: return pick(words);
        case 4: return random() % 2 == 0 ? 1e308 : -0.5;
        case 5: {
            QJsonArray array;
            for (std::size_t i = random() % 4; i > 0; --i)
                array.append(any(depth + 1));
            return array;
        }
        default: {
            QJsonObject object;
            for (std::size_t i = random() % 6; i > 0; --i)
                object.insert(pick(keys), any(depth + 1));
            return object;
        }
        }
    };
    int fine = 0;
    for (int round = 0; round < 20'000; ++round) {
        QJsonObject body;
        for (const QString& key : keys)
            if (random() % 4 == 0)
                body.insert(key, any(0));
        if (random() % 2 == 0)
            body.insert(u"messages"_s, QJsonArray{QJsonObject{{u"role"_s, u"user"_s}, {u"content"_s, any(3)}}});
        fine += readChatRequest(body, {}) ? 1 : 0;
        fine += readResponsesRequest(body, {}) ? 1 : 0;
        fine += readCompletionRequest(body, {}) ? 1 : 0;
        fine += readEmbeddingRequest(body) ? 1 : 0;
        fine += readTokenizeRequest(body) ? 1 : 0;
        fine += readDetokenizeRequest(body) ? 1 : 0;
    }
    QVERIFY(fine > 100); // it does get past the first checks
}

QTEST_GUILESS_MAIN(OpenAiProtocolTest)
#include "openai_protocol_test.moc"
