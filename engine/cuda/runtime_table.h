#pragma once
// CudaRuntimeTable: the CUDA runtime as the engine needs it, as plain C functions: what the module offers, and what
// tests put in its place. Engine thread, except where a function says otherwise.
//
// Every call returns 0 or an error code that errorText() explains. No exception leaves a function, no C++ type crosses.
// Device memory and streams belong to the card of the calling thread's last useCard().

#include <cstddef>
#include <cstdint>

namespace qwill::engine::cuda {

struct CardTraits {
    std::int32_t capability = 0; // 90 = sm_90
    std::int32_t multiprocessors = 0;
    std::uint64_t sharedBytesPerBlock = 0; // the most a kernel may ask for
    std::uint64_t cacheBytes = 0; // L2
    std::uint64_t memoryBytes = 0;
};

struct CudaRuntimeTable {
    const char* (*errorText)(int code); // any thread
    int outOfMemory; // the code that says so

    int (*useCard)(int ordinal); // any thread; of the calling thread from then on
    int (*traits)(int ordinal, CardTraits* out); // any thread
    int (*memory)(std::uint64_t* freeBytes, std::uint64_t* totalBytes); // any thread

    int (*allocate)(void** out, std::size_t bytes); // 256-byte aligned
    int (*release)(void* memory);
    int (*allocatePinned)(void** out, std::size_t bytes); // host memory that copies run from on their own
    int (*releasePinned)(void* memory);

    int (*createStream)(void** out);
    int (*destroyStream)(void* stream);
    int (*synchronize)(void* stream); // waits for all that was asked of it
    int (*createEvent)(void** out);
    int (*destroyEvent)(void* event);
    int (*recordEvent)(void* event, void* stream);
    int (*awaitEvent)(void* event); // the host waits
    int (*elapsed)(void* from, void* to, float* milliseconds); // both have happened

    // Host memory must stay as it is until the stream got there; pinned memory is copied while the host goes on.
    int (*copyToCard)(void* card, const void* host, std::size_t bytes, void* stream);
    int (*copyToHost)(void* host, const void* card, std::size_t bytes, void* stream);
    int (*copyOnCard)(void* to, const void* from, std::size_t bytes, void* stream);
    int (*fill)(void* card, int byte, std::size_t bytes, void* stream);

    // What is asked of the stream between the two is not done but kept, to be launched as one, any number of times.
    int (*beginCapture)(void* stream);
    int (*endCapture)(void* stream, void** graph);
    int (*launchGraph)(void* graph, void* stream);
    int (*destroyGraph)(void* graph);
};

} // namespace qwill::engine::cuda
