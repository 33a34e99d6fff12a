#include "runner_fixture.h"

#include "base/check.h"
#include "base/half.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <new>
#include <random>

namespace qwill::test {

namespace {

using Random = std::mt19937_64;

float gaussian(Random& random)
{
    return static_cast<float>(std::normal_distribution<double>()(random));
}

std::shared_ptr<std::byte> alignedBytes(std::size_t bytes)
{
    constexpr std::align_val_t kLine{64};
    void* memory = ::operator new((bytes + 63) / 64 * 64, kLine);
    std::memset(memory, 0, bytes);
    return {static_cast<std::byte*>(memory), [](std::byte* p) { ::operator delete(p, kLine); }};
}

void putF16(std::byte* at, float value)
{
    const std::uint16_t bits = floatToF16(value);
    std::memcpy(at, &bits, 2);
}

// Random scales of one row in one k-block so that weights have a deviation near `size`, and a mean near 0.
void putScales(const WeightMatrix& m, std::byte* block, int row, float size, Random& random)
{
    if (m.format == MatrixFormat::F8 || m.format == MatrixFormat::C4) {
        const float scale = size / (m.format == MatrixFormat::F8 ? 10000.0f : 74.0f);
        const std::size_t first = m.format == MatrixFormat::F8 ? 0 : 64;
        for (int i = 0; first > 0 && i < 16; ++i)
            block[2 * i] = static_cast<std::byte>(17 * i - 128), block[2 * i + 1] = std::byte(i < 8 ? 255 : 0);
        for (int g = 0; g < 128 / m.groupSize; ++g)
            std::memcpy(block + first + static_cast<std::size_t>(g * 64 + row) * 4, &scale, 4);
        return;
    }
    if (m.format == MatrixFormat::W8S || m.format == MatrixFormat::W8K || m.format == MatrixFormat::W4S) {
        const bool four = m.format == MatrixFormat::W4S;
        putF16(block + row * 2, size / (four ? 36 : 740));
        if (m.format != MatrixFormat::W8S)
            putF16(block + 128 + row * 2, size / (four ? 36 : 740) * (four ? 7.5f : 127.5f));
        for (int g = 0; g < 128 / m.groupSize; ++g) {
            const int sc = 5 + static_cast<int>(random() % 8); // and m = sc
            const int at = (m.format == MatrixFormat::W8S ? 2 : 4) * 64 + g * 64 + row;
            block[at] = static_cast<std::byte>(four ? sc * 17 : sc);
            if (m.format == MatrixFormat::W8K)
                block[at + 256] = block[at];
        }
        return;
    }
    const int groups = m.format == MatrixFormat::W4K ? 8 : 128 / m.groupSize;
    const auto spread = [&] { return size * std::uniform_real_distribution<float>(0.5f, 1.5f)(random); };
    if (m.format == MatrixFormat::W4K) {
        putF16(block + row * 2, size / 140);
        putF16(block + 128 + row * 2, size / 140 * 7.5f);
    }
    for (int g = 0; g < groups; ++g) {
        if (m.format == MatrixFormat::W8) {
            putF16(block + (g * 64 + row) * 2, spread() / 74);
        } else if (m.format == MatrixFormat::W4Z) {
            putF16(block + g * 192 + row * 2, spread() / 4.6f);
            block[g * 192 + 128 + row] = static_cast<std::byte>(7 + row % 2);
        } else if (m.format == MatrixFormat::W8G) {
            const float scale = spread() / 74, min = -127.5f * scale;
            std::memcpy(block + g * 384 + row * 4, &min, 4);
            putF16(block + g * 384 + 256 + row * 2, scale);
        } else if (m.format == MatrixFormat::W4G) {
            const float scale = spread() / 4.6f;
            putF16(block + (g * 128 + row) * 2, scale);
            putF16(block + (g * 128 + 64 + row) * 2, -7.5f * scale);
        } else {
            const int sc = static_cast<int>(random() % 64); // and m = sc
            block[256 + g * 64 + row] = static_cast<std::byte>((sc & 15) * 17);
            block[256 + 512 + (g / 2) * 64 + row] |= static_cast<std::byte>((sc >> 4) * 5 << (g % 2 * 4));
        }
    }
}

void fillPanels(const WeightMatrix& m, std::byte* data, float size, Random& random)
{
    const std::size_t stride = panelBytes(m.format, m.groupSize, m.cols);
    const std::size_t scales = blockScaleBytes(m.format, m.groupSize), bytes = blockBytes(m.format, m.groupSize);
    for (int panel = 0; panel < panelCount(m.rows); ++panel) {
        for (std::size_t at = 0; at < stride; at += bytes) {
            std::byte* block = data + static_cast<std::size_t>(panel) * stride + at;
            for (int row = 0; row < std::min(kPanelRows, m.rows - panel * kPanelRows); ++row)
                putScales(m, block, row, size, random);
            for (std::size_t i = scales; i < bytes; ++i)
                block[i] = static_cast<std::byte>(random());
        }
    }
}

WeightMatrix randomMatrix(MatrixFormat format, int groupSize, int rows, int cols, Random& random)
{
    WeightMatrix m;
    m.format = format;
    m.rows = rows;
    m.cols = cols;
    m.groupSize = groupSize;
    m.bytes = matrixBytes(format, groupSize, rows, cols);
    const std::shared_ptr<std::byte> data = alignedBytes(m.bytes);
    m.data = data.get();
    m.storage = data;
    const float size = 1.0f / std::sqrt(static_cast<float>(cols));
    if (!isDense(format)) {
        fillPanels(m, data.get(), size, random);
        return m;
    }
    const std::size_t count = static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols);
    for (std::size_t i = 0; i < count; ++i) {
        const float value = gaussian(random) * size;
        const std::uint16_t half = format == MatrixFormat::F16 ? floatToF16(value) : floatToBf16(value);
        if (format == MatrixFormat::F32)
            std::memcpy(data.get() + i * 4, &value, 4);
        else
            std::memcpy(data.get() + i * 2, &half, 2);
    }
    return m;
}

std::vector<float> randomVector(int count, float mean, float deviation, Random& random)
{
    std::vector<float> v(static_cast<std::size_t>(count));
    for (float& x : v)
        x = mean + deviation * gaussian(random);
    return v;
}

// --- the reference ---------------------------------------------------------------------------------------------------

using Vector = std::vector<double>;
using Floats = std::vector<float>;

// Each group as multiples of a 127th of its largest magnitude.
void roundGroups(Vector& x, std::size_t group)
{
    for (std::size_t begin = 0; begin < x.size(); begin += group) {
        double most = 0;
        for (std::size_t i = begin; i < std::min(x.size(), begin + group); ++i)
            most = std::max(most, std::fabs(x[i]));
        for (std::size_t i = begin; i < std::min(x.size(), begin + group) && most > 0; ++i)
            x[i] = std::nearbyint(x[i] / (most / 127)) * (most / 127);
    }
}

void roundKv(Vector& x, const ModelConfig& c, KvElement kv)
{
    if (kv == KvElement::Int8)
        roundGroups(x, static_cast<std::size_t>(c.headDim));
    for (double& value : x)
        if (kv == KvElement::F16)
            value = f16ToFloat(floatToF16(static_cast<float>(value)));
}

Vector times(const WeightMatrix& m, Vector x, const Floats& bias = {})
{
    if (!isDense(m.format))
        roundGroups(x, 128);
    Vector y(static_cast<std::size_t>(m.rows));
    Floats row(static_cast<std::size_t>(m.cols));
    for (int r = 0; r < m.rows; ++r) {
        dequantizeRow(m, r, row.data());
        double sum = bias.empty() ? 0 : bias[static_cast<std::size_t>(r)];
        for (std::size_t k = 0; k < row.size(); ++k)
            sum += static_cast<double>(row[k]) * x[k];
        y[static_cast<std::size_t>(r)] = sum;
    }
    return y;
}

Vector normed(const double* x, const Floats& weight, double eps)
{
    double squares = 0;
    for (std::size_t i = 0; i < weight.size(); ++i)
        squares += x[i] * x[i];
    const double inverse = 1 / std::sqrt(squares / static_cast<double>(weight.size()) + eps);
    Vector y(weight.size());
    for (std::size_t i = 0; i < y.size(); ++i)
        y[i] = x[i] * inverse * weight[i];
    return y;
}

void rotate(double* head, int dim, int position, double theta)
{
    for (int i = 0; i < dim / 2; ++i) {
        const double angle = position * std::pow(theta, -2.0 * i / dim);
        const double a = head[i], b = head[i + dim / 2];
        head[i] = a * std::cos(angle) - b * std::sin(angle);
        head[i + dim / 2] = b * std::cos(angle) + a * std::sin(angle);
    }
}

void ropeHeads(Vector& heads, const Floats& norm, const ModelConfig& c, int position)
{
    for (std::size_t at = 0; at < heads.size(); at += static_cast<std::size_t>(c.headDim)) {
        if (!norm.empty()) {
            const Vector y = normed(heads.data() + at, norm, c.rmsEps);
            std::copy(y.begin(), y.end(), heads.begin() + static_cast<std::ptrdiff_t>(at));
        }
        rotate(heads.data() + at, c.headDim, position, c.ropeTheta);
    }
}

Vector attend(const Vector& q, const std::vector<Vector>& keys, const std::vector<Vector>& values, const ModelConfig& c)
{
    const auto dim = static_cast<std::size_t>(c.headDim);
    Vector out(q.size());
    for (std::size_t h = 0; h < static_cast<std::size_t>(c.headCount); ++h) {
        const std::size_t kv = h / static_cast<std::size_t>(c.headCount / c.kvHeadCount) * dim;
        Vector p(keys.size());
        double most = -1e300, total = 0;
        for (std::size_t j = 0; j < keys.size(); ++j) {
            for (std::size_t d = 0; d < dim; ++d)
                p[j] += q[h * dim + d] * keys[j][kv + d];
            p[j] /= std::sqrt(static_cast<double>(dim));
            most = std::max(most, p[j]);
        }
        for (double& x : p)
            total += x = std::exp(x - most);
        for (std::size_t j = 0; j < keys.size(); ++j)
            for (std::size_t d = 0; d < dim; ++d)
                out[h * dim + d] += p[j] / total * values[j][kv + d];
    }
    return out;
}

} // namespace

Weights randomWeights(const ModelShape& s)
{
    Random random(s.seed);
    Weights w;
    ModelConfig& c = w.config;
    c.vocabSize = s.vocab;
    c.hiddenSize = s.hidden;
    c.intermediateSize = s.intermediate;
    c.layerCount = s.layers;
    c.headCount = s.heads;
    c.kvHeadCount = s.kvHeads;
    c.headDim = s.headDim;
    c.maxContext = 4096;
    c.tiedEmbeddings = s.tied;
    c.qkNorm = s.qkNorm;
    c.qkvBias = s.qkvBias;
    c.outputBias = s.outputBias;
    const auto matrix = [&](int rows, int cols) { return randomMatrix(s.format, s.groupSize, rows, cols, random); };
    const auto other = [&](int rows, int cols) {
        return s.mixed ? randomMatrix(MatrixFormat::Bf16, 0, rows, cols, random) : matrix(rows, cols);
    };
    w.embedding = matrix(s.vocab, s.hidden);
    w.head = s.tied ? w.embedding : matrix(s.vocab, s.hidden);
    w.outputNorm = randomVector(s.hidden, 1, 0.1f, random);
    for (int l = 0; l < s.layers; ++l) {
        LayerWeights layer;
        layer.attnNorm = randomVector(s.hidden, 1, 0.1f, random);
        layer.ffnNorm = randomVector(s.hidden, 1, 0.1f, random);
        layer.q = matrix(c.queryRows(), s.hidden);
        layer.k = matrix(c.kvRows(), s.hidden);
        layer.v = other(c.kvRows(), s.hidden);
        layer.o = matrix(s.hidden, c.queryRows());
        layer.gate = matrix(s.intermediate, s.hidden);
        layer.up = matrix(s.intermediate, s.hidden);
        layer.down = other(s.hidden, s.intermediate);
        if (s.qkvBias) {
            layer.qBias = randomVector(c.queryRows(), 0, 0.3f, random);
            layer.kBias = randomVector(c.kvRows(), 0, 0.3f, random);
            layer.vBias = randomVector(c.kvRows(), 0, 0.3f, random);
        }
        if (s.outputBias)
            layer.oBias = randomVector(s.hidden, 0, 0.3f, random);
        if (s.qkNorm) {
            layer.qNorm = randomVector(s.headDim, 1.5f, 0.3f, random);
            layer.kNorm = randomVector(s.headDim, 1.5f, 0.3f, random);
        }
        w.layers.push_back(std::move(layer));
    }
    return w;
}

std::vector<Token> randomTokens(int count, int vocab, std::uint64_t seed)
{
    Random random(seed);
    std::vector<Token> tokens(static_cast<std::size_t>(count));
    for (Token& token : tokens)
        token = static_cast<Token>(random() % static_cast<std::uint64_t>(vocab));
    return tokens;
}

std::vector<std::vector<double>> referenceLogits(const Weights& w, const std::vector<Token>& tokens, KvElement kv)
{
    const ModelConfig& c = w.config;
    std::vector<std::vector<Vector>> keys(w.layers.size()), values(w.layers.size());
    std::vector<std::vector<double>> logits;
    for (std::size_t t = 0; t < tokens.size(); ++t) {
        Floats embedded(static_cast<std::size_t>(c.hiddenSize));
        dequantizeRow(w.embedding, tokens[t], embedded.data());
        Vector x(embedded.begin(), embedded.end());
        for (std::size_t l = 0; l < w.layers.size(); ++l) {
            const LayerWeights& layer = w.layers[l];
            const Vector a = normed(x.data(), layer.attnNorm, c.rmsEps);
            Vector q = times(layer.q, a, layer.qBias), k = times(layer.k, a, layer.kBias);
            ropeHeads(q, layer.qNorm, c, static_cast<int>(t));
            ropeHeads(k, layer.kNorm, c, static_cast<int>(t));
            Vector v = times(layer.v, a, layer.vBias);
            roundKv(k, c, kv);
            roundKv(v, c, kv);
            if (kv == KvElement::Int8)
                roundKv(q, c, kv);
            keys[l].push_back(k);
            values[l].push_back(v);
            const Vector o = times(layer.o, attend(q, keys[l], values[l], c), layer.oBias);
            for (std::size_t i = 0; i < x.size(); ++i)
                x[i] += o[i];
            const Vector b = normed(x.data(), layer.ffnNorm, c.rmsEps);
            Vector gate = times(layer.gate, b);
            const Vector up = times(layer.up, b);
            for (std::size_t i = 0; i < gate.size(); ++i)
                gate[i] = gate[i] / (1 + std::exp(-gate[i])) * up[i];
            const Vector down = times(layer.down, gate);
            for (std::size_t i = 0; i < x.size(); ++i)
                x[i] += down[i];
        }
        logits.push_back(times(w.head, normed(x.data(), w.outputNorm, c.rmsEps)));
    }
    return logits;
}

// --- the driver ------------------------------------------------------------------------------------------------------

Driver::Driver(Weights weights, const cpu::CpuRunnerOptions& options)
{
    auto runner = cpu::CpuRunner::create(std::move(weights), options);
    QWILL_CHECK(runner.ok());
    m_owned = std::move(runner).value();
    m_runner = m_owned.get();
    takeBlocks();
}

Driver::Driver(ModelRunner& runner) : m_runner(&runner)
{
    takeBlocks();
}

void Driver::takeBlocks()
{
    // Handed out scattered, as a pool in use would.
    for (int block = 0; block < m_runner->limits().kvBlockCount; ++block)
        m_free.push_back(block);
    std::shuffle(m_free.begin(), m_free.end(), Random(7));
}

void Driver::step(std::vector<Conversation*> conversations, const std::vector<int>& counts)
{
    std::vector<Token> tokens;
    std::vector<std::int32_t> positions, slots;
    std::vector<SeqSlice> slices;
    for (std::size_t i = 0; i < conversations.size(); ++i) {
        Conversation& c = *conversations[i];
        if (counts[i] == 0)
            continue;
        SeqSlice slice;
        slice.firstToken = static_cast<std::int32_t>(tokens.size());
        slice.tokenCount = counts[i];
        for (int n = 0; n < counts[i]; ++n, ++c.done) {
            if (c.done % kBlockTokens == 0) {
                QWILL_CHECK(!m_free.empty());
                c.blocks.push_back(m_free.back());
                m_free.pop_back();
            }
            tokens.push_back(c.tokens[static_cast<std::size_t>(c.done)]);
            positions.push_back(c.done);
            slots.push_back(c.blocks.back() * kBlockTokens + c.done % kBlockTokens);
        }
        slice.contextLen = c.done;
        slice.blocks = c.blocks;
        slice.wanted = LogitRows::All;
        slices.push_back(slice);
    }
    m_runner->forward({tokens, positions, slots, slices});
    int row = 0;
    for (std::size_t i = 0; i < conversations.size(); ++i)
        for (int n = 0; n < counts[i]; ++n) {
            std::vector<float> logits(static_cast<std::size_t>(m_runner->limits().vocabSize));
            m_runner->copyLogits(row++, logits);
            conversations[i]->logits.push_back(std::move(logits));
        }
}

double worstDifference(const Logits& a, const Logits& b)
{
    QWILL_CHECK(a.size() == b.size());
    double worst = 0;
    for (std::size_t t = 0; t < a.size(); ++t)
        for (std::size_t i = 0; i < a[t].size(); ++i)
            worst = std::max(worst, std::isfinite(a[t][i]) ? std::fabs(static_cast<double>(a[t][i]) - b[t][i]) : 1e30);
    return worst;
}

Logits Driver::all(const std::vector<Token>& tokens, int chunk)
{
    Conversation c;
    c.tokens = tokens;
    const int count = static_cast<int>(tokens.size());
    while (c.done < count)
        step({&c}, {std::min(chunk, count - c.done)});
    release(c);
    return c.logits;
}

void Driver::release(Conversation& conversation)
{
    m_free.insert(m_free.end(), conversation.blocks.begin(), conversation.blocks.end());
    conversation.blocks.clear();
}

void Driver::fillBlocks(std::byte value)
{
    std::vector<std::byte> host(m_runner->kvLayout().blockBytes(), value);
    for (int block = 0; block < m_runner->limits().kvBlockCount; ++block) {
        const BlockCopy copy{block, host.data(), BlockCopy::Direction::FromHost};
        m_runner->copyBlocks({&copy, 1});
    }
}

} // namespace qwill::test
