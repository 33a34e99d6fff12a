// qwill-cli bench: speed beside what this machine could do at most. The limits are probed in the same run, because
// shared machines change from minute to minute.

#include "cli/bench_speculation.h"
#include "cli/commands.h"
#include "cli/json_output.h"
#include "cli/session.h"

#include "base/process_memory.h"
#include "base/thread_pool.h"
#include "cpu/probe.h"
#include "cuda/card_probe.h"
#include "cuda/cuda_system.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <random>

namespace qwill::engine::cli {

namespace {

struct Measured {
    double prefillTps = 0;
    double decodeTps = 0;
    double firstTokenMs = 0;
    double togetherTps = 0; // of all sequences at once
    double readGBps = 0, int8PeakTops = 0; // probed right after: the machine beside us may change its mind in seconds
};

std::vector<Token> randomTokens(int count, int vocab, std::mt19937& random)
{
    std::uniform_int_distribution<Token> draw(0, vocab - 1);
    std::vector<Token> tokens(static_cast<std::size_t>(count));
    std::generate(tokens.begin(), tokens.end(), [&] { return draw(random); });
    return tokens;
}

GenerationRequest request(std::vector<Token> prompt, int newTokens)
{
    GenerationRequest r;
    r.prompt = std::move(prompt);
    r.sampling.temperature = 0;
    r.stop.maxTokens = newTokens;
    r.stop.ignoreEos = true;
    r.speculate = false; // a model of random weights repeats itself
    return r;
}

int anyIds(Session& session)
{
    return std::min(session.engine().model().vocabSize, 1000); // all cost the same
}

// One repetition. The depth is read by the first; the prefix cache then gives it to all measurements.
Result<Measured> measure(Session& session, const BenchOptions& options, const std::vector<Token>& before,
                         std::mt19937& random)
{
    const int vocab = anyIds(session);
    if (options.depth > 0) {
        auto read = session.generate(request(before, 1));
        if (!read)
            return read.error();
    }
    Measured measured;
    if (options.promptTokens > 0) {
        auto longer = before;
        const auto prompt = randomTokens(options.promptTokens, vocab, random);
        longer.insert(longer.end(), prompt.begin(), prompt.end());
        auto prefill = session.generate(request(longer, 1));
        if (!prefill)
            return prefill.error();
        const Finished& read = prefill->finished;
        measured.prefillTps = 1000.0 * (read.usage.promptTokens - read.usage.cachedTokens) / read.timings.prefillMs;
        measured.firstTokenMs = read.timings.firstTokenMs;
    }
    const auto decodeTogether = [&](int sequences) -> Result<double> {
        std::vector<GenerationRequest> requests;
        for (int i = 0; i < sequences; ++i) {
            auto start = before;
            start.push_back(randomTokens(1, vocab, random).front());
            requests.push_back(request(start, options.newTokens));
        }
        auto replies = session.generateTogether(std::move(requests));
        if (!replies)
            return replies.error();
        double ms = 0;
        for (const Reply& reply : *replies)
            ms = std::max(ms, reply.finished.timings.decodeMs);
        return 1000.0 * sequences * (options.newTokens - 1) / ms;
    };
    for (const bool together : {false, true}) {
        if (together && options.sequences == 1)
            continue;
        auto tps = decodeTogether(together ? options.sequences : 1);
        if (!tps)
            return tps.error();
        (together ? measured.togetherTps : measured.decodeTps) = *tps;
    }
    return measured;
}

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

// Multiply-accumulates per token in the layers' matrices; the head is computed once per prompt.
double layerMacs(const ModelDetails& details)
{
    double macs = 0;
    for (const TensorSummary& tensor : details.tensors)
        if (tensor.shape.size() == 2 && tensor.name.starts_with("model.layers."))
            macs += static_cast<double>(tensor.shape[0]) * static_cast<double>(tensor.shape[1]);
    return macs;
}

// A card's limits in the places of the CPU's: what a copy moves, and what products of such weights reach with a
// thousand tokens.
Result<cpu::MachineLimits> cardLimits(WeightFormat weights)
{
    auto card = cuda::openCard(cuda::cudaSystem());
    if (!card)
        return card.error();
    const auto limits = cuda::measureCardLimits(*card);
    if (!limits)
        return limits.error();
    const bool dense = weights == WeightFormat::Bf16 || weights == WeightFormat::F32;
    return cpu::MachineLimits{limits->copyGBps, dense ? limits->bf16Tops : limits->int8Tops};
}

struct Report {
    Measured speed; // medians
    Measured best; // of the repetitions: a busy machine only ever slows
    std::optional<SpeculationSpeed> speculation;
    ProcessMemory memory; // before the probe takes its own
    double loadMs = 0;
    cpu::MachineLimits limits;
    int threads = 0;
    double decodeGBps = 0;
    double shareOfBandwidth = 0;
    double shareOfPeak = 0;
};

void printJson(const Report& r, const Session& session, const Engine& engine, const BenchOptions& options)
{
    const DeviceInfo& device = engine.device().devices[static_cast<std::size_t>(engine.device().chosen)];
    const ProcessMemory& memory = r.memory;
    nlohmann::ordered_json json{{"model", engine.model().name},
                                {"weights", weightFormatName(engine.memory().weights)},
                                {"kv", kvFormatName(engine.memory().kv)},
                                {"prompt_tokens", options.promptTokens},
                                {"new_tokens", options.newTokens},
                                {"depth", options.depth},
                                {"repetitions", options.repetitions},
                                {"threads", r.threads},
                                {"prefill_tps", r.speed.prefillTps},
                                {"decode_tps", r.speed.decodeTps},
                                {"first_token_ms", r.speed.firstTokenMs},
                                {"load_ms", session.loadMs()},
                                {"peak_rss_bytes", memory.peakBytes},
                                {"anonymous_rss_bytes", memory.anonymousBytes},
                                {"read_gbps", r.limits.readGBps},
                                {"decode_gbps", r.decodeGBps},
                                {"share_of_bandwidth", r.shareOfBandwidth},
                                {"int8_peak_tops", r.limits.int8PeakTops},
                                {"share_of_peak", r.shareOfPeak},
                                {"kernels", device.kernels},
                                {"device", device.name}};
    json["prefill_tps_best"] = r.best.prefillTps;
    json["decode_tps_best"] = r.best.decodeTps;
    json["read_gbps_best"] = r.best.readGBps;
    if (options.sequences > 1) {
        json["sequences"] = options.sequences;
        json["together_tps"] = r.speed.togetherTps;
        json["together_tps_best"] = r.best.togetherTps;
    }
    if (r.speculation)
        json["speculation"] = speculationJson(*r.speculation);
    std::printf("%s\n", dumpJson(json, 2).c_str());
}

void printText(const Report& r, const Session& session, const Engine& engine, const BenchOptions& options)
{
    const DeviceInfo& device = engine.device().devices[static_cast<std::size_t>(engine.device().chosen)];
    const ProcessMemory& memory = r.memory;
    const double gib = 1ull << 30;
    std::printf("%s, %s weights, %s KV, %d tokens deep\n", engine.model().name.c_str(),
                weightFormatName(engine.memory().weights), kvFormatName(engine.memory().kv), options.depth);
    std::printf("%s, %d threads, %s kernels\n\n", device.name.c_str(), r.threads, device.kernels.c_str());
    std::printf("prefill_tps        %10.1f   %d tokens\n", r.speed.prefillTps, options.promptTokens);
    std::printf("share_of_peak      %10.1f %% of %.2f TOPS (probed)\n", 100 * r.shareOfPeak, r.limits.int8PeakTops);
    std::printf("decode_tps         %10.1f   %d tokens\n", r.speed.decodeTps, options.newTokens);
    std::printf("share_of_bandwidth %10.1f %% = %.1f of %.1f GB/s of reading (probed)\n", 100 * r.shareOfBandwidth,
                r.decodeGBps, r.limits.readGBps);
    std::printf("best               %10.1f   read, %.1f written; %.1f GB/s read by the probe\n", r.best.prefillTps,
                r.best.decodeTps, r.best.readGBps);
    if (options.sequences > 1)
        std::printf("together_tps       %10.1f   %d sequences, %.2f times one\n", r.speed.togetherTps,
                    options.sequences, r.speed.togetherTps / r.speed.decodeTps);
    if (r.speculation)
        printSpeculation(*r.speculation);
    std::printf("first_token_ms     %10.1f\n", r.speed.firstTokenMs);
    std::printf("load_ms            %10.1f\n", session.loadMs());
    std::printf("peak_rss           %10.2f GiB, %.2f GiB of it not backed by files now\n",
                static_cast<double>(memory.peakBytes) / gib, static_cast<double>(memory.anonymousBytes) / gib);
}

} // namespace

Result<void> runCommand(const BenchOptions& options)
{
    const int perSequence = options.depth + std::max(options.promptTokens, options.newTokens) + 2;
    const int needed = std::max(perSequence + (options.sequences - 1) * (options.depth + options.newTokens + 32),
                                options.textFile.empty() ? 0 : kSpeculationContext);
    ModelOptions model = options.model;
    model.contextLength = std::max(model.contextLength, needed);
    auto details = inspectModel(model.path);
    if (!details)
        return details.error();
    auto opened = Session::open(model, needed);
    if (!opened)
        return opened.error();
    Session& session = **opened;
    const Engine& engine = session.engine();

    std::mt19937 random(1); // the same tokens in every run
    std::vector<Measured> repetitions;
    const auto kernels = cpu::selectKernelTable();
    if (!kernels)
        return kernels.error();
    ThreadPool pool(planThreads(cpuTopology(), model.threads, model.prefillThreads));
    Report report;
    const DeviceChoice& choice = engine.device();
    const bool onCard = choice.devices[static_cast<std::size_t>(choice.chosen)].kind == DeviceKind::Cuda;
    const std::vector<Token> before = randomTokens(options.depth, anyIds(session), random);
    for (int i = 0; i < options.repetitions; ++i) {
        auto measured = measure(session, options, before, random);
        if (!measured)
            return measured.error();
        if (i == 0)
            report.memory = processMemory();
        Result<cpu::MachineLimits> limits =
            onCard ? cardLimits(engine.memory().weights) : cpu::measureMachineLimits(pool, **kernels);
        if (!limits)
            return limits.error();
        measured->readGBps = limits->readGBps;
        measured->int8PeakTops = limits->int8PeakTops;
        repetitions.push_back(*measured);
    }

    for (double Measured::*figure : {&Measured::prefillTps, &Measured::decodeTps, &Measured::firstTokenMs,
                                     &Measured::togetherTps, &Measured::readGBps, &Measured::int8PeakTops}) {
        std::vector<double> values;
        for (const Measured& m : repetitions)
            values.push_back(m.*figure);
        report.speed.*figure = median(values);
        report.best.*figure = *std::max_element(values.begin(), values.end());
    }
    if (!options.textFile.empty()) {
        auto speculation = measureSpeculation(session, options);
        if (!speculation)
            return speculation.error();
        report.speculation = *speculation;
    }
    report.threads = pool.size();
    report.limits = {report.speed.readGBps, report.speed.int8PeakTops};
    const MemoryPlan& memory = engine.memory();
    const double kvPerToken = static_cast<double>(memory.kvBytes) / memory.contextLength;
    const double bytesPerToken =
        static_cast<double>(memory.streamedBytes) + kvPerToken * (options.depth + options.newTokens / 2.0);
    report.decodeGBps = bytesPerToken * report.speed.decodeTps / 1e9;
    // Of the limits probed beside each repetition: a shared machine's memory may be half as quick a second later.
    std::vector<double> ofBandwidth, ofPeak;
    const double opsPerToken = 2 * layerMacs(*details);
    for (const Measured& m : repetitions) {
        ofBandwidth.push_back(bytesPerToken * m.decodeTps / 1e9 / m.readGBps);
        ofPeak.push_back(opsPerToken * m.prefillTps / 1e12 / m.int8PeakTops);
    }
    report.shareOfBandwidth = median(ofBandwidth);
    report.shareOfPeak = median(ofPeak);
    if (options.json)
        printJson(report, session, engine, options);
    else
        printText(report, session, engine, options);
    return {};
}

} // namespace qwill::engine::cli
