#include "base/half.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace qwill::engine;

TEST_CASE("everyF16SurvivesARoundTrip")
{
    for (std::uint32_t h = 0; h < 0x10000; ++h) {
        const float f = f16ToFloat(static_cast<std::uint16_t>(h));
        if (std::isnan(f)) {
            CHECK(std::isnan(f16ToFloat(floatToF16(f))));
            continue;
        }
        REQUIRE(floatToF16(f) == h);
    }
}

TEST_CASE("f16RoundsToTheNearestWithTiesToEven")
{
    for (std::uint32_t h = 0; h < 0x7bff; ++h) {
        const double low = f16ToFloat(static_cast<std::uint16_t>(h)),
                     high = f16ToFloat(static_cast<std::uint16_t>(h + 1));
        const auto middle = static_cast<float>((low + high) / 2); // exact: one more bit of mantissa
        REQUIRE(floatToF16(middle) == ((h & 1) ? h + 1 : h));
        REQUIRE(floatToF16(std::nextafter(middle, 0.0f)) == h);
        REQUIRE(floatToF16(std::nextafter(middle, 1e9f)) == h + 1);
        REQUIRE(floatToF16(-middle) == (((h & 1) ? h + 1 : h) | 0x8000));
    }
    CHECK(floatToF16(65519.996f) == 0x7bff);
    CHECK(floatToF16(65520.0f) == 0x7c00);
    CHECK(floatToF16(1e30f) == 0x7c00);
}

TEST_CASE("bf16RoundsToTheNearestWithTiesToEven")
{
    CHECK(floatToBf16(1.0f) == 0x3f80);
    CHECK(floatToBf16(1.00390625f) == 0x3f80); // tie, even below
    CHECK(floatToBf16(1.01171875f) == 0x3f82); // tie, even above
    CHECK(std::isnan(bf16ToFloat(floatToBf16(std::nanf("")))));
    CHECK(std::isinf(bf16ToFloat(floatToBf16(3.4e38f))));
}
