#include "model/safetensors.h"

#include "support/tiny_model.h"

#include <doctest/doctest.h>

#include <cstring>

using namespace qwill::engine;
using namespace qwill::test;

namespace {

std::span<const std::byte> bytesOf(const std::string& text)
{
    return std::as_bytes(std::span(text));
}

std::string file(const std::string& header, std::size_t dataBytes)
{
    const std::uint64_t length = header.size();
    std::string content(8, '\0');
    std::memcpy(content.data(), &length, 8);
    return content + header + std::string(dataBytes, '\0');
}

std::string errorOf(const std::string& content)
{
    auto parsed = parseSafetensors(bytesOf(content), "x.safetensors");
    return parsed ? "" : parsed.error().message;
}

} // namespace

TEST_CASE("readsNamesShapesAndData")
{
    const std::string content = file(
        R"({"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[2,3],"data_offsets":[4,28]},"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]},"s":{"dtype":"I64","shape":[],"data_offsets":[28,36]},"e":{"dtype":"F16","shape":[0,7],"data_offsets":[28,28]}})",
        36);
    auto parsed = parseSafetensors(bytesOf(content), "x");
    REQUIRE(parsed);
    REQUIRE(parsed->size() == 4);
    CHECK((*parsed)[0].name == "a");
    CHECK((*parsed)[0].dtype == DType::Bf16);
    CHECK((*parsed)[1].name == "b");
    CHECK((*parsed)[1].shape == std::vector<std::int64_t>{2, 3});
    CHECK((*parsed)[1].data.size() == 24);
    CHECK((*parsed)[1].data.data() == bytesOf(content).data() + content.size() - 32);
}

TEST_CASE("namesTheMistakeInAHostileHeader")
{
    struct Row {
        const char* header;
        const char* expected;
    };
    const Row rows[] = {
        {"{", "not valid JSON"},
        {"[]", "not a JSON object"},
        {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
         "names \"a\" twice"},
        {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})",
         "overlap"},
        {R"({"a":{"dtype":"Q7","shape":[1],"data_offsets":[0,4]}})", "type Q7"},
        {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", "instead of 8"},
        {R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", "no list of sizes"},
        {R"({"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}})", "no list of sizes"},
        {R"({"a":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,4]}})", "no list of sizes"},
        {R"({"a":{"dtype":"F32","shape":[4294967296,4294967296,4],"data_offsets":[0,4]}})", "cannot be"},
        {R"({"a":{"dtype":"F32","shape":[100],"data_offsets":[0,400]}})", "truncated"},
        {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[8,4]}})", "ends before it begins"},
        {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,18446744073709551615]}})", "truncated"},
        {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}})", "no positions"},
        {R"({"a":{"dtype":"F32","shape":[1]}})", "lacks"},
        {R"({"a":7})", "lacks"},
        {R"({"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}})", "10 dimensions"},
    };
    for (const Row& row : rows) {
        const std::string message = errorOf(file(row.header, 64));
        INFO(row.header);
        INFO(message);
        CHECK(message.find(row.expected) != std::string::npos);
    }
}

TEST_CASE("refusesLengthsThatCannotBe")
{
    CHECK(errorOf("").find("too short") != std::string::npos);
    CHECK(errorOf("1234567").find("too short") != std::string::npos);
    std::string content(16, '\0');
    for (std::uint64_t length :
         {std::uint64_t{9}, std::uint64_t{100'000'001}, std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
        std::memcpy(content.data(), &length, 8);
        CHECK_FALSE(errorOf(content).empty());
    }
    std::string nested(40'000, '[');
    CHECK(errorOf(file("{\"a\":" + nested, 0)).find("levels deep") != std::string::npos);
}

TEST_CASE("survivesEveryTruncationAndBitFlip")
{
    const std::string good = file(
        R"({"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"b":{"dtype":"BF16","shape":[4],"data_offsets":[24,32]}})",
        32);
    REQUIRE(errorOf(good).empty());
    for (std::size_t size = 0; size < good.size(); ++size)
        CHECK_FALSE(errorOf(good.substr(0, size)).empty());
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
        std::string flipped = good;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
        auto parsed = parseSafetensors(bytesOf(flipped), "x");
        if (!parsed)
            continue;
        for (const TensorView& view : *parsed) // whatever was accepted lies inside the file
            CHECK((view.data.data() >= bytesOf(flipped).data()
                   && view.data.data() + view.data.size() <= bytesOf(flipped).data() + flipped.size()));
    }
}
