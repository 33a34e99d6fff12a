#include "base/huge_buffer.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <utility>

using namespace qwill::engine;

// Also where large pages are asked for and this account may not have them, as most.
TEST_CASE("givesZeroedMemoryOfAnySizeForAnyUse")
{
    for (const HugeBuffer::Use use : {HugeBuffer::Use::Partly, HugeBuffer::Use::Whole})
        for (const std::size_t size :
             {std::size_t{1}, std::size_t{4097}, (std::size_t{2} << 20) + 1, std::size_t{9} << 20}) {
            auto allocated = HugeBuffer::allocate(size, use);
            REQUIRE(allocated);
            REQUIRE(allocated->size() == size);
            CHECK(reinterpret_cast<std::uintptr_t>(allocated->data()) % 64 == 0);
            CHECK(std::ranges::all_of(allocated->bytes(), [](std::byte b) { return b == std::byte{}; }));
            std::ranges::fill(allocated->bytes(), std::byte{7});
            HugeBuffer moved = *std::move(allocated);
            CHECK(std::ranges::all_of(moved.bytes(), [](std::byte b) { return b == std::byte{7}; }));
        }
    CHECK(HugeBuffer::allocate(0, HugeBuffer::Use::Whole).value().data() == nullptr);
}

TEST_CASE("refusesWhatNoMachineHas")
{
    for (const HugeBuffer::Use use : {HugeBuffer::Use::Partly, HugeBuffer::Use::Whole}) {
        const auto refused = HugeBuffer::allocate(std::size_t{1} << 60, use);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == ErrorCode::OutOfMemory);
    }
}
