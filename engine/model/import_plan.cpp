#include "model/import_plan.h"

#include "model/import_awq.h"
#include "model/import_bitsandbytes.h"
#include "model/import_compressed.h"
#include "model/import_fp8.h"
#include "model/import_gptq.h"
#include "model/packed_file.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>

namespace qwill::engine {

namespace {

constexpr std::size_t kMatrixAlignment = 4096; // whole pages, so that a matrix can be read and written by itself
constexpr std::uint64_t kAutoW8Limit = 1'500'000'000; // above this W4: decode speed and small machines matter more
constexpr int kDefaultGroup = 128; // W8's columns per scale: ENGINE.md §2

// The tensor that is the matrix by itself; null where several tensors together are, or only some of its rows.
const TensorView* plainTensor(const MatrixSource& source)
{
    const TensorView& first = *source.tensors().front();
    const bool whole = source.tensors().size() == 1 && first.shape == std::vector{source.rows(), source.cols()};
    return whole && (isFloat(first.dtype) || isGgufQuantised(first.dtype)) ? &first : nullptr;
}

struct Target {
    MatrixFormat format = MatrixFormat::None;
    int groupSize = 0;
};

Target targetFor(const MatrixSource& source, WeightFormat wanted, MatrixRole role)
{
    const TensorView* plain = plainTensor(source);
    switch (wanted) {
    case WeightFormat::F32: return {MatrixFormat::F32, 0};
    case WeightFormat::Bf16: return {plain && plain->dtype == DType::F16 ? MatrixFormat::F16 : MatrixFormat::Bf16, 0};
    case WeightFormat::W8: return {MatrixFormat::W8, kDefaultGroup};
    case WeightFormat::W4:
        return role == MatrixRole::Layer ? Target{MatrixFormat::W4K, 32} : Target{MatrixFormat::W8, kDefaultGroup};
    case WeightFormat::Auto: return {source.kept().format, source.kept().groupSize};
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
bool isIgnorable(const TensorView& tensor, const Checkpoint& checkpoint)
{
    const std::string& name = tensor.name;
    if (name.ends_with(".rotary_emb.inv_freq") || name == "rope_freqs.weight" /* read into the configuration */
        || (checkpoint.config().tiedEmbeddings && name == "lm_head.weight"))
        return true;
    if (checkpoint.quantisation().method == QuantMethod::None)
        return false;
    // What only says how activations were to be rounded, or what the importers read by themselves.
    for (const char* suffix : {".input_scale", ".output_scale", ".input_zero_point", ".k_scale", ".v_scale",
                               ".weight_shape", ".weight_g_idx", ".weight_format", ".g_idx"})
        if (name.ends_with(suffix))
            return true;
    // Old tools gave every quantised layer a bias, of zeros where the model has none.
    return name.ends_with(".bias") && std::ranges::all_of(tensor.data, [](std::byte b) { return b == std::byte{0}; });
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
    if (checkpoint.quantisation().method != QuantMethod::None)
        return WeightFormat::Auto;
    for (const TensorView& tensor : checkpoint.tensors())
        if (isGgufQuantised(tensor.dtype))
            return WeightFormat::Auto;
    std::uint64_t w8 = 0;
    for (const MatrixSlot& slot : slots.matrices)
        w8 += matrixBytes(MatrixFormat::W8, kDefaultGroup, slot.rows, slot.cols);
    return w8 <= kAutoW8Limit ? WeightFormat::W8 : WeightFormat::W4;
}

// Where a matrix lies that is stored as some rows of a larger one: Phi's q, k and v, and its gate and up.
struct Fused {
    const char* own;
    const char* whole;
    std::int64_t begin, rows;
};

std::optional<Fused> fusedPlace(const ModelConfig& c, const std::string& name)
{
    if (c.architecture != Architecture::Phi3)
        return std::nullopt;
    const std::int64_t q = c.queryRows(), kv = c.kvRows(), inner = c.intermediateSize;
    for (const Fused& place :
         {Fused{"q_proj", "qkv_proj", 0, q + 2 * kv}, Fused{"k_proj", "qkv_proj", q, q + 2 * kv},
          Fused{"v_proj", "qkv_proj", q + kv, q + 2 * kv}, Fused{"gate_proj", "gate_up_proj", 0, 2 * inner},
          Fused{"up_proj", "gate_up_proj", inner, 2 * inner}})
        if (name.ends_with(std::string(".") + place.own + ".weight"))
            return place;
    return std::nullopt;
}

// The importer of a matrix is chosen by what is there: a quantised checkpoint leaves some matrices as they were.
Result<std::shared_ptr<const MatrixSource>> openMatrix(const Checkpoint& checkpoint, const MatrixSlot& slot)
{
    if (const auto place = fusedPlace(checkpoint.config(), slot.name)) {
        MatrixSlot whole = slot;
        whole.name.replace(whole.name.rfind(place->own), std::string_view(place->own).size(), place->whole);
        whole.rows = static_cast<std::int32_t>(place->rows);
        auto opened = openMatrix(checkpoint, whole);
        if (!opened)
            return opened.error();
        return std::shared_ptr<const MatrixSource>(rowsOf(*std::move(opened), place->begin, slot.rows));
    }
    const TensorView* plain = checkpoint.find(slot.name);
    const QuantMethod method = checkpoint.quantisation().method;
    if (method == QuantMethod::None || (plain && isFloat(plain->dtype))) {
        auto tensor = findTensor(checkpoint, slot.name, {slot.rows, slot.cols});
        if (!tensor)
            return tensor.error();
        return std::shared_ptr<const MatrixSource>(plainMatrix(**tensor));
    }
    const WantedMatrix wanted{slot.name.substr(0, slot.name.rfind('.')), slot.rows, slot.cols};
    auto source = [&]() -> Result<std::unique_ptr<MatrixSource>> {
        switch (method) {
        case QuantMethod::Gptq: return openGptq(checkpoint, wanted);
        case QuantMethod::Awq: return openAwq(checkpoint, wanted);
        case QuantMethod::CompressedTensors: return openCompressed(checkpoint, wanted);
        case QuantMethod::BitsAndBytes: return openBitsAndBytes(checkpoint, wanted);
        default:
            return openFp8(checkpoint, wanted,
                           checkpoint.find(wanted.module + ".weight_scale") ? ".weight_scale" : ".weight_scale_inv");
        }
    }();
    if (!source)
        return source.error();
    return std::shared_ptr<const MatrixSource>(*std::move(source));
}

Result<void> refuseUnknownTensors(const Checkpoint& checkpoint, const ImportPlan& plan)
{
    std::set<std::string_view> known;
    for (const MatrixPlan& matrix : plan.matrices)
        for (const TensorView* tensor : matrix.source->tensors())
            known.insert(tensor->name);
    for (const VectorPlan& vector : plan.vectors)
        known.insert(vector.source->name);
    for (const TensorView& tensor : checkpoint.tensors())
        if (!known.contains(tensor.name) && !isIgnorable(tensor, checkpoint))
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
        if (!isDense(m.format) && quantBits(m.format) == 4)
            return WeightFormat::W4;
        if (!isDense(m.format))
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
        plan.matrices.push_back({.slot = slots.matrices[i],
                                 .source = nullptr,
                                 .format = m.format,
                                 .groupSize = m.groupSize,
                                 .ordered = m.ordered,
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

namespace {

MatrixPlan planMatrix(const MatrixSlot& slot, std::shared_ptr<const MatrixSource> source, WeightFormat weights)
{
    MatrixPlan m{.slot = slot, .source = std::move(source)};
    const Target target = targetFor(*m.source, weights, slot.role);
    m.format = target.format;
    m.groupSize = target.groupSize;
    const TensorView* plain = plainTensor(*m.source);
    if (plain && sameElements(plain->dtype, m.format) && isNatural(*plain) && plain->interleavedHead == 0)
        m.inPlace = plain;
    m.repack = weights == WeightFormat::Auto && m.source->kept().repack;
    m.ordered = m.repack && m.source->kept().ordered;
    return m;
}

// The matrices that read the same activations: neighbours in the order of weightSlots().
bool readsTheSame(const MatrixPlan& a, const MatrixPlan& b)
{
    const auto module = [](const MatrixPlan& m) { return m.slot.name.substr(0, m.slot.name.rfind('.')); };
    const std::string one = module(a), other = module(b);
    const auto both = [&](const char* first, const char* second) {
        return one.ends_with(first) && other.ends_with(second);
    };
    return both(".q_proj", ".k_proj") || both(".k_proj", ".v_proj") || both(".gate_proj", ".up_proj");
}

// Activations are put in order once for all that read them. Tools find the order from the activations, so theirs agree;
// where they do not, or one of them has none, those matrices are rounded again.
void agreeOnOrders(std::vector<MatrixPlan>& matrices)
{
    for (std::size_t begin = 0, end = 0; begin < matrices.size(); begin = end) {
        const auto orderOf = [](const MatrixPlan& m) {
            return m.ordered ? m.source->order() : std::span<const std::int32_t>();
        };
        bool same = true;
        for (end = begin + 1; end < matrices.size() && readsTheSame(matrices[end - 1], matrices[end]); ++end)
            same = same
                && (isDense(matrices[end].format)
                    || std::ranges::equal(orderOf(matrices[begin]), orderOf(matrices[end])));
        for (std::size_t i = begin; i < end && !same; ++i)
            if (matrices[i].ordered) {
                matrices[i].format = MatrixFormat::W8;
                matrices[i].groupSize = 32;
                matrices[i].repack = matrices[i].ordered = false;
            }
    }
}

void place(ImportPlan& plan)
{
    for (MatrixPlan& m : plan.matrices) {
        m.bytes = matrixBytes(m.format, m.groupSize, m.slot.rows, m.slot.cols) + orderBytes(m.ordered, m.slot.cols);
        if (!m.inPlace) {
            m.offset = plan.arenaBytes;
            plan.arenaBytes += (m.bytes + kMatrixAlignment - 1) / kMatrixAlignment * kMatrixAlignment;
        }
        plan.sourceBytes += m.source->bytes();
    }
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
        auto source = openMatrix(checkpoint, slot);
        if (!source)
            return source.error();
        plan.matrices.push_back(planMatrix(slot, *std::move(source), plan.weights));
    }
    agreeOnOrders(plan.matrices);
    place(plan);
    for (const VectorSlot& slot : slots.vectors) {
        auto source = findTensor(checkpoint, slot.name, {slot.size});
        if (!source)
            return source.error();
        const bool lessOne = slot.isNorm && checkpoint.kind() == Checkpoint::Kind::HuggingFace
            && (weights.config.architecture == Architecture::Gemma2
                || weights.config.architecture == Architecture::Gemma3);
        plan.vectors.push_back({slot, *source, lessOne ? 1.0f : 0.0f});
    }
    if (auto known = refuseUnknownTensors(checkpoint, plan); !known)
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
