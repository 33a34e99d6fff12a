#include "chat/budget_counter.h"

#include "chat/chat_prompt.h"
#include "chat/prompt_worker.h"
#include "engine_host.h"

#include <utility>

namespace qwill::app {

namespace {

constexpr int kPauseMs = 150; // between two keys of a quick typist

}

BudgetCounter::BudgetCounter(EngineHost& host, PromptWorker& worker, ContextBudget& budget,
                             std::function<ChatMessages()> history, std::function<int(int)> reserve, QObject* parent)
    : QObject(parent),
      m_host(host),
      m_worker(worker),
      m_budget(budget),
      m_history(std::move(history)),
      m_reserve(std::move(reserve))
{
    m_pause.setSingleShot(true);
    m_pause.setInterval(kPauseMs);
    connect(&m_pause, &QTimer::timeout, this, &BudgetCounter::count);
    connect(&host, &EngineHost::stateChanged, this, &BudgetCounter::hostChanged);
    hostChanged();
}

void BudgetCounter::hostChanged()
{
    m_counts.draft.reset();
    historyChanged();
    if (!m_host.engine())
        publish();
}

void BudgetCounter::historyChanged()
{
    ++m_serial;
    m_counts.history.reset();
    m_refused = false;
    if (m_host.engine())
        m_pause.start();
}

void BudgetCounter::draftChanged(const Draft& draft)
{
    if (draft.text == m_draft.text && draft.attachments == m_draft.attachments)
        return;
    ++m_serial;
    m_draft = draft;
    m_counts.draft.reset();
    if (m_host.engine())
        m_pause.start();
}

ChatMessages BudgetCounter::takeHistory()
{
    ChatMessages messages = m_history();
    m_waiting.clear();
    if (!messages.empty() && messages.back().role == engine::Role::User) {
        m_waiting = messages.back().content;
        messages.pop_back();
    }
    return messages;
}

void BudgetCounter::count()
{
    auto engine = m_host.sharedEngine();
    if (!engine || m_refused)
        return;
    const bool wantsHistory = !m_counts.history;
    ChatMessages history = wantsHistory ? takeHistory() : ChatMessages();
    auto job = [engine = std::move(engine), wantsHistory, messages = std::move(history), waiting = m_waiting,
                attachments = m_draft.attachments.toStdString(), text = m_draft.text.toStdString()] {
        Counted counts;
        if (wantsHistory)
            counts.history = countHistory(*engine, messages);
        counts.draft = countDraft(*engine, waiting, attachments, text);
        return counts;
    };
    m_worker.run(std::move(job), [this, serial = m_serial](const Counted& counts) { counted(serial, counts); });
}

void BudgetCounter::counted(int serial, const Counted& counts)
{
    if (serial != m_serial)
        return; // the pause after the newer change is running
    if (!m_counts.history)
        m_counts.history = counts.history;
    m_counts.draft = counts.draft;
    m_refused = !m_counts.history;
    publish();
}

void BudgetCounter::publish()
{
    const engine::Engine* engine = m_host.engine();
    if (!engine || !m_counts.history || !m_counts.draft) {
        m_budget.setCounts({}, false);
        return;
    }
    const HistoryCount& before = *m_counts.history;
    ContextBudget::Counts counts;
    counts.system = before.system;
    counts.history = before.history + m_counts.draft->waiting;
    counts.attachments = m_counts.draft->attachments;
    counts.draft = m_counts.draft->text;
    if (counts.attachments + counts.draft > 0)
        counts.draft += before.turn;
    else if (m_counts.draft->waiting > 0)
        counts.history += before.turn;
    counts.limit = engine->contextLength();
    counts.reserve = m_reserve(counts.limit);
    counts.rough = m_host.isRemote();
    m_budget.setCounts(counts, true);
}

bool BudgetCounter::fits()
{
    const engine::Engine* engine = m_host.engine();
    if (!engine)
        return true;
    if (!m_counts.history) {
        m_counts.history = countHistory(*engine, takeHistory());
        m_counts.draft.reset();
    }
    if (!m_counts.history)
        return true; // the request will say what is wrong
    const int limit = engine->contextLength();
    const HistoryCount& before = *m_counts.history;
    if (!m_counts.draft) {
        // No token is shorter than a byte.
        const QByteArray attachments = m_draft.attachments.toUtf8(), text = m_draft.text.toUtf8();
        const qsizetype most = before.system + before.history + before.turn + static_cast<qsizetype>(m_waiting.size())
            + attachments.size() + text.size() + QByteArrayView(kBetweenTurns).size();
        if (most + m_reserve(limit) <= limit)
            return true;
        m_counts.draft = countDraft(*engine, m_waiting, attachments.toStdString(), text.toStdString());
    }
    publish();
    return !m_budget.overflows();
}

} // namespace qwill::app
