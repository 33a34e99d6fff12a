#pragma once
// Small models with random weights for tests: Hugging Face directories and GGUF files of any shape, a second long.
// Test code only; throws nothing, aborts on a disk that will not be written.

#include "engine/types.h"
#include "model/model_config.h"
#include "model/tensor.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace qwill::test {

// A directory that is gone at the end of the scope.
class TempDir {
public:
    TempDir();
    ~TempDir();
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;
    const std::filesystem::path& path() const { return m_path; }
    std::string string() const { return m_path.string(); }
    std::filesystem::path operator/(const std::string& name) const { return m_path / name; }

private:
    std::filesystem::path m_path;
};

struct TinyModelOptions {
    engine::Architecture arch = engine::Architecture::Qwen3;
    int hidden = 128;
    int layers = 2;
    int heads = 4;
    int kvHeads = 2;
    int headDim = 32;
    int intermediate = 256;
    int vocab = 320;
    bool tied = true;
    engine::DType dtype = engine::DType::Bf16; // F32, F16 or Bf16; norms too
    std::uint64_t seed = 1;
    int maxContext = 4096;
    float ropeTheta = 10000;
    std::string ropeScaling = {}; // JSON object of config.json, e.g. {"rope_type":"yarn","factor":4.0,…}; empty = null
    bool attentionBias = false; // Llama, Qwen3: biases of q, k, v and o
    std::vector<engine::Token> eos = {2};
    int shards = 1; // files; more than one also writes the index
    float weightScale = 1; // × 1/√cols, the standard deviation of a matrix
    bool heavyTails = false; // a few large columns, as trained weights have
};

struct TinyTensor {
    std::string name; // Hugging Face's
    std::vector<std::int64_t> shape;
    std::vector<float> values; // already rounded to the options' dtype
};

// All tensors of the model, in file order. The same options give the same values on every machine.
std::vector<TinyTensor> tinyTensors(const TinyModelOptions& options);

std::string tinyConfigJson(const TinyModelOptions& options);

// Writes config.json, generation_config.json and model.safetensors (or shards with their index) into `dir`.
void writeTinyModel(const std::filesystem::path& dir, const TinyModelOptions& options);
// The same, with tensors given (tests that spoil one of them).
void writeTinyModel(const std::filesystem::path& dir, const TinyModelOptions& options,
                    const std::vector<TinyTensor>& tensors);

// One safetensors file. `dtype`: F32, F16 or Bf16.
void writeSafetensors(const std::filesystem::path& file, const std::vector<TinyTensor>& tensors, engine::DType dtype);

void writeFile(const std::filesystem::path& file, std::string_view content);
std::string readFile(const std::filesystem::path& file);

// The stored bytes of some floats in F32, F16 or Bf16.
std::string encodeFloats(const std::vector<float>& values, engine::DType dtype);

} // namespace qwill::test
