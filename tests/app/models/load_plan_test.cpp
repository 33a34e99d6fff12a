// What a model would cost is said before it is loaded, for every length on offer, and the steps down cost less each.

#include "models/load_plan.h"
#include "settings.h"
#include "support/tiny_model.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace qwill::app;
using namespace Qt::StringLiterals;

namespace {

const ModelWish kWish{qwill::engine::WeightFormat::Auto, qwill::engine::KvFormat::Auto, qwill::engine::DeviceKind::Cpu,
                      8192};

QVariant value(PlanRows* rows, int row, int role)
{
    return rows->data(rows->index(row), role);
}

} // namespace

class LoadPlanTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void offersNoMoreThanTheModelReads();
    void agreesWithTheEngine();
    void eachStepCostsLess();
    void saysWhatIsNoModel();
    void countsWhatTheLoadedModelGivesBack();
    void followsTheSettings();
    void writesTheChoice();

private:
    QTemporaryDir m_dir;
    QString m_model;
};

void LoadPlanTest::init()
{
    m_model = m_dir.filePath(u"model"_s);
    QDir().mkpath(m_model);
    qwill::test::writeTinyModel(m_model.toStdString(), {});
}

void LoadPlanTest::offersNoMoreThanTheModelReads()
{
    const LoadCosts costs = loadCosts(m_model, kWish, {});
    QVERIFY2(costs.problem.isEmpty(), qPrintable(costs.problem));
    QVERIFY(costs.model.maxContext > 0);
    QVERIFY(!costs.contexts.isEmpty());
    for (const PlanRow& row : costs.contexts)
        QVERIFY(row.contextLength <= costs.model.maxContext);
    QCOMPARE(costs.contexts.last().contextLength, std::min(costs.model.maxContext, 262144));
    const auto chosen =
        std::count_if(costs.contexts.begin(), costs.contexts.end(), [](const PlanRow& row) { return row.chosen; });
    QCOMPARE(chosen, 1);
}

void LoadPlanTest::agreesWithTheEngine()
{
    const LoadCosts costs = loadCosts(m_model, kWish, {});
    const auto plan = qwill::engine::planMemory(m_model.toStdString(), kWish.weights, kWish.kv,
                                                std::min(kWish.contextLength, costs.model.maxContext), costs.device);
    QVERIFY(plan.ok());
    QCOMPARE(costs.plan.totalBytes, plan->totalBytes);
    const auto chosen =
        std::find_if(costs.contexts.begin(), costs.contexts.end(), [](const PlanRow& row) { return row.chosen; });
    QCOMPARE(chosen->total, sizeText(plan->totalBytes));
    QCOMPARE(chosen->fits, plan->fits);
}

void LoadPlanTest::eachStepCostsLess()
{
    ModelWish wish = kWish;
    wish.weights = qwill::engine::WeightFormat::Bf16;
    wish.kv = qwill::engine::KvFormat::F16;
    const LoadCosts costs = loadCosts(m_model, wish, {});
    QVERIFY(costs.steps.size() >= 3);
    quint64 before = std::numeric_limits<quint64>::max();
    for (const PlanRow& step : costs.steps) {
        const auto plan = qwill::engine::planMemory(m_model.toStdString(), step.weights, step.kv,
                                                    std::min(step.contextLength, costs.model.maxContext), costs.device);
        QVERIFY(plan.ok());
        QVERIFY2(plan->totalBytes < before, qPrintable(step.title));
        before = plan->totalBytes;
    }
    QCOMPARE(costs.steps.last().weights, qwill::engine::WeightFormat::W4);
    QCOMPARE(costs.steps.last().kv, qwill::engine::KvFormat::Int8);
}

void LoadPlanTest::saysWhatIsNoModel()
{
    const LoadCosts costs = loadCosts(m_dir.filePath(u"nothing"_s), kWish, {});
    QVERIFY(!costs.problem.isEmpty());
    QVERIFY(costs.contexts.isEmpty());
    QVERIFY(costs.steps.isEmpty());
}

void LoadPlanTest::countsWhatTheLoadedModelGivesBack()
{
    const quint64 more = loadCosts(m_model, kWish, {qwill::engine::DeviceKind::Cpu, quint64(1) << 60}).device.freeBytes;
    QCOMPARE(more, loadCosts(m_model, kWish, {}).device.memoryBytes); // never above all there is
}

void LoadPlanTest::followsTheSettings()
{
    Settings settings(m_dir.filePath(u"a.ini"_s));
    settings.setKv(static_cast<int>(qwill::engine::KvFormat::F16));
    LoadPlan plan;
    const QAbstractItemModelTester contexts(plan.contexts());
    const QAbstractItemModelTester steps(plan.steps());
    plan.setSettings(&settings);
    plan.setPath(m_model);
    QVERIFY(!plan.known());
    QTRY_VERIFY(plan.known());
    QVERIFY(plan.fits());
    QVERIFY(!plan.verdict().isEmpty());
    QVERIFY(plan.weightsShare() > 0 && plan.weightsShare() + plan.kvShare() + plan.scratchShare() <= 1.0001);
    const QString before = plan.kvText();
    settings.setKv(static_cast<int>(qwill::engine::KvFormat::Int8));
    QTRY_VERIFY(plan.kvText() != before);
    plan.setPath({});
    QTRY_COMPARE(plan.contexts()->count(), 0);
    QVERIFY(!plan.known());
}

void LoadPlanTest::writesTheChoice()
{
    Settings settings(m_dir.filePath(u"b.ini"_s));
    settings.setWeights(static_cast<int>(qwill::engine::WeightFormat::Bf16));
    settings.setKv(static_cast<int>(qwill::engine::KvFormat::F16));
    LoadPlan plan;
    plan.setSettings(&settings);
    plan.setPath(m_model);
    QTRY_VERIFY(plan.known());
    const int last = plan.steps()->count() - 1;
    plan.useStep(last);
    QCOMPARE(settings.weights(), static_cast<int>(qwill::engine::WeightFormat::W4));
    QCOMPARE(settings.kv(), static_cast<int>(qwill::engine::KvFormat::Int8));
    plan.useContext(0);
    QCOMPARE(settings.contextLength(), value(plan.contexts(), 0, PlanRows::ContextLengthRole).toInt());
    plan.useContext(99);
    plan.useStep(-1);
}

QTEST_GUILESS_MAIN(LoadPlanTest)
#include "load_plan_test.moc"
