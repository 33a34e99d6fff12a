// A stand-in for the NVIDIA driver's library, told by the environment what to say:
//   FAKE_DRIVER_INIT=code  FAKE_DRIVER_VERSION=13000  FAKE_DRIVER_CARDS="NVIDIA H200/90/150754820096;…"

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <string>
#include <vector>

namespace {

std::vector<std::string> split(const std::string& text, char at)
{
    std::vector<std::string> parts;
    std::istringstream in(text);
    for (std::string part; std::getline(in, part, at);)
        parts.push_back(part);
    return parts;
}

std::string setting(const char* name, const char* otherwise)
{
    const char* value = std::getenv(name);
    return value ? value : otherwise;
}

std::vector<std::string> card(int device)
{
    return split(split(setting("FAKE_DRIVER_CARDS", ""), ';').at(static_cast<std::size_t>(device)), '/');
}

} // namespace

extern "C" {

int cuInit(unsigned)
{
    return std::stoi(setting("FAKE_DRIVER_INIT", "0"));
}

int cuDriverGetVersion(int* version)
{
    *version = std::stoi(setting("FAKE_DRIVER_VERSION", "13000"));
    return 0;
}

int cuDeviceGetCount(int* count)
{
    *count = static_cast<int>(split(setting("FAKE_DRIVER_CARDS", ""), ';').size());
    return 0;
}

int cuDeviceGet(int* device, int ordinal)
{
    *device = ordinal;
    return 0;
}

int cuDeviceGetName(char* name, int size, int device)
{
    std::strncpy(name, card(device).at(0).c_str(), static_cast<std::size_t>(size));
    return 0;
}

int cuDeviceGetAttribute(int* value, int attribute, int device)
{
    const int capability = std::stoi(card(device).at(1));
    *value = attribute == 75 ? capability / 10 : attribute == 76 ? capability % 10 : -1;
    return *value < 0 ? 1 : 0;
}

int cuDeviceTotalMem_v2(std::size_t* bytes, int device)
{
    *bytes = std::stoull(card(device).at(2));
    return 0;
}

} // extern "C"
