#pragma once
// SummaryRun: lets the model sum up earlier turns, as requests of its own that leave no trace in the chat: a piece
// after the other where the turns are longer than one request holds, each with the summary of those before. GUI thread.

#include "chat/prompt_count.h"
#include "chat/reply_run.h"

#include <QObject>
#include <QString>

#include <string>
#include <vector>

namespace qwill::app {

class SummaryRun : public QObject {
    Q_OBJECT

public:
    // Both outlive the run. `previous`: the summary of what was before `turns`, or empty.
    SummaryRun(EngineHost& host, PromptWorker& worker, ChatMessages turns, QString previous,
               std::function<ReplyRun::Draw(const engine::ModelInfo&)> draw, QObject* parent = nullptr);
    ~SummaryRun() override;

    void start(); // a model is loaded
    void cancel(); // nothing more comes

    // What is being done: which piece of how many, and of its text how much is read or written.
    int part() const { return m_part; } // from 1; 0 = being prepared
    int partCount() const { return static_cast<int>(m_parts.size()); }
    const ReplyRun* request() const { return m_request; } // null = none yet

Q_SIGNALS:
    void progressed();
    void finished(const QString& summary, const qwill::engine::Finished& last);
    void failed(const QString& sentence);

private:
    void next();
    void endPart(const engine::Finished& finished);
    void fail(const QString& sentence);

    EngineHost& m_host;
    PromptWorker& m_worker;
    ChatMessages m_turns;
    QString m_summary; // so far
    std::function<ReplyRun::Draw(const engine::ModelInfo&)> m_draw;
    std::vector<std::string> m_parts;
    int m_part = 0;
    QString m_written;
    ReplyRun* m_request = nullptr;
    bool m_ended = false;
};

} // namespace qwill::app
