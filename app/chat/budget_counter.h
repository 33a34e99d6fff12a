#pragma once
// BudgetCounter: keeps a ContextBudget true while a person types. Counts on the prompt worker's thread, a moment after
// the last change; what stands before the draft is counted once, until it changes. GUI thread.

#include "chat/context_budget.h"
#include "chat/prompt_count.h"

#include <QObject>
#include <QString>
#include <QTimer>

#include <functional>

namespace qwill::app {

class EngineHost;
class PromptWorker;

class BudgetCounter : public QObject {
    Q_OBJECT

public:
    struct Draft {
        QString attachments; // as the model will read them
        QString text;
    };
    // All outlive the counter. `history`: what the model sees before the draft, the system prompt first. `reserve`: for
    // the reply, given the context length.
    BudgetCounter(EngineHost& host, PromptWorker& worker, ContextBudget& budget, std::function<ChatMessages()> history,
                  std::function<int(int)> reserve, QObject* parent = nullptr);

    void historyChanged();
    void draftChanged(const Draft& draft);
    // Whether the draft fits, counted here and now where that is not obvious. True while no model is loaded.
    bool fits();

private:
    struct Counted {
        std::optional<HistoryCount> history;
        std::optional<DraftCount> draft;
    };
    void hostChanged();
    void count();
    ChatMessages takeHistory();
    void counted(int serial, const Counted& counts);
    void publish();

    EngineHost& m_host;
    PromptWorker& m_worker;
    ContextBudget& m_budget;
    std::function<ChatMessages()> m_history;
    std::function<int(int)> m_reserve;
    Draft m_draft;
    std::string m_waiting; // the last turn of the history, when nobody has replied to it: the draft joins it
    Counted m_counts; // none = to be counted
    int m_serial = 0; // of the newest change
    bool m_refused = false; // this model's template does not take the conversation
    QTimer m_pause;
};

} // namespace qwill::app
