// Drawing a token from a row of logits, as sample/sampler.cpp does: the same order of steps, the same random number,
// the same candidates. Sums of doubles are taken in another order, which moves them by 1e-16.
//
// Most of the vocabulary is looked at once, for the maximum of each block of 64 logits; what follows skips the blocks
// below its bound. One block draws for one row. Where more than kMaxDrawn candidates are left, the host draws.

#include "cuda/kernels/launches.h"
#include "sample/rng.h"

#include <cmath>

namespace qwill::engine::cuda {

namespace {

constexpr int kThreads = 512;
constexpr int kWarps = kThreads / kWarp;
constexpr float kBan = -100.0f; // the bias from which a token is banned outright

struct Scratch {
    float* changed; // [vocab] the logits with mask, bias and penalties
    float *changedMax, *plainMax; // [blocks] maxima; NaN where a logit is NaN or +∞
    double *changedSum, *plainSum; // [blocks] sums of exponentials
};

QWILL_DEVICE Scratch scratchOf(const DrawArgs& args, int row)
{
    const auto vocab = static_cast<std::size_t>((args.vocab + 3) / 4 * 4);
    const auto blocks = static_cast<std::size_t>((ceilDiv(args.vocab, kLogitBlock) + 3) / 4 * 4);
    std::byte* base = args.scratch + static_cast<std::size_t>(row) * drawScratchBytes(1, args.vocab);
    Scratch out;
    out.changedSum = reinterpret_cast<double*>(base);
    out.plainSum = out.changedSum + blocks;
    out.changed = reinterpret_cast<float*>(out.plainSum + blocks);
    out.changedMax = out.changed + vocab;
    out.plainMax = out.changedMax + blocks;
    return out;
}

QWILL_DEVICE const float* logitsOf(const DrawArgs& args, const DrawRow& row)
{
    return args.logits + static_cast<std::size_t>(row.logitRow) * static_cast<std::size_t>(args.vocab);
}

// --- the passes over the vocabulary ----------------------------------------------------------------------------------

// grid: [parts][rows]. Copies the logits that may be drawn, others become −∞.
QWILL_KERNEL void maskKernel(DrawArgs args)
{
    awaitEarlier();
    const DrawRow& row = args.rows[blockIdx.y];
    if (row.logitRow < 0 || !changes(row))
        return;
    const float* logits = logitsOf(args, row);
    float* changed = scratchOf(args, static_cast<int>(blockIdx.y)).changed;
    const int step = static_cast<int>(gridDim.x) * kThreads;
    for (int i = static_cast<int>(blockIdx.x) * kThreads + static_cast<int>(threadIdx.x); i < drawable(row, args.vocab);
         i += step) {
        bool allowed = true;
        if (row.mask)
            allowed = i / 64 < row.maskWords && (row.mask[i / 64] >> (i % 64) & 1) != 0;
        changed[i] = allowed ? logits[i] : minusInfinity();
    }
}

// grid: [rows]. Bias in order, as one token may be named twice; penalties after it.
QWILL_KERNEL void changeKernel(DrawArgs args)
{
    awaitEarlier();
    const DrawRow& row = args.rows[blockIdx.x];
    if (row.logitRow < 0 || !changes(row))
        return; // the whole block
    float* changed = scratchOf(args, static_cast<int>(blockIdx.x)).changed;
    const int vocab = drawable(row, args.vocab);
    if (threadIdx.x == 0) {
        for (int i = 0; i < row.biasCount; ++i) {
            const BiasEntry entry = row.bias[i];
            if (entry.token >= 0 && entry.token < vocab)
                changed[entry.token] = entry.bias <= kBan ? minusInfinity() : changed[entry.token] + entry.bias;
        }
    }
    syncBlock();
    const int count = penalises(row) ? row.penaltyCount : 0;
    for (int i = static_cast<int>(threadIdx.x); i < count; i += kThreads) {
        const PenaltyEntry entry = row.penalties[i];
        if (entry.token < 0 || entry.token >= vocab)
            continue;
        float& logit = changed[entry.token];
        logit = logit < 0 ? logit * row.repetitionPenalty : logit / row.repetitionPenalty;
        if (entry.inReply > 0)
            logit -= row.presencePenalty + row.frequencyPenalty * static_cast<float>(entry.inReply);
    }
}

QWILL_DEVICE float logitAt(const float* logits, int i, int vocab)
{
    return i < vocab ? logits[i] : minusInfinity();
}

QWILL_DEVICE void scanBlock(const float* logits, int block, int vocab, int lane, float* maxima)
{
    const int at = block * kLogitBlock + lane;
    const float a = logitAt(logits, at, vocab), b = logitAt(logits, at + kWarp, vocab);
    float most = larger(a, b);
    if (!(a <= 3.40282347e38f && b <= 3.40282347e38f))
        most = floatFromBits(0x7fc00000u);
    most = warpMax(most);
    if (lane == 0)
        maxima[block] = most;
}

// grid: [parts][rows]. A warp a block of logits.
QWILL_KERNEL void scanKernel(DrawArgs args)
{
    awaitEarlier();
    const DrawRow& row = args.rows[blockIdx.y];
    if (row.logitRow < 0)
        return;
    const Scratch scratch = scratchOf(args, static_cast<int>(blockIdx.y));
    const int vocab = drawable(row, args.vocab), lane = static_cast<int>(threadIdx.x) % kWarp;
    const int step = static_cast<int>(gridDim.x) * kWarps;
    for (int block = static_cast<int>(blockIdx.x) * kWarps + static_cast<int>(threadIdx.x) / kWarp;
         block < ceilDiv(vocab, kLogitBlock); block += step) {
        if (changes(row))
            scanBlock(scratch.changed, block, vocab, lane, scratch.changedMax);
        if (!changes(row) || row.topLogprobs >= 0)
            scanBlock(logitsOf(args, row), block, vocab, lane, scratch.plainMax);
    }
}

// exp(x) for x ≤ 0 as sample/logit_scan.cpp has it.
QWILL_DEVICE float expNegative(float x)
{
    constexpr float kRound = 12582912.0f;
    const float scaled = x * 1.44269504f;
    const float t = scaled > -126.0f ? scaled : -126.0f;
    const float shifted = t + kRound;
    const float r = t - (shifted - kRound);
    float p = 1.5403530e-4f;
    p = p * r + 1.3333558e-3f;
    p = p * r + 9.6181291e-3f;
    p = p * r + 5.5504109e-2f;
    p = p * r + 2.4022651e-1f;
    p = p * r + 6.9314718e-1f;
    p = p * r + 1.0f;
    const auto n = static_cast<std::int32_t>(bitsOfFloat(shifted)) - static_cast<std::int32_t>(bitsOfFloat(kRound));
    return p * floatFromBits(static_cast<std::uint32_t>(n + 127) << 23);
}

// The maximum of the block maxima, in every thread; NaN where there is one. `shared`: [kWarps].
QWILL_DEVICE float wholeMaximum(const float* maxima, int blocks, float* shared)
{
    float most = minusInfinity();
    for (int i = static_cast<int>(threadIdx.x); i < blocks; i += kThreads)
        most = larger(most, maxima[i]);
    most = warpMax(most);
    syncBlock();
    if (threadIdx.x % kWarp == 0)
        shared[threadIdx.x / kWarp] = most;
    syncBlock();
    for (int i = 0; i < kWarps; ++i)
        most = larger(most, shared[i]);
    return most;
}

QWILL_DEVICE void sumBlocks(const float* logits, const float* maxima, int vocab, float temperature, double* sums,
                            float* shared)
{
    const int blocks = ceilDiv(vocab, kLogitBlock), lane = static_cast<int>(threadIdx.x) % kWarp;
    const float max = wholeMaximum(maxima, blocks, shared);
    const int step = static_cast<int>(gridDim.x) * kWarps;
    for (int block = static_cast<int>(blockIdx.x) * kWarps + static_cast<int>(threadIdx.x) / kWarp; block < blocks;
         block += step) {
        const int at = block * kLogitBlock + lane;
        float sum = expNegative((logitAt(logits, at, vocab) - max) / temperature)
            + expNegative((logitAt(logits, at + kWarp, vocab) - max) / temperature);
        for (int mask = 16; mask >= 4; mask /= 2)
            sum += shuffleXor(sum, mask);
        sum = quadSum(sum);
        if (lane == 0)
            sums[block] = static_cast<double>(sum);
    }
}

// grid: [parts][rows]. Sums of exponentials, where something needs them.
QWILL_KERNEL void sumKernel(DrawArgs args)
{
    awaitEarlier();
    const DrawRow& row = args.rows[blockIdx.y];
    if (row.logitRow < 0)
        return;
    const Scratch scratch = scratchOf(args, static_cast<int>(blockIdx.y));
    const int vocab = drawable(row, args.vocab);
    auto* shared = static_cast<float*>(sharedMemory());
    const bool changed = changes(row);
    if (drawsBySum(row, args.vocab))
        sumBlocks(changed ? scratch.changed : logitsOf(args, row), changed ? scratch.changedMax : scratch.plainMax,
                  vocab, row.temperature, scratch.changedSum, shared);
    if (row.topLogprobs >= 0)
        sumBlocks(logitsOf(args, row), scratch.plainMax, vocab, 1.0f, scratch.plainSum, shared);
}

// --- one row's draw --------------------------------------------------------------------------------------------------

constexpr int kListSize = 2 * kMaxDrawn; // collected before it is known how many there are

struct Shared {
    std::uint64_t list[kListSize]; // keys, the heaviest first once sorted
    int histogram[256];
    int laneSums[kWarp];
    float warpMaxima[kWarps];
    double sums[kWarps];
    int count, digit, left, answer;
    float bound;
};

struct Row {
    const float* logits;
    const float* maxima; // of its blocks
    int vocab, blocks;
};

// An integer with the order of the floats.
QWILL_DEVICE std::uint32_t orderOf(float x)
{
    const std::uint32_t bits = bitsOfFloat(x + 0.0f); // −0 is 0
    return (bits & 0x80000000u) != 0 ? ~bits : bits | 0x80000000u;
}
QWILL_DEVICE float floatOfOrder(std::uint32_t order)
{
    return floatFromBits((order & 0x80000000u) != 0 ? order & 0x7fffffffu : ~order);
}

// Calls visit(token, logit) for each logit ≥ bound. A warp looks at the maxima of 32 blocks at once, then at each block
// that has such logits.
template <typename Visit>
QWILL_DEVICE void forEachAtLeast(const Row& row, float bound, Visit visit)
{
    const int lane = static_cast<int>(threadIdx.x) % kWarp;
    for (int first = static_cast<int>(threadIdx.x) - lane; first < row.blocks; first += kThreads) {
        const int own = first + lane;
        unsigned hits = ballot(own < row.blocks && row.maxima[own] >= bound);
        for (; hits != 0; hits &= hits - 1) {
            const int block = first + bitCount((hits & (0u - hits)) - 1u);
            for (int at = block * kLogitBlock + lane; at < smaller(row.vocab, (block + 1) * kLogitBlock); at += kWarp)
                if (row.logits[at] >= bound)
                    visit(at, row.logits[at]);
        }
    }
}

// The k-th largest of what forEachKey(visit) visits, 8 bits a pass. The whole block calls it.
template <typename ForEachKey>
QWILL_DEVICE std::uint32_t selectKey(Shared& shared, int k, ForEachKey forEachKey)
{
    std::uint32_t prefix = 0;
    for (int shift = 24; shift >= 0; shift -= 8) {
        const std::uint32_t mask = shift == 24 ? 0 : ~0u << (shift + 8);
        for (int i = static_cast<int>(threadIdx.x); i < 256; i += kThreads)
            shared.histogram[i] = 0;
        syncBlock();
        forEachKey([&](std::uint32_t key) {
            if ((key & mask) == prefix)
                atomicAddShared(&shared.histogram[key >> shift & 255], 1);
        });
        syncBlock();
        if (static_cast<int>(threadIdx.x) < kWarp) { // lane 0 has the largest eight digits
            const int lane = static_cast<int>(threadIdx.x), top = 255 - 8 * lane;
            int sum = 0;
            for (int i = 0; i < 8; ++i)
                sum += shared.histogram[top - i];
            shared.laneSums[lane] = sum;
            syncWarp();
            int before = 0;
            for (int i = 0; i < lane; ++i)
                before += shared.laneSums[i];
            if (before < k && k <= before + sum) {
                int digit = top;
                while (before + shared.histogram[digit] < k)
                    before += shared.histogram[digit--];
                shared.digit = digit;
                shared.left = k - before;
            }
        }
        syncBlock();
        prefix |= static_cast<std::uint32_t>(shared.digit) << shift;
        k = shared.left;
        syncBlock();
    }
    return prefix;
}

// A bound that at least k logits reach, and few more do: the k-th largest of kBounds numbers that are each the maximum
// of some blocks' logits. k ≤ kBounds.
constexpr int kBounds = kThreads / 4;
QWILL_DEVICE float reachedBy(Shared& shared, const Row& row, int k)
{
    float own = minusInfinity();
    for (int i = static_cast<int>(threadIdx.x); i < row.blocks; i += kThreads)
        own = larger(own, row.maxima[i]);
    own = quadMax(own);
    syncBlock(); // whoever read the list has done so
    auto* all = reinterpret_cast<float*>(shared.list); // [kBounds]
    if (threadIdx.x % 4 == 0)
        all[threadIdx.x / 4] = own;
    syncBlock();
    if (static_cast<int>(threadIdx.x) < kBounds) {
        own = all[threadIdx.x];
        int above = 0, equal = 0;
        for (int i = 0; i < kBounds; i += 4) {
            const float4 x = *reinterpret_cast<const float4*>(all + i);
            above += (x.x > own) + (x.y > own) + (x.z > own) + (x.w > own);
            equal += (x.x == own) + (x.y == own) + (x.z == own) + (x.w == own);
        }
        if (above < k && k <= above + equal)
            shared.bound = own; // all who write it write the same
    }
    syncBlock();
    return shared.bound;
}

// The k-th largest logit, 1 ≤ k ≤ vocab.
QWILL_DEVICE float kthLargest(Shared& shared, const Row& row, int k)
{
    float least = minusInfinity();
    if (k <= kBounds)
        least = reachedBy(shared, row, k);
    else if (k <= row.blocks) // k blocks have a logit above it
        least = floatOfOrder(selectKey(shared, k, [&](auto visit) {
            for (int i = static_cast<int>(threadIdx.x); i < row.blocks; i += kThreads)
                visit(orderOf(row.maxima[i]));
        }));
    return floatOfOrder(selectKey(
        shared, k, [&](auto visit) { forEachAtLeast(row, least, [&](int, float logit) { visit(orderOf(logit)); }); }));
}

// Puts key(token, logit) of all logits ≥ bound into the list; how many there are, which may be more than fit.
template <typename Key>
QWILL_DEVICE int collect(Shared& shared, const Row& row, float bound, Key key)
{
    syncBlock();
    if (threadIdx.x == 0)
        shared.count = 0;
    syncBlock();
    forEachAtLeast(row, bound, [&](int token, float logit) {
        const int at = atomicAddShared(&shared.count, 1);
        if (at < kListSize)
            shared.list[at] = key(token, logit);
    });
    syncBlock();
    return shared.count;
}

// Descending, by a bitonic network; count ≤ kListSize.
QWILL_DEVICE void sortList(Shared& shared, int count)
{
    int size = 2;
    while (size < count)
        size *= 2;
    for (int i = count + static_cast<int>(threadIdx.x); i < size; i += kThreads)
        shared.list[i] = 0; // below every key, whose low word is never 0
    syncBlock();
    for (int width = 2; width <= size; width *= 2) {
        for (int step = width / 2; step > 0; step /= 2) {
            for (int i = static_cast<int>(threadIdx.x); i < size / 2; i += kThreads) {
                const int low = i / step * 2 * step + i % step, high = low + step;
                const std::uint64_t a = shared.list[low], b = shared.list[high];
                const bool descending = (low & width) == 0;
                if ((a < b) == descending) {
                    shared.list[low] = b;
                    shared.list[high] = a;
                }
            }
            syncBlock();
        }
    }
}

QWILL_DEVICE std::uint64_t keyOf(std::uint32_t order, int token)
{
    return static_cast<std::uint64_t>(order) << 32
        | ~static_cast<std::uint32_t>(token); // equal ones: the lower id first
}
QWILL_DEVICE int tokenOf(std::uint64_t key)
{
    return static_cast<int>(~static_cast<std::uint32_t>(key));
}
// Of keys made of weights, which are not negative.
QWILL_DEVICE double weightOf(std::uint64_t key)
{
    return static_cast<double>(floatFromBits(static_cast<std::uint32_t>(key >> 32)));
}

QWILL_DEVICE double totalOf(Shared& shared, const double* sums, int blocks)
{
    double total = 0;
    for (int i = static_cast<int>(threadIdx.x); i < blocks; i += kThreads)
        total += sums[i];
    total = warpSum(total);
    syncBlock();
    if (threadIdx.x % kWarp == 0)
        shared.sums[threadIdx.x / kWarp] = total;
    syncBlock();
    total = 0;
    for (int i = 0; i < kWarps; ++i)
        total += shared.sums[i];
    return total;
}

QWILL_DEVICE int firstMaximum(Shared& shared, const Row& row, float max)
{
    // The lowest id among the equal: of the inverted ids, the largest.
    const auto inverted = selectKey(shared, 1, [&](auto visit) {
        forEachAtLeast(row, max, [&](int token, float) { visit(~static_cast<std::uint32_t>(token)); });
    });
    return static_cast<int>(~inverted);
}

// One thread. The candidates lie in the list, the heaviest first; total is what top-p's share is of. −1: the list does
// not reach far enough.
QWILL_DEVICE int drawFrom(const Shared& shared, int count, bool isWhole, double total, const DrawRow& row)
{
    if (row.topP < 1) {
        const double target = static_cast<double>(row.topP) * total;
        double before = 0;
        int kept = 0;
        while (kept < count && (before < target || kept == 0))
            before += weightOf(shared.list[kept++]);
        if (before < target && !isWhole)
            return -1;
        count = kept;
    } else if (!isWhole) {
        return -1;
    }
    while (row.minP > 0 && count > 0 && weightOf(shared.list[count - 1]) < static_cast<double>(row.minP))
        --count;
    double sum = 0;
    for (int i = 0; i < count; ++i)
        sum += weightOf(shared.list[i]);
    const double goal = randomUnit(row.seed, row.drawIndex) * sum;
    int token = -1;
    sum = 0;
    for (int i = 0; i < count; ++i) {
        const double weight = weightOf(shared.list[i]);
        if (!(weight > 0))
            break; // the rest weighs nothing, too
        sum += weight;
        token = tokenOf(shared.list[i]);
        if (sum > goal)
            break;
    }
    return token;
}

constexpr int kHostDraws = -2;

// The token, or kHostDraws. `sums` belong to the row when it is not cut by count.
QWILL_DEVICE int drawToken(Shared& shared, const Row& row, float max, const double* sums, const DrawRow& wanted)
{
    constexpr float kLowest = -3.40282347e38f;
    const float temperature = wanted.temperature;
    const auto key = [&](int token, float logit) {
        const auto weight =
            static_cast<float>(::exp(static_cast<double>(logit - max) / static_cast<double>(temperature)));
        return keyOf(bitsOfFloat(weight), token);
    };
    const bool byCount = cutsByCount(wanted, row.vocab); // row.vocab is drawable()
    double total = 0;
    float bound;
    bool isWhole = true;
    if (byCount) {
        if (wanted.topK > kMaxDrawn)
            return kHostDraws;
        const float kth = kthLargest(shared, row, wanted.topK);
        bound = kth > kLowest ? kth : kLowest; // where fewer than k may be drawn, the banned ones are not among them
    } else {
        total = totalOf(shared, sums, row.blocks);
        const double topPFloor = (1.0 - static_cast<double>(wanted.topP)) * total / static_cast<double>(row.vocab);
        double floor = topPFloor > static_cast<double>(wanted.minP) ? topPFloor : static_cast<double>(wanted.minP);
        floor = (floor > 1e-38 ? floor : 1e-38) * (1 - 1e-5);
        bound = static_cast<float>(static_cast<double>(max) + static_cast<double>(temperature) * ::log(floor) - 1e-5);
    }
    int count = collect(shared, row, bound, key);
    if (count > kMaxDrawn) {
        if (byCount || !(wanted.topP < 1))
            return kHostDraws;
        isWhole = false;
        bound = kthLargest(shared, row, kMaxDrawn); // above the old one
        count = collect(shared, row, bound, key);
        if (count > kMaxDrawn)
            return kHostDraws;
    }
    sortList(shared, count);
    if (threadIdx.x == 0) {
        if (byCount)
            for (int i = 0; i < count; ++i)
                total += weightOf(shared.list[i]);
        shared.answer = drawFrom(shared, count, isWhole, total, wanted);
    }
    syncBlock();
    const int answer = shared.answer;
    syncBlock();
    return answer < 0 && !isWhole ? kHostDraws : answer;
}

// The logprobs of the unmodified distribution. False: too many equal ones.
QWILL_DEVICE bool fillLogprobs(Shared& shared, const Row& plain, float max, const double* sums, int wanted,
                               DrawnRow& out)
{
    const double logTotal = ::log(totalOf(shared, sums, plain.blocks)) + static_cast<double>(max);
    wanted = smaller(greater(0, smaller(wanted, kMaxLogprobs)), plain.vocab);
    if (threadIdx.x == 0) {
        out.logprob = static_cast<float>(static_cast<double>(plain.logits[out.token]) - logTotal);
        out.candidateCount = wanted;
    }
    if (wanted == 0)
        return true;
    const float bound = kthLargest(shared, plain, wanted);
    const int count =
        collect(shared, plain, bound, [](int token, float logit) { return keyOf(orderOf(logit), token); });
    if (count > kListSize)
        return false;
    sortList(shared, count);
    for (int i = static_cast<int>(threadIdx.x); i < wanted; i += kThreads) {
        const std::uint64_t key = shared.list[i];
        out.tokens[i] = tokenOf(key);
        out.logprobs[i] =
            static_cast<float>(static_cast<double>(floatOfOrder(static_cast<std::uint32_t>(key >> 32))) - logTotal);
    }
    return true;
}

QWILL_DEVICE bool isNumber(float x)
{
    return x == x;
}

// grid: [rows].
QWILL_KERNEL void __launch_bounds__(kThreads, 1) drawKernel(DrawArgs args)
{
    awaitEarlier();
    const DrawRow& wanted = args.rows[blockIdx.x];
    if (wanted.logitRow < 0)
        return;
    Shared& shared = *static_cast<Shared*>(sharedMemory());
    DrawnRow& out = args.out[blockIdx.x];
    const Scratch scratch = scratchOf(args, static_cast<int>(blockIdx.x));
    const int vocab = drawable(wanted, args.vocab), blocks = ceilDiv(vocab, kLogitBlock);
    const bool changed = changes(wanted);
    const Row plain{logitsOf(args, wanted), scratch.plainMax, vocab, blocks};
    const Row row = changed ? Row{scratch.changed, scratch.changedMax, vocab, blocks} : plain;

    const float max = wholeMaximum(row.maxima, blocks, shared.warpMaxima);
    int token = -1; // NaN, +∞, or nothing that may be drawn
    if (isNumber(max) && max > minusInfinity())
        token = wanted.temperature < 1e-6f ? firstMaximum(shared, row, max)
                                           : drawToken(shared, row, max, scratch.changedSum, wanted);
    float plainMax = max;
    if (token >= 0 && wanted.topLogprobs >= 0 && changed) {
        plainMax = wholeMaximum(plain.maxima, blocks, shared.warpMaxima);
        token = isNumber(plainMax) ? token : -1; // a ban may have hidden it from the draw
    }
    if (threadIdx.x == 0) {
        out.token = token >= 0 ? token : -1;
        out.status = token >= 0 ? DrawStatus::Drawn : token == kHostDraws ? DrawStatus::Host : DrawStatus::Failed;
        out.logprob = 0;
        out.candidateCount = 0;
    }
    syncBlock(); // fillLogprobs reads the token
    if (token >= 0 && wanted.topLogprobs >= 0
        && !fillLogprobs(shared, plain, plainMax, scratch.plainSum, wanted.topLogprobs, out) && threadIdx.x == 0) {
        out.token = -1;
        out.status = DrawStatus::Host;
    }
}

} // namespace

int launchDraw(const DrawArgs* args, void* stream)
{
    if (args->count < 1)
        return 0;
    const Grid all{smaller(ceilDiv(args->vocab, 4 * kThreads), 128), args->count, 1}, one{args->count, 1, 1};
    constexpr std::size_t kWarpFloats = kWarps * sizeof(float);
    int error = args->anyChanges ? launch(maskKernel, all, kThreads, 0, stream, *args) : 0;
    if (args->anyChanges)
        error = error != 0 ? error : launch(changeKernel, one, kThreads, 0, stream, *args);
    error = error != 0 ? error : launch(scanKernel, all, kThreads, 0, stream, *args);
    if (args->anySums)
        error = error != 0 ? error : launch(sumKernel, all, kThreads, kWarpFloats, stream, *args);
    return error != 0 ? error : launch(drawKernel, one, kThreads, sizeof(Shared), stream, *args);
}

} // namespace qwill::engine::cuda
