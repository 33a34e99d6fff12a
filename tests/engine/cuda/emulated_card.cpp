#include "emulated_card.h"

#include "emulation/history.h"
#include "emulation/launch_count.h"

#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <utility>
#include <vector>

namespace qwill::test {

using namespace engine::cuda;

namespace {

using Work = std::vector<std::function<int()>>;

Work* recording = nullptr; // of the graph that is being captured

EmulatedCard card;
std::map<void*, std::size_t> blocks; // sizes of allocations

// Asks or does.
int ask(std::function<int()> work)
{
    if (!recording)
        return work();
    recording->push_back(std::move(work));
    return 0;
}

int launched()
{
    ++card.launches;
    if (card.failLaunch >= 0 && card.failLaunch-- == 0)
        return card.failCode;
    return 0;
}

// The emulation's launch of that name, asked or done; the arguments are copied, as a graph does.
template <auto Member, typename Args>
int launch(const Args* args, void* stream)
{
    return ask([args = *args, stream] {
        const int code = launched();
        return code != 0 ? code : (kernelTable()->*Member)(&args, stream);
    });
}

int allocate(void** out, std::size_t bytes)
{
    if (card.allocatedBytes + card.takenBytes + bytes > card.memoryBytes)
        return kEmulatedOutOfMemory;
    *out = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
    std::memset(*out, 0xff, bytes); // whoever reads what nobody wrote finds no number
    blocks[*out] = bytes;
    emulation::watch(*out, bytes);
    card.allocatedBytes += bytes;
    card.mostBytes = card.allocatedBytes > card.mostBytes ? card.allocatedBytes : card.mostBytes;
    ++card.allocations;
    return 0;
}

int release(void* memory)
{
    card.allocatedBytes -= blocks.at(memory);
    emulation::unwatch(memory);
    blocks.erase(memory);
    --card.allocations;
    std::free(memory);
    return 0;
}

int makeObject(void** out)
{
    static char anything;
    ++card.objects;
    *out = &anything;
    return 0;
}

int dropObject(void*)
{
    --card.objects;
    return 0;
}

int copy(void* to, const void* from, std::size_t bytes)
{
    return ask([=] {
        std::memcpy(to, from, bytes);
        return 0;
    });
}

CudaRuntimeTable makeRuntime()
{
    CudaRuntimeTable t{};
    t.errorText = [](int code) { return code == kEmulatedOutOfMemory ? "out of memory" : "a planned failure"; };
    t.outOfMemory = kEmulatedOutOfMemory;
    t.useCard = [](int) { return 0; };
    t.traits = [](int, CardTraits* out) {
        *out = {card.capability, card.multiprocessors, 227 << 10, 1 << 20, card.memoryBytes};
        return 0;
    };
    t.memory = [](std::uint64_t* free, std::uint64_t* total) {
        *total = card.memoryBytes;
        *free = card.memoryBytes - card.takenBytes - card.allocatedBytes;
        return 0;
    };
    t.allocate = allocate;
    t.release = release;
    t.allocatePinned = [](void** out, std::size_t bytes) {
        *out = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
        ++card.pinned;
        return 0;
    };
    t.releasePinned = [](void* memory) {
        std::free(memory);
        --card.pinned;
        return 0;
    };
    t.createStream = makeObject;
    t.destroyStream = dropObject;
    t.synchronize = [](void*) { return 0; };
    t.createEvent = makeObject;
    t.destroyEvent = dropObject;
    t.recordEvent = [](void*, void*) { return 0; };
    t.awaitEvent = [](void*) { return 0; };
    t.elapsed = [](void*, void*, float* milliseconds) {
        *milliseconds = 1;
        return 0;
    };
    t.copyToCard = [](void* to, const void* from, std::size_t bytes, void*) { return copy(to, from, bytes); };
    t.copyToHost = [](void* to, const void* from, std::size_t bytes, void*) {
        card.copiedToHost += bytes;
        return copy(to, from, bytes);
    };
    t.copyOnCard = [](void* to, const void* from, std::size_t bytes, void*) { return copy(to, from, bytes); };
    t.fill = [](void* to, int byte, std::size_t bytes, void*) {
        return ask([=] {
            std::memset(to, byte, bytes);
            return 0;
        });
    };
    t.beginCapture = [](void*) {
        recording = new Work;
        return 0;
    };
    t.endCapture = [](void*, void** graph) {
        Work* const recorded = std::exchange(recording, nullptr);
        if (card.graphsFail) {
            delete recorded;
            *graph = nullptr;
            return kEmulatedOutOfMemory;
        }
        *graph = recorded;
        ++card.objects;
        return 0;
    };
    t.launchGraph = [](void* graph, void*) {
        ++card.graphLaunches;
        for (const auto& work : *static_cast<Work*>(graph))
            if (const int code = work())
                return code;
        return 0;
    };
    t.destroyGraph = [](void* graph) {
        delete static_cast<Work*>(graph);
        --card.objects;
        return 0;
    };
    return t;
}

KernelTable makeKernels()
{
    KernelTable t{};
    t.prepareDevice = kernelTable()->prepareDevice;
    t.embed = launch<&KernelTable::embed, EmbedArgs>;
    t.ropeAngles = launch<&KernelTable::ropeAngles, RopeAnglesArgs>;
    t.prepare = launch<&KernelTable::prepare, PrepareArgs>;
    t.addNormed = launch<&KernelTable::addNormed, AddNormedArgs>;
    t.matmul = launch<&KernelTable::matmul, MatmulArgs>;
    t.ropeKv = launch<&KernelTable::ropeKv, RopeKvArgs>;
    t.attention = launch<&KernelTable::attention, AttentionArgs>;
    t.draw = launch<&KernelTable::draw, DrawArgs>;
    t.copy = launch<&KernelTable::copy, CopyArgs>;
    t.softCap = launch<&KernelTable::softCap, CapArgs>;
    t.untileWeights = launch<&KernelTable::untileWeights, UntileWeightsArgs>;
    t.planProduct = kernelTable()->planProduct;
    t.planAttention = kernelTable()->planAttention;
    t.persistent = launch<&KernelTable::persistent, PersistentArgs>;
    t.untileParts = launch<&KernelTable::untileParts, UntilePartsArgs>;
    return t;
}

} // namespace

EmulatedCard& emulatedCard()
{
    return card;
}

std::uint64_t emulatedBytesAhead()
{
    return emulation::bytesAhead();
}

std::uint64_t emulatedKernelCount()
{
    return emulation::launchCount();
}

const CudaRuntimeTable& emulatedRuntime()
{
    static const CudaRuntimeTable table = makeRuntime();
    return table;
}

const KernelTable& emulatedKernels()
{
    static const KernelTable table = makeKernels();
    return table;
}

} // namespace qwill::test
