#pragma once
// Checkpoint: a model on disk, whatever its file kind, opened and validated but not loaded: the configuration, the
// tensors by their Hugging Face name, and the texts a tokenizer needs. Immutable after open(); any thread.

#include "base/mapped_file.h"
#include "engine/result.h"
#include "model/gguf_metadata.h"
#include "model/model_config.h"
#include "model/quant_config.h"
#include "model/tensor.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace qwill::engine {

struct PackedHeader;

class Checkpoint {
public:
    enum class Kind { HuggingFace, Gguf, Packed };

    // `path`: a Hugging Face directory (config.json and *.safetensors, one or sharded with an index), any file in
    // it, or a .gguf file. A directory without config.json that holds a single .gguf file is that file;
    // one with qwill.packed is what savePacked() wrote.
    static Result<Checkpoint> open(const std::string& path);

    Kind kind() const { return m_kind; }
    const std::string& path() const { return m_path; } // the directory, or the .gguf file
    const ModelConfig& config() const { return m_config; }
    const QuantConfig& quantisation() const { return m_quantisation; } // of a Hugging Face directory

    std::span<const TensorView> tensors() const { return m_tensors; } // by name, ascending
    const TensorView* find(std::string_view name) const; // null when there is none
    const std::shared_ptr<const MappedFile>& file(const TensorView& tensor) const { return m_files[tensor.file]; }
    std::span<const std::shared_ptr<const MappedFile>> files() const { return m_files; }

    std::string formatText() const; // "safetensors bf16", "gptq int4 g128", "gguf Q4_K_M"
    std::uint64_t fileBytes() const;
    std::uint64_t parameterCount() const; // numbers of the model, however many integers hold them

    // Texts beside the weights; empty when the checkpoint has none.
    Result<std::string> tokenizerJson() const;
    Result<std::string> tokenizerConfigJson() const;
    Result<std::string> chatTemplateJinja() const; // newer checkpoints keep the template in a file of its own
    Result<std::string> sentencepieceModel() const; // binary
    Result<std::string> generationConfigJson() const;

    // Of a GGUF file, which has all of the above inside; null otherwise. Lives as long as the checkpoint or a copy of
    // it.
    const GgufMetadata* ggufMetadata() const { return m_gguf.get(); }
    std::span<const std::byte> ggufMetadataBytes() const { return m_ggufBytes; } // as the file has it

    // Of a packed directory (model/packed_directory.h); null otherwise.
    const PackedHeader* packed() const { return m_packed.get(); }

private:
    Checkpoint() = default;
    static Result<Checkpoint> openDirectory(const std::string& directory);
    static Result<Checkpoint> openPacked(const std::string& directory);
    static Result<Checkpoint> openGguf(const std::string& path);
    Result<void> addShard(const std::string& path);
    Result<void> sortTensors();
    Result<std::string> siblingText(const char* name) const;

    Kind m_kind = Kind::HuggingFace;
    std::string m_path;
    ModelConfig m_config;
    QuantConfig m_quantisation;
    std::vector<TensorView> m_tensors;
    std::vector<std::shared_ptr<const MappedFile>> m_files;
    std::shared_ptr<const GgufMetadata> m_gguf;
    std::span<const std::byte> m_ggufBytes;
    std::shared_ptr<const PackedHeader> m_packed;
};

} // namespace qwill::engine
