// DeviceArray under emulation: [unreadable page][…][bytes, then up to 15 of 0xcc][unreadable page].

#include "device_array.h"
#include "emulation/history.h"

#include <cstdint>
#include <cstdlib>
#include <map>
#include <sys/mman.h>

namespace qwill::engine::cuda::testing {

namespace {

constexpr std::size_t kPage = 4096;
constexpr std::byte kTail{0xcc};

struct Block {
    std::byte* base;
    std::size_t mapped, bytes;
};
std::map<void*, Block> blocks;

bool tailIsIntact(void* memory, const Block& block)
{
    const auto* end = block.base + block.mapped - kPage;
    for (const auto* p = static_cast<const std::byte*>(memory) + block.bytes; p < end; ++p)
        if (*p != kTail)
            return false;
    return true;
}

bool intact = true;

} // namespace

bool hasDevice()
{
    return true;
}

int computeCapability()
{
    return 80;
}

std::size_t sharedBytes()
{
    return 227 * 1024;
}

void* deviceAllocate(std::size_t bytes)
{
    const std::size_t rounded = (bytes + 15) / 16 * 16;
    Block block{nullptr, (rounded + kPage - 1) / kPage * kPage + 2 * kPage, bytes};
    void* memory = mmap(nullptr, block.mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        std::abort();
    block.base = static_cast<std::byte*>(memory);
    mprotect(block.base, kPage, PROT_NONE);
    mprotect(block.base + block.mapped - kPage, kPage, PROT_NONE);
    std::byte* data = block.base + block.mapped - kPage - rounded;
    std::memset(data, 0xff, bytes);
    std::memset(data + bytes, static_cast<int>(kTail), rounded - bytes);
    blocks[data] = block;
    emulation::watch(data, bytes);
    return data;
}

void deviceFree(void* memory)
{
    const auto it = blocks.find(memory);
    emulation::unwatch(memory);
    intact = intact && tailIsIntact(memory, it->second);
    munmap(it->second.base, it->second.mapped);
    blocks.erase(it);
}

void toDevice(void* device, const void* host, std::size_t bytes)
{
    std::memcpy(device, host, bytes);
}

void toHost(void* host, const void* device, std::size_t bytes)
{
    std::memcpy(host, device, bytes);
}

bool deviceIsIntact()
{
    for (const auto& [memory, block] : blocks)
        intact = intact && tailIsIntact(memory, block);
    return intact;
}

} // namespace qwill::engine::cuda::testing
