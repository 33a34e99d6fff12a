// Engine::load: the composition of a loaded model: file → weights, tokenizer → runner → EngineCore.

#include "engine/engine.h"

#include "engine_core.h"
#include "load_plan.h"
#include "model/checkpoint.h"
#include "model/import.h"
#include "model/import_plan.h"
#include "model_description.h"
#include "runner_factory.h"
#include "tokenizer_files.h"

#include <utility>

namespace qwill::engine {

namespace {

// Far beyond any machine, and far from where products of them overflow.
constexpr int kMaxThreads = 1024;
constexpr int kMaxPrefillChunk = 16384;

Result<void> checkOptions(const LoadOptions& options)
{
    const auto within = [](const char* what, int value, int from, int to) -> Result<void> {
        if (value >= from && value <= to)
            return {};
        return Error{ErrorCode::Invalid,
                     std::string(what) + " must be between " + std::to_string(from) + " and " + std::to_string(to)
                         + ", not " + std::to_string(value) + "."};
    };
    if (Result<void> context = within("The context length", options.contextLength, 1, kMaxModelContext); !context)
        return context;
    if (Result<void> threads = within("The number of threads", options.threads, 0, kMaxThreads); !threads)
        return threads;
    if (Result<void> threads = within("The number of prefill threads", options.prefillThreads, 0, kMaxThreads);
        !threads)
        return threads;
    return within("The prefill chunk", options.prefillChunk, 0, kMaxPrefillChunk);
}

// Without a template that we can render the model still completes text; whoever wants to chat is told why not.
void loadChatTemplate(const Checkpoint& checkpoint, EngineParts& parts)
{
    const auto source = readChatTemplateSource(checkpoint);
    if (!source) {
        parts.noChatTemplate = source.error();
        return;
    }
    auto created = ChatTemplate::create(*source, *parts.tokenizer);
    if (created)
        parts.chatTemplate = std::move(*created);
    else
        parts.noChatTemplate = created.error();
    parts.info.hasChatTemplate = parts.chatTemplate.has_value();
}

// A model without a tokenizer, or with one that this build cannot serve, still works on ids. A damaged one does not:
// its ids would mean something else.
Result<void> loadText(const Checkpoint& checkpoint, EngineParts& parts)
{
    const auto source = readTokenizerSource(checkpoint);
    if (!source)
        return source.error();
    auto tokenizer = createTokenizer(*source);
    if (!tokenizer) {
        if (tokenizer.error().code != ErrorCode::NotFound && tokenizer.error().code != ErrorCode::Unsupported)
            return tokenizer.error();
        parts.noTokenizer = tokenizer.error();
        return {};
    }
    if ((*tokenizer)->size() > checkpoint.config().vocabSize)
        return Error{ErrorCode::Corrupt,
                     "The tokenizer has " + std::to_string((*tokenizer)->size()) + " tokens, but the model only "
                         + std::to_string(checkpoint.config().vocabSize) + ": they belong to different models."};
    parts.tokenizer = std::move(*tokenizer);
    loadChatTemplate(checkpoint, parts);
    return {};
}

// The device and the form that the model gets there: as wished, or what fits.
struct Place {
    DeviceChoice choice;
    LoadForm form;
};

Result<Place> choosePlace(const Checkpoint& checkpoint, const LoadOptions& options, const RunnerOptions& runner)
{
    auto choice = chooseDevice(options.device);
    if (!choice)
        return choice.error();
    Place place{std::move(*choice), {options.weights, options.kv, options.contextLength}};
    const DeviceInfo card = place.choice.devices[static_cast<std::size_t>(place.choice.chosen)];
    if (card.kind != DeviceKind::Cuda)
        return place;
    const Placement placed =
        placeModel(place.form, card, [&](const LoadForm& form) { return planForm(checkpoint, form, card, runner); });
    place.form = placed.form;
    if (placed.fits) {
        place.choice.reason += placed.note.empty() ? "" : " " + placed.note;
        return place;
    }
    if (options.device == DeviceKind::Cuda)
        return Error{placed.code, placed.note + " Choose the device auto or cpu."};
    place.choice = onCpu(std::move(place.choice), placed.note);
    return place;
}

Result<void> loadRunner(const Checkpoint& checkpoint, const LoadOptions& options, const LoadProgressFn& progress,
                        const std::stop_token& stop, EngineParts& parts)
{
    RunnerOptions runnerOptions;
    runnerOptions.device = options.device;
    runnerOptions.threads = options.threads;
    runnerOptions.prefillThreads = options.prefillThreads;
    runnerOptions.prefillChunk = options.prefillChunk;
    runnerOptions.progress = progress;
    runnerOptions.stop = stop;
    auto place = choosePlace(checkpoint, options, runnerOptions);
    if (!place)
        return place.error();
    ImportOptions import;
    import.weights = place->form.weights;
    import.threads = options.prefillThreads > 0 ? options.prefillThreads : options.threads;
    import.progress = progress;
    import.stop = stop;
    import.usePackedCache = options.usePackedCache;
    import.packedCacheDir = options.packedCacheDir;
    auto weights = importWeights(checkpoint, import);
    if (!weights)
        return weights.error();
    runnerOptions.kv = place->form.kv;
    runnerOptions.contextTokens = place->form.contextTokens;
    auto chosen = createRunner(std::move(*weights), runnerOptions, std::move(place->choice));
    if (!chosen)
        return chosen.error();
    parts.runner = std::move(chosen->runner);
    parts.device = std::move(chosen->device);
    const auto plan = planForm(checkpoint, place->form,
                               parts.device.devices[static_cast<std::size_t>(parts.device.chosen)], runnerOptions);
    if (!plan)
        return plan.error();
    parts.memory = *plan;
    parts.memory.fits = true;
    return {};
}

} // namespace

Result<std::unique_ptr<Engine>> Engine::load(LoadOptions options, EventSink sink, LoadProgressFn progress,
                                             std::stop_token stop)
{
    if (Result<void> valid = checkOptions(options); !valid)
        return valid.error();
    LoadProgress last;
    const LoadProgressFn report = [&](const LoadProgress& now) {
        last = now;
        if (progress)
            progress(now);
    };
    report({LoadProgress::Phase::Opening, 0, 0});
    const auto checkpoint = Checkpoint::open(options.path);
    if (!checkpoint)
        return checkpoint.error();
    Weights unloaded;
    const auto plan = planImport(*checkpoint, options.weights, unloaded); // refuses wrong tensors before the long part
    if (!plan)
        return plan.error();
    EngineParts parts;
    parts.info = describeModel(*checkpoint);
    if (Result<void> text = loadText(*checkpoint, parts); !text)
        return text.error();
    if (stop.stop_requested())
        return Error{ErrorCode::Cancelled, "Loading was cancelled."};
    if (Result<void> runner = loadRunner(*checkpoint, options, report, stop, parts); !runner)
        return runner.error();
    parts.scheduling.prefillChunk = options.prefillChunk;
    parts.scheduling.vocabLimit = parts.tokenizer ? parts.tokenizer->size() : 0;
    parts.scheduling.eosTokens = checkpoint->config().eosTokens;
    report({LoadProgress::Phase::Ready, last.bytesTotal, last.bytesTotal});
    return std::unique_ptr<Engine>(std::make_unique<EngineCore>(std::move(parts), std::move(sink)));
}

} // namespace qwill::engine
