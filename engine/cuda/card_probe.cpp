#include "cuda/card_probe.h"

#include "cuda/arena.h"

#include <algorithm>
#include <string>

namespace qwill::engine::cuda {

namespace {

// The quickest of some rounds, in milliseconds.
template <typename Ask>
float quickest(const std::shared_ptr<Device>& device, int rounds, Ask&& ask)
{
    float best = 1e30f;
    for (int round = 0; round < rounds; ++round) {
        DeviceEvent before(device), after(device);
        before.record();
        ask();
        after.record();
        after.wait();
        best = std::min(best, after.millisecondsSince(before));
    }
    return best;
}

double measureCopy(const std::shared_ptr<Device>& device, const ProbeSize& size, std::byte* memory)
{
    const CopyArgs args{memory, memory + size.copyBytes, size.copyBytes};
    const float ms = quickest(device, size.rounds,
                              [&] { device->check(device->kernels().copy(&args, device->stream()), "copying"); });
    return 2.0 * static_cast<double>(size.copyBytes) / (static_cast<double>(ms) * 1e6);
}

MatmulArgs layMatmul(const ProbeSize& size, MatrixFormat format, Arena& arena)
{
    const int group = isDense(format) ? 0 : 128;
    MatmulArgs args{};
    DeviceMatrix weights{format, size.rows, size.cols, group, nullptr};
    weights.data = arena.take<std::byte>(deviceMatrixBytes(format, group, size.rows, size.cols));
    args.parts[0] = {weights, arena.take<float>(static_cast<std::size_t>(size.rows) * size.tokens), size.rows, nullptr};
    args.partCount = 1;
    args.tokens = size.tokens;
    args.quants = arena.take<std::int8_t>(actQuantBytes(size.tokens, size.cols));
    args.scales = reinterpret_cast<float*>(arena.take<std::byte>(actScaleBytes(size.tokens, size.cols)));
    args.sums = reinterpret_cast<std::int32_t*>(arena.take<std::byte>(actSumBytes(size.tokens, size.cols)));
    args.actParts = reinterpret_cast<std::uint16_t*>(arena.take<std::byte>(actPartBytes(size.tokens, size.cols, 1)));
    args.actPartCount = 1;
    return args;
}

double measureMatmul(const std::shared_ptr<Device>& device, const ProbeSize& size, MatrixFormat format,
                     std::byte* memory)
{
    Arena arena(memory);
    const MatmulArgs args = layMatmul(size, format, arena);
    const float ms = quickest(device, size.rounds,
                              [&] { device->check(device->kernels().matmul(&args, device->stream()), "multiplying"); });
    return 2.0 * size.rows * size.cols * size.tokens / (static_cast<double>(ms) * 1e9);
}

} // namespace

Result<CardLimits> measureCardLimits(const std::shared_ptr<Device>& device, const ProbeSize& size)
try {
    device->use();
    // Both products' operands are counted first: whichever is larger.
    std::size_t bytes = 2 * size.copyBytes;
    for (const MatrixFormat format : {MatrixFormat::W8, MatrixFormat::Bf16}) {
        Arena counted(nullptr);
        layMatmul(size, format, counted);
        bytes = std::max(bytes, counted.used());
    }
    auto memory = DeviceMemory::allocate(device, bytes);
    if (!memory)
        return memory.error();
    // Numbers of everyday size, as bytes, halves and floats: 0x3c3c is 0.0115 in bf16. All-zero products draw less
    // power.
    device->check(device->runtime().fill(memory->data(), 0x3c, memory->size(), device->stream()), "filling memory");
    CardLimits limits;
    limits.copyGBps = measureCopy(device, size, memory->data());
    limits.int8Tops = measureMatmul(device, size, MatrixFormat::W8, memory->data());
    if (device->traits().computeCapability >= 80)
        limits.bf16Tops = measureMatmul(device, size, MatrixFormat::Bf16, memory->data());
    return limits;
} catch (const DeviceError& error) {
    return Error{ErrorCode::Device, std::string("The card could not be measured (") + error.what() + ")."};
}

} // namespace qwill::engine::cuda
