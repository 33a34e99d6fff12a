#include "load_plan.h"

#include "kv/kv_layout.h"
#include "model/import_plan.h"
#include "tokenizer_files.h"

#include <algorithm>
#include <cstdio>

namespace qwill::engine {

namespace {

constexpr int kShortestContext = 4096; // tokens; what a shorter one would save is better saved elsewhere
constexpr int kContextStep = 1024; // tokens; nobody wishes for 7 more

// Weights that know their shapes, and nothing else. `slots` are those that the plan points into.
const Weights& shapesOf(const ImportPlan& plan, Weights& slots)
{
    static constexpr std::int32_t kSomeOrder = 0; // that there is one is all that sizes follow from
    for (const MatrixPlan& m : plan.matrices)
        *m.slot.matrix = {m.format, m.slot.rows, m.slot.cols, m.groupSize,
                          nullptr,  m.bytes,     nullptr,     m.ordered ? &kSomeOrder : nullptr};
    if (slots.config.tiedEmbeddings)
        slots.head = slots.embedding;
    return slots;
}

std::string gigabytes(std::uint64_t bytes)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.1f GB", static_cast<double>(bytes) / 1e9);
    return text;
}

bool fits(const Result<MemoryPlan>& plan)
{
    return plan && plan->fits;
}

// The longest context up to form's that fits, into `form`; false when not even the shortest does.
bool shorten(LoadForm& form, const PlanFn& plan)
{
    const int wish = form.contextTokens;
    if (fits(plan(form)))
        return true;
    int low = kShortestContext / kContextStep, high = wish / kContextStep; // low fits, high does not
    form.contextTokens = low * kContextStep;
    if (form.contextTokens >= wish || !fits(plan(form)))
        return false;
    while (high - low > 1) {
        const int middle = (low + high) / 2;
        form.contextTokens = middle * kContextStep;
        (fits(plan(form)) ? low : high) = middle;
    }
    form.contextTokens = low * kContextStep;
    return true;
}

} // namespace

Result<MemoryPlan> planForm(const Checkpoint& checkpoint, const LoadForm& form, const DeviceInfo& device,
                            RunnerOptions options)
{
    Weights slots;
    const auto import = planImport(checkpoint, form.weights, slots);
    if (!import)
        return import.error();
    options.kv = form.kv;
    options.contextTokens = form.contextTokens;
    const auto memory = planRunnerMemory(shapesOf(*import, slots), options, device);
    if (!memory)
        return memory.error();
    MemoryPlan plan;
    plan.weights = import->weights;
    plan.kv = resolveKvFormat(form.kv, device.kind);
    plan.contextLength = (form.contextTokens + kBlockTokens - 1) / kBlockTokens * kBlockTokens;
    plan.weightBytes = device.kind == DeviceKind::Cuda ? memory->weightBytes : import->weightBytes();
    plan.streamedBytes = import->streamedBytes();
    plan.kvBytes = memory->kvBytes;
    plan.scratchBytes = memory->scratchBytes;
    plan.textBytes = device.kind == DeviceKind::Cuda ? 0 : tokenizerBytes(checkpoint.config().vocabSize);
    plan.totalBytes = plan.weightBytes + plan.kvBytes + plan.scratchBytes + plan.textBytes;
    plan.fits = device.freeBytes == 0 || plan.totalBytes + memory->reservedBytes <= device.freeBytes; // 0 = unknown
    return plan;
}

Placement placeModel(const LoadForm& wish, const DeviceInfo& device, const PlanFn& plan)
{
    Placement placement;
    placement.form = wish;
    const Result<MemoryPlan> wished = plan(wish);
    if (!wished) {
        placement.code = wished.error().code;
        placement.note = wished.error().message;
        return placement;
    }
    const auto said = [&](const std::string& sentence) {
        placement.note += (placement.note.empty() ? "" : " ") + sentence;
    };
    LoadForm& form = placement.form;
    placement.fits = shorten(form, plan);
    if (!placement.fits && wished->kv != KvFormat::Int8) {
        form = {wish.weights, KvFormat::Int8, wish.contextTokens};
        placement.fits = shorten(form, plan);
    }
    if (!placement.fits && wished->weights != WeightFormat::W4) {
        form = {WeightFormat::W4, KvFormat::Int8, wish.contextTokens};
        placement.fits = shorten(form, plan);
    }
    if (!placement.fits) {
        form = wish;
        said("The model needs " + gigabytes(wished->totalBytes) + " of the card's memory, and "
             + gigabytes(device.freeBytes) + " are free.");
        return placement;
    }
    if (form.weights != wish.weights)
        said("The weights are kept in 4 bits to fit the card's memory.");
    if (form.kv != wish.kv && wished->kv != KvFormat::Int8)
        said("The context is kept in 8 bits to fit the card's memory.");
    if (form.contextTokens != wish.contextTokens)
        said("The card's memory holds a context of " + std::to_string(form.contextTokens) + " tokens, not of "
             + std::to_string(wish.contextTokens) + ".");
    return placement;
}

} // namespace qwill::engine
