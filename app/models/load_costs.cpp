#include "models/load_costs.h"

#include "engine_text.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>
#include <array>
#include <utility>

namespace qwill::app {

namespace {

using namespace Qt::StringLiterals;

struct LoadPlan {
    Q_DECLARE_TR_FUNCTIONS(qwill::app::LoadPlan)
};

constexpr std::array kPresets{8192, 16384, 32768, 65536, 131072, 262144}; // tokens
constexpr int kShortest = 2048; // tokens; below it no chat is worth having

QString purposeOf(int tokens)
{
    switch (tokens) {
    case 8192: return LoadPlan::tr("for chats");
    case 16384: return LoadPlan::tr("for documents");
    case 32768: return LoadPlan::tr("for code");
    case 65536: return LoadPlan::tr("for papers");
    case 131072: return LoadPlan::tr("for a book");
    case 262144: return LoadPlan::tr("for several books");
    default: return {};
    }
}

QString tokensText(int tokens)
{
    return LoadPlan::tr("%1 tokens").arg(QLocale().toString(tokens));
}

// One model on one device, asked about in several ways.
class Costing {
public:
    Costing(std::string path, int maxContext, engine::DeviceInfo device)
        : m_path(std::move(path)),
          m_maxContext(maxContext),
          m_device(std::move(device))
    {
    }

    engine::Result<engine::MemoryPlan> plan(const ModelWish& wish) const
    {
        return engine::planMemory(m_path, wish.weights, wish.kv, within(wish.contextLength), m_device);
    }
    int within(int tokens) const { return m_maxContext > 0 ? std::min(tokens, m_maxContext) : tokens; }

    PlanRow row(const ModelWish& wish) const
    {
        PlanRow row;
        row.contextLength = wish.contextLength;
        row.weights = wish.weights;
        row.kv = wish.kv;
        if (const auto costs = plan(wish)) {
            row.cost = sizeText(costs->kvBytes);
            row.total = sizeText(costs->totalBytes);
            row.fits = costs->fits;
        }
        return row;
    }

    QList<PlanRow> contexts(const ModelWish& wish) const
    {
        QList<int> lengths;
        for (const int tokens : kPresets)
            if (within(tokens) == tokens)
                lengths.append(tokens);
        if (m_maxContext > 0 && m_maxContext < kPresets.back() && !lengths.contains(m_maxContext))
            lengths.append(m_maxContext);
        QList<PlanRow> rows;
        for (const int tokens : std::as_const(lengths)) {
            ModelWish one = wish;
            one.contextLength = tokens;
            rows.append(row(one));
            rows.last().title = tokensText(tokens);
            rows.last().note = tokens == m_maxContext ? LoadPlan::tr("all this model can read") : purposeOf(tokens);
            rows.last().chosen = tokens == within(wish.contextLength);
        }
        return rows;
    }

    // Each step keeps what the ones before it changed. Those that would change nothing are left out.
    QList<PlanRow> steps(ModelWish wish, const engine::MemoryPlan& first) const
    {
        QList<PlanRow> rows{row(wish)};
        rows.last().title = LoadPlan::tr("As set");
        rows.last().note = LoadPlan::tr("%1, weights at %2, context at %3")
                               .arg(tokensText(first.contextLength), weightsName(first.weights), kvName(first.kv));
        rows.last().chosen = true;
        const auto add = [&](const QString& title, const QString& note) {
            rows.append(row(wish));
            rows.last().title = title;
            rows.last().note = note;
        };
        const int shorter = std::max(kShortest, within(wish.contextLength) / 2);
        if (shorter < within(wish.contextLength)) {
            wish.contextLength = shorter;
            add(LoadPlan::tr("A shorter context"), tokensText(shorter));
        }
        if (first.kv != engine::KvFormat::Int8) {
            wish.kv = engine::KvFormat::Int8;
            add(LoadPlan::tr("The context at 8 bits"), LoadPlan::tr("half the memory, hardly any loss"));
        }
        if (first.weights != engine::WeightFormat::W4) {
            wish.weights = engine::WeightFormat::W4;
            add(LoadPlan::tr("The weights at 4 bits"), LoadPlan::tr("the smallest form, slightly less exact"));
        }
        return rows;
    }

private:
    std::string m_path;
    int m_maxContext;
    engine::DeviceInfo m_device;
};

} // namespace

QString sizeText(quint64 bytes)
{
    return QLocale().formattedDataSize(static_cast<qint64>(std::min<quint64>(bytes, quint64(1) << 62)), 1,
                                       QLocale::DataSizeSIFormat);
}

QString weightsName(engine::WeightFormat format)
{
    switch (format) {
    case engine::WeightFormat::Auto: return LoadPlan::tr("Automatic");
    case engine::WeightFormat::F32: return LoadPlan::tr("32 bits");
    case engine::WeightFormat::Bf16: return LoadPlan::tr("16 bits");
    case engine::WeightFormat::W8: return LoadPlan::tr("8 bits");
    case engine::WeightFormat::W4: return LoadPlan::tr("4 bits");
    }
    return {};
}

QString kvName(engine::KvFormat format)
{
    switch (format) {
    case engine::KvFormat::Auto: return LoadPlan::tr("Automatic");
    case engine::KvFormat::F32: return LoadPlan::tr("32 bits");
    case engine::KvFormat::F16: return LoadPlan::tr("16 bits");
    case engine::KvFormat::Int8: return LoadPlan::tr("8 bits");
    }
    return {};
}

LoadCosts loadCosts(const QString& path, const ModelWish& wish, const GivenBack& givenBack)
{
    LoadCosts costs;
    const auto details = engine::inspectModel(path.toStdString());
    if (!details) {
        costs.problem = engineText(details.error().message);
        return costs;
    }
    costs.model = details->info;
    const engine::DeviceChoice choice = engine::listDevices(wish.device);
    costs.reason = engineText(choice.reason);
    costs.device = choice.devices[static_cast<std::size_t>(choice.chosen)];
    engine::DeviceInfo device = costs.device;
    if (device.kind == givenBack.kind)
        device.freeBytes = std::min<quint64>(device.memoryBytes, device.freeBytes + givenBack.bytes);
    costs.device = device;
    const Costing costing(path.toStdString(), costs.model.maxContext, device);
    const auto plan = costing.plan(wish);
    if (!plan) {
        costs.problem = engineText(plan.error().message);
        return costs;
    }
    costs.plan = *plan;
    costs.contexts = costing.contexts(wish);
    costs.steps = costing.steps(wish, *plan);
    return costs;
}

} // namespace qwill::app
