// qwill-cli info: what this machine has, and which backend is chosen and why.

#include "base/thread_plan.h"
#include "cli/commands.h"
#include "cli/json_output.h"
#include "engine/build_info.h"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <string>

namespace qwill::engine::cli {

namespace {

// "2 for replies, 4 for prompts (2 performance and 2 efficiency cores)"
std::string threadsText(const CpuTopology& machine, const ThreadPlan& plan)
{
    const int all = static_cast<int>(machine.cores.size()), fast = machine.performanceCores();
    std::string text = std::to_string(plan.decode) + " for replies, " + std::to_string(plan.prefill) + " for prompts (";
    text += fast < all ? std::to_string(fast) + " performance and " + std::to_string(all - fast) + " efficiency cores"
                       : std::to_string(all) + (all == 1 ? " core" : " cores");
    if (machine.granted > 0) {
        char granted[32];
        std::snprintf(granted, sizeof granted, "%.1f", machine.granted);
        text += std::string("; the container grants ") + granted + " processors";
    }
    return text + ")";
}

} // namespace

Result<void> runCommand(const InfoOptions& options)
{
    const DeviceChoice choice = listDevices(options.device);
    const DeviceInfo& chosen = choice.devices[static_cast<std::size_t>(choice.chosen)];
    const CpuTopology machine = cpuTopology();
    const ThreadPlan plan = planThreads(machine);
    const BuildInfo build = buildInfo();
    if (options.json) {
        nlohmann::ordered_json json{{"version", build.version},
                                    {"commit", build.commit},
                                    {"build", build.options},
                                    {"cpu_features", choice.cpuFeatures},
                                    {"kernels", chosen.kernels},
                                    {"chosen", deviceKindName(chosen.kind)},
                                    {"chosen_name", chosen.name},
                                    {"reason", choice.reason},
                                    {"threads",
                                     {{"decode", plan.decode},
                                      {"prefill", plan.prefill},
                                      {"cores", machine.cores.size()},
                                      {"performance_cores", machine.performanceCores()},
                                      {"granted", machine.granted}}},
                                    {"devices", nlohmann::ordered_json::array()}};
        for (const DeviceInfo& device : choice.devices)
            json["devices"].push_back({{"kind", deviceKindName(device.kind)},
                                       {"name", device.name},
                                       {"kernels", device.kernels},
                                       {"memory_bytes", device.memoryBytes},
                                       {"free_bytes", device.freeBytes}});
        std::printf("%s\n", dumpJson(json, 2).c_str());
        return {};
    }
    std::printf("qwill-cli     %s (%s), built with %s\n", build.version.c_str(), build.commit.c_str(),
                build.options.c_str());
    for (const DeviceInfo& device : choice.devices)
        std::printf("device        %s, %s kernels, %.1f GiB memory, %.1f GiB free%s\n", device.name.c_str(),
                    device.kernels == "none" ? "no" : device.kernels.c_str(),
                    static_cast<double>(device.memoryBytes) / (1ull << 30),
                    static_cast<double>(device.freeBytes) / (1ull << 30), &device == &chosen ? "  ← chosen" : "");
    std::printf("reason        %s\n", choice.reason.c_str());
    std::printf("threads       %s\n", threadsText(machine, plan).c_str());
    std::printf("CPU features ");
    for (const std::string& feature : choice.cpuFeatures)
        std::printf(" %s", feature.c_str());
    std::printf("\n");
    return {};
}

} // namespace qwill::engine::cli
