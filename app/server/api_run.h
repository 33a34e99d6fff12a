#pragma once
// ApiRun: one request of a client that the engine works on, in one or several parts: what it submits, what it makes of
// the events, and the answer. Which part may begin when is the RunQueue's business. HTTP thread.

#include "server/http_reply.h"

#include "engine/engine.h"

#include <QDateTime>
#include <QElapsedTimer>
#include <QObject>
#include <QString>

#include <vector>

namespace qwill::app {

// What the window shows of a request; nothing of its text.
struct LiveRequest {
    quint64 number = 0; // since the server began
    QString endpoint; // "/v1/chat/completions"
    QString client; // "127.0.0.1 · curl/8.5"
    bool waiting = true; // for a place or for the model
    int promptTokens = 0;
    int replyTokens = 0;
    QDateTime begun;
};

class ApiRun {
public:
    ApiRun(HttpReply reply, LiveRequest about, int parts, quint64 modelSerial);
    virtual ~ApiRun() = default;
    ApiRun(const ApiRun&) = delete;
    ApiRun& operator=(const ApiRun&) = delete;

    // A part that could begin now; −1 = none.
    int nextPart() const;
    engine::GenerationRequest begin(int part);
    void take(int part, const engine::Event& event);

    void fail(const ApiError& error); // answers, unless an answer was given
    void abandon(); // the client is gone
    void keepAlive(); // a word to a stream that heard nothing for a while

    bool isAnswered() const { return m_reply.isOver(); }
    bool isOver() const; // answered, and no part is under way
    bool isRunning(int part) const { return m_parts[static_cast<std::size_t>(part)] == Part::Running; }
    int runningParts() const { return m_running; }
    bool hasBegun() const { return m_begun > 0; }
    quint64 modelSerial() const { return m_modelSerial; }
    const engine::Usage& usage() const { return m_usage; }
    const engine::Timings& firstTimings() const { return m_timings; } // of the part that ended first
    qint64 elapsedMs() const { return m_clock.elapsed(); }
    HttpReply& reply() { return m_reply; }
    LiveRequest about;
    QObject lifetime; // receives for this run, as long as it lives

protected:
    virtual engine::GenerationRequest request(int part) = 0;
    virtual bool mayBegin(int part) const = 0; // all parts before it have begun
    virtual void began() { } // the first part was submitted
    virtual void heard(int part, const engine::Event& event) = 0; // all but Finished and Failed
    virtual void partEnded(int part, const engine::Finished& finished) = 0;
    virtual void allEnded() = 0; // answers
    bool send(const QByteArray& events);
    engine::Usage& sum() { return m_usage; }

private:
    enum class Part { Waiting, Running, Ended };

    HttpReply m_reply;
    std::vector<Part> m_parts;
    int m_begun = 0;
    int m_running = 0;
    quint64 m_modelSerial;
    engine::Usage m_usage; // of the parts that ended
    engine::Timings m_timings;
    QElapsedTimer m_clock;
    bool m_quiet = true; // since the last keepAlive()
};

} // namespace qwill::app
