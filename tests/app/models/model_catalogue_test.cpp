// The catalogue's numbers are what the engine would say of the real files, and the recommendation follows the machine.

#include "models/catalogue_entry.h"
#include "models/model_catalogue.h"

#include "engine/model_info.h"
#include "model/panel_layout.h"

#include <QAbstractItemModelTester>
#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSet>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace qwill::app;
using namespace Qt::StringLiterals;
namespace engine = qwill::engine;

namespace {

constexpr quint64 kGb = 1'000'000'000;

// The headers of a checkpoint of that shape, and holes where its weights would be.
class HollowCheckpoint {
public:
    HollowCheckpoint(const ModelShape& shape, bool isQwen3)
    {
        const int queries = shape.heads * shape.headDim, keys = shape.kvHeads * shape.headDim;
        add(u"model.embed_tokens.weight"_s, {shape.vocab, shape.hidden});
        add(u"model.norm.weight"_s, {shape.hidden});
        for (int layer = 0; layer < shape.layers; ++layer) {
            const QString at = u"model.layers.%1."_s.arg(layer);
            add(at + u"input_layernorm.weight"_s, {shape.hidden});
            add(at + u"post_attention_layernorm.weight"_s, {shape.hidden});
            for (const auto& [name, rows] : {std::pair(u"q"_s, queries), {u"k"_s, keys}, {u"v"_s, keys}}) {
                add(at + u"self_attn.%1_proj.weight"_s.arg(name), {rows, shape.hidden});
                if (!isQwen3)
                    add(at + u"self_attn.%1_proj.bias"_s.arg(name), {rows});
                else if (name != "v"_L1)
                    add(at + u"self_attn.%1_norm.weight"_s.arg(name), {shape.headDim});
            }
            add(at + u"self_attn.o_proj.weight"_s, {shape.hidden, queries});
            add(at + u"mlp.gate_proj.weight"_s, {shape.intermediate, shape.hidden});
            add(at + u"mlp.up_proj.weight"_s, {shape.intermediate, shape.hidden});
            add(at + u"mlp.down_proj.weight"_s, {shape.hidden, shape.intermediate});
        }
        writeConfig(shape, isQwen3);
        writeWeights();
    }

    std::string path() const { return m_folder.path().toStdString(); }

private:
    void add(const QString& name, const QList<int>& shape)
    {
        qint64 bytes = 2;
        QJsonArray sizes;
        for (const int size : shape) {
            bytes *= size;
            sizes.append(size);
        }
        m_header[name] = QJsonObject{
            {u"dtype"_s, u"BF16"_s}, {u"shape"_s, sizes}, {u"data_offsets"_s, QJsonArray{m_bytes, m_bytes + bytes}}};
        m_bytes += bytes;
    }

    void writeConfig(const ModelShape& shape, bool isQwen3)
    {
        const QJsonObject config{
            {u"architectures"_s, QJsonArray{isQwen3 ? u"Qwen3ForCausalLM"_s : u"Qwen2ForCausalLM"_s}},
            {u"model_type"_s, isQwen3 ? u"qwen3"_s : u"qwen2"_s},
            {u"hidden_size"_s, shape.hidden},
            {u"intermediate_size"_s, shape.intermediate},
            {u"num_hidden_layers"_s, shape.layers},
            {u"num_attention_heads"_s, shape.heads},
            {u"num_key_value_heads"_s, shape.kvHeads},
            {u"head_dim"_s, shape.headDim},
            {u"vocab_size"_s, shape.vocab},
            {u"max_position_embeddings"_s, shape.maxContext},
            {u"rms_norm_eps"_s, 1e-6},
            {u"rope_theta"_s, 1e6},
            {u"hidden_act"_s, u"silu"_s},
            {u"tie_word_embeddings"_s, true},
            {u"torch_dtype"_s, u"bfloat16"_s},
            {u"eos_token_id"_s, 151645}};
        QFile file(m_folder.filePath(u"config.json"_s));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(QJsonDocument(config).toJson()) > 0);
    }

    void writeWeights()
    {
        QByteArray header = QJsonDocument(m_header).toJson(QJsonDocument::Compact);
        header.append(QByteArray((8 - header.size() % 8) % 8, ' '));
        QByteArray length(8, '\0');
        for (int i = 0; i < 8; ++i)
            length[i] = static_cast<char>(static_cast<quint64>(header.size()) >> (8 * i) & 255);
        QFile file(m_folder.filePath(u"model.safetensors"_s));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(length + header) > 0);
        QVERIFY(file.resize(8 + header.size() + m_bytes)); // a hole
    }

    QTemporaryDir m_folder;
    QJsonObject m_header;
    qint64 m_bytes = 0;
};

QString idAt(const ModelCatalogue& catalogue, int row)
{
    return catalogue.data(catalogue.index(row), ModelCatalogue::IdRole).toString();
}

} // namespace

class ModelCatalogueTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void agreesWithTheEngine_data();
    void agreesWithTheEngine();
    void countsBitsAsTheEngineLaysThem_data();
    void countsBitsAsTheEngineLaysThem();
    void isWellFormed();
    void recommendsWhatFits_data();
    void recommendsWhatFits();
    void fitsALargeMachine();
    void looksAtThisMachine();
};

void ModelCatalogueTest::agreesWithTheEngine_data()
{
    QTest::addColumn<int>("row");
    int row = 0;
    for (const CatalogueEntry& entry : catalogueEntries()) {
        if (entry.format == CatalogueFormat::Bf16)
            QTest::newRow(entry.id) << row;
        ++row;
    }
}

void ModelCatalogueTest::agreesWithTheEngine()
{
    QFETCH(int, row);
    const CatalogueEntry& entry = catalogueEntries()[static_cast<std::size_t>(row)];
    const HollowCheckpoint checkpoint(entry.shape, QByteArrayView(entry.id).startsWith("Qwen3"));
    for (const int context : {2048, 8192, 32768}) {
        const auto plan = engine::planMemory(checkpoint.path(), engine::WeightFormat::Auto, engine::KvFormat::Auto,
                                             context, engine::listDevices(engine::DeviceKind::Cpu).devices.front());
        QVERIFY2(plan.ok(), plan.ok() ? "" : plan.error().message.c_str());
        const ShapeMemory memory = memoryOf(entry.shape, entry.format, context);
        const double off = std::abs(static_cast<double>(memory.totalBytes) / static_cast<double>(plan->totalBytes) - 1);
        QVERIFY2(
            off <= 0.03,
            qPrintable(u"%1 tokens: %2 here, %3 there"_s.arg(context).arg(memory.totalBytes).arg(plan->totalBytes)));
    }
}

void ModelCatalogueTest::countsBitsAsTheEngineLaysThem_data()
{
    QTest::addColumn<CatalogueFormat>("format");
    QTest::addColumn<int>("form"); // of the layers
    QTest::addColumn<int>("group");
    const auto row = [](const char* name, CatalogueFormat format, engine::MatrixFormat form, int group) {
        QTest::newRow(name) << format << static_cast<int>(form) << group;
    };
    row("Q8_0", CatalogueFormat::GgufQ8, engine::MatrixFormat::W8, 32);
    row("FP8", CatalogueFormat::Fp8, engine::MatrixFormat::F8, 128);
    row("AWQ", CatalogueFormat::Awq, engine::MatrixFormat::W4Z, 32);
    row("GPTQ", CatalogueFormat::Gptq, engine::MatrixFormat::W4Z, 128);
}

void ModelCatalogueTest::countsBitsAsTheEngineLaysThem()
{
    QFETCH(CatalogueFormat, format);
    QFETCH(int, form);
    QFETCH(int, group);
    const ModelShape shape{2, 2048, 4096, 16, 8, 128, 0, 1024}; // no embedding, and whole blocks
    const auto matrixFormat = static_cast<engine::MatrixFormat>(form);
    const double bytes = static_cast<double>(engine::blockBytes(matrixFormat, group));
    const double weights = engine::blockCols(matrixFormat) * engine::kPanelRows;
    QCOMPARE(static_cast<double>(memoryOf(shape, format, 512).weightBytes),
             static_cast<double>(shape.layerWeights()) * bytes / weights);
}

void ModelCatalogueTest::isWellFormed()
{
    ModelCatalogue catalogue(u"/nowhere"_s);
    QAbstractItemModelTester tester(&catalogue, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QSet<QString> ids;
    for (int row = 0; row < catalogue.rowCount(); ++row) {
        QVERIFY(isSafePath(idAt(catalogue, row)));
        QVERIFY(!ids.contains(idAt(catalogue, row)));
        ids.insert(idAt(catalogue, row));
        for (const int role : catalogue.roleNames().keys())
            QVERIFY(catalogue.data(catalogue.index(row), role).isValid());
    }
    QVERIFY(catalogue.recommendedId().isEmpty()); // nothing is known of the machine
    catalogue.setMachine({16 * kGb, 12 * kGb, 100 * kGb, {}});
}

void ModelCatalogueTest::recommendsWhatFits_data()
{
    QTest::addColumn<quint64>("memory");
    QTest::addColumn<quint64>("disk");
    QTest::addColumn<QString>("expected");
    QTest::newRow("usual") << 16 * kGb << 100 * kGb << u"Qwen3-4B-Instruct-2507"_s;
    QTest::newRow("little disk") << 16 * kGb << 5 * kGb << u"Qwen3-4B-Instruct-2507-Q4_K_M"_s;
    QTest::newRow("little memory") << 3 * kGb << 100 * kGb << u"Qwen3-1.7B"_s;
    QTest::newRow("very little memory") << 3 * kGb / 2 << 100 * kGb << u"Qwen3-0.6B"_s;
    QTest::newRow("hardly any") << kGb << 100 * kGb << u"Qwen2.5-0.5B-Instruct"_s;
    QTest::newRow("too little") << kGb / 2 << 100 * kGb << QString();
    QTest::newRow("a full disk") << 64 * kGb << kGb << QString();
}

void ModelCatalogueTest::recommendsWhatFits()
{
    QFETCH(quint64, memory);
    QFETCH(quint64, disk);
    QFETCH(QString, expected);
    ModelCatalogue catalogue(u"/nowhere"_s);
    catalogue.setMachine({memory, memory, disk, {}});
    QCOMPARE(catalogue.recommendedId(), expected);
    int recommended = 0;
    for (int row = 0; row < catalogue.rowCount(); ++row)
        recommended += catalogue.data(catalogue.index(row), ModelCatalogue::RecommendedRole).toBool();
    QCOMPARE(recommended, expected.isEmpty() ? 0 : 1);
    QCOMPARE(catalogue.recommendedText().isEmpty(), expected.isEmpty());
}

void ModelCatalogueTest::fitsALargeMachine()
{
    ModelCatalogue catalogue(u"/nowhere"_s);
    catalogue.setMachine({1000 * kGb, 1000 * kGb, 1000 * kGb, {u"Qwen3-1.7B"_s}});
    for (int row = 0; row < catalogue.rowCount(); ++row) {
        const QModelIndex index = catalogue.index(row);
        QVERIFY(catalogue.data(index, ModelCatalogue::FitsRole).toBool());
        QCOMPARE(catalogue.data(index, ModelCatalogue::PresentRole).toBool(), idAt(catalogue, row) == "Qwen3-1.7B"_L1);
    }
}

void ModelCatalogueTest::looksAtThisMachine()
{
    QTemporaryDir folder;
    QVERIFY(QDir(folder.path()).mkpath(u"models/Qwen3-0.6B"_s));
    ModelCatalogue catalogue(folder.filePath(u"models"_s));
    QSignalSpy looked(&catalogue, &ModelCatalogue::machineChanged);
    catalogue.refresh();
    QVERIFY(looked.wait(30'000));
    int present = 0;
    for (int row = 0; row < catalogue.rowCount(); ++row) {
        present += catalogue.data(catalogue.index(row), ModelCatalogue::PresentRole).toBool();
        QVERIFY(catalogue.data(catalogue.index(row), ModelCatalogue::FitRole).toString().endsWith(u'.'));
    }
    QCOMPARE(present, 1);
}

QTEST_GUILESS_MAIN(ModelCatalogueTest)
#include "model_catalogue_test.moc"
