// Every instruction set's vector kernels against the scalar ones: the same bits, for odd sizes and unused slots too.

#include "cpu/cpu_features.h"
#include "cpu/kernel_table.h"
#include "cpu/vector_kernels.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <vector>

using namespace qwill::engine;
using namespace qwill::engine::cpu;

namespace {

struct Set {
    const char* name;
    const VectorKernels* kernels;
};

std::vector<Set> usableSets()
{
    std::vector<Set> sets;
    for (const KernelTable* table : allKernelTables())
        if (table->requiredFeatures != 0 && (table->requiredFeatures & ~cpuFeatures().mask) == 0)
            sets.push_back({table->name, table->vector});
    return sets;
}

const VectorKernels& scalar()
{
    return *allKernelTables().back()->vector;
}

using Floats = std::vector<float>;

Floats gaussian(std::size_t count, std::uint64_t seed, float deviation = 1)
{
    std::mt19937_64 random(seed);
    std::normal_distribution<float> normal(0, deviation);
    Floats values(count);
    for (float& value : values)
        value = normal(random);
    return values;
}

bool same(const Floats& a, const Floats& b)
{
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

struct Aligned { // 64-byte aligned bytes, poisoned
    explicit Aligned(std::size_t size) : storage(size + 192, std::byte{0xff}) { }
    std::byte* data()
    {
        const auto address = reinterpret_cast<std::uintptr_t>(storage.data());
        return storage.data() + (64 - address % 64) % 64;
    }
    std::vector<std::byte> storage;
};

// A cache of one head, filled by storeKv; slots from `tokens` on stay NaN.
struct Cache {
    Cache(const VectorKernels& kernels, KvElement element, int headDim, int tokens, std::uint64_t seed)
    {
        const auto dim = static_cast<std::size_t>(headDim);
        for (int t = 0; t < tokens; ++t) {
            if (t % kBlockTokens == 0)
                pages.emplace_back(kvPageBytes(element, headDim));
            const Floats k = gaussian(dim, seed + static_cast<std::uint64_t>(2 * t), 1.5f);
            const Floats v = gaussian(dim, seed + static_cast<std::uint64_t>(2 * t + 1));
            kernels.storeKv({k.data(), v.data(), pages.back().data(), t % kBlockTokens, headDim, element});
        }
    }
    std::vector<Aligned> pages;
};

struct Result3 {
    Floats max, sum, out;
};

Result3 attend(const VectorKernels& kernels, Cache& cache, KvElement element, int headDim, const Floats& q,
               const std::vector<std::int32_t>& visible, int firstToken, int tokenEnd,
               const std::vector<std::int32_t>& hidden = {}, float cap = 0)
{
    const std::size_t rows = visible.size();
    Result3 result{Floats(rows), Floats(rows), Floats(rows * static_cast<std::size_t>(headDim))};
    std::vector<const std::byte*> pages;
    for (int t = firstToken; t < tokenEnd; t += kBlockTokens)
        pages.push_back(cache.pages[static_cast<std::size_t>((t - firstToken) / kBlockTokens)].data());
    Aligned scratch(attentionScratchBytes(headDim));
    AttentionSegment args{};
    args.q = q.data();
    args.visible = visible.data();
    args.rows = static_cast<int>(rows);
    args.hidden = hidden.empty() ? nullptr : hidden.data();
    args.cap = cap;
    args.headDim = headDim;
    args.element = element;
    args.pages = pages.data();
    args.firstToken = firstToken;
    args.tokenEnd = tokenEnd;
    args.state = {result.max.data(), result.sum.data(), result.out.data()};
    args.scratch = scratch.data();
    kernels.attendSegment(args);
    return result;
}

constexpr int kCounts[] = {1, 7, 8, 15, 16, 17, 31, 64, 80, 100, 2560};
constexpr int kHeadDims[] = {8, 24, 64, 80, 96, 128, 256};
constexpr KvElement kElements[] = {KvElement::F32, KvElement::F16, KvElement::Int8};

} // namespace

TEST_CASE("norm, sums, RoPE and activation give the scalar bits at every length")
{
    for (const Set& set : usableSets())
        for (const int count : kCounts) {
            INFO(set.name << " " << count);
            const auto n = static_cast<std::size_t>(count);
            const Floats x = gaussian(n, 1, 3), y = gaussian(n, 2);
            Floats a(n), b(n);
            scalar().rmsNorm(x.data(), y.data(), 1e-6f, count, a.data());
            set.kernels->rmsNorm(x.data(), y.data(), 1e-6f, count, b.data());
            CHECK(same(a, b));
            a = b = x;
            scalar().addTo(a.data(), y.data(), count);
            set.kernels->addTo(b.data(), y.data(), count);
            CHECK(same(a, b));
            scalar().scale(a.data(), 0.3f, count);
            set.kernels->scale(b.data(), 0.3f, count);
            CHECK(same(a, b));
            scalar().swiglu(a.data(), y.data(), count);
            set.kernels->swiglu(b.data(), y.data(), count);
            CHECK(same(a, b));
            a = b = x;
            scalar().geglu(a.data(), y.data(), count);
            set.kernels->geglu(b.data(), y.data(), count);
            CHECK(same(a, b));
            a = b = x;
            scalar().softCap(a.data(), 2.5f, count);
            set.kernels->softCap(b.data(), 2.5f, count);
            CHECK(same(a, b));
            if (count % 2 == 0) {
                const Floats cos = gaussian(n / 2, 3), sin = gaussian(n / 2, 4);
                a = b = x;
                scalar().rope(a.data(), cos.data(), sin.data(), count);
                set.kernels->rope(b.data(), cos.data(), sin.data(), count);
                CHECK(same(a, b));
            }
        }
}

TEST_CASE("exp stays within one unit in the last place, and silu where exp overflows")
{
    // silu(g) · u with u = (1 + e^−g) / g exactly would be 1; here the exponential is taken back out of it in double.
    float worst = 0;
    for (float x = -80; x < 80; x += 0.0037f) {
        float gate = x;
        const float one = 1;
        scalar().swiglu(&gate, &one, 1);
        const double exact = static_cast<double>(x) / (1 + std::exp(-static_cast<double>(x)));
        if (exact != 0)
            worst = std::max(worst, static_cast<float>(std::fabs(gate - exact) / std::fabs(exact)));
    }
    CHECK(worst < 4 * 0x1p-24f); // exp, the sum, the quotient: half a unit to one each
    for (const float x : {-1000.0f, -100.0f, 1000.0f, 0.0f}) {
        float gate = x;
        const float one = 1;
        scalar().swiglu(&gate, &one, 1);
        CHECK(gate == doctest::Approx(x > 0 ? x : 0.0f));
    }
}

TEST_CASE("gelu and the cap are what their formulas say")
{
    for (float x = -12; x < 12; x += 0.0131f) {
        float gate = x, capped = 10 * x;
        const float one = 1;
        scalar().geglu(&gate, &one, 1);
        scalar().softCap(&capped, 30.0f, 1);
        const double bent = 0.7978845608028654 * (x + 0.044715 * static_cast<double>(x) * x * x);
        CHECK(gate == doctest::Approx(0.5 * x * (1 + std::tanh(bent))).epsilon(1e-5).scale(0.1));
        CHECK(capped == doctest::Approx(30 * std::tanh(static_cast<double>(10 * x) / 30)).epsilon(1e-5));
    }
}

TEST_CASE("a window and a cap give the scalar bits, and a window hides what it should")
{
    const int headDim = 64, rows = 9, tokens = 150;
    for (const KvElement element : kElements) {
        Cache cache(scalar(), element, headDim, tokens, 21);
        const Floats q = gaussian(rows * headDim, 6, 0.6f);
        std::vector<std::int32_t> visible(rows), hidden(rows), nothing(rows, 0);
        for (int r = 0; r < rows; ++r) {
            visible[static_cast<std::size_t>(r)] = tokens - 11 * r;
            hidden[static_cast<std::size_t>(r)] = std::max(0, tokens - 11 * r - (r < 4 ? 70 : 33)); // also mid-block
        }
        const Result3 a = attend(scalar(), cache, element, headDim, q, visible, 0, tokens, hidden, 3.0f);
        for (const Set& set : usableSets()) {
            const Result3 b = attend(*set.kernels, cache, element, headDim, q, visible, 0, tokens, hidden, 3.0f);
            INFO(set.name << " element " << static_cast<int>(element));
            CHECK(same(a.max, b.max));
            CHECK(same(a.sum, b.sum));
            CHECK(same(a.out, b.out));
            // Nothing hidden is the same as no window.
            const Result3 plain = attend(*set.kernels, cache, element, headDim, q, visible, 0, tokens);
            const Result3 open = attend(*set.kernels, cache, element, headDim, q, visible, 0, tokens, nothing);
            CHECK(same(plain.out, open.out));
            CHECK_FALSE(same(plain.out, b.out));
        }
        // A window over whole blocks sees what a cache of those blocks alone would show.
        const std::vector<std::int32_t> end(rows, 128), from(rows, 64), half(rows, 64);
        const Result3 windowed = attend(scalar(), cache, element, headDim, q, end, 0, 128, from);
        cache.pages.erase(cache.pages.begin(), cache.pages.begin() + 2);
        const Result3 alone = attend(scalar(), cache, element, headDim, q, half, 0, 64);
        CHECK(same(windowed.out, alone.out));
    }
}

TEST_CASE("a stored token has the same bytes from every instruction set")
{
    for (const Set& set : usableSets())
        for (const int headDim : kHeadDims)
            for (const KvElement element : kElements) {
                INFO(set.name << " " << headDim << " " << static_cast<int>(element));
                Cache a(scalar(), element, headDim, 40, 9), b(*set.kernels, element, headDim, 40, 9);
                for (std::size_t page = 0; page < a.pages.size(); ++page)
                    CHECK(std::memcmp(a.pages[page].data(), b.pages[page].data(), kvPageBytes(element, headDim)) == 0);
            }
}

TEST_CASE("values beyond the 16-bit range are clipped, not infinite")
{
    for (const Set& set : usableSets()) {
        Floats k(8, 1e6f), v(8, -1e6f);
        Aligned page(kvPageBytes(KvElement::F16, 8));
        set.kernels->storeKv({k.data(), v.data(), page.data(), 3, 8, KvElement::F16});
        std::uint16_t bits;
        std::memcpy(&bits, page.data() + 3 * 2, 2);
        CHECK(bits == 0x7bff);
        std::memcpy(&bits, page.data() + (32 * 8 + 3 * 8) * 2, 2);
        CHECK(bits == 0xfbff);
    }
}

TEST_CASE("attention gives the scalar bits for every tile, head dimension and cache format")
{
    for (const Set& set : usableSets())
        for (const int headDim : kHeadDims)
            for (const KvElement element : kElements)
                for (const int rows : {1, 2, 3, 4, 7, 13, 64}) {
                    if (headDim > 128 && rows > 13)
                        continue; // the scalar reference is slow
                    const int tokens = rows == 64 ? 140 : 75;
                    Cache cache(scalar(), element, headDim, tokens, 77);
                    const auto n = static_cast<std::size_t>(rows);
                    const Floats q = gaussian(n * static_cast<std::size_t>(headDim), 5, 0.4f);
                    // Some rows end early, some in the last block, one before this segment: it sees nothing.
                    std::vector<std::int32_t> visible(n, 512 + tokens);
                    for (std::size_t r = 0; r < n; ++r)
                        visible[r] -= static_cast<std::int32_t>(r * 5 % 70);
                    if (rows > 2)
                        visible[1] = 500;
                    const Result3 a = attend(scalar(), cache, element, headDim, q, visible, 512, 512 + tokens);
                    const Result3 b = attend(*set.kernels, cache, element, headDim, q, visible, 512, 512 + tokens);
                    INFO(set.name << " dim " << headDim << " element " << static_cast<int>(element) << " rows "
                                  << rows);
                    CHECK(same(a.max, b.max));
                    CHECK(same(a.sum, b.sum));
                    CHECK(same(a.out, b.out));
                }
}

TEST_CASE("folding segments equals attending to them in one, and every instruction set folds alike")
{
    const int headDim = 80, rows = 5;
    Cache cache(scalar(), KvElement::F32, headDim, 64, 3);
    const Floats q = gaussian(rows * headDim, 8, 0.4f);
    const std::vector<std::int32_t> visible(rows, 64);
    const Result3 whole = attend(scalar(), cache, KvElement::F32, headDim, q, visible, 0, 64);
    Result3 first = attend(scalar(), cache, KvElement::F32, headDim, q, visible, 0, 32);
    std::swap(cache.pages[0], cache.pages[1]); // the second block as a segment of its own
    const std::vector<std::int32_t> second32(rows, 32);
    Result3 second = attend(scalar(), cache, KvElement::F32, headDim, q, second32, 0, 32);
    const Result3 start = first;
    scalar().foldSegment({first.max.data(), first.sum.data(), first.out.data()},
                         {second.max.data(), second.sum.data(), second.out.data()}, rows, headDim);
    Floats a(headDim), b(headDim);
    for (int row = 0; row < rows; ++row) {
        Result3 copy = whole;
        scalar().finishAttention({copy.max.data(), copy.sum.data(), copy.out.data()}, row, headDim, a.data());
        scalar().finishAttention({first.max.data(), first.sum.data(), first.out.data()}, row, headDim, b.data());
        for (std::size_t d = 0; d < a.size(); ++d)
            CHECK(b[d] == doctest::Approx(a[d]).epsilon(1e-5));
        for (const Set& set : usableSets()) {
            Floats c(headDim);
            set.kernels->finishAttention({first.max.data(), first.sum.data(), first.out.data()}, row, headDim,
                                         c.data());
            CHECK(same(b, c));
        }
    }
    for (const Set& set : usableSets()) {
        Result3 other = start;
        set.kernels->foldSegment({other.max.data(), other.sum.data(), other.out.data()},
                                 {second.max.data(), second.sum.data(), second.out.data()}, rows, headDim);
        CHECK(same(first.max, other.max));
        CHECK(same(first.sum, other.sum));
        CHECK(same(first.out, other.out));
    }
}
