#include "models/load_plan.h"

#include "engine_host.h"
#include "language_switch.h"
#include "settings.h"

#include <QLocale>

#include <algorithm>

namespace qwill::app {

using namespace Qt::StringLiterals;

LoadPlan::LoadPlan(QObject* parent) : QObject(parent)
{
    m_worker.setMaxThreadCount(1);
    m_soon.setSingleShot(true);
    connect(&m_soon, &QTimer::timeout, this, &LoadPlan::calculate);
    whenLanguageChanges(this, [this] { refresh(); });
}

LoadPlan::~LoadPlan()
{
    m_worker.clear();
    m_worker.waitForDone();
}

void LoadPlan::setSettings(Settings* settings)
{
    if (settings == m_settings)
        return;
    if (m_settings)
        m_settings->disconnect(this);
    m_settings = settings;
    if (m_settings)
        connect(m_settings, &Settings::changed, this, &LoadPlan::refresh);
    refresh();
}

void LoadPlan::setHost(EngineHost* host)
{
    if (host == m_host)
        return;
    if (m_host)
        m_host->disconnect(this);
    m_host = host;
    if (m_host)
        connect(m_host, &EngineHost::stateChanged, this, &LoadPlan::refresh);
    refresh();
}

void LoadPlan::setPath(const QString& path)
{
    if (path == m_path)
        return;
    m_path = path;
    m_known = false;
    Q_EMIT changed();
    refresh();
}

void LoadPlan::refresh()
{
    m_soon.start(0);
}

void LoadPlan::calculate()
{
    if (!m_settings || m_path.isEmpty()) {
        ++m_serial;
        show({});
        m_known = false;
        Q_EMIT changed();
        return;
    }
    const ModelWish wish{static_cast<engine::WeightFormat>(m_settings->weights()),
                         static_cast<engine::KvFormat>(m_settings->kv()),
                         static_cast<engine::DeviceKind>(m_settings->device()), m_settings->contextLength()};
    // Weights may be mapped from the disk, and the system counts those as free already: only the rest comes back.
    // On a card nothing is mapped.
    GivenBack givenBack;
    if (m_host && m_host->engine()) {
        const engine::DeviceChoice& choice = m_host->engine()->device();
        const engine::MemoryPlan& memory = m_host->engine()->memory();
        givenBack.kind = choice.devices[static_cast<std::size_t>(choice.chosen)].kind;
        givenBack.bytes = memory.kvBytes + memory.scratchBytes
            + (givenBack.kind == engine::DeviceKind::Cuda ? memory.weightBytes : 0);
    }
    m_worker.clear();
    m_worker.start([this, serial = ++m_serial, path = m_path, wish, givenBack] {
        const auto costs = std::make_shared<LoadCosts>(loadCosts(path, wish, givenBack));
        // The destructor joins this thread, and takes with it what is posted.
        QMetaObject::invokeMethod(
            this,
            [this, serial, costs] {
                if (serial == m_serial)
                    show(std::move(*costs));
            },
            Qt::QueuedConnection);
    });
}

void LoadPlan::show(LoadCosts costs)
{
    m_costs = std::move(costs);
    m_known = true;
    m_contexts.show(m_costs.contexts);
    m_steps.show(m_costs.steps);
    Q_EMIT changed();
}

double LoadPlan::share(quint64 bytes) const
{
    const quint64 most = std::max(m_costs.device.freeBytes, m_costs.plan.totalBytes);
    return known() && most > 0 ? static_cast<double>(bytes) / static_cast<double>(most) : 0;
}

QString LoadPlan::verdict() const
{
    if (!known())
        return {};
    const QString needed = sizeText(m_costs.plan.totalBytes);
    const QString free = sizeText(m_costs.device.freeBytes);
    const QString all = sizeText(m_costs.device.memoryBytes);
    return fits() ? tr("Needs %1; %2 of %3 are free").arg(needed, free, all)
                  : tr("Needs %1, but only %2 of %3 are free").arg(needed, free, all);
}

QString LoadPlan::weightsText() const
{
    return known() ? sizeText(m_costs.plan.weightBytes) : QString();
}

QString LoadPlan::kvText() const
{
    return known() ? sizeText(m_costs.plan.kvBytes) : QString();
}

QString LoadPlan::scratchText() const
{
    return known() ? sizeText(workingBytes()) : QString();
}

QString LoadPlan::totalText() const
{
    return known() ? sizeText(m_costs.plan.totalBytes) : QString();
}

QString LoadPlan::formText() const
{
    if (!known())
        return {};
    return tr("%1 tokens, weights at %2, context at %3")
        .arg(QLocale().toString(m_costs.plan.contextLength), weightsName(m_costs.plan.weights),
             kvName(m_costs.plan.kv));
}

QString LoadPlan::deviceText() const
{
    if (!known())
        return {};
    return QString::fromStdString(m_costs.device.name) + u" · "_s + QString::fromStdString(m_costs.device.kernels);
}

void LoadPlan::useContext(int row)
{
    if (m_settings && row >= 0 && row < m_costs.contexts.size())
        m_settings->setContextLength(m_costs.contexts[row].contextLength);
}

void LoadPlan::useStep(int row)
{
    if (!m_settings || row < 0 || row >= m_costs.steps.size())
        return;
    const PlanRow step = m_costs.steps[row];
    m_settings->setContextLength(step.contextLength);
    m_settings->setKv(static_cast<int>(step.kv));
    m_settings->setWeights(static_cast<int>(step.weights));
}

} // namespace qwill::app
