#pragma once
// What a model would take of a device in some form, and which form it gets where it does not fit as wished. Pure
// functions of a checkpoint's headers and of what is free; any thread.

#include "engine/model_info.h"
#include "engine/result.h"
#include "model/checkpoint.h"
#include "runner_factory.h"

#include <functional>
#include <string>

namespace qwill::engine {

// What may be given up for memory.
struct LoadForm {
    WeightFormat weights = WeightFormat::Auto;
    KvFormat kv = KvFormat::Auto;
    int contextTokens = 0;
};

// The bytes of that form on `device`; `options` says the rest (threads, chunk).
Result<MemoryPlan> planForm(const Checkpoint& checkpoint, const LoadForm& form, const DeviceInfo& device,
                            RunnerOptions options);

struct Placement {
    bool fits = false; // in some form
    ErrorCode code = ErrorCode::OutOfMemory; // where it does not
    LoadForm form;
    std::string note; // whole sentences: what was given up, or how much is missing; empty when nothing was
};

using PlanFn = std::function<Result<MemoryPlan>(const LoadForm&)>;

// The wish, or the first of these that fits: a shorter context, down to 4096 tokens; the context in 8 bits; the weights
// in 4 bits, too. Each with the longest context that it leaves room for.
Placement placeModel(const LoadForm& wish, const DeviceInfo& device, const PlanFn& plan);

} // namespace qwill::engine
