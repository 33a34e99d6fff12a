// A real engine behind signals: it loads, streams, stops and goes away without the GUI thread waiting for it.

#include "app/support/tiny_chat_model.h"

#include <QSignalSpy>
#include <QTest>

#include <thread>

using namespace qwill::app;
using qwill::engine::Engine;
using qwill::engine::Event;
using qwill::engine::Finished;
using qwill::engine::FinishReason;
using qwill::engine::GenerationRequest;
using qwill::engine::Progress;
using qwill::engine::RequestId;
using qwill::engine::TextDelta;

namespace {

GenerationRequest request(int maxTokens, int promptLength = 20)
{
    GenerationRequest r;
    for (int i = 0; i < promptLength; ++i)
        r.prompt.push_back(32 + i % 90);
    r.sampling.temperature = 0;
    r.stop.maxTokens = maxTokens;
    r.stop.ignoreEos = true;
    return r;
}

// What a reply was, as its signals told it.
struct Heard {
    explicit Heard(EngineHost& host)
    {
        QObject::connect(&host, &EngineHost::replyText, &context, [this](RequestId id, const QString& t) {
            text[id] += t;
            ++pieces;
        });
        QObject::connect(&host, &EngineHost::replyFinished, &context, [this](RequestId id, const Finished& f) {
            finished.insert({id, f});
        });
        QObject::connect(&host, &EngineHost::replyFailed, &context,
                         [this](RequestId id, const QString& sentence) { failed[id] = sentence; });
    }
    bool waitFor(RequestId id)
    {
        return QTest::qWaitFor([&] { return finished.contains(id) || failed.contains(id); }, 30000);
    }

    QObject context;
    std::map<RequestId, QString> text;
    std::map<RequestId, Finished> finished;
    std::map<RequestId, QString> failed;
    int pieces = 0;
};

} // namespace

class EngineHostTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void mailboxJoinsTextAndKeepsTheOrder();
    void mailboxDrainsOnceAFrame();
    void loadsAndTellsHowFar();
    void aModelThatIsNoneFailsWithASentence();
    void aCancelledLoadLeavesNothing();
    void theNewestLoadWins();
    void streamsWhatTheEngineWrites();
    void cancelEndsOnce();
    void unloadInMidReplyEndsIt();
    void aRequestThatCannotBeFails();
    void diesWhileLoadingAndWhileWriting();
};

void EngineHostTest::mailboxJoinsTextAndKeepsTheOrder()
{
    EventMailbox mailbox;
    std::vector<EventMailbox::Letter> got;
    int drains = 0;
    connect(&mailbox, &EventMailbox::arrived, this, [&](const std::vector<EventMailbox::Letter>& letters) {
        ++drains;
        got.insert(got.end(), letters.begin(), letters.end());
    });
    const auto one = static_cast<RequestId>(1), two = static_cast<RequestId>(2);
    std::thread([&] {
        mailbox.put(one, Progress{1, 2});
        mailbox.put(one, TextDelta{"a"});
        mailbox.put(one, TextDelta{"b"});
        mailbox.put(two, TextDelta{"c"});
        mailbox.put(one, TextDelta{"d"});
        mailbox.put(one, Finished{});
    }).join();
    QCOMPARE(drains, 0); // only ever on the GUI thread
    QVERIFY(QTest::qWaitFor([&] { return !got.empty(); }));
    QCOMPARE(drains, 1);
    QCOMPARE(got.size(), 5u);
    QVERIFY(std::holds_alternative<Progress>(got[0].event));
    QCOMPARE(std::get<TextDelta>(got[1].event).text, std::string("ab"));
    QVERIFY(got[2].id == two);
    QCOMPARE(std::get<TextDelta>(got[3].event).text, std::string("d"));
    QVERIFY(std::holds_alternative<Finished>(got[4].event));
}

void EngineHostTest::mailboxDrainsOnceAFrame()
{
    EventMailbox mailbox;
    QElapsedTimer clock;
    clock.start();
    QList<qint64> drains;
    std::string text;
    connect(&mailbox, &EventMailbox::arrived, this, [&](const std::vector<EventMailbox::Letter>& letters) {
        drains.append(clock.nsecsElapsed() / 1000);
        for (const auto& letter : letters)
            text += std::get<TextDelta>(letter.event).text;
    });
    constexpr int kTokens = 3000;
    std::thread writer([&] {
        for (int i = 0; i < kTokens; ++i) {
            mailbox.put(static_cast<RequestId>(1), TextDelta{"x"});
            if (i % 10 == 0)
                std::this_thread::sleep_for(std::chrono::milliseconds(1)); // a fast model, not a synchronisation
        }
    });
    QVERIFY(QTest::qWaitFor([&] { return text.size() == kTokens; }, 20000));
    writer.join();
    QVERIFY(drains.size() > 2);
    for (qsizetype i = 1; i < drains.size(); ++i)
        QVERIFY2(drains[i] - drains[i - 1] >= 15'000, qPrintable(QString::number(drains[i] - drains[i - 1])));
}

void EngineHostTest::loadsAndTellsHowFar()
{
    const TinyChatModel model;
    EngineHost host;
    QVERIFY(host.state() == EngineHost::State::Empty);
    QVERIFY(!host.engine());
    QList<double> fractions;
    connect(&host, &EngineHost::loadProgressed, this, [&] { fractions.append(host.loadFraction()); });
    host.load(model.settings());
    QVERIFY(host.state() == EngineHost::State::Loading); // and not yet loaded: it came back at once
    QVERIFY(QTest::qWaitFor([&] { return host.state() == EngineHost::State::Ready; }, 20000));
    QVERIFY(host.engine());
    QVERIFY(!fractions.isEmpty());
    QVERIFY(std::is_sorted(fractions.begin(), fractions.end()));
    QCOMPARE(fractions.last(), 1.0);
    QVERIFY(host.deviceText().startsWith(QStringLiteral("CPU · ")));
    QVERIFY(host.deviceText().endsWith(QStringLiteral(" · F32")));
    QVERIFY(!host.deviceReason().isEmpty());
    QVERIFY(!host.modelName().isEmpty());
}

void EngineHostTest::aModelThatIsNoneFailsWithASentence()
{
    EngineHost host;
    LoadSettings settings;
    settings.path = QStringLiteral("/no/such/model");
    host.load(settings);
    QVERIFY(QTest::qWaitFor([&] { return host.state() == EngineHost::State::Failed; }, 20000));
    QVERIFY(host.errorText().contains(QStringLiteral("/no/such/model")));
    QVERIFY(!host.engine());
    QVERIFY(host.submit(request(1)) == RequestId::None);
    const TinyChatModel model;
    model.loadInto(host); // and another may come
    QVERIFY(host.errorText().isEmpty());
}

void EngineHostTest::aCancelledLoadLeavesNothing()
{
    const TinyChatModel model(24);
    EngineHost host;
    QSignalSpy states(&host, &EngineHost::stateChanged);
    host.load(model.settings());
    host.cancelLoad();
    QVERIFY(host.state() == EngineHost::State::Empty);
    host.cancelLoad(); // nothing to cancel
    model.loadInto(host); // behind the cancelled one, which must not answer
    QCOMPARE(states.size(), 4); // loading, empty, loading, ready
}

void EngineHostTest::theNewestLoadWins()
{
    const TinyChatModel first(8), second(1);
    EngineHost host;
    host.load(first.settings());
    host.load(second.settings());
    QVERIFY(QTest::qWaitFor([&] { return host.state() == EngineHost::State::Ready; }, 20000));
    QCOMPARE(host.engine()->model().layerCount, 1);
}

void EngineHostTest::streamsWhatTheEngineWrites()
{
    const TinyChatModel model;
    EngineHost host;
    model.loadInto(host);
    Heard heard(host);
    const RequestId a = host.submit(request(400)), b = host.submit(request(300));
    QVERIFY(a != b);
    QVERIFY(heard.waitFor(a) && heard.waitFor(b));
    QVERIFY(heard.finished.at(a).reason == FinishReason::Length);
    QCOMPARE(heard.finished.at(a).usage.completionTokens, 400);
    QVERIFY(heard.text[a].startsWith(heard.text[b])); // greedy: the same words, fewer of them
    QVERIFY(heard.text[a].size() > 50);
    QVERIFY2(heard.pieces < 700, "each token was a signal of its own");
}

void EngineHostTest::cancelEndsOnce()
{
    const TinyChatModel model(6);
    EngineHost host;
    model.loadInto(host, 4096);
    Heard heard(host);
    QSignalSpy ends(&host, &EngineHost::replyFinished);
    const RequestId id = host.submit(request(4000));
    QVERIFY(QTest::qWaitFor([&] { return !heard.text[id].isEmpty(); }, 20000));
    host.cancel(id);
    host.cancel(id);
    QVERIFY(heard.waitFor(id));
    QVERIFY(heard.finished.at(id).reason == FinishReason::Cancelled);
    const RequestId next = host.submit(request(3)); // all that was before it has been delivered then
    QVERIFY(heard.waitFor(next));
    QCOMPARE(ends.size(), 2);
}

void EngineHostTest::unloadInMidReplyEndsIt()
{
    const TinyChatModel model(6);
    EngineHost host;
    model.loadInto(host, 4096);
    Heard heard(host);
    const RequestId id = host.submit(request(4000));
    QVERIFY(QTest::qWaitFor([&] { return !heard.text[id].isEmpty(); }, 20000));
    host.unload();
    QVERIFY(host.state() == EngineHost::State::Empty);
    QVERIFY(!host.engine());
    QVERIFY(heard.waitFor(id));
    QVERIFY(heard.finished.at(id).reason == FinishReason::Cancelled);
    model.loadInto(host);
}

void EngineHostTest::aRequestThatCannotBeFails()
{
    const TinyChatModel model;
    EngineHost host;
    model.loadInto(host, 256);
    Heard heard(host);
    const RequestId id = host.submit(request(10, 1000));
    QVERIFY(heard.waitFor(id));
    QVERIFY(heard.failed.contains(id));
    QVERIFY(!heard.failed[id].isEmpty());
    const RequestId next = host.submit(request(10));
    QVERIFY(heard.waitFor(next));
    QVERIFY(heard.finished.contains(next));
}

void EngineHostTest::diesWhileLoadingAndWhileWriting()
{
    const TinyChatModel model(6);
    {
        EngineHost host;
        host.load(model.settings());
    }
    {
        EngineHost host;
        QSignalSpy finished(&host, &EngineHost::stateChanged);
        host.load(model.settings());
        while (host.loadFraction() < 1 && host.state() == EngineHost::State::Loading)
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        host.submit(request(1000));
    }
    {
        EngineHost host;
        model.loadInto(host);
        const auto held = host.sharedEngine(); // another thread may still count with it
        host.unload();
        QVERIFY(held->tokenize("still here").ok());
        QTest::qWait(0);
    }
}

QTEST_GUILESS_MAIN(EngineHostTest)
#include "engine_host_test.moc"
