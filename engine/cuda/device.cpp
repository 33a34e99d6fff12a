#include "cuda/device.h"

#include "base/check.h"

#include <cstdlib>
#include <string>
#include <string_view>

namespace qwill::engine::cuda {

namespace {

// Not measured, and not run on a card yet: only where asked for.
bool overlaps()
{
    const char* value = std::getenv("QWILL_CUDA_OVERLAP");
    return value && std::string_view(value) == "1";
}

// 0, 1 or 2, as the enumeration; not measured either, but the same bits.
PromptTiles promptTiles()
{
    const char* value = std::getenv("QWILL_CUDA_PROMPT_TILES");
    const std::string_view wanted = value ? value : "";
    return wanted == "0" ? PromptTiles::Never : wanted == "2" ? PromptTiles::Always : PromptTiles::Chosen;
}

std::string mebibytes(std::size_t bytes)
{
    return std::to_string((bytes + (1 << 20) - 1) >> 20) + " MiB";
}

} // namespace

Device::Device(const CudaRuntimeTable& runtime, const KernelTable& kernels, int ordinal)
    : m_runtime(runtime),
      m_kernels(kernels),
      m_ordinal(ordinal)
{
}

Device::~Device()
{
    if (m_stream && m_runtime.useCard(m_ordinal) == 0)
        m_runtime.destroyStream(m_stream);
}

Result<std::shared_ptr<Device>> Device::open(const CudaRuntimeTable& runtime, const KernelTable& kernels, int ordinal)
{
    std::shared_ptr<Device> device(new Device(runtime, kernels, ordinal));
    int code = runtime.useCard(ordinal);
    if (code == 0)
        code = runtime.traits(ordinal, &device->m_card);
    if (code == 0)
        code = runtime.createStream(&device->m_stream);
    if (code == 0) {
        const CardTraits& card = device->m_card;
        device->m_traits = {card.capability,
                            card.multiprocessors,
                            static_cast<std::size_t>(card.sharedBytesPerBlock),
                            static_cast<std::size_t>(card.cacheBytes),
                            overlaps(),
                            promptTiles()};
        code = kernels.prepareDevice(&device->m_traits);
    }
    if (code != 0)
        return Error{ErrorCode::Device, std::string("The card could not be opened: ") + runtime.errorText(code) + "."};
    return device;
}

std::uint64_t Device::freeBytes() const
{
    std::uint64_t free = 0, total = 0;
    check(m_runtime.memory(&free, &total), "asking how much memory is free");
    return free;
}

void Device::use() const
{
    check(m_runtime.useCard(m_ordinal), "choosing the card");
}

void Device::synchronize() const
{
    check(m_runtime.synchronize(m_stream), "waiting for the card");
}

void Device::check(int code, const char* what) const
{
    if (code == 0)
        return;
    const std::string text = std::string(what) + ": " + m_runtime.errorText(code);
    throw DeviceError(text,
                      code == m_runtime.outOfMemory ? DeviceError::Kind::OutOfMemory : DeviceError::Kind::Failure);
}

HeldMemory::HeldMemory(HeldMemory&& other) noexcept
    : m_device(std::move(other.m_device)),
      m_data(std::exchange(other.m_data, nullptr)),
      m_size(std::exchange(other.m_size, 0))
{
}

HeldMemory& HeldMemory::operator=(HeldMemory&& other) noexcept
{
    std::swap(m_device, other.m_device);
    std::swap(m_data, other.m_data);
    std::swap(m_size, other.m_size);
    return *this;
}

Result<DeviceMemory> DeviceMemory::allocate(std::shared_ptr<Device> device, std::size_t bytes)
{
    DeviceMemory memory;
    memory.m_size = grained(bytes);
    void* data = nullptr;
    const int code = memory.m_size ? device->m_runtime.allocate(&data, memory.m_size) : 0;
    if (code != 0)
        return Error{code == device->m_runtime.outOfMemory ? ErrorCode::OutOfMemory : ErrorCode::Device,
                     "The card refused " + mebibytes(bytes) + " of memory: " + device->m_runtime.errorText(code) + "."};
    memory.m_data = static_cast<std::byte*>(data);
    device->m_allocated += memory.m_size;
    memory.m_device = std::move(device);
    return memory;
}

DeviceMemory::~DeviceMemory()
{
    if (!m_data)
        return;
    m_device->m_runtime.useCard(m_device->m_ordinal); // whichever thread this is
    m_device->m_runtime.release(m_data);
    m_device->m_allocated -= m_size;
}

Result<PinnedMemory> PinnedMemory::allocate(std::shared_ptr<Device> device, std::size_t bytes)
{
    PinnedMemory memory;
    void* data = nullptr;
    const int code = device->runtime().allocatePinned(&data, bytes);
    if (code != 0)
        return Error{ErrorCode::OutOfMemory,
                     "The system refused " + mebibytes(bytes)
                         + " of memory that the card may read: " + device->runtime().errorText(code) + "."};
    memory.m_data = static_cast<std::byte*>(data);
    memory.m_size = bytes;
    memory.m_device = std::move(device);
    return memory;
}

PinnedMemory::~PinnedMemory()
{
    if (m_data)
        m_device->runtime().releasePinned(m_data);
}

DeviceEvent::DeviceEvent(std::shared_ptr<Device> device) : m_device(std::move(device))
{
    m_device->check(m_device->runtime().createEvent(&m_event), "making an event");
}

DeviceEvent::DeviceEvent(DeviceEvent&& other) noexcept
    : m_device(std::move(other.m_device)),
      m_event(std::exchange(other.m_event, nullptr)),
      m_recorded(other.m_recorded)
{
}

DeviceEvent::~DeviceEvent()
{
    if (m_event)
        m_device->runtime().destroyEvent(m_event);
}

void DeviceEvent::record()
{
    m_device->check(m_device->runtime().recordEvent(m_event, m_device->stream()), "recording an event");
    m_recorded = true;
}

void DeviceEvent::wait()
{
    if (m_recorded)
        m_device->check(m_device->runtime().awaitEvent(m_event), "waiting for the card");
}

float DeviceEvent::millisecondsSince(const DeviceEvent& earlier) const
{
    float milliseconds = 0;
    m_device->check(m_device->runtime().elapsed(earlier.m_event, m_event, &milliseconds), "reading the time");
    return milliseconds;
}

DeviceGraph::DeviceGraph(DeviceGraph&& other) noexcept
    : m_device(std::move(other.m_device)),
      m_graph(std::exchange(other.m_graph, nullptr))
{
}

DeviceGraph::~DeviceGraph()
{
    if (m_graph)
        m_device->runtime().destroyGraph(m_graph);
}

void DeviceGraph::begin()
{
    m_device->check(m_device->runtime().beginCapture(m_device->stream()), "beginning a graph");
}

void DeviceGraph::end()
{
    m_device->check(m_device->runtime().endCapture(m_device->stream(), &m_graph), "making a graph");
}

void DeviceGraph::abandon() noexcept
{
    m_device->runtime().endCapture(m_device->stream(), &m_graph);
}

void DeviceGraph::launch() const
{
    QWILL_CHECK(m_graph);
    m_device->check(m_device->runtime().launchGraph(m_graph, m_device->stream()), "launching a graph");
}

} // namespace qwill::engine::cuda
