#include "model/import_plan.h"

#include "model/import_gguf.h"
#include "model/packed_file.h"

#include <set>
#include <string>

namespace qwill::engine {

namespace {

constexpr std::size_t kMatrixAlignment = 4096; // whole pages, so that a matrix can be read and written by itself
constexpr std::uint64_t kAutoW8Limit = 1'500'000'000; // above this W4: decode speed and small machines matter more
constexpr int kDefaultGroup = 128; // W8's columns per scale: ENGINE.md §2

struct Target {
    MatrixFormat format = MatrixFormat::None;
    int groupSize = 0;
};

// What keeps a GGUF file's own quantisation. Q5_1, Q5_K and Q6_K have no exact counterpart in memory: they are rounded
// again, to 8 bits in groups of 32, which adds at most a twentieth to the error they already have.
Target keptTarget(DType source)
{
    switch (source) {
    case DType::Q4_0:
    case DType::Q4_1: return {MatrixFormat::W4G, 32};
    case DType::Q4_K: return {MatrixFormat::W4K, 32};
    case DType::Q8_0:
    case DType::Q5_0:
    case DType::IQ4_NL:
    case DType::Q5_1:
    case DType::Q5_K:
    case DType::Q6_K: return {MatrixFormat::W8, 32};
    default: return {MatrixFormat::W8, kDefaultGroup};
    }
}

Target targetFor(DType source, WeightFormat wanted, MatrixRole role)
{
    switch (wanted) {
    case WeightFormat::F32: return {MatrixFormat::F32, 0};
    case WeightFormat::Bf16: return {source == DType::F16 ? MatrixFormat::F16 : MatrixFormat::Bf16, 0};
    case WeightFormat::W8: return {MatrixFormat::W8, kDefaultGroup};
    case WeightFormat::W4:
        return role == MatrixRole::Layer ? Target{MatrixFormat::W4K, 32} : Target{MatrixFormat::W8, kDefaultGroup};
    case WeightFormat::Auto: return keptTarget(source);
    }
    return {};
}

bool sameElements(DType source, MatrixFormat format)
{
    return (source == DType::F32 && format == MatrixFormat::F32)
        || (source == DType::F16 && format == MatrixFormat::F16)
        || (source == DType::Bf16 && format == MatrixFormat::Bf16);
}

bool isNatural(const TensorView& tensor)
{
    return reinterpret_cast<std::uintptr_t>(tensor.data.data())
        % static_cast<std::uintptr_t>(blockShape(tensor.dtype).bytes)
        == 0;
}

// Buffers that some checkpoints carry along and no forward pass reads.
bool isIgnorable(const std::string& name, const ModelConfig& config)
{
    return name.ends_with(".rotary_emb.inv_freq") || name == "rope_freqs.weight" /* read into the configuration */
        || (config.tiedEmbeddings && name == "lm_head.weight");
}

Result<const TensorView*> findTensor(const Checkpoint& checkpoint, const std::string& name,
                                     const std::vector<std::int64_t>& shape)
{
    const TensorView* tensor = checkpoint.find(name);
    if (!tensor)
        return Error{ErrorCode::Corrupt, "The model lacks the tensor " + name + "."};
    if (tensor->shape != shape)
        return Error{ErrorCode::Corrupt,
                     "The tensor " + name + " has shape " + shapeText(tensor->shape)
                         + ", but the configuration asks for " + shapeText(shape) + "."};
    if (!isFloat(tensor->dtype) && (shape.size() == 1 || !isGgufQuantised(tensor->dtype)))
        return Error{ErrorCode::Unsupported,
                     "The tensor " + name + " has type " + std::string(dtypeName(tensor->dtype))
                         + ", which this version does not load."};
    return tensor;
}

// Auto stays Auto when the file is quantised: its own quants are kept.
WeightFormat resolveAuto(const Checkpoint& checkpoint, const WeightSlots& slots)
{
    for (const TensorView& tensor : checkpoint.tensors())
        if (isGgufQuantised(tensor.dtype))
            return WeightFormat::Auto;
    std::uint64_t w8 = 0;
    for (const MatrixSlot& slot : slots.matrices)
        w8 += matrixBytes(MatrixFormat::W8, kDefaultGroup, slot.rows, slot.cols);
    return w8 <= kAutoW8Limit ? WeightFormat::W8 : WeightFormat::W4;
}

Result<void> refuseUnknownTensors(const Checkpoint& checkpoint, const WeightSlots& slots)
{
    std::set<std::string_view> known;
    for (const MatrixSlot& slot : slots.matrices)
        known.insert(slot.name);
    for (const VectorSlot& slot : slots.vectors)
        known.insert(slot.name);
    for (const TensorView& tensor : checkpoint.tensors())
        if (!known.contains(tensor.name) && !isIgnorable(tensor.name, checkpoint.config()))
            return Error{ErrorCode::Unsupported,
                         "The model has a tensor " + tensor.name + ", which "
                             + std::string(architectureName(checkpoint.config().architecture)) + " does not have."};
    return {};
}

} // namespace

namespace {

// The format a packed file was made with, as one would ask for it.
WeightFormat packedFormat(const PackedHeader& header)
{
    WeightFormat found = WeightFormat::F32;
    for (const PackedMatrix& m : header.matrices) {
        if (m.format == MatrixFormat::W4K || m.format == MatrixFormat::W4G)
            return WeightFormat::W4;
        if (m.format == MatrixFormat::W8)
            found = WeightFormat::W8;
        else if (m.format != MatrixFormat::F32 && found == WeightFormat::F32)
            found = WeightFormat::Bf16;
    }
    return found;
}

Result<ImportPlan> planPacked(const Checkpoint& checkpoint, WeightFormat wanted, Weights& weights)
{
    const PackedHeader& header = *checkpoint.packed();
    ImportPlan plan;
    plan.weights = packedFormat(header);
    if (wanted != WeightFormat::Auto && wanted != plan.weights)
        return Error{ErrorCode::Unsupported,
                     checkpoint.path() + " holds weights already packed in another format; load it without --weights."};
    const WeightSlots slots = weightSlots(weights);
    for (std::size_t i = 0; i < slots.matrices.size(); ++i) {
        const PackedMatrix& m = header.matrices[i];
        const TensorView* source = checkpoint.find(slots.matrices[i].name);
        plan.matrices.push_back({.slot = slots.matrices[i],
                                 .source = source,
                                 .format = m.format,
                                 .groupSize = m.groupSize,
                                 .offset = m.offset,
                                 .bytes = m.bytes});
        plan.sourceBytes += m.bytes;
    }
    for (const VectorSlot& slot : slots.vectors)
        plan.vectors.push_back({slot, checkpoint.find(slot.name)});
    plan.arenaBytes = header.matrixBytes;
    return plan;
}

} // namespace

Result<ImportPlan> planImport(const Checkpoint& checkpoint, WeightFormat wanted, Weights& weights)
{
    weights.config = checkpoint.config();
    if (checkpoint.packed())
        return planPacked(checkpoint, wanted, weights);
    // Many layers of which none exists: fail before building names for them.
    if (static_cast<std::size_t>(weights.config.layerCount) > checkpoint.tensors().size())
        return Error{ErrorCode::Corrupt,
                     "The model has " + std::to_string(checkpoint.tensors().size()) + " tensors, too few for its "
                         + std::to_string(weights.config.layerCount) + " layers."};
    const WeightSlots slots = weightSlots(weights);
    ImportPlan plan;
    plan.weights = wanted == WeightFormat::Auto ? resolveAuto(checkpoint, slots) : wanted;
    for (const MatrixSlot& slot : slots.matrices) {
        auto source = findTensor(checkpoint, slot.name, {slot.rows, slot.cols});
        if (!source)
            return source.error();
        MatrixPlan m{.slot = slot, .source = *source};
        const Target target = targetFor(m.source->dtype, plan.weights, slot.role);
        m.format = target.format;
        m.groupSize = target.groupSize;
        m.bytes = matrixBytes(m.format, m.groupSize, slot.rows, slot.cols);
        m.inPlace = sameElements(m.source->dtype, m.format) && isNatural(*m.source) && m.source->interleavedHead == 0;
        m.repack = plan.weights == WeightFormat::Auto && canRepack(m.source->dtype);
        if (!m.inPlace) {
            m.offset = plan.arenaBytes;
            plan.arenaBytes += (m.bytes + kMatrixAlignment - 1) / kMatrixAlignment * kMatrixAlignment;
        }
        plan.sourceBytes += m.source->data.size();
        plan.matrices.push_back(std::move(m));
    }
    for (const VectorSlot& slot : slots.vectors) {
        auto source = findTensor(checkpoint, slot.name, {slot.size});
        if (!source)
            return source.error();
        plan.vectors.push_back({slot, *source});
    }
    if (auto known = refuseUnknownTensors(checkpoint, slots); !known)
        return known.error();
    return plan;
}

Result<std::uint64_t> planBytes(const Checkpoint& checkpoint, WeightFormat wanted)
{
    Weights weights;
    auto plan = planImport(checkpoint, wanted, weights);
    if (!plan)
        return plan.error();
    return plan->weightBytes();
}

std::uint64_t ImportPlan::weightBytes() const
{
    std::uint64_t total = 0;
    for (const MatrixPlan& m : matrices)
        total += m.bytes;
    return total;
}

std::uint64_t ImportPlan::streamedBytes() const
{
    std::uint64_t embedding = 0;
    bool hasHead = false;
    for (const MatrixPlan& m : matrices) {
        hasHead = hasHead || m.slot.role == MatrixRole::Head;
        embedding += m.slot.role == MatrixRole::Embedding ? m.bytes : 0;
    }
    return weightBytes() - (hasHead ? embedding : 0);
}

} // namespace qwill::engine
