#include "diagnostics.h"

#include "engine_text.h"

#include "engine_host.h"
#include "language_switch.h"
#include "models/load_costs.h"
#include "settings.h"

#include "engine/build_info.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QLocale>
#include <QScreen>
#include <QSysInfo>
#include <QThread>

#include <algorithm>

namespace qwill::app {

namespace {

using namespace Qt::StringLiterals;

QString fromStd(const std::string& text)
{
    return QString::fromStdString(text);
}

} // namespace

Diagnostics::Diagnostics(QObject* parent) : QAbstractListModel(parent)
{
    whenLanguageChanges(this, [this] { refresh(); });
}

int Diagnostics::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_facts.size());
}

QVariant Diagnostics::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Fact& fact = m_facts[index.row()];
    switch (role) {
    case SectionRole: return fact.section;
    case FirstRole: return index.row() == 0 || m_facts[index.row() - 1].section != fact.section;
    case Qt::DisplayRole:
    case NameRole: return fact.name;
    case ValueRole: return fact.value;
    default: return {};
    }
}

QHash<int, QByteArray> Diagnostics::roleNames() const
{
    return {{SectionRole, "section"}, {FirstRole, "first"}, {NameRole, "name"}, {ValueRole, "value"}};
}

void Diagnostics::setSettings(Settings* settings)
{
    m_settings = settings;
    refresh();
    Q_EMIT inputsChanged();
}

void Diagnostics::setHost(EngineHost* host)
{
    if (m_host)
        m_host->disconnect(this);
    m_host = host;
    if (m_host)
        connect(m_host, &EngineHost::stateChanged, this, &Diagnostics::refresh);
    refresh();
    Q_EMIT inputsChanged();
}

QList<Diagnostics::Fact> Diagnostics::facts() const
{
    QList<Fact> facts;
    const auto add = [&](const QString& section, const QString& name, const QString& value) {
        if (!value.isEmpty())
            facts.append({section, name, value});
    };
    const engine::DeviceKind wanted =
        m_settings ? static_cast<engine::DeviceKind>(m_settings->device()) : engine::DeviceKind::Auto;
    const engine::DeviceChoice choice = engine::listDevices(wanted);
    const QString machine = tr("This machine");
    for (const engine::DeviceInfo& device : choice.devices) {
        add(machine, device.kind == engine::DeviceKind::Cuda ? tr("Graphics card") : tr("Processor"),
            fromStd(device.name));
        add(machine, tr("Memory"),
            tr("%1, of which %2 are free").arg(sizeText(device.memoryBytes), sizeText(device.freeBytes)));
    }
    QStringList features;
    for (const std::string& feature : choice.cpuFeatures)
        features.append(fromStd(feature));
    add(machine, tr("Instruction sets"), features.join(u", "_s));
    add(machine, tr("System"), QSysInfo::prettyProductName() + u", "_s + QSysInfo::currentCpuArchitecture());
    if (const QScreen* screen = QGuiApplication::primaryScreen())
        add(machine, tr("Screen"),
            u"%1 × %2, %3×, %4"_s.arg(screen->size().width())
                .arg(screen->size().height())
                .arg(screen->devicePixelRatio())
                .arg(QGuiApplication::platformName()));

    const QString engineSection = tr("Engine");
    const engine::DeviceInfo& chosen = choice.devices[static_cast<std::size_t>(choice.chosen)];
    add(engineSection, tr("Backend"),
        (chosen.kind == engine::DeviceKind::Cuda ? u"CUDA · "_s : u"CPU · "_s) + fromStd(chosen.kernels));
    add(engineSection, tr("Reason"),
        m_host && m_host->engine() && !m_host->isRemote() ? m_host->deviceReason() : engineText(choice.reason));
    if (m_settings)
        add(engineSection, tr("Threads"),
            m_settings->threads() > 0 ? QLocale().toString(m_settings->threads()) : tr("Automatic"));
    if (m_host && m_host->engine() && m_host->isRemote()) {
        add(engineSection, tr("Model"), m_host->modelName());
        add(engineSection, tr("Where"), m_host->deviceText());
    } else if (m_host && m_host->engine()) {
        const engine::ModelInfo& model = m_host->engine()->model();
        const engine::MemoryPlan& memory = m_host->engine()->memory();
        add(engineSection, tr("Model"), fromStd(model.name) + u", "_s + fromStd(model.format));
        add(engineSection, tr("Loaded as"),
            tr("%1 tokens, weights at %2, context at %3")
                .arg(QLocale().toString(m_host->engine()->contextLength()), weightsName(memory.weights),
                     kvName(memory.kv)));
        add(engineSection, tr("Takes"), sizeText(memory.totalBytes));
    } else if (m_host) {
        add(engineSection, tr("Model"), m_host->errorText().isEmpty() ? tr("None is loaded") : m_host->errorText());
    }

    const QString versions = tr("Versions");
    const engine::BuildInfo build = engine::buildInfo();
    add(versions, u"Qwill"_s, fromStd(build.version + " (" + build.commit + ")"));
    add(versions, tr("Built with"), fromStd(build.options));
    add(versions, u"Qt"_s, QString::fromLatin1(qVersion()));
    add(versions, tr("Kernel"), QSysInfo::kernelType() + u' ' + QSysInfo::kernelVersion());
    return facts;
}

void Diagnostics::refresh()
{
    const QList<Fact> next = facts();
    const int before = rowCount();
    const int after = static_cast<int>(next.size());
    if (after < before) {
        beginRemoveRows({}, after, before - 1);
        m_facts.resize(after);
        endRemoveRows();
    } else if (after > before) {
        beginInsertRows({}, before, after - 1);
        m_facts.append(next.mid(before));
        endInsertRows();
    }
    for (int row = 0; row < std::min(before, after); ++row) {
        if (m_facts[row] == next[row])
            continue;
        m_facts[row] = next[row];
        Q_EMIT dataChanged(index(row), index(row));
    }
}

QString Diagnostics::report(const QString& log) const
{
    QString text;
    QString section;
    for (const Fact& fact : m_facts) {
        if (fact.section != section)
            text += (text.isEmpty() ? QString() : u"\n"_s) + fact.section + u'\n';
        section = fact.section;
        text += u"  "_s + fact.name + u": "_s + fact.value + u'\n';
    }
    if (!log.isEmpty())
        text += u'\n' + tr("Log") + u'\n' + log + u'\n';
    return text;
}

void Diagnostics::copyReport(const QString& log) const
{
    QGuiApplication::clipboard()->setText(report(log));
}

} // namespace qwill::app
