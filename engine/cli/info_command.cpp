// qwill-cli info: what this machine has, and which backend is chosen and why.

#include "cli/commands.h"
#include "cli/json_output.h"

#include <nlohmann/json.hpp>

#include <cstdio>

namespace qwill::engine::cli {

Result<void> runCommand(const InfoOptions& options)
{
    const DeviceChoice choice = listDevices(options.device);
    const DeviceInfo& chosen = choice.devices[static_cast<std::size_t>(choice.chosen)];
    if (options.json) {
        nlohmann::ordered_json json{{"version", QWILL_VERSION},
                                    {"cpu_features", choice.cpuFeatures},
                                    {"kernels", chosen.kernels},
                                    {"chosen", deviceKindName(chosen.kind)},
                                    {"chosen_name", chosen.name},
                                    {"reason", choice.reason},
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
    std::printf("qwill-cli     " QWILL_VERSION "\n");
    for (const DeviceInfo& device : choice.devices)
        std::printf("device        %s, %s kernels, %.1f GiB memory, %.1f GiB free%s\n", device.name.c_str(),
                    device.kernels.c_str(), static_cast<double>(device.memoryBytes) / (1ull << 30),
                    static_cast<double>(device.freeBytes) / (1ull << 30), &device == &chosen ? "  ← chosen" : "");
    std::printf("reason        %s\n", choice.reason.c_str());
    std::printf("CPU features ");
    for (const std::string& feature : choice.cpuFeatures)
        std::printf(" %s", feature.c_str());
    std::printf("\n");
    return {};
}

} // namespace qwill::engine::cli
