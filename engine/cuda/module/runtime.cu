#include "cuda/module/runtime.h"

#include <cuda_runtime.h>

namespace qwill::engine::cuda {

namespace {

// An error that is not sticky must not be found by the next launch's cudaGetLastError().
int told(cudaError_t code)
{
    if (code != cudaSuccess)
        static_cast<void>(cudaGetLastError());
    return static_cast<int>(code);
}

cudaStream_t streamOf(void* stream)
{
    return static_cast<cudaStream_t>(stream);
}

cudaEvent_t eventOf(void* event)
{
    return static_cast<cudaEvent_t>(event);
}

const char* errorText(int code)
{
    return cudaGetErrorString(static_cast<cudaError_t>(code));
}

int useCard(int ordinal)
{
    return told(cudaSetDevice(ordinal)); // since CUDA 12 this also makes the context
}

int traits(int ordinal, CardTraits* out)
{
    const auto read = [&](cudaDeviceAttr attribute, std::int32_t& value) {
        return cudaDeviceGetAttribute(&value, attribute, ordinal);
    };
    std::int32_t major = 0, minor = 0, shared = 0, cache = 0;
    cudaError_t code = read(cudaDevAttrComputeCapabilityMajor, major);
    code = code ? code : read(cudaDevAttrComputeCapabilityMinor, minor);
    code = code ? code : read(cudaDevAttrMultiProcessorCount, out->multiprocessors);
    code = code ? code : read(cudaDevAttrMaxSharedMemoryPerBlockOptin, shared);
    code = code ? code : read(cudaDevAttrL2CacheSize, cache);
    cudaDeviceProp properties{};
    code = code ? code : cudaGetDeviceProperties(&properties, ordinal);
    out->capability = major * 10 + minor;
    out->sharedBytesPerBlock = static_cast<std::uint64_t>(shared);
    out->cacheBytes = static_cast<std::uint64_t>(cache);
    out->memoryBytes = properties.totalGlobalMem;
    return told(code);
}

int memory(std::uint64_t* freeBytes, std::uint64_t* totalBytes)
{
    std::size_t free = 0, total = 0;
    const cudaError_t code = cudaMemGetInfo(&free, &total);
    *freeBytes = free;
    *totalBytes = total;
    return told(code);
}

int allocate(void** out, std::size_t bytes)
{
    return told(cudaMalloc(out, bytes));
}

int release(void* memory)
{
    return told(cudaFree(memory));
}

int allocatePinned(void** out, std::size_t bytes)
{
    return told(cudaHostAlloc(out, bytes, cudaHostAllocDefault));
}

int releasePinned(void* memory)
{
    return told(cudaFreeHost(memory));
}

int createStream(void** out)
{
    cudaStream_t stream = nullptr;
    const cudaError_t code = cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking);
    *out = stream;
    return told(code);
}

int destroyStream(void* stream)
{
    return told(cudaStreamDestroy(streamOf(stream)));
}

int synchronize(void* stream)
{
    return told(cudaStreamSynchronize(streamOf(stream)));
}

int createEvent(void** out)
{
    cudaEvent_t event = nullptr;
    const cudaError_t code = cudaEventCreate(&event);
    *out = event;
    return told(code);
}

int destroyEvent(void* event)
{
    return told(cudaEventDestroy(eventOf(event)));
}

int recordEvent(void* event, void* stream)
{
    return told(cudaEventRecord(eventOf(event), streamOf(stream)));
}

int awaitEvent(void* event)
{
    return told(cudaEventSynchronize(eventOf(event)));
}

int elapsed(void* from, void* to, float* milliseconds)
{
    return told(cudaEventElapsedTime(milliseconds, eventOf(from), eventOf(to)));
}

int copyToCard(void* card, const void* host, std::size_t bytes, void* stream)
{
    return told(cudaMemcpyAsync(card, host, bytes, cudaMemcpyHostToDevice, streamOf(stream)));
}

int copyToHost(void* host, const void* card, std::size_t bytes, void* stream)
{
    return told(cudaMemcpyAsync(host, card, bytes, cudaMemcpyDeviceToHost, streamOf(stream)));
}

int copyOnCard(void* to, const void* from, std::size_t bytes, void* stream)
{
    return told(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, streamOf(stream)));
}

int fill(void* card, int byte, std::size_t bytes, void* stream)
{
    return told(cudaMemsetAsync(card, byte, bytes, streamOf(stream)));
}

int beginCapture(void* stream)
{
    return told(cudaStreamBeginCapture(streamOf(stream), cudaStreamCaptureModeThreadLocal));
}

int endCapture(void* stream, void** graph)
{
    cudaGraph_t captured = nullptr;
    cudaGraphExec_t ready = nullptr;
    cudaError_t code = cudaStreamEndCapture(streamOf(stream), &captured);
    if (code == cudaSuccess)
        code = cudaGraphInstantiate(&ready, captured, 0);
    if (captured)
        cudaGraphDestroy(captured);
    *graph = ready;
    return told(code);
}

int launchGraph(void* graph, void* stream)
{
    return told(cudaGraphLaunch(static_cast<cudaGraphExec_t>(graph), streamOf(stream)));
}

int destroyGraph(void* graph)
{
    return told(cudaGraphExecDestroy(static_cast<cudaGraphExec_t>(graph)));
}

} // namespace

const CudaRuntimeTable& cudaRuntime()
{
    static constexpr CudaRuntimeTable kTable{
        errorText,     cudaErrorMemoryAllocation,
        useCard,       traits,
        memory,        allocate,
        release,       allocatePinned,
        releasePinned, createStream,
        destroyStream, synchronize,
        createEvent,   destroyEvent,
        recordEvent,   awaitEvent,
        elapsed,       copyToCard,
        copyToHost,    copyOnCard,
        fill,          beginCapture,
        endCapture,    launchGraph,
        destroyGraph,
    };
    return kTable;
}

} // namespace qwill::engine::cuda
