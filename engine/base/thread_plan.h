#pragma once
// ThreadPlan: how many threads a model computes with, and where they run. Decoding reads memory, which a few fast cores
// exhaust; a slow core would hold everyone at each barrier. Prompts are arithmetic, and every core helps. A value.

#include "base/cpu_topology.h"

#include <vector>

namespace qwill::engine {

struct ThreadPlan {
    struct Thread {
        float speed = 1; // 1 = the fastest kind of core
        std::vector<int> cpus; // where it may run; empty = anywhere
    };
    std::vector<Thread> threads{Thread{}}; // fastest first; as many as the larger of the two counts
    int decode = 1; // the first so many compute replies
    int prefill = 1; // and these read prompts
};

// 0 chooses: decode on the performance cores, prompts on all that are not hopelessly slow, neither more than a
// container grants. Where only `decode` is given it serves both.
ThreadPlan planThreads(const CpuTopology& machine, int decode = 0, int prefill = 0);

} // namespace qwill::engine
