// qwill-cli inspect: what a model is, and what each form of it would cost in memory. Reads headers only.

#include "cli/commands.h"
#include "cli/json_output.h"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <map>

namespace qwill::engine::cli {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kContexts[] = {2048, 8192, 16384, 32768, 65536, 262144}; // the presets of the application
constexpr WeightFormat kFormats[] = {WeightFormat::W4, WeightFormat::W8, WeightFormat::Bf16, WeightFormat::F32};
constexpr KvFormat kKvFormats[] = {KvFormat::F16, KvFormat::Int8};

std::vector<MemoryPlan> plans(const ModelDetails& details, const DeviceInfo& device)
{
    std::vector<MemoryPlan> all;
    for (WeightFormat weights : kFormats)
        for (KvFormat kv : kKvFormats)
            for (int context : kContexts)
                if (context <= details.info.maxContext)
                    if (auto plan = planMemory(details.info.path, weights, kv, context, device))
                        all.push_back(*plan);
    return all;
}

const char* changeText(WeightForm::Change change)
{
    switch (change) {
    case WeightForm::Change::None: return "as it is";
    case WeightForm::Change::Repacked: return "repacked";
    case WeightForm::Change::Rounded: return "quantised";
    }
    return "";
}

Json planJson(const MemoryPlan& plan)
{
    return {{"weights", weightFormatName(plan.weights)},
            {"kv", kvFormatName(plan.kv)},
            {"context", plan.contextLength},
            {"weight_bytes", plan.weightBytes},
            {"kv_bytes", plan.kvBytes},
            {"scratch_bytes", plan.scratchBytes},
            {"text_bytes", plan.textBytes},
            {"total_bytes", plan.totalBytes},
            {"fits", plan.fits}};
}

void printJson(const ModelDetails& details, const std::vector<MemoryPlan>& memory, const DeviceInfo& device)
{
    const ModelInfo& info = details.info;
    Json json{{"path", info.path},
              {"name", info.name},
              {"architecture", info.architecture},
              {"format", info.format},
              {"parameters", info.parameterCount},
              {"file_bytes", info.fileBytes},
              {"layers", info.layerCount},
              {"hidden_size", info.hiddenSize},
              {"heads", info.headCount},
              {"kv_heads", info.kvHeadCount},
              {"head_dim", info.headDim},
              {"vocab_size", info.vocabSize},
              {"max_context", info.maxContext},
              {"has_chat_template", info.hasChatTemplate},
              {"config", Json::parse(details.configJson, nullptr, false)},
              {"forms", Json::array()},
              {"tensors", Json::array()},
              {"device", device.name},
              {"memory", Json::array()}};
    for (const WeightForm& form : details.forms)
        json["forms"].push_back({{"stored", form.stored},
                                 {"memory", form.memory},
                                 {"change", changeText(form.change)},
                                 {"matrices", form.matrices},
                                 {"bytes", form.bytes}});
    for (const TensorSummary& tensor : details.tensors)
        json["tensors"].push_back(
            {{"name", tensor.name}, {"dtype", tensor.dtype}, {"shape", tensor.shape}, {"bytes", tensor.bytes}});
    for (const MemoryPlan& plan : memory)
        json["memory"].push_back(planJson(plan));
    std::printf("%s\n", dumpJson(json, 2).c_str());
}

double gib(std::uint64_t bytes)
{
    return static_cast<double>(bytes) / (1ull << 30);
}

void printText(const ModelDetails& details, const std::vector<MemoryPlan>& memory, const DeviceInfo& device)
{
    const ModelInfo& info = details.info;
    std::printf("%s\n", info.name.c_str());
    std::printf("  %s, %s, %s parameters, %.2f GiB on disk\n", info.architecture.c_str(), info.format.c_str(),
                info.parameterCountText.c_str(), gib(info.fileBytes));
    std::printf("  %d layers, hidden %d, %d heads, %d kv heads of %d, vocabulary %d, context up to %d\n",
                info.layerCount, info.hiddenSize, info.headCount, info.kvHeadCount, info.headDim, info.vocabSize,
                info.maxContext);
    std::printf("  chat template: %s\n", info.hasChatTemplate ? "yes" : "no");

    std::map<std::string, std::pair<int, std::uint64_t>> byType; // dtype → tensors, bytes
    for (const TensorSummary& tensor : details.tensors) {
        ++byType[tensor.dtype].first;
        byType[tensor.dtype].second += tensor.bytes;
    }
    std::printf("\nTensors\n");
    for (const auto& [dtype, total] : byType)
        std::printf("  %-8s %5d tensors %8.3f GiB\n", dtype.c_str(), total.first, gib(total.second));

    if (!details.forms.empty())
        std::printf("\nWeights, in the file and in memory when they are loaded as they are\n");
    for (const WeightForm& form : details.forms)
        std::printf("  %-14s -> %-9s %-10s %4d matrices %8.3f GiB\n", form.stored.c_str(), form.memory.c_str(),
                    changeText(form.change), form.matrices, gib(form.bytes));

    std::printf("\nMemory of %s, GiB (weights + KV + scratch%s)\n  weights  kv   ", device.name.c_str(),
                device.kind == DeviceKind::Cuda ? "" : " + tokenizer");
    for (int context : kContexts)
        if (context <= info.maxContext)
            std::printf(" %8d", context);
    std::printf("  tokens of context\n");
    for (std::size_t i = 0; i < memory.size(); ++i) {
        const MemoryPlan& plan = memory[i];
        if (i == 0 || memory[i - 1].weights != plan.weights || memory[i - 1].kv != plan.kv)
            std::printf("%s  %-8s %-5s", i == 0 ? "" : "\n", weightFormatName(plan.weights), kvFormatName(plan.kv));
        std::printf(" %7.2f%c", gib(plan.totalBytes), plan.fits ? ' ' : '*');
    }
    std::printf("\n  * more than is free now\n");
}

} // namespace

Result<void> runCommand(const InspectOptions& options)
{
    auto details = inspectModel(options.path);
    if (!details)
        return details.error();
    const DeviceChoice choice = listDevices();
    const DeviceInfo& device = choice.devices[static_cast<std::size_t>(choice.chosen)];
    const auto memory = plans(*details, device);
    if (options.json)
        printJson(*details, memory, device);
    else
        printText(*details, memory, device);
    return {};
}

} // namespace qwill::engine::cli
