// CpuRunner against an independent double-precision model, and against itself: however tokens are cut into forwards,
// mixed with other sequences or spread over threads, the logits are the same bits.

#include "counting_new.h"
#include "cpu/cpu_features.h"
#include "cpu/cpu_runner.h"
#include "runner_fixture.h"
#include "sample/sampler.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

using namespace qwill::engine;
using namespace qwill::test;
using cpu::CpuRunnerOptions;

namespace {

struct Format {
    MatrixFormat format;
    int groupSize;
};
constexpr Format kFormats[] = {{MatrixFormat::F32, 0},  {MatrixFormat::F16, 0},   {MatrixFormat::Bf16, 0},
                               {MatrixFormat::W8, 128}, {MatrixFormat::W8, 32},   {MatrixFormat::W4K, 0},
                               {MatrixFormat::W4G, 32}, {MatrixFormat::W4G, 128}, {MatrixFormat::W4Z, 128},
                               {MatrixFormat::F8, 128}, {MatrixFormat::C4, 64},   {MatrixFormat::W8G, 32},
                               {MatrixFormat::W8S, 16}, {MatrixFormat::W8K, 32},  {MatrixFormat::W4S, 16}};
constexpr KvElement kElements[] = {KvElement::F32, KvElement::F16, KvElement::Int8};

std::vector<const cpu::KernelTable*> usableTables()
{
    std::vector<const cpu::KernelTable*> tables;
    for (const cpu::KernelTable* table : cpu::allKernelTables())
        if ((table->requiredFeatures & ~cpu::cpuFeatures().mask) == 0)
            tables.push_back(table);
    return tables;
}

// Slow: smaller cases.
bool isScalar(const cpu::KernelTable* table)
{
    return table->requiredFeatures == 0;
}

CpuRunnerOptions optionsFor(KvElement kv, int threads, const cpu::KernelTable* kernels = nullptr)
{
    CpuRunnerOptions options;
    options.kv = kv;
    options.contextTokens = 2048;
    options.threads = threads;
    options.maxBatchTokens = 256;
    options.maxLogitRows = 256;
    options.kernels = kernels;
    return options;
}

double largestDifference(const Logits& a, const std::vector<std::vector<double>>& b)
{
    REQUIRE(a.size() == b.size());
    double worst = 0;
    for (std::size_t t = 0; t < a.size(); ++t)
        for (std::size_t i = 0; i < b[t].size(); ++i)
            worst = std::max(worst, std::isfinite(a[t][i]) ? std::fabs(a[t][i] - b[t][i]) : 1e30);
    return worst;
}

bool sameBits(const Logits& a, const Logits& b)
{
    if (a.size() != b.size())
        return false;
    for (std::size_t t = 0; t < a.size(); ++t)
        if (std::memcmp(a[t].data(), b[t].data(), a[t].size() * sizeof(float)) != 0) {
            MESSAGE("first difference at token " << t);
            return false;
        }
    return true;
}

} // namespace

TEST_CASE("logits equal an independent double-precision model")
{
    struct Row {
        const char* name;
        ModelShape shape;
    };
    std::vector<Row> rows;
    rows.push_back({"qwen3, 2 query heads per kv head", {}});
    rows.push_back({"1 per kv head, head_dim 64, untied, bias", {}});
    rows[1].shape.kvHeads = 4, rows[1].shape.headDim = 64, rows[1].shape.tied = false, rows[1].shape.qkNorm = false,
    rows[1].shape.qkvBias = true;
    rows.push_back({"4 per kv head, head_dim 80, output bias", {}});
    rows[2].shape.kvHeads = 1, rows[2].shape.headDim = 80, rows[2].shape.outputBias = true,
    rows[2].shape.qkvBias = true;
    rows.push_back({"7 per kv head, head_dim 128", {}});
    rows[3].shape.heads = 14, rows[3].shape.kvHeads = 2, rows[3].shape.headDim = 128, rows[3].shape.hidden = 101,
    rows[3].shape.intermediate = 67;
    for (const cpu::KernelTable* table : usableTables())
        for (const Row& row : rows)
            for (const MatrixFormat format : {MatrixFormat::F32, MatrixFormat::Bf16}) {
                ModelShape shape = row.shape;
                shape.format = format;
                const Weights weights = randomWeights(shape);
                const std::vector<Token> tokens = randomTokens(75, shape.vocab, 3);
                Driver driver(weights, optionsFor(KvElement::F32, 2, table));
                const double worst =
                    largestDifference(driver.all(tokens, 40), referenceLogits(weights, tokens, KvElement::F32));
                INFO(table->name << ", " << row.name << ": " << worst);
                // Logits of size ~3 through some 400 rounded operations in a row: 3 · √400 · 2^-24, times a margin
                // of 10.
                CHECK(worst < 4e-5);
            }
}

TEST_CASE("long sequences cross KV segments and still equal the double-precision model")
{
    ModelShape shape;
    shape.layers = 1;
    shape.hidden = 40;
    shape.intermediate = 48;
    shape.vocab = 50;
    const Weights weights = randomWeights(shape);
    const std::vector<Token> tokens = randomTokens(1100, shape.vocab, 5);
    const auto reference = referenceLogits(weights, tokens, KvElement::F32);
    for (const cpu::KernelTable* table : usableTables()) {
        Driver driver(weights, optionsFor(KvElement::F32, 3, table));
        CHECK(largestDifference(driver.all(tokens, 256), reference) < 4e-5);
    }
}

TEST_CASE("quantised weights and KV equal the double-precision model with the same rounding")
{
    for (const Format& format : kFormats)
        for (const KvElement kv : kElements) {
            // Two roundings behind each other turn a last-bit difference into whole steps; one at a time stays exact.
            if (!isDense(format.format) && kv != KvElement::F32)
                continue;
            ModelShape shape;
            shape.format = format.format;
            shape.groupSize = format.groupSize;
            const Weights weights = randomWeights(shape);
            const std::vector<Token> tokens = randomTokens(70, shape.vocab, 3);
            const auto reference = referenceLogits(weights, tokens, kv);
            for (const cpu::KernelTable* table : usableTables()) {
                Driver driver(weights, optionsFor(kv, 2, table));
                const Logits logits = driver.all(tokens, 70);
                double error = 0, size = 0;
                for (std::size_t t = 0; t < logits.size(); ++t)
                    for (std::size_t i = 0; i < logits[t].size(); ++i) {
                        error += std::pow(logits[t][i] - reference[t][i], 2);
                        size += std::pow(reference[t][i], 2);
                    }
                const double relative = std::sqrt(error / size);
                INFO(table->name << " " << formatName(format.format) << " " << format.groupSize << " kv "
                                 << static_cast<int>(kv) << ": " << relative);
                // F32: float against double. A rounded K or V between two steps may go either way: 2^-11 of it at 16
                // bits, (3σ / 127) of it at 8, and the next layer adds its own.
                CHECK(relative < (kv == KvElement::F32 ? 1e-5 : kv == KvElement::F16 ? 1e-4 : 3e-3));
            }
        }
}

TEST_CASE("one shot, chunks and token by token give the same bits for every format")
{
    for (const cpu::KernelTable* table : usableTables())
        for (const Format& format : kFormats)
            for (const KvElement kv : kElements) {
                ModelShape shape;
                shape.format = format.format;
                shape.groupSize = format.groupSize;
                shape.mixed = format.groupSize == 32;
                const Weights weights = randomWeights(shape);
                const int count = isScalar(table) ? 40 : 100;
                const std::vector<Token> tokens = randomTokens(count, shape.vocab, 11);
                Driver driver(weights, optionsFor(kv, 1, table));
                const Logits whole = driver.all(tokens, count);
                INFO(table->name << " " << formatName(format.format) << " kv " << static_cast<int>(kv));
                for (const int chunk : {1, 7, 32, 33})
                    CHECK(sameBits(whole, driver.all(tokens, chunk)));
            }
}

TEST_CASE("the number of threads does not change a bit, nor does splitting the keys")
{
    for (const cpu::KernelTable* table : usableTables())
        for (const KvElement kv : kElements) {
            ModelShape shape;
            shape.layers = 1;
            shape.kvHeads = 1; // one unit per forward: its keys are split over the threads
            const Weights weights = randomWeights(shape);
            const std::vector<Token> tokens = randomTokens(isScalar(table) ? 530 : 1100, shape.vocab, 2);
            Driver one(weights, optionsFor(kv, 1, table));
            const Logits expected = one.all(tokens, 256);
            for (const int threads : {2, 3}) {
                Driver driver(weights, optionsFor(kv, threads, table));
                INFO(table->name << " kv " << static_cast<int>(kv) << " threads " << threads);
                CHECK(sameBits(expected, driver.all(tokens, 9)));
            }
        }
}

TEST_CASE("threads of unequal speed, and fewer for decoding, do not change a bit")
{
    ThreadPlan plan;
    plan.threads = {{1, {}}, {1, {}}, {0.6f, {}}, {0.4f, {}}};
    for (const auto& [decode, prefill] : {std::pair{2, 4}, std::pair{1, 3}, std::pair{4, 2}, std::pair{3, 4}}) {
        plan.decode = decode;
        plan.prefill = prefill;
        plan.threads.resize(static_cast<std::size_t>(std::max(decode, prefill)), {0.4f, {}});
        for (const Format& format :
             {Format{MatrixFormat::W4K, 0}, Format{MatrixFormat::W8, 128}, Format{MatrixFormat::Bf16, 0}}) {
            ModelShape shape;
            shape.format = format.format;
            shape.groupSize = format.groupSize;
            shape.hidden = 264;
            shape.intermediate = 520;
            shape.vocab = 700;
            shape.mixed = true;
            shape.qkvBias = shape.outputBias = true;
            const Weights weights = randomWeights(shape);
            const std::vector<Token> tokens = randomTokens(60, shape.vocab, 2);
            CpuRunnerOptions options = optionsFor(KvElement::F16, 1);
            const Logits expected = Driver(weights, options).all(tokens, 256);
            options.plan = plan;
            Driver driver(weights, options);
            INFO(decode << " and " << prefill << " threads, format " << static_cast<int>(format.format));
            CHECK(driver.runner().threadCount() == std::max(decode, prefill));
            for (const int chunk : {1, 8, 9, 60}) // below and above what decoding threads take
                CHECK(sameBits(expected, driver.all(tokens, chunk)));
        }
    }
}

TEST_CASE("twelve sequences in mixed batches equal each alone")
{
    for (const cpu::KernelTable* table : usableTables())
        for (const Format& format : {Format{MatrixFormat::Bf16, 0}, Format{MatrixFormat::W4K, 0}})
            for (const KvElement kv : kElements) {
                ModelShape shape;
                shape.format = format.format;
                shape.heads = 6;
                const Weights weights = randomWeights(shape);
                Driver driver(weights, optionsFor(kv, 2, table));
                std::vector<Conversation> all(12);
                std::vector<Conversation*> pointers;
                for (std::size_t i = 0; i < all.size(); ++i) {
                    all[i].tokens =
                        randomTokens(20 + static_cast<int>(i) * (isScalar(table) ? 3 : 9), shape.vocab, 50 + i);
                    pointers.push_back(&all[i]);
                }
                // Prefill chunks beside single tokens, a different mix each time; some sit a step out.
                for (int round = 0;; ++round) {
                    std::vector<int> counts;
                    int total = 0;
                    for (int i = 0; i < 12; ++i) {
                        const int left = static_cast<int>(all[static_cast<std::size_t>(i)].tokens.size())
                            - all[static_cast<std::size_t>(i)].done;
                        const int wish = (i + round) % 5 == 0 ? 17 : (i + round) % 5 == 1 ? 0 : 1 + (i * round) % 3;
                        counts.push_back(std::min(left, wish));
                        total += counts.back();
                    }
                    if (total > 0)
                        driver.step(pointers, counts);
                    else if (std::all_of(all.begin(), all.end(), [](const Conversation& c) {
                                 return c.done == static_cast<int>(c.tokens.size());
                             }))
                        break;
                }
                for (Conversation& conversation : all)
                    driver.release(conversation);
                INFO(table->name << " " << formatName(format.format) << " kv " << static_cast<int>(kv));
                for (const Conversation& conversation : all)
                    CHECK(sameBits(conversation.logits, driver.all(conversation.tokens, 200)));
            }
}

TEST_CASE("every instruction set gives the scalar bits where the contract says so")
{
    for (const KvElement kv : kElements) {
        ModelShape shape;
        shape.format = MatrixFormat::W8;
        shape.groupSize = 128;
        shape.headDim = 80;
        const Weights weights = randomWeights(shape);
        const std::vector<Token> tokens = randomTokens(90, shape.vocab, 4);
        const std::vector<const cpu::KernelTable*> tables = usableTables();
        Driver scalar(weights, optionsFor(kv, 1, tables.back()));
        const Logits expected = scalar.all(tokens, 30);
        for (const cpu::KernelTable* table : tables) {
            Driver driver(weights, optionsFor(kv, 2, table));
            INFO(table->name << " kv " << static_cast<int>(kv));
            CHECK(sameBits(expected, driver.all(tokens, 64)));
        }
    }
}

TEST_CASE("what lies in unused slots never leaks into a result")
{
    for (const cpu::KernelTable* table : usableTables())
        for (const KvElement kv : kElements) {
            const Weights weights = randomWeights({});
            const std::vector<Token> tokens = randomTokens(75, 130, 9);
            Driver clean(weights, optionsFor(kv, 2, table)), poisoned(weights, optionsFor(kv, 2, table));
            poisoned.fillBlocks(std::byte{0xff}); // NaN in every float form
            INFO(table->name << " kv " << static_cast<int>(kv));
            const Logits expected = clean.all(tokens, 75);
            CHECK(sameBits(expected, poisoned.all(tokens, 75)));
            poisoned.fillBlocks(std::byte{0xff});
            CHECK(sameBits(expected, poisoned.all(tokens, 1)));
        }
}

TEST_CASE("blocks copied out and back into other places continue the conversation")
{
    for (const KvElement kv : kElements) {
        const Weights weights = randomWeights({});
        Driver driver(weights, optionsFor(kv, 1));
        Conversation conversation;
        conversation.tokens = randomTokens(80, 130, 21);
        const Logits expected = driver.all(conversation.tokens, 80);
        driver.step({&conversation}, {50});
        std::vector<std::vector<std::byte>> host;
        for (const BlockId block : conversation.blocks) {
            host.emplace_back(driver.runner().kvLayout().blockBytes());
            const BlockCopy copy{block, host.back().data(), BlockCopy::Direction::ToHost};
            driver.runner().copyBlocks({&copy, 1});
        }
        driver.fillBlocks(std::byte{0xff});
        conversation.blocks = {1, 0};
        for (std::size_t i = 0; i < host.size(); ++i) {
            const BlockCopy copy{conversation.blocks[i], host[i].data(), BlockCopy::Direction::FromHost};
            driver.runner().copyBlocks({&copy, 1});
        }
        // The driver's next block may not be one of those two.
        std::vector<Token> positionsTokens(conversation.tokens.begin() + 50, conversation.tokens.begin() + 64);
        std::vector<std::int32_t> positions, slots;
        for (int p = 50; p < 64; ++p) {
            positions.push_back(p);
            slots.push_back(conversation.blocks[static_cast<std::size_t>(p / kBlockTokens)] * kBlockTokens
                            + p % kBlockTokens);
        }
        const SeqSlice slice{0, 14, 64, conversation.blocks, LogitRows::All};
        driver.runner().forward({positionsTokens, positions, slots, {&slice, 1}});
        std::vector<float> logits(130);
        for (int row = 0; row < 14; ++row) {
            driver.runner().copyLogits(row, logits);
            CHECK(std::memcmp(logits.data(), expected[static_cast<std::size_t>(50 + row)].data(), 130 * 4) == 0);
        }
    }
}

TEST_CASE("a step allocates nothing")
{
    ModelShape shape;
    shape.format = MatrixFormat::W8;
    shape.groupSize = 128;
    Driver driver(randomWeights(shape), optionsFor(KvElement::F16, 2));
    const std::vector<Token> tokens = randomTokens(40, shape.vocab, 1);
    SamplerState state;
    state.begin({}, 1, shape.vocab, tokens, 100);
    std::vector<std::int32_t> positions(40), slots(40);
    for (int i = 0; i < 40; ++i)
        positions[static_cast<std::size_t>(i)] = slots[static_cast<std::size_t>(i)] = i;
    const std::vector<BlockId> blocks = {0, 1};
    const SeqSlice prefill{0, 40, 40, blocks, LogitRows::Last};
    const SeqSlice decode{0, 1, 41, blocks, LogitRows::Last};
    const Token token = 5;
    const std::int32_t position = 40, slot = 40;
    const SampleRow row{0, &state, 3};
    Sampled sampled;
    const long before = allocationCount();
    driver.runner().forward({tokens, positions, slots, {&prefill, 1}});
    driver.runner().sample({&row, 1}, {&sampled, 1});
    driver.runner().forward({{&token, 1}, {&position, 1}, {&slot, 1}, {&decode, 1}});
    driver.runner().sample({&row, 1}, {&sampled, 1});
    CHECK(allocationCount() == before);
    CHECK(sampled.token >= 0);
    CHECK(sampled.token < shape.vocab);
}

TEST_CASE("rows of the vocabulary beyond the limit are minus infinity and never drawn")
{
    ModelShape shape;
    CpuRunnerOptions options = optionsFor(KvElement::F16, 2);
    options.vocabLimit = 101;
    Driver whole(randomWeights(shape), optionsFor(KvElement::F16, 2)), limited(randomWeights(shape), options);
    const std::vector<Token> tokens = randomTokens(5, 101, 1);
    const Logits a = whole.all(tokens, 5), b = limited.all(tokens, 5);
    for (std::size_t t = 0; t < a.size(); ++t) {
        CHECK(std::memcmp(a[t].data(), b[t].data(), 101 * sizeof(float)) == 0);
        for (std::size_t i = 101; i < 130; ++i)
            CHECK(b[t][i] == -INFINITY);
    }
}

TEST_CASE("phases are reported in order")
{
    ModelShape shape;
    Driver driver(randomWeights(shape), optionsFor(KvElement::F16, 2));
    std::string seen;
    driver.runner().setTap({[](void* context, const PhaseOutput& output) {
                                static const char* const kNames = "EQRAOGDH";
                                static_cast<std::string*>(context)->push_back(kNames[static_cast<int>(output.phase)]);
                            },
                            &seen});
    driver.all(randomTokens(3, shape.vocab, 1), 3);
    CHECK(seen == "EQRAOGDQRAOGDH");
}

TEST_CASE("a head dimension the kernels cannot take is refused by name")
{
    ModelShape shape;
    shape.headDim = 12;
    const auto runner = cpu::CpuRunner::create(randomWeights(shape), optionsFor(KvElement::F16, 1));
    REQUIRE(!runner);
    CHECK(runner.error().code == ErrorCode::Unsupported);
    CHECK(runner.error().message.find("12") != std::string::npos);
}
