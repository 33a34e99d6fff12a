#pragma once
// What the runner's tests share: random models in memory, an independent double-precision reference, and a driver that
// feeds a CpuRunner as a scheduler would. Test code only.

#include "cpu/cpu_runner.h"
#include "model/weights.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace qwill::test {

using namespace engine;

struct ModelShape {
    int hidden = 72, layers = 2, heads = 4, kvHeads = 2, headDim = 16, intermediate = 136, vocab = 130;
    bool tied = true, qkNorm = true, qkvBias = false, outputBias = false;
    MatrixFormat format = MatrixFormat::F32;
    int groupSize = 0;
    std::uint64_t seed = 1;
    bool mixed = false; // v and down in Bf16, whatever the rest is
};

Weights randomWeights(const ModelShape& shape);
std::vector<Token> randomTokens(int count, int vocab, std::uint64_t seed);

// Logits of every position, straight loops in double, no paging, no batching. [tokens][vocab]
// What is rounded by design is rounded here too: the inputs of quantised weights, K and V, and q for an 8-bit cache.
std::vector<std::vector<double>> referenceLogits(const Weights& weights, const std::vector<Token>& tokens,
                                                 KvElement kv);

using Logits = std::vector<std::vector<float>>; // [token][vocab]
double worstDifference(const Logits& a, const Logits& b); // 1e30 where `a` holds what is no number

// One conversation: its tokens so far, its blocks, the logits of each.
struct Conversation {
    std::vector<Token> tokens;
    std::vector<BlockId> blocks;
    int done = 0;
    Logits logits;
};

class Driver {
public:
    Driver(Weights weights, const cpu::CpuRunnerOptions& options);
    explicit Driver(ModelRunner& runner); // any runner, which outlives the driver

    cpu::CpuRunner& runner() { return *m_owned; } // of the first kind
    // Computes the next `counts[i]` tokens of conversations[i] in one forward; 0 leaves one out.
    void step(std::vector<Conversation*> conversations, const std::vector<int>& counts);
    // A whole conversation in chunks of that size.
    Logits all(const std::vector<Token>& tokens, int chunk);
    void release(Conversation& conversation);
    // Every byte of every block.
    void fillBlocks(std::byte value);

private:
    void takeBlocks();

    std::unique_ptr<cpu::CpuRunner> m_owned;
    ModelRunner* m_runner;
    std::vector<BlockId> m_free;
};

} // namespace qwill::test
