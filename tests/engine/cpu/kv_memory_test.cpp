// Every page of the KV memory lies inside it and apart from all others, whatever the last group's size; a block copied
// out and back is the same.

#include "cpu/kv_memory.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <vector>

using namespace qwill::engine;
using namespace qwill::engine::cpu;

namespace {

constexpr KvElement kElements[] = {KvElement::F32, KvElement::F16, KvElement::Int8};

} // namespace

TEST_CASE("pages fill the memory without a gap and without meeting")
{
    for (const KvElement element : kElements)
        for (int blocks = 1; blocks <= 19; ++blocks) {
            const KvLayout layout{3, 2, 24, element};
            auto memory = KvMemory::create(layout, blocks);
            REQUIRE(memory);
            std::vector<const std::byte*> pages;
            for (int block = 0; block < blocks; ++block)
                for (int layer = 0; layer < layout.layerCount; ++layer)
                    for (int head = 0; head < layout.kvHeadCount; ++head)
                        pages.push_back(memory->page(block, layer, head));
            const std::byte* base = memory->page(0, 0, 0);
            std::sort(pages.begin(), pages.end());
            INFO(blocks << " blocks of element " << static_cast<int>(element));
            for (std::size_t i = 0; i < pages.size(); ++i)
                CHECK(pages[i] == base + i * kvPageBytes(element, layout.headDim));
            CHECK(KvMemory::bytes(layout, blocks) >= pages.size() * kvPageBytes(element, layout.headDim));
        }
}

TEST_CASE("blocks that follow each other lie together for a head")
{
    const KvLayout layout{2, 4, 128, KvElement::Int8};
    auto memory = KvMemory::create(layout, 16);
    REQUIRE(memory);
    const auto page = static_cast<std::ptrdiff_t>(kvPageBytes(KvElement::Int8, 128));
    for (const int first : {0, 8})
        for (int block = first; block < first + 7; ++block)
            CHECK(memory->page(block + 1, 1, 3) - memory->page(block, 1, 3) == page);
}

TEST_CASE("a block comes back as it was, and its neighbours stay")
{
    const KvLayout layout{3, 2, 16, KvElement::F16};
    const int blocks = 11; // a whole group and a part of one
    auto memory = KvMemory::create(layout, blocks);
    REQUIRE(memory);
    std::vector<std::vector<std::byte>> host(blocks, std::vector<std::byte>(layout.blockBytes()));
    for (int block = 0; block < blocks; ++block) {
        for (std::size_t i = 0; i < host[0].size(); ++i)
            host[static_cast<std::size_t>(block)][i] = static_cast<std::byte>(i * 7 + static_cast<std::size_t>(block));
        memory->copy({block, host[static_cast<std::size_t>(block)].data(), BlockCopy::Direction::FromHost});
    }
    for (int block = blocks - 1; block >= 0; --block) {
        std::vector<std::byte> back(layout.blockBytes());
        memory->copy({block, back.data(), BlockCopy::Direction::ToHost});
        CHECK(back == host[static_cast<std::size_t>(block)]);
    }
}
