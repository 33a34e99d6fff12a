// DeviceArray on a card.

#include "device_array.h"

#include <cstdio>
#include <cstdlib>
#include <cuda_runtime.h>

namespace qwill::engine::cuda::testing {

namespace {

void check(cudaError_t error)
{
    if (error == cudaSuccess)
        return;
    std::fprintf(stderr, "CUDA: %s\n", cudaGetErrorString(error));
    std::abort();
}

} // namespace

bool hasDevice()
{
    int count = 0;
    return cudaGetDeviceCount(&count) == cudaSuccess && count > 0;
}

int computeCapability()
{
    cudaDeviceProp properties;
    check(cudaGetDeviceProperties(&properties, 0));
    return properties.major * 10 + properties.minor;
}

std::size_t sharedBytes()
{
    cudaDeviceProp properties;
    check(cudaGetDeviceProperties(&properties, 0));
    return properties.sharedMemPerBlockOptin;
}

void* deviceAllocate(std::size_t bytes)
{
    void* memory = nullptr;
    check(cudaMalloc(&memory, bytes));
    check(cudaMemset(memory, 0xff, bytes));
    return memory;
}

void deviceFree(void* memory)
{
    check(cudaFree(memory));
}

void toDevice(void* device, const void* host, std::size_t bytes)
{
    check(cudaMemcpy(device, host, bytes, cudaMemcpyHostToDevice));
}

void toHost(void* host, const void* device, std::size_t bytes)
{
    check(cudaDeviceSynchronize());
    check(cudaMemcpy(host, device, bytes, cudaMemcpyDeviceToHost));
}

bool deviceIsIntact()
{
    return cudaDeviceSynchronize() == cudaSuccess;
}

} // namespace qwill::engine::cuda::testing
