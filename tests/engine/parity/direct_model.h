#pragma once
// DirectModel: the rooms below the Engine put together by hand – checkpoint, import, CPU runner – so that a test can
// choose what the Engine chooses by itself: above all how many tokens one forward computes. One thread.

#include "cpu/cpu_runner.h"
#include "engine/engine.h"
#include "sched/scheduler.h"

#include <memory>
#include <string>
#include <vector>

namespace qwill::test {

struct DirectOptions {
    std::string path;
    engine::WeightFormat weights = engine::WeightFormat::F32;
    engine::KvElement kv = engine::KvElement::F32;
    int contextTokens = 1024;
    int threads = 1;
    const engine::cpu::KernelTable* kernels = nullptr; // null = the best
    int chunk = 256; // tokens of one forward, every one with logits
    bool decoded = false; // the weights as they lie in memory, but computed in floats
};

class DirectModel {
public:
    explicit DirectModel(const DirectOptions& options); // fails the test if the model does not load

    // Row-major [tokens, vocab].
    std::vector<float> logits(const std::vector<engine::Token>& ids);
    int vocab() const { return m_runner->limits().vocabSize; }
    std::string kernels() const { return m_runner->kernelName(); }

private:
    std::unique_ptr<engine::cpu::CpuRunner> m_runner;
    std::unique_ptr<engine::Scheduler> m_scheduler;
};

} // namespace qwill::test
