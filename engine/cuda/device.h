#pragma once
// Device: one card as the engine uses it: memory that frees itself, a stream, pinned host memory, graphs, and errors as
// DeviceError. Everything goes through the two tables of the module, so that tests may put a host's memory behind them.
// Engine thread, and the loading thread before it; whoever calls first on a thread calls use().

#include "cuda/kernels/kernel_table.h"
#include "cuda/module_entry.h"
#include "engine/result.h"
#include "runner.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

namespace qwill::engine::cuda {

// Memory is taken in pieces of this, as the driver maps it: the memory plan counts in the same.
inline constexpr std::size_t kMemoryGrain = 2 << 20;
constexpr std::size_t grained(std::size_t bytes)
{
    return (bytes + kMemoryGrain - 1) / kMemoryGrain * kMemoryGrain;
}

class Device {
public:
    // Opens the card. The tables outlive the Device.
    static Result<std::shared_ptr<Device>> open(const CudaRuntimeTable& runtime, const KernelTable& kernels,
                                                int ordinal);
    ~Device();
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;

    const CudaRuntimeTable& runtime() const { return m_runtime; }
    const KernelTable& kernels() const { return m_kernels; }
    const CardTraits& card() const { return m_card; }
    const DeviceTraits& traits() const { return m_traits; }
    void* stream() const { return m_stream; }
    std::uint64_t allocatedBytes() const { return m_allocated; } // of the card, by this Device
    std::uint64_t freeBytes() const; // of the card, now

    void use() const; // this thread speaks to this card from now on
    void synchronize() const;
    // Throws DeviceError when a call said no; `what` is what was asked of the card.
    void check(int code, const char* what) const;

private:
    friend class DeviceMemory;
    Device(const CudaRuntimeTable& runtime, const KernelTable& kernels, int ordinal);

    const CudaRuntimeTable& m_runtime;
    const KernelTable& m_kernels;
    const int m_ordinal;
    CardTraits m_card;
    DeviceTraits m_traits{};
    void* m_stream = nullptr;
    std::uint64_t m_allocated = 0;
};

// What DeviceMemory and PinnedMemory are alike in: bytes that one owner holds, and the Device that takes them back.
class HeldMemory {
public:
    std::byte* data() const { return m_data; }
    std::size_t size() const { return m_size; }

protected:
    HeldMemory() = default;
    HeldMemory(HeldMemory&& other) noexcept;
    HeldMemory& operator=(HeldMemory&& other) noexcept;
    ~HeldMemory() = default;

    std::shared_ptr<Device> m_device;
    std::byte* m_data = nullptr;
    std::size_t m_size = 0;
};

// A block of the card's memory, 256-byte aligned, its size a multiple of kMemoryGrain.
class DeviceMemory : public HeldMemory {
public:
    DeviceMemory() = default;
    static Result<DeviceMemory> allocate(std::shared_ptr<Device> device, std::size_t bytes);
    DeviceMemory(DeviceMemory&&) noexcept = default;
    DeviceMemory& operator=(DeviceMemory&&) noexcept = default;
    ~DeviceMemory();
};

// Host memory that the card copies from and to on its own.
class PinnedMemory : public HeldMemory {
public:
    PinnedMemory() = default;
    static Result<PinnedMemory> allocate(std::shared_ptr<Device> device, std::size_t bytes);
    PinnedMemory(PinnedMemory&&) noexcept = default;
    PinnedMemory& operator=(PinnedMemory&&) noexcept = default;
    ~PinnedMemory();
};

// A point in the stream that the host may wait for.
class DeviceEvent {
public:
    explicit DeviceEvent(std::shared_ptr<Device> device);
    DeviceEvent(DeviceEvent&& other) noexcept;
    DeviceEvent& operator=(DeviceEvent&&) = delete;
    ~DeviceEvent();

    void record(); // here
    void wait(); // until the card got there; at once when it was never recorded
    float millisecondsSince(const DeviceEvent& earlier) const; // both were waited for

private:
    std::shared_ptr<Device> m_device;
    void* m_event = nullptr;
    bool m_recorded = false;
};

// What was asked of the stream once, to be asked again as one.
class DeviceGraph {
public:
    // `ask` launches on the device's stream. Throws what `ask` throws; the stream is usable afterwards.
    template <typename Ask>
    static DeviceGraph capture(std::shared_ptr<Device> device, Ask&& ask)
    {
        DeviceGraph graph(std::move(device));
        graph.begin();
        try {
            ask();
        } catch (...) {
            graph.abandon();
            throw;
        }
        graph.end();
        return graph;
    }
    DeviceGraph(DeviceGraph&& other) noexcept;
    DeviceGraph& operator=(DeviceGraph&&) = delete;
    ~DeviceGraph();

    void launch() const;

private:
    explicit DeviceGraph(std::shared_ptr<Device> device) : m_device(std::move(device)) { }
    void begin();
    void end();
    void abandon() noexcept;

    std::shared_ptr<Device> m_device;
    void* m_graph = nullptr;
};

} // namespace qwill::engine::cuda
