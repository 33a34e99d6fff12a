#pragma once
// QuantConfig: what a Hugging Face checkpoint says about how its weights were quantised. It tells which importer reads
// them; sizes follow from the tensors, which the importers check against it. A value; any thread.

#include "engine/result.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>

namespace qwill::engine {

enum class QuantMethod : std::uint8_t { None, Gptq, Awq, CompressedTensors, Fp8, BitsAndBytes };

struct QuantConfig {
    QuantMethod method = QuantMethod::None;
    int bits = 0; // of one weight; 0 = not said
    int groupSize = 0; // inputs that share a scale; −1 = all of a row, 0 = not said
    bool symmetric = true;
    bool isFloat = false; // FP8, not integers
    bool actOrder = false; // inputs were quantised in an order of their own (desc_act, actorder)
    bool zeroLessOne = false; // GPTQ v1 stores its zero points less 1
    int blockRows = 0, blockCols = 0; // FP8: weights that share a scale; 0 = not said

    std::string codebook = {}; // bitsandbytes in 4 bits: nf4, fp4

    // "gptq int4 g128", "compressed-tensors int8 row", "fp8 128x128"; empty without a method.
    std::string text() const;
};

// `config`: config.json with its quantization_config or compression_config. `beside`: quantize_config.json or
// quant_config.json, where older tools wrote the same; may be null. Methods and layouts that no importer reads are
// refused by name.
Result<QuantConfig> parseQuantConfig(const nlohmann::json& config, const nlohmann::json* beside);

} // namespace qwill::engine
