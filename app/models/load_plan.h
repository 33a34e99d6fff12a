#pragma once
// LoadPlan: what loading one model would take of this machine's memory, before it is loaded: the parts, the presets of
// context length, and the steps down. Follows the settings; worked out on a worker thread. GUI thread.

#include "engine_host.h"
#include "models/load_costs.h"
#include "models/plan_rows.h"
#include "settings.h"

#include <QObject>
#include <QThreadPool>
#include <QTimer>
#include <QtQmlIntegration>

#include <memory>

namespace qwill::app {

class LoadPlan : public QObject {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(qwill::app::Settings* settings READ settings WRITE setSettings NOTIFY changed REQUIRED)
    Q_PROPERTY(qwill::app::EngineHost* host READ host WRITE setHost NOTIFY changed) // what it holds goes first
    Q_PROPERTY(QString path READ path WRITE setPath NOTIFY changed REQUIRED)
    Q_PROPERTY(bool known READ known NOTIFY changed)
    Q_PROPERTY(bool fits READ fits NOTIFY changed)
    Q_PROPERTY(QString problem READ problem NOTIFY changed) // why nothing can be said, or empty
    Q_PROPERTY(QString verdict READ verdict NOTIFY changed) // "Needs 3.1 GB; 11.2 of 15.6 GB are free"
    Q_PROPERTY(QString weightsText READ weightsText NOTIFY changed) // "2.6 GB"
    Q_PROPERTY(QString kvText READ kvText NOTIFY changed)
    Q_PROPERTY(QString scratchText READ scratchText NOTIFY changed)
    Q_PROPERTY(QString totalText READ totalText NOTIFY changed)
    Q_PROPERTY(double weightsShare READ weightsShare NOTIFY changed) // of what is free, 0…1
    Q_PROPERTY(double kvShare READ kvShare NOTIFY changed)
    Q_PROPERTY(double scratchShare READ scratchShare NOTIFY changed)
    Q_PROPERTY(QString formText READ formText NOTIFY changed) // "8192 tokens, weights at 4 bits, context at 16 bits"
    Q_PROPERTY(QString deviceText READ deviceText NOTIFY changed) // "AMD EPYC (2 cores) · avx512vnni"
    Q_PROPERTY(QString deviceReason READ deviceReason NOTIFY changed)
    Q_PROPERTY(int maxContext READ maxContext NOTIFY changed) // tokens; 0 = unknown
    Q_PROPERTY(qwill::app::PlanRows* contexts READ contexts CONSTANT)
    Q_PROPERTY(qwill::app::PlanRows* steps READ steps CONSTANT)

public:
    explicit LoadPlan(QObject* parent = nullptr);
    ~LoadPlan() override;

    Settings* settings() const { return m_settings; }
    void setSettings(Settings* settings);
    EngineHost* host() const { return m_host; }
    void setHost(EngineHost* host);
    QString path() const { return m_path; }
    void setPath(const QString& path);

    bool known() const { return m_known && m_costs.problem.isEmpty(); }
    bool fits() const { return known() && m_costs.plan.fits; }
    QString problem() const { return m_costs.problem; }
    QString verdict() const;
    QString weightsText() const;
    QString kvText() const;
    QString scratchText() const;
    QString totalText() const;
    double weightsShare() const { return share(m_costs.plan.weightBytes); }
    double kvShare() const { return share(m_costs.plan.kvBytes); }
    double scratchShare() const { return share(workingBytes()); }
    QString formText() const;
    QString deviceText() const;
    QString deviceReason() const { return m_costs.reason; }
    int maxContext() const { return m_costs.model.maxContext; }
    PlanRows* contexts() { return &m_contexts; }
    PlanRows* steps() { return &m_steps; }

    Q_INVOKABLE void refresh(); // what is free changes by itself
    Q_INVOKABLE void useContext(int row); // of contexts: into the settings
    Q_INVOKABLE void useStep(int row); // of steps: into the settings

Q_SIGNALS:
    void changed();

private:
    double share(quint64 bytes) const;
    quint64 workingBytes() const { return m_costs.plan.scratchBytes + m_costs.plan.textBytes; }
    void calculate();
    void show(LoadCosts costs);

    Settings* m_settings = nullptr;
    EngineHost* m_host = nullptr;
    QString m_path;
    bool m_known = false;
    LoadCosts m_costs;
    PlanRows m_contexts;
    PlanRows m_steps;
    QTimer m_soon; // several changes of one turn, one calculation
    int m_serial = 0; // of the newest calculation; what an older one brings is dropped
    QThreadPool m_worker; // one thread; joined before the rest goes
};

} // namespace qwill::app
