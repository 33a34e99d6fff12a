// The forms of attention beside each other: by way of shared memory, shared by a prompt's blocks, with one part.

#include "attention_error.h"

using namespace qwill::engine;
using namespace qwill::engine::cuda;
using namespace qwill::engine::cuda::testing;

namespace {

bool sameBits(const Floats& a, const Floats& b)
{
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

const Shape kShapes[] = {{KvElement::F16, 64, 1, 4},   {KvElement::Int8, 64, 2, 4},  {KvElement::F16, 40, 1, 3},
                         {KvElement::Int8, 128, 1, 7}, {KvElement::F16, 128, 1, 4},  {KvElement::Int8, 128, 1, 1},
                         {KvElement::F16, 256, 1, 2},  {KvElement::Int8, 256, 1, 2}, {KvElement::F16, 128, 1, 10}};
const std::vector<Sequence> kMixed{{170, 45}, {97, 1}, {33, 18}, {1, 1}, {64, 2}};

void storePages(const Scene& s, const Device& device)
{
    const RopeKvArgs args = device.ropeArgs(s);
    REQUIRE(kernels().ropeKv(&args, nullptr) == 0);
}

} // namespace

TEST_CASE("by way of shared memory attention has the bits that it has from the cache")
{
    if (skipped())
        return;
    for (const Shape& shape : kShapes) {
        CAPTURE(shape.headDim);
        CAPTURE(static_cast<int>(shape.element));
        if (!hasForm(Form::Staged, shape))
            continue;
        const Scene s(shape, kMixed, 21);
        const Device device(s);
        storePages(s, device);
        for (const Options& o : {Options{1, 0, 2.5f}, {3, 40, 0}}) {
            CAPTURE(o.splits);
            const Floats cache = attentionOutput(s, device, o);
            CHECK(sameBits(cache, attentionOutput(s, device, {o.splits, o.window, o.cap, Form::Staged})));
        }
    }
    CHECK(deviceIsIntact());
}

TEST_CASE("a prompt's shared pages give the bits of a warp's own")
{
    if (skipped())
        return;
    for (const Shape& shape : kShapes) {
        CAPTURE(shape.headDim);
        CAPTURE(static_cast<int>(shape.element));
        if (!hasForm(Form::Prompt, shape))
            continue;
        const Scene s(shape, kMixed, 22);
        const Device device(s);
        storePages(s, device);
        for (const Options& o : {Options{1, 0, 0}, {1, 40, 2.5f}}) {
            CAPTURE(o.window);
            const Floats own = attentionOutput(s, device, o);
            CHECK(sameBits(own, attentionOutput(s, device, {1, o.window, o.cap, Form::Prompt})));
        }
    }
    CHECK(deviceIsIntact());
}

TEST_CASE("a prompt's attention equals the scalar kernels', near as far as one part reaches")
{
    if (skipped())
        return;
    for (const Shape& shape : kShapes)
        for (const Form form : {Form::Prompt, Form::Near}) {
            CAPTURE(shape.headDim);
            CAPTURE(static_cast<int>(shape.element));
            CAPTURE(static_cast<int>(form));
            if (!hasForm(form, shape))
                continue;
            const Scene s(shape, {{150, 70}, {33, 33}, {40, 1}}, 23);
            const Device device(s);
            storePages(s, device);
            for (const Options& o : {Options{1, 0, 0, form}, {1, 20, 0, form}, {1, 9, 2.5f, form}}) {
                CAPTURE(o.window);
                CHECK(worstError(s, device, o) <= 1);
            }
        }
}

TEST_CASE("long and short slices of one step are served apart")
{
    if (skipped())
        return;
    for (const Shape& shape : {Shape{KvElement::F16, 64, 2, 4}, {KvElement::Int8, 128, 1, 4}}) {
        const Scene s(shape, kMixed, 24);
        const Device device(s);
        storePages(s, device);
        const Floats all = attentionOutput(s, device, {1, 0, 0});
        const Floats prompts = attentionOutput(s, device, {1, 0, 0, Form::Prompt, kPromptTokens});
        const Floats few = attentionOutput(s, device, {1, 0, 0, Form::Staged, 1, kPromptTokens - 1});
        Floats together = all;
        for (std::size_t i = 0; i < all.size(); ++i) {
            CHECK((std::isnan(prompts[i]) || std::isnan(few[i])));
            together[i] = std::isnan(few[i]) ? prompts[i] : few[i];
        }
        CHECK(sameBits(all, together));
    }
}

TEST_CASE("a score that is no number makes its own row none, and no other")
{
    if (skipped())
        return;
    for (const KvElement element : {KvElement::F16, KvElement::Int8})
        for (const Form form : {Form::Cache, Form::Staged, Form::Prompt, Form::Near})
            for (const int splits : {1, 3}) {
                CAPTURE(static_cast<int>(form));
                const Shape shape{element, 64, 1, 2};
                if (!hasForm(form, shape) || (form >= Form::Prompt && splits > 1))
                    continue;
                Scene s(shape, {{120, 40}}, 25);
                s.qkv[static_cast<std::size_t>(100 * s.stride) + 64 + 5] = std::nanf(""); // second head of token 100
                const Device device(s);
                storePages(s, device);
                const Floats got = attentionOutput(s, device, {splits, 0, 0, form});
                for (int row = 80; row < 120; ++row)
                    for (int d = 0; d < 128; ++d)
                        CHECK(std::isnan(got[static_cast<std::size_t>(row * 128 + d)]) == (row == 100 && d >= 64));
            }
}
