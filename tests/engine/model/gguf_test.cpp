#include "model/gguf.h"

#include "support/gguf_writer.h"

#include <doctest/doctest.h>

#include <cstring>

using namespace qwill::engine;
using namespace qwill::test;

namespace {

std::span<const std::byte> bytesOf(const std::string& text)
{
    return std::as_bytes(std::span(text));
}

std::string errorOf(const std::string& content)
{
    auto parsed = parseGguf(bytesOf(content), "x.gguf");
    return parsed ? "" : parsed.error().message;
}

void checkError(const std::string& content, const std::string& expected)
{
    const std::string message = errorOf(content);
    INFO(message);
    CHECK(message.find(expected) != std::string::npos);
}

std::string number(std::uint64_t value)
{
    return GgufWriter::bytes(value);
}

std::string code(std::uint32_t value)
{
    return GgufWriter::bytes(value);
}

GgufWriter sample()
{
    GgufWriter w;
    w.text("general.architecture", "qwen3");
    w.u32("a.u32", 7);
    w.f32("a.f32", 0.5f);
    w.boolean("a.bool", true);
    w.texts("a.texts", {"x", "", "yz"});
    w.i32s("a.i32s", {1, -2, 3});
    w.raw("a.nested", 9, code(9) + number(2) + code(0) + number(1) + "\x05" + code(0) + number(0));
    w.tensor("t", 0, {2, 3}, std::string(24, '\1'));
    w.tensor("q", 2, {1, 32}, std::string(18, '\2'));
    return w;
}

} // namespace

TEST_CASE("readsEveryKindOfValue")
{
    for (std::uint32_t version : {2u, 3u}) {
        GgufWriter w = sample();
        w.version = version;
        w.raw("i8", 1, "\xff");
        w.raw("u8", 0, "\xff");
        w.raw("i16", 3, GgufWriter::bytes<std::int16_t>(-300));
        w.raw("u16", 2, GgufWriter::bytes<std::uint16_t>(65535));
        w.raw("i32", 5, GgufWriter::bytes<std::int32_t>(-70000));
        w.raw("u64", 10, number(~std::uint64_t{0}));
        w.raw("i64", 11, GgufWriter::bytes<std::int64_t>(-5));
        w.raw("f64", 12, GgufWriter::bytes(0.25));
        const std::string content = w.build();
        auto file = parseGguf(bytesOf(content), "x");
        REQUIRE(file);
        const GgufMetadata& m = file->metadata;
        CHECK(m.text("general.architecture") == "qwen3");
        CHECK(m.integer("a.u32") == 7);
        CHECK(m.integer("i8") == -1);
        CHECK(m.integer("u8") == 255);
        CHECK(m.integer("i16") == -300);
        CHECK(m.integer("u16") == 65535);
        CHECK(m.integer("i32") == -70000);
        CHECK(m.integer("u64") == std::nullopt); // does not fit
        CHECK(m.integer("i64") == -5);
        CHECK(m.real("f64") == 0.25);
        CHECK(m.real("a.f32") == 0.5);
        CHECK(m.boolean("a.bool") == true);
        CHECK(m.texts("a.texts") == std::vector<std::string_view>{"x", "", "yz"});
        CHECK(m.integers("a.i32s") == std::vector<std::int64_t>{1, -2, 3});
        CHECK(m.integers("a.texts").empty());
        CHECK(m.text("missing") == std::nullopt);
        CHECK(m.text("a.u32") == std::nullopt);
        REQUIRE(file->tensors.size() == 2);
        CHECK(file->tensors[0].shape == std::vector<std::int64_t>{2, 3});
        CHECK(file->tensors[0].data.size() == 24);
        CHECK(file->tensors[1].dtype == DType::Q4_0);
        CHECK(file->tensors[1].data[0] == std::byte{2});
    }
}

TEST_CASE("namesTheMistakeInAHostileGguf")
{
    const auto with = [](auto&& change) {
        GgufWriter w = sample();
        change(w);
        return w.build();
    };
    checkError("GGU", "not a GGUF");
    checkError("GGML" + std::string(40, '\0'), "not a GGUF");
    checkError(with([](auto& w) { w.version = 1; }), "version 1");
    checkError(with([](auto& w) { w.version = 0x03000000; }), "big-endian");
    std::string content = sample().build();
    for (std::uint64_t count : {std::uint64_t{1} << 20, std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
        std::string many = content;
        std::memcpy(many.data() + 8, &count, 8);
        checkError(many, "tensors, more than");
        many = content;
        std::memcpy(many.data() + 16, &count, 8);
        checkError(many, "keys, more than");
        checkError(with([&](auto& w) { w.raw("s", 8, number(count)); }), "ends inside its header");
        checkError(with([&](auto& w) { w.raw("s", 9, code(4) + number(count)); }), "ends inside its header");
        checkError(with([&](auto& w) { w.raw("s", 9, code(8) + number(count)); }), "ends inside its header");
        checkError(with([&](auto& w) { w.tensorAt("huge", 0, {static_cast<std::int64_t>(count)}, 0); }),
                   count >> 48 ? "dimension" : "truncated");
        checkError(with([&](auto& w) { w.tensorAt("far", 0, {1}, count / 32 * 32); }), "truncated");
    }
    checkError(with([](auto& w) { w.u32("a.u32", 8); }), "a.u32 twice");
    checkError(with([](auto& w) { w.raw("z", 13, "abcd"); }), "unknown type 13");
    checkError(with([](auto& w) { w.raw("z", 9, code(99) + number(1) + "a"); }), "unknown type 99");
    std::string deep;
    for (int i = 0; i < 100; ++i)
        deep += code(9) + number(1);
    checkError(with([&](auto& w) { w.raw("z", 9, deep); }), "nested more than");
    checkError(with([](auto& w) { w.raw("", 0, "a"); }), "key of 0 bytes");
    checkError(with([](auto& w) { w.u32("general.alignment", 24); }), "power of two");
    checkError(with([](auto& w) { w.u32("general.alignment", 0); }), "power of two");
    checkError(with([](auto& w) { w.text("general.alignment", "32"); }), "power of two");
    checkError(with([](auto& w) { w.tensorAt("t", 0, {1}, 64); }), "tensor t twice");
    checkError(with([](auto& w) { w.tensorAt("o", 0, {4}, 0); }), "overlapping");
    checkError(with([](auto& w) { w.tensorAt("u", 0, {4}, 7); }), "not aligned");
    checkError(with([](auto& w) { w.tensorAt("k", 12, {100}, 64); }), "impossible shape");
    checkError(with([](auto& w) { w.tensorAt("k", 77, {100}, 64); }), "type 77");
    checkError(with([](auto& w) { w.tensorAt("k", 0, {1, 1, 1, 1, 1}, 64); }), "5 dimensions");
    checkError(with([](auto& w) { w.tensorAt("k", 0, {0, 4}, 64); }), "dimension of 0");
    const std::int64_t big = std::int64_t{1} << 40;
    checkError(with([&](auto& w) { w.tensorAt("k", 0, {big, big}, 64); }), "impossible shape");
}

TEST_CASE("survivesEveryTruncationAndBitFlipOfAGguf")
{
    const std::string good = sample().build();
    REQUIRE(errorOf(good).empty());
    const std::size_t lastByte = good.size() - 14; // the padding after the last tensor's 18 bytes may be missing
    for (std::size_t size = 0; size < lastByte; ++size)
        CHECK_FALSE(errorOf(good.substr(0, size)).empty());
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
        std::string flipped = good;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
        auto parsed = parseGguf(bytesOf(flipped), "x");
        if (!parsed)
            continue;
        for (const TensorView& view : parsed->tensors)
            CHECK((view.data.data() >= bytesOf(flipped).data()
                   && view.data.data() + view.data.size() <= bytesOf(flipped).data() + flipped.size()));
        for (const auto& [key, value] : parsed->metadata.values()) { // decoding what was accepted reads nothing outside
            (void)parsed->metadata.texts(key);
            (void)parsed->metadata.integers(key);
            (void)parsed->metadata.reals(key);
        }
    }
}
