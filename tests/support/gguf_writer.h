#pragma once
// Writes GGUF files for tests: well-formed ones, and by hand-picked numbers ill-formed ones.

#include "model/tensor.h"
#include "support/tiny_model.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace qwill::test {

class GgufWriter {
public:
    std::uint32_t version = 3;
    std::uint32_t alignment = 32;

    void text(const std::string& key, const std::string& value);
    void u32(const std::string& key, std::uint32_t value);
    void f32(const std::string& key, float value);
    void boolean(const std::string& key, bool value);
    void texts(const std::string& key, const std::vector<std::string>& values);
    void i32s(const std::string& key, const std::vector<std::int32_t>& values);
    // Any type code with the bytes that follow it.
    void raw(const std::string& key, std::uint32_t type, const std::string& payload);

    // shape in torch order; data as stored.
    void tensor(const std::string& name, std::uint32_t type, const std::vector<std::int64_t>& shape,
                const std::string& data);
    // The same with an offset of the caller's choice and no data of its own.
    void tensorAt(const std::string& name, std::uint32_t type, const std::vector<std::int64_t>& shape,
                  std::uint64_t offset);

    std::string build() const;

    // Little-endian bytes of a number; a length-prefixed string.
    template <typename T>
    static std::string bytes(T value)
    {
        return {reinterpret_cast<const char*>(&value), sizeof value};
    }
    static std::string counted(const std::string& s) { return bytes<std::uint64_t>(s.size()) + s; }

private:
    std::string m_values, m_infos, m_data;
    std::uint64_t m_valueCount = 0, m_tensorCount = 0;
};

// The type code of F32, F16, Bf16, Q8_0, Q4_0.
std::uint32_t ggufTypeCode(engine::DType type);

// Floats as blocks of Q8_0 or Q4_0 (simple rounding), or plain F32, F16, Bf16. The count is a whole number of blocks.
std::string encodeTensor(const std::vector<float>& values, engine::DType type);

// The model of writeTinyModel as GGUF: matrices in `type`, vectors in F32; Llama's q and k rows interleaved.
void writeTinyGguf(const std::filesystem::path& file, const TinyModelOptions& options, engine::DType type);

} // namespace qwill::test
