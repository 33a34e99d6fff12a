#include "model/hf_config.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace qwill::engine;
using Json = nlohmann::json;

namespace {

Json base(const char* architecture)
{
    return {{"architectures", {architecture}},
            {"vocab_size", 1000},
            {"hidden_size", 512},
            {"intermediate_size", 1024},
            {"num_hidden_layers", 4},
            {"num_attention_heads", 8},
            {"num_key_value_heads", 2},
            {"max_position_embeddings", 8192}};
}

ModelConfig parsed(const Json& config, const Json* generation = nullptr)
{
    auto result = parseHfConfig(config, generation);
    if (!result)
        FAIL(result.error().message);
    return *result;
}

std::string errorOf(const Json& config)
{
    auto result = parseHfConfig(config, nullptr);
    return result ? "" : result.error().message;
}

Json with(Json config, const char* key, Json value)
{
    config[key] = std::move(value);
    return config;
}

} // namespace

TEST_CASE("takesTheDefaultsOfEachArchitecture")
{
    const ModelConfig qwen3 = parsed(base("Qwen3ForCausalLM"));
    CHECK(qwen3.headDim == 128);
    CHECK(qwen3.qkNorm);
    CHECK_FALSE(qwen3.qkvBias);
    CHECK_FALSE(qwen3.tiedEmbeddings);
    CHECK(qwen3.ropeTheta == 10000);
    CHECK(qwen3.eosTokens.empty());
    CHECK(qwen3.bosToken == -1);

    const ModelConfig qwen2 = parsed(base("Qwen2ForCausalLM"));
    CHECK(qwen2.headDim == 64);
    CHECK(qwen2.qkvBias);
    CHECK_FALSE(qwen2.outputBias);
    CHECK_FALSE(qwen2.qkNorm);

    Json noKv = base("LlamaForCausalLM");
    noKv.erase("num_key_value_heads");
    const ModelConfig llama = parsed(noKv);
    CHECK(llama.kvHeadCount == 8);
    CHECK_FALSE(llama.qkvBias);
    CHECK(llama.eosTokens == std::vector<Token>{2});
    CHECK(llama.bosToken == 1);
    const ModelConfig biased = parsed(with(base("LlamaForCausalLM"), "attention_bias", true));
    CHECK(biased.qkvBias);
    CHECK(biased.outputBias);
}

TEST_CASE("readsEveryWayOfWritingRope")
{
    const Json yarn = {{"rope_type", "yarn"}, {"factor", 4.0}, {"original_max_position_embeddings", 4096}};
    Json oldYarn = {{"type", "yarn"}, {"factor", 4.0}, {"original_max_position_embeddings", 4096}};
    for (const Json& scaling : {yarn, oldYarn}) {
        const ModelConfig c = parsed(with(base("Qwen3ForCausalLM"), "rope_scaling", scaling));
        CHECK(c.ropeScaling.kind == RopeScaling::Kind::Yarn);
        CHECK(c.ropeScaling.factor == 4);
        CHECK(c.ropeScaling.originalContext == 4096);
        CHECK(c.maxContext == 16384); // what the scaling reaches
        CHECK(c.ropeScaling.attentionFactor == 0);
    }
    Json modern = base("Qwen3ForCausalLM");
    modern["rope_parameters"] = {{"rope_type", "default"}, {"rope_theta", 5e6}};
    CHECK(parsed(modern).ropeTheta == 5e6f);
    CHECK(parsed(modern).ropeScaling.kind == RopeScaling::Kind::None);

    const ModelConfig llama3 = parsed(with(base("LlamaForCausalLM"), "rope_scaling",
                                           {{"rope_type", "llama3"},
                                            {"factor", 8.0},
                                            {"low_freq_factor", 1.0},
                                            {"high_freq_factor", 4.0},
                                            {"original_max_position_embeddings", 8192}}));
    CHECK(llama3.ropeScaling.kind == RopeScaling::Kind::Llama3);
    CHECK(llama3.ropeScaling.originalContext == 8192);
    const ModelConfig linear =
        parsed(with(base("LlamaForCausalLM"), "rope_scaling", {{"type", "linear"}, {"factor", 2.0}}));
    CHECK(linear.ropeScaling.kind == RopeScaling::Kind::Linear);
}

TEST_CASE("readsWhichLayersSlide")
{
    using Layers = std::vector<int>;
    CHECK(parsed(with(base("MistralForCausalLM"), "sliding_window", nullptr)).slidingLayers.empty());
    CHECK(parsed(base("MistralForCausalLM")).slidingWindow == 4096); // transformers' default window
    const ModelConfig mistral = parsed(with(base("MistralForCausalLM"), "sliding_window", 100));
    CHECK(mistral.slidingWindow == 100);
    CHECK(mistral.slidingLayers == Layers{0, 1, 2, 3});
    CHECK(mistral.maxContext == 8192);
    Json qwen = with(base("Qwen2ForCausalLM"), "sliding_window", 128);
    CHECK(parsed(qwen).slidingLayers.empty());
    qwen["use_sliding_window"] = true;
    qwen["max_window_layers"] = 4;
    CHECK(parsed(qwen).slidingLayers.empty()); // no layer is beyond the fourth
    qwen["max_window_layers"] = 2;
    CHECK(parsed(qwen).slidingLayers == Layers{2, 3});
    qwen["layer_types"] = {"full_attention", "sliding_attention", "full_attention", "full_attention"};
    CHECK(parsed(qwen).slidingLayers == Layers{1});
    qwen["sliding_window"] = 8192; // as long as the context
    CHECK(parsed(qwen).slidingLayers.empty());
    CHECK(errorOf(with(base("MistralForCausalLM"), "sliding_window", 0)).find("sliding_window") != std::string::npos);
}

TEST_CASE("readsTheRelatives")
{
    using Layers = std::vector<int>;
    const ModelConfig gemma2 = parsed(with(base("Gemma2ForCausalLM"), "hidden_act", "gelu_pytorch_tanh"));
    CHECK(gemma2.branchNorms);
    CHECK(gemma2.activation == Activation::GeluTanh);
    CHECK(gemma2.slidingLayers == Layers{0, 2});
    CHECK(gemma2.attentionCap == 50);
    CHECK(gemma2.logitCap == 30);
    CHECK(gemma2.attentionScale == 1 / 16.0f);
    Json three = with(base("Gemma3ForCausalLM"), "hidden_activation", "gelu_pytorch_tanh");
    three["sliding_window_pattern"] = 3;
    three["sliding_window"] = 512;
    three["rope_theta"] = 1e6;
    const ModelConfig gemma3 = parsed(three);
    CHECK(gemma3.qkNorm);
    CHECK(gemma3.attentionCap == 0);
    CHECK(gemma3.slidingLayers == Layers{0, 1, 3});
    CHECK(gemma3.slidingRopeTheta == 10000);
    CHECK(gemma3.ropeTheta == 1e6f);
    const ModelConfig smol = parsed(with(base("SmolLM3ForCausalLM"), "no_rope_layers", {1, 1, 0, 1}));
    CHECK(smol.ropelessLayers == Layers{2});
    CHECK(parsed(base("SmolLM3ForCausalLM")).ropelessLayers == Layers{3});
    Json phi = with(base("Phi3ForCausalLM"), "partial_rotary_factor", 0.5);
    phi["sliding_window"] = nullptr;
    const int half = parsed(phi).headDim / 2;
    CHECK(parsed(phi).rotaryDim == half);
    phi["original_max_position_embeddings"] = 4096;
    phi["rope_scaling"] = {{"type", "longrope"},
                           {"short_factor", std::vector<float>(static_cast<std::size_t>(half / 2), 1.5f)},
                           {"long_factor", std::vector<float>(static_cast<std::size_t>(half / 2), 3.0f)}};
    CHECK(parsed(phi).ropeScaling.kind == RopeScaling::Kind::LongRope);
    CHECK(parsed(phi).ropeScaling.factor == 2);
    phi["rope_scaling"]["long_factor"] = {1.0, "x"};
    CHECK(errorOf(phi).find("factor") != std::string::npos);
    phi["rope_scaling"]["long_factor"] = 7;
    CHECK(errorOf(phi).find("long_factor") != std::string::npos);
    CHECK(errorOf(with(base("SmolLM3ForCausalLM"), "no_rope_layers", {1})).find("no_rope_layers") != std::string::npos);
    CHECK(errorOf(with(base("Gemma2ForCausalLM"), "hidden_activation", "relu")).find("relu") != std::string::npos);
    CHECK(errorOf(base("Gemma3ForConditionalGeneration")).find("Gemma3ForConditionalGeneration") != std::string::npos);
}

TEST_CASE("takesEosAndSamplingFromTheGenerationConfig")
{
    const Json generation = {
        {"eos_token_id", {7, 9, 5000}}, {"do_sample", true}, {"temperature", 0.6}, {"top_p", 0.95}};
    const ModelConfig c = parsed(with(base("Qwen3ForCausalLM"), "eos_token_id", 3), &generation);
    CHECK(c.eosTokens == std::vector<Token>{7, 9});
    CHECK(c.recommendedSampling.temperature == 0.6f);
    CHECK(c.recommendedSampling.topP == 0.95f);
    CHECK(c.recommendedSampling.topK == 50); // transformers' default beside do_sample
    const Json greedy = {{"do_sample", false}};
    CHECK(parsed(base("Qwen3ForCausalLM"), &greedy).recommendedSampling.temperature == 0);
    const Json silly = {{"temperature", -3}, {"top_k", 1e30}};
    CHECK(parsed(base("Qwen3ForCausalLM"), &silly).recommendedSampling.temperature == 0.7f);
    CHECK(parsed(with(base("Qwen3ForCausalLM"), "eos_token_id", 3)).eosTokens == std::vector<Token>{3});
}

TEST_CASE("refusesByName")
{
    const Json qwen = base("Qwen3ForCausalLM"), llama = base("LlamaForCausalLM");
    struct Row {
        Json config;
        const char* expected;
    };
    const Row rows[] = {
        {base("Qwen3MoeForCausalLM"), "Qwen3MoeForCausalLM"},
        {with(qwen, "hidden_act", "gelu"), "gelu"},
        {with(qwen, "num_experts", 8), "num_experts"},
        {with(llama, "mlp_bias", true), "mlp_bias"},
        {with(llama, "rope_scaling", {{"rope_type", "longrope"}}), "longrope"},
        {with(llama, "rope_scaling", {{"rope_type", "yarn"}, {"factor", 0.5}}), "factor"},
        {with(llama, "rope_scaling", 4), "rope_scaling is not an object"},
        {with(llama, "partial_rotary_factor", 0.5), "partial_rotary_factor"},
        {with(qwen, "hidden_size", 0), "hidden size"},
        {with(qwen, "hidden_size", -4), "hidden size"},
        {with(qwen, "hidden_size", "big"), "hidden_size"},
        {with(qwen, "hidden_size", 1e300), "hidden_size"},
        {with(qwen, "hidden_size", 512.5), "hidden_size"},
        {with(qwen, "hidden_size", nullptr), "hidden_size is missing"},
        {with(qwen, "num_attention_heads", 0), "head count"},
        {with(qwen, "num_key_value_heads", 3), "multiple"},
        {with(qwen, "num_key_value_heads", 0), "key/value"},
        {with(qwen, "head_dim", 33), "odd"},
        {with(qwen, "vocab_size", 2147483647), "vocabulary"},
        {with(qwen, "num_hidden_layers", 1 << 20), "layer count"},
        {with(qwen, "rms_norm_eps", 0), "rms_norm_eps"},
        {with(qwen, "rope_theta", -1), "rope_theta"},
        {with(qwen, "eos_token_id", "x"), "eos_token_id"},
        {with(qwen, "tie_word_embeddings", 1), "tie_word_embeddings"},
        {Json::object(), "architecture"},
    };
    for (const Row& row : rows) {
        const std::string message = errorOf(row.config);
        INFO(message);
        CHECK(message.find(row.expected) != std::string::npos);
    }
}
