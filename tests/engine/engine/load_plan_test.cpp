// What is given up, and in which order, where a card's memory is short.

#include "load_plan.h"

#include "support/tiny_model.h"

#include <doctest/doctest.h>

using namespace qwill::engine;

namespace {

// A model of 8 GB in bf16, 2 GB in 4 bits; a context that costs 100 kB a token in 16 bits, half in 8.
PlanFn planner(std::uint64_t freeBytes)
{
    return [freeBytes](const LoadForm& form) -> Result<MemoryPlan> {
        MemoryPlan plan;
        plan.weights = form.weights == WeightFormat::Auto ? WeightFormat::Bf16 : form.weights;
        plan.kv = form.kv == KvFormat::Auto ? KvFormat::Int8 : form.kv;
        plan.totalBytes = (plan.weights == WeightFormat::W4 ? 2'000'000'000ull : 8'000'000'000ull)
            + static_cast<std::uint64_t>(form.contextTokens) * (plan.kv == KvFormat::Int8 ? 50'000 : 100'000);
        plan.fits = plan.totalBytes <= freeBytes;
        return plan;
    };
}

Placement place(const LoadForm& wish, std::uint64_t freeBytes)
{
    DeviceInfo card;
    card.freeBytes = freeBytes;
    return placeModel(wish, card, planner(freeBytes));
}

constexpr LoadForm kWish{WeightFormat::Bf16, KvFormat::F16, 32768};

} // namespace

TEST_CASE("what fits stays as it is wished")
{
    const Placement placed = place(kWish, 12'000'000'000);
    CHECK(placed.fits);
    CHECK(placed.form.contextTokens == 32768);
    CHECK(placed.note.empty());
}

TEST_CASE("the context gives way first, as little as it must")
{
    const Placement placed = place(kWish, 10'000'000'000);
    CHECK(placed.fits);
    CHECK(placed.form.contextTokens == 19 * 1024); // 2 GB / 100 kB = 20 000 tokens
    CHECK(placed.form.kv == KvFormat::F16);
    CHECK(placed.form.weights == WeightFormat::Bf16);
    CHECK(placed.note == "The card's memory holds a context of 19456 tokens, not of 32768.");
}

TEST_CASE("then the context's precision, then the weights'")
{
    const Placement eight = place(kWish, 8'300'000'000); // 3000 tokens in 16 bits, 6000 in 8
    CHECK(eight.fits);
    CHECK(eight.form.kv == KvFormat::Int8);
    CHECK(eight.form.contextTokens == 5 * 1024);
    CHECK(
        eight.note
        == "The context is kept in 8 bits to fit the card's memory. The card's memory holds a context of 5120 tokens, "
           "not of 32768.");
    const Placement four = place(kWish, 5'000'000'000);
    CHECK(four.fits);
    CHECK(four.form.weights == WeightFormat::W4);
    CHECK(four.form.contextTokens == 32768);
    CHECK(four.note
          == "The weights are kept in 4 bits to fit the card's memory. The context is kept in 8 bits to fit the card's "
             "memory.");
}

TEST_CASE("what fits in no form is said with its size")
{
    const Placement placed = place(kWish, 2'100'000'000);
    CHECK_FALSE(placed.fits);
    CHECK(placed.form.contextTokens == 32768);
    CHECK(placed.form.weights == WeightFormat::Bf16);
    CHECK(placed.note == "The model needs 11.3 GB of the card's memory, and 2.1 GB are free.");
}

TEST_CASE("a model that the card has no kernels for is not made smaller")
{
    DeviceInfo card;
    card.freeBytes = 100'000'000'000;
    const Placement placed = placeModel(kWish, card, [](const LoadForm&) -> Result<MemoryPlan> {
        return Error{ErrorCode::Unsupported, "There are no CUDA kernels yet for weights in the form x."};
    });
    CHECK_FALSE(placed.fits);
    CHECK(placed.code == ErrorCode::Unsupported);
    CHECK(placed.note == "There are no CUDA kernels yet for weights in the form x.");
}

TEST_CASE("a short wish is not made shorter, and an automatic cache not called a change")
{
    CHECK_FALSE(place({WeightFormat::W4, KvFormat::Int8, 2048}, 2'050'000'000).fits);
    const Placement placed = place({WeightFormat::Auto, KvFormat::Auto, 8192}, 8'300'000'000);
    CHECK(placed.fits);
    CHECK(placed.form.contextTokens == 5 * 1024);
    CHECK(placed.note == "The card's memory holds a context of 5120 tokens, not of 8192.");
}

TEST_CASE("a card's plan counts every matrix, the embedding above all")
{
    const qwill::test::TempDir dir;
    qwill::test::TinyModelOptions model;
    model.vocab = 40000;
    qwill::test::writeTinyModel(dir.path(), model);
    const auto details = inspectModel(dir.string());
    REQUIRE(details.ok());
    DeviceInfo card{DeviceKind::Cuda, "some card", "sm_90", 1ull << 40, 1ull << 40};
    const auto plan = planMemory(dir.string(), WeightFormat::F32, KvFormat::Auto, 1024, card);
    REQUIRE_MESSAGE(plan.ok(), plan.error().message);
    const auto embedding = 40000ull * static_cast<std::uint64_t>(details->info.hiddenSize) * 4;
    CHECK(plan->weightBytes > embedding);
    CHECK(plan->weightBytes < 2 * embedding + (8 << 20));
    CHECK(plan->fits);
    card.freeBytes = plan->totalBytes; // and nothing for the driver
    CHECK_FALSE(planMemory(dir.string(), WeightFormat::F32, KvFormat::Auto, 1024, card)->fits);
}
