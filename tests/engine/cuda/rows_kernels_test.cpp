// Rows of floats and plain bytes, against the CPU's scalar kernels.

#include "attention_scene.h"

using namespace qwill::engine;
using namespace qwill::engine::cuda;
using namespace qwill::engine::cuda::testing;

TEST_CASE("x += norm(branch), and a soft cap on rows")
{
    if (skipped())
        return;
    const Floats x = gaussian(3 * 300, 71), branch = gaussian(3 * 300, 72), norm = gaussian(300, 73);
    const DeviceArray<float> dx(x), dBranch(branch), dNorm(norm);
    const AddNormedArgs args{dx.data(), dBranch.data(), dNorm.data(), 3, 300, 1e-5f};
    REQUIRE(kernels().addNormed(&args, nullptr) == 0);
    Floats expected = x, normed(300);
    for (int row = 0; row < 3; ++row) {
        cpuKernels().rmsNorm(branch.data() + row * 300, norm.data(), 1e-5f, 300, normed.data());
        cpuKernels().addTo(expected.data() + row * 300, normed.data(), 300);
    }
    const Floats got = dx.get();
    for (std::size_t i = 0; i < got.size(); ++i)
        CHECK(std::fabs(got[i] - expected[i]) <= 12 * 0x1p-20f);
    const CapArgs cap{dx.data(), 900, 2.0f};
    REQUIRE(kernels().softCap(&cap, nullptr) == 0);
    Floats capped = got;
    cpuKernels().softCap(capped.data(), 2.0f, 900);
    CHECK(dx.get() == capped);
}

TEST_CASE("bytes are copied whole")
{
    if (skipped())
        return;
    std::vector<std::byte> bytes(70000);
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::byte>(i * 7);
    bytes.resize(bytes.size() / 16 * 16);
    const DeviceArray<std::byte> from(bytes), to(bytes.size());
    const CopyArgs args{from.data(), to.data(), bytes.size()};
    REQUIRE(kernels().copy(&args, nullptr) == 0);
    CHECK(to.get() == bytes);
}
