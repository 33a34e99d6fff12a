#include "cuda/device_weights.h"

#include "base/thread_pool.h"
#include "cuda/arena.h"
#include "model/rope.h"

#include <algorithm>
#include <atomic>
#include <cstring>

namespace qwill::engine::cuda {

namespace {

// Long enough for the bus to run at full speed, short enough that a cancel is a few milliseconds away.
constexpr std::size_t kStagingBytes = 16 << 20;

struct MatrixPlace {
    const WeightMatrix* from = nullptr;
    DeviceMatrix* to = nullptr;
};

struct VectorPlace {
    const std::vector<float>* from = nullptr;
    const float** to = nullptr;
    std::size_t size = 0; // known from the configuration, before the values are there
};

// Everything that goes to the card, in the order of a forward pass. `model` has its layers already.
struct Places {
    std::vector<MatrixPlace> matrices;
    std::vector<VectorPlace> vectors;

    Places(const Weights& w, DeviceModel& model)
    {
        const ModelConfig& c = w.config;
        const auto hidden = static_cast<std::size_t>(c.hiddenSize), dim = static_cast<std::size_t>(c.headDim);
        const auto query = static_cast<std::size_t>(c.queryRows()), kv = static_cast<std::size_t>(c.kvRows());
        const auto vector = [&](const std::vector<float>& from, const float*& to, std::size_t size, bool there) {
            if (there)
                vectors.push_back({&from, &to, size});
        };
        matrices.push_back({&w.embedding, &model.embedding});
        for (std::size_t i = 0; i < w.layers.size(); ++i) {
            const LayerWeights& from = w.layers[i];
            DeviceLayer& to = model.layers[i];
            matrices.insert(matrices.end(),
                            {{&from.q, &to.q},
                             {&from.k, &to.k},
                             {&from.v, &to.v},
                             {&from.o, &to.o},
                             {&from.gate, &to.gate},
                             {&from.up, &to.up},
                             {&from.down, &to.down}});
            vector(from.attnNorm, to.attnNorm, hidden, true);
            vector(from.ffnNorm, to.ffnNorm, hidden, true);
            vector(from.qNorm, to.qNorm, dim, c.qkNorm);
            vector(from.kNorm, to.kNorm, dim, c.qkNorm);
            vector(from.qBias, to.qBias, query, c.qkvBias);
            vector(from.kBias, to.kBias, kv, c.qkvBias);
            vector(from.vBias, to.vBias, kv, c.qkvBias);
            vector(from.oBias, to.oBias, hidden, c.outputBias);
            vector(from.attnBranchNorm, to.attnBranchNorm, hidden, c.branchNorms);
            vector(from.ffnBranchNorm, to.ffnBranchNorm, hidden, c.branchNorms);
        }
        vector(w.outputNorm, model.outputNorm, hidden, true);
        if (!c.tiedEmbeddings)
            matrices.push_back({&w.head, &model.head});
    }
};

std::size_t lay(const Places& places, const ModelConfig& config, RepackTarget target, std::byte* base,
                DeviceModel& model)
{
    Arena arena(base);
    for (const MatrixPlace& place : places.matrices) {
        *place.to = deviceShape(*place.from, target);
        place.to->data = arena.take<std::byte>(deviceBytes(*place.to));
        if (place.from->order)
            place.to->order = arena.take<std::int32_t>(static_cast<std::size_t>(place.to->cols));
    }
    for (const VectorPlace& place : places.vectors)
        *place.to = arena.take<float>(place.size);
    if (config.tiedEmbeddings)
        model.head = model.embedding;
    const auto angles = static_cast<std::size_t>(config.headDim / 2);
    model.ropeFrequency = arena.take<float>(angles);
    model.slidingFrequency = arena.take<float>(config.slidingRopeTheta > 0 ? angles : 0);
    return arena.used();
}

// Two pinned buffers in turn: one is filled by the pool's threads while the other is on its way.
class Uploader {
public:
    Uploader(std::shared_ptr<Device> device, const UploadOptions& options, PinnedMemory buffers)
        : m_device(std::move(device)),
          m_options(options),
          m_buffers(std::move(buffers)),
          m_sent{DeviceEvent(m_device), DeviceEvent(m_device)},
          m_pool(options.threads)
    {
    }

    static Result<PinnedMemory> makeBuffers(const std::shared_ptr<Device>& device, const Places& places)
    {
        std::size_t largest = kStagingBytes; // a unit of a very wide matrix may be larger
        for (const MatrixPlace& place : places.matrices)
            largest = std::max(largest, repackUnitBytes(*place.to));
        return PinnedMemory::allocate(device, 2 * largest);
    }

    Result<void> run(const Places& places, RepackTarget target)
    {
        for (const MatrixPlace& place : places.matrices)
            m_total += deviceBytes(*place.to);
        for (const MatrixPlace& place : places.matrices)
            if (!sendMatrix(place, target))
                return Error{ErrorCode::Cancelled, "Loading was cancelled."};
        for (const MatrixPlace& place : places.matrices)
            if (place.from->order)
                send(place.from->order, static_cast<std::size_t>(place.to->cols), place.to->order);
        for (const VectorPlace& place : places.vectors)
            send(place.from->data(), place.size, *place.to);
        return {};
    }

    template <typename T>
    void send(const T* values, std::size_t count, const T* to)
    {
        const std::size_t bytes = count * sizeof(T);
        std::memcpy(buffer(), values, bytes);
        submit(reinterpret_cast<const std::byte*>(to), bytes);
    }

private:
    std::size_t capacity() const { return m_buffers.size() / 2; }

    // The buffer whose turn it is, free to be filled.
    std::byte* buffer()
    {
        m_sent[m_turn].wait();
        return m_buffers.data() + m_turn * capacity();
    }

    void submit(const std::byte* to, std::size_t bytes)
    {
        const CudaRuntimeTable& runtime = m_device->runtime();
        m_device->check(runtime.copyToCard(const_cast<std::byte*>(to), m_buffers.data() + m_turn * capacity(), bytes,
                                           m_device->stream()),
                        "sending weights");
        m_sent[m_turn].record();
        m_turn ^= 1;
    }

    // False: cancelled.
    bool sendMatrix(const MatrixPlace& place, RepackTarget target)
    {
        const DeviceMatrix& matrix = *place.to;
        const int units = repackUnits(matrix.rows);
        const std::size_t stride = repackUnitBytes(matrix);
        const int step = std::max(1, static_cast<int>(capacity() / stride));
        for (int first = 0; first < units; first += step) {
            if (m_options.stop.stop_requested())
                return false;
            const int last = std::min(units, first + step);
            std::byte* staging = buffer();
            std::atomic<int> next{first};
            m_pool.run([&](int) {
                for (int unit = next++; unit < last; unit = next++)
                    repackUnit(*place.from, target, unit, staging + static_cast<std::size_t>(unit - first) * stride);
            });
            const std::size_t bytes =
                static_cast<std::size_t>(last - 1 - first) * stride + repackBytes(matrix, last - 1);
            submit(matrix.data + static_cast<std::size_t>(first) * stride, bytes);
            m_done += bytes;
            if (m_options.progress)
                m_options.progress({LoadProgress::Phase::Uploading, m_done, m_total});
        }
        return true;
    }

    std::shared_ptr<Device> m_device;
    const UploadOptions& m_options;
    PinnedMemory m_buffers;
    DeviceEvent m_sent[2];
    std::size_t m_turn = 0;
    ThreadPool m_pool;
    std::uint64_t m_done = 0, m_total = 0;
};

void sendFrequencies(Uploader& uploader, const RopeTable& table, const float* to, int& size, float& factor)
{
    std::vector<float> frequencies;
    for (int i = 0; i < table.size(); ++i)
        frequencies.push_back(table.frequency(i));
    uploader.send(frequencies.data(), frequencies.size(), to);
    size = table.size();
    factor = table.attentionFactor();
}

} // namespace

std::size_t DeviceWeights::bytes(const Weights& shapes, RepackTarget target)
{
    DeviceModel model;
    model.layers.resize(shapes.layers.size());
    const Places places(shapes, model);
    return grained(lay(places, shapes.config, target, nullptr, model));
}

Result<DeviceWeights> DeviceWeights::upload(const std::shared_ptr<Device>& device, const Weights& weights,
                                            int contextTokens, const UploadOptions& options)
{
    const RepackTarget target = repackTarget(device->traits());
    DeviceWeights result;
    result.m_model.layers.resize(weights.layers.size());
    auto memory = DeviceMemory::allocate(device, bytes(weights, target));
    if (!memory)
        return memory.error();
    result.m_memory = std::move(*memory);
    const Places places(weights, result.m_model);
    lay(places, weights.config, target, result.m_memory.data(), result.m_model);
    result.m_model.end = result.m_memory.data() + result.m_memory.size();
    auto buffers = Uploader::makeBuffers(device, places);
    if (!buffers)
        return buffers.error();
    Uploader uploader(device, options, std::move(*buffers));
    const Result<void> sent = uploader.run(places, target);
    DeviceModel& model = result.m_model;
    if (sent) {
        sendFrequencies(uploader, RopeTable(weights.config, contextTokens), model.ropeFrequency, model.ropeSize,
                        model.ropeFactor);
        if (weights.config.slidingRopeTheta > 0)
            sendFrequencies(uploader, RopeTable::ofSlidingLayers(weights.config), model.slidingFrequency,
                            model.slidingRopeSize, model.slidingRopeFactor);
    }
    device->synchronize(); // the buffers go now
    if (!sent)
        return sent.error();
    return result;
}

} // namespace qwill::engine::cuda
