#pragma once
// ContextBudget: how much of the model's context the next request takes, counted by the real tokenizer and template,
// before it is sent; and what to leave out when it does not fit. GUI thread; counting runs on a worker thread and lands
// as changed().

#include <QObject>
#include <QtQmlIntegration>

namespace qwill::app {

class ContextBudget : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("A chat session owns its budget")
    Q_PROPERTY(bool known READ known NOTIFY changed) // false while no model is loaded
    Q_PROPERTY(int system READ system NOTIFY changed) // tokens of the system prompt and tools
    Q_PROPERTY(int history READ history NOTIFY changed) // earlier turns
    Q_PROPERTY(int attachments READ attachments NOTIFY changed)
    Q_PROPERTY(int draft READ draft NOTIFY changed)
    Q_PROPERTY(int reserve READ reserve NOTIFY changed) // kept for the reply
    Q_PROPERTY(int used READ used NOTIFY changed) // sum of the five
    Q_PROPERTY(int limit READ limit NOTIFY changed) // context length
    Q_PROPERTY(bool overflows READ overflows NOTIFY changed)
    Q_PROPERTY(bool rough READ rough NOTIFY changed) // the model is elsewhere, and its tokenizer too

public:
    using QObject::QObject;

    struct Counts {
        int system = 0, history = 0, attachments = 0, draft = 0, reserve = 0, limit = 0;
        bool rough = false;
        bool operator==(const Counts&) const = default;
    };
    void setCounts(const Counts& counts, bool known);

    bool known() const { return m_known; }
    int system() const { return m_counts.system; }
    int history() const { return m_counts.history; }
    int attachments() const { return m_counts.attachments; }
    int draft() const { return m_counts.draft; }
    int reserve() const { return m_counts.reserve; }
    int limit() const { return m_counts.limit; }
    bool rough() const { return m_counts.rough; }
    int used() const;
    bool overflows() const { return m_known && used() > m_counts.limit; }

Q_SIGNALS:
    void changed();

private:
    Counts m_counts;
    bool m_known = false;
};

} // namespace qwill::app
