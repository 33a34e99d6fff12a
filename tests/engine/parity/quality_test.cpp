// How much does quantising cost? The mean Kullback-Leibler divergence of the next-token distribution from the bf16
// model's, over held-out text, on a small Qwen3 that was trained (tests/reference/train_reader.py): trained weights
// have the outliers random ones lack, and a small model has less to spare than a large one.

#include "direct_model.h"

#include <algorithm>
#include <cmath>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

using namespace qwill::engine;
using namespace qwill::test;

namespace {

namespace fs = std::filesystem;

const fs::path& folder()
{
    static const fs::path path = fs::path(QWILL_TEST_DATA) / "reference" / "reader";
    return path;
}

struct HeldOut {
    std::vector<std::vector<Token>> windows;
    std::size_t tokens = 0;
};

HeldOut heldOut()
{
    std::ifstream in(folder() / "heldout.json");
    REQUIRE(in);
    const auto doc = nlohmann::json::parse(in);
    const auto ids = doc.at("ids").get<std::vector<Token>>();
    const auto window = doc.at("window").get<std::size_t>();
    HeldOut text;
    for (std::size_t at = 0; at + window <= ids.size(); at += window)
        text.windows.emplace_back(ids.begin() + static_cast<std::ptrdiff_t>(at),
                                  ids.begin() + static_cast<std::ptrdiff_t>(at + window));
    text.tokens = text.windows.size() * window;
    return text;
}

// Per window, row-major [tokens, vocab]: natural logarithms of probabilities.
using Distributions = std::vector<std::vector<float>>;

struct Measured {
    Distributions rows;
    int vocab = 0;
    double loss = 0; // nats a token, of the text itself
};

Measured measure(const HeldOut& text, WeightFormat weights, KvElement kv, int chunk = 256)
{
    DirectOptions o;
    o.path = folder().string();
    o.weights = weights;
    o.kv = kv;
    o.threads = 2;
    o.chunk = chunk;
    DirectModel model(o);
    Measured m;
    m.vocab = model.vocab();
    std::size_t predicted = 0;
    for (const auto& ids : text.windows) {
        std::vector<float> rows = model.logits(ids);
        for (std::size_t i = 0; i < ids.size(); ++i) {
            float* row = rows.data() + i * static_cast<std::size_t>(m.vocab);
            const double top = *std::max_element(row, row + m.vocab);
            double sum = 0;
            for (int t = 0; t < m.vocab; ++t)
                sum += std::exp(row[t] - top);
            for (int t = 0; t < m.vocab; ++t)
                row[t] -= static_cast<float>(top + std::log(sum));
            if (i + 1 < ids.size()) {
                m.loss -= row[ids[i + 1]];
                ++predicted;
            }
        }
        m.rows.push_back(std::move(rows));
    }
    m.loss /= static_cast<double>(predicted);
    return m;
}

struct Divergence {
    double mean = 0; // nats
    double worst = 0;
    double sameBest = 0; // share of positions
};

Divergence divergence(const Measured& from, const Measured& to)
{
    Divergence d;
    std::size_t positions = 0;
    for (std::size_t w = 0; w < from.rows.size(); ++w)
        for (std::size_t at = 0; at < from.rows[w].size(); at += static_cast<std::size_t>(from.vocab)) {
            const float* p = from.rows[w].data() + at;
            const float* q = to.rows[w].data() + at;
            double kl = 0;
            for (int t = 0; t < from.vocab; ++t)
                kl += std::exp(static_cast<double>(p[t])) * (static_cast<double>(p[t]) - q[t]);
            d.mean += kl;
            d.worst = kl <= d.worst ? d.worst : std::isnan(kl) ? HUGE_VAL : kl;
            d.sameBest += std::max_element(p, p + from.vocab) - p == std::max_element(q, q + from.vocab) - q;
            ++positions;
        }
    d.mean /= static_cast<double>(positions);
    d.sameBest /= static_cast<double>(positions);
    return d;
}

} // namespace

TEST_CASE("quantisedWeightsAndCacheStayCloseToBf16")
{
    const HeldOut text = heldOut();
    REQUIRE(text.tokens >= 2000);
    const Measured reference = measure(text, WeightFormat::Bf16, KvElement::F32);
    MESSAGE("bf16: " << reference.loss << " nats a token over " << text.tokens);
    // It has learnt to read: an untrained model would stand at log(vocab), 6.2.
    REQUIRE(reference.loss < 4.5);
    const struct {
        std::string name;
        WeightFormat weights;
        KvElement kv;
        double bound; // mean, nats
    } rows[] = {
        {"W8", WeightFormat::W8, KvElement::F32, 0.0025},
        {"W4", WeightFormat::W4, KvElement::F32, 0.045},
        {"KV f16", WeightFormat::Bf16, KvElement::F16, 1e-5},
        {"KV int8", WeightFormat::Bf16, KvElement::Int8, 0.0005},
        {"W8 and KV int8", WeightFormat::W8, KvElement::Int8, 0.003},
    };
    for (const auto& row : rows) {
        const Measured other = measure(text, row.weights, row.kv);
        const Divergence d = divergence(reference, other);
        MESSAGE(row.name << ": KLD mean " << d.mean << ", worst " << d.worst << ", same best token " << 100 * d.sameBest
                         << " %, loss " << other.loss);
        CHECK_MESSAGE(d.mean <= row.bound, row.name);
        CHECK_MESSAGE(d.mean > 0, row.name); // else nothing was rounded
    }
}

// Decoding (one token a forward) goes through other kernels than prefill; both must mean the same weights.
TEST_CASE("decodeKernelsKeepTheQuality")
{
    HeldOut text = heldOut();
    text.windows.resize(1);
    const Measured reference = measure(text, WeightFormat::Bf16, KvElement::F32);
    for (const WeightFormat weights : {WeightFormat::W8, WeightFormat::W4}) {
        const Measured prefilled = measure(text, weights, KvElement::F32);
        const Measured decoded = measure(text, weights, KvElement::F32, 1);
        const Divergence d = divergence(reference, decoded), between = divergence(prefilled, decoded);
        MESSAGE((weights == WeightFormat::W8 ? "W8" : "W4")
                << " token by token: KLD mean " << d.mean << ", from its own prefill " << between.mean);
        CHECK(d.mean <= (weights == WeightFormat::W8 ? 0.0025 : 0.045));
    }
}
