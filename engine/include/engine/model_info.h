#pragma once
// What a model is, what this machine has, and what the one would cost on the other: read without loading any weights.
// All functions are thread-safe and may touch the disk.

#include "engine/result.h"
#include "engine/types.h"

#include <cstdint>
#include <string>
#include <vector>

namespace qwill::engine {

enum class WeightFormat { Auto, F32, Bf16, W8, W4 };
enum class KvFormat { Auto, F32, F16, Int8 };
enum class DeviceKind { Auto, Cpu, Cuda };

struct DeviceInfo {
    DeviceKind kind = DeviceKind::Cpu;
    std::string name; // "AMD EPYC (2 cores)", "NVIDIA H200"
    std::string kernels; // "avx512vnni", "avx2", "scalar", "sm_90"
    std::uint64_t memoryBytes = 0;
    std::uint64_t freeBytes = 0;
};

struct DeviceChoice {
    std::vector<DeviceInfo> devices;
    int chosen = 0; // index into devices
    std::string reason; // one sentence, shown to the person
    std::vector<std::string> cpuFeatures; // "avx2", "avx512f", …
};

struct ModelInfo {
    std::string path;
    std::string name; // "Qwen3-4B-Instruct-2507", or the file's stem
    std::string architecture; // "qwen3", "qwen2", "llama", "mistral"
    std::string format; // "safetensors bf16", "gptq int4 g128", "gguf Q4_K_M", …
    std::string parameterCountText; // "4.0 B"
    std::uint64_t parameterCount = 0;
    std::uint64_t fileBytes = 0;
    int layerCount = 0;
    int hiddenSize = 0;
    int headCount = 0;
    int kvHeadCount = 0;
    int headDim = 0;
    int vocabSize = 0;
    int maxContext = 0; // tokens, by the model's own configuration
    bool hasChatTemplate = false;
    SamplingParams recommendedSampling; // generation_config.json, or the defaults
};

struct MemoryPlan {
    WeightFormat weights = WeightFormat::W4;
    KvFormat kv = KvFormat::F16;
    int contextLength = 0; // tokens
    std::uint64_t weightBytes = 0;
    std::uint64_t streamedBytes = 0; // of weightBytes, what one decoded token reads: all but an untied embedding
    std::uint64_t kvBytes = 0;
    std::uint64_t scratchBytes = 0;
    std::uint64_t textBytes = 0; // about: the tokenizer, by the size of the vocabulary
    std::uint64_t totalBytes = 0;
    bool fits = false; // in what is free now
};

struct TensorSummary {
    std::string name;
    std::string dtype;
    std::vector<std::int64_t> shape; // torch order
    std::uint64_t bytes = 0;
};

// Matrices that are stored alike and lie in memory alike when they are loaded as the file has them.
struct WeightForm {
    enum class Change {
        None, // used where it lies in the file
        Repacked, // the file's own integers; at most scales are rounded to 16 bits
        Rounded, // quantised on load
    };
    std::string stored; // "BF16", "Q4_K", "int4 g128", "fp8 128x128"
    std::string memory; // "bf16", "w8 g128", "w4g g64", "w4k g32"
    Change change = Change::None;
    int matrices = 0;
    std::uint64_t bytes = 0; // in memory
};

struct ModelDetails {
    ModelInfo info;
    std::vector<WeightForm> forms; // the most bytes first; empty when the weights cannot be loaded
    std::vector<TensorSummary> tensors;
    std::string configJson; // what the engine understood, as JSON
};

// Never fails: the CPU is always there. The choice is a pure function of what was found.
DeviceChoice listDevices(DeviceKind wanted = DeviceKind::Auto);

// Opens headers only. `path`: a Hugging Face directory, or a .gguf file.
Result<ModelDetails> inspectModel(const std::string& path);

// The bytes a load with these options would take on `device`. Within 3 % of what the process holds once the whole
// context is in use (tests/bench/memory_plan.cpp).
Result<MemoryPlan> planMemory(const std::string& path, WeightFormat weights, KvFormat kv, int contextLength,
                              const DeviceInfo& device);

// What earlier loads of this model keep on the disk so that the next one is quick (LoadOptions::usePackedCache): files
// that may be removed at any time.
std::vector<std::string> preparedFilesOf(const std::string& path);

} // namespace qwill::engine
