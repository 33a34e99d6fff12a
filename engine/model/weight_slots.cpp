#include "model/weight_slots.h"

#include <string_view>

namespace qwill::engine {

namespace {

void addLayer(WeightSlots& slots, const ModelConfig& c, LayerWeights& layer, int index)
{
    const std::string prefix = "model.layers." + std::to_string(index) + ".";
    const auto matrix = [&](const char* name, WeightMatrix& m, int rows, int cols,
                            MatrixRole role = MatrixRole::Layer) {
        slots.matrices.push_back({prefix + name + ".weight", &m, rows, cols, role});
    };
    const auto vector = [&](const char* name, std::vector<float>& v, int size) {
        slots.vectors.push_back(
            {prefix + name, &v, size, std::string_view(name).find("norm") != std::string_view::npos});
    };
    const int q = c.queryRows(), kv = c.kvRows();
    vector("input_layernorm.weight", layer.attnNorm, c.hiddenSize);
    matrix("self_attn.q_proj", layer.q, q, c.hiddenSize);
    matrix("self_attn.k_proj", layer.k, kv, c.hiddenSize);
    matrix("self_attn.v_proj", layer.v, kv, c.hiddenSize, kv < q ? MatrixRole::SharedValue : MatrixRole::Layer);
    if (c.qkvBias) {
        vector("self_attn.q_proj.bias", layer.qBias, q);
        vector("self_attn.k_proj.bias", layer.kBias, kv);
        vector("self_attn.v_proj.bias", layer.vBias, kv);
    }
    if (c.qkNorm) {
        vector("self_attn.q_norm.weight", layer.qNorm, c.headDim);
        vector("self_attn.k_norm.weight", layer.kNorm, c.headDim);
    }
    matrix("self_attn.o_proj", layer.o, c.hiddenSize, q);
    if (c.outputBias)
        vector("self_attn.o_proj.bias", layer.oBias, c.hiddenSize);
    if (c.branchNorms) { // then post_attention is what it says
        vector("post_attention_layernorm.weight", layer.attnBranchNorm, c.hiddenSize);
        vector("pre_feedforward_layernorm.weight", layer.ffnNorm, c.hiddenSize);
        vector("post_feedforward_layernorm.weight", layer.ffnBranchNorm, c.hiddenSize);
    } else {
        vector("post_attention_layernorm.weight", layer.ffnNorm, c.hiddenSize);
    }
    matrix("mlp.gate_proj", layer.gate, c.intermediateSize, c.hiddenSize);
    matrix("mlp.up_proj", layer.up, c.intermediateSize, c.hiddenSize);
    matrix("mlp.down_proj", layer.down, c.hiddenSize, c.intermediateSize);
}

} // namespace

WeightSlots weightSlots(Weights& weights)
{
    const ModelConfig& c = weights.config;
    weights.layers.resize(static_cast<std::size_t>(c.layerCount));
    WeightSlots slots;
    slots.matrices.push_back(
        {"model.embed_tokens.weight", &weights.embedding, c.vocabSize, c.hiddenSize, MatrixRole::Embedding});
    for (int i = 0; i < c.layerCount; ++i)
        addLayer(slots, c, weights.layers[static_cast<std::size_t>(i)], i);
    slots.vectors.push_back({"model.norm.weight", &weights.outputNorm, c.hiddenSize, true});
    if (!c.tiedEmbeddings)
        slots.matrices.push_back({"lm_head.weight", &weights.head, c.vocabSize, c.hiddenSize, MatrixRole::Head});
    return slots;
}

} // namespace qwill::engine
