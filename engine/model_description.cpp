#include "model_description.h"

#include "model/import_plan.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>

namespace qwill::engine {

namespace {

const char* scalingName(RopeScaling::Kind kind)
{
    switch (kind) {
    case RopeScaling::Kind::Linear: return "linear";
    case RopeScaling::Kind::Yarn: return "yarn";
    case RopeScaling::Kind::Llama3: return "llama3";
    case RopeScaling::Kind::LongRope: return "longrope";
    case RopeScaling::Kind::None: break;
    }
    return "none";
}

nlohmann::json scalingJson(const RopeScaling& scaling)
{
    nlohmann::json json{{"kind", scalingName(scaling.kind)}};
    if (scaling.kind == RopeScaling::Kind::None)
        return json;
    json["factor"] = scaling.factor;
    if (scaling.kind != RopeScaling::Kind::Linear)
        json["original_context"] = scaling.originalContext;
    if (scaling.kind == RopeScaling::Kind::Yarn) {
        json["beta_fast"] = scaling.betaFast;
        json["beta_slow"] = scaling.betaSlow;
        json["attention_factor"] = scaling.attentionFactor;
    }
    if (scaling.kind == RopeScaling::Kind::Llama3) {
        json["low_freq_factor"] = scaling.lowFreqFactor;
        json["high_freq_factor"] = scaling.highFreqFactor;
    }
    return json;
}

std::string nameOf(const Checkpoint& checkpoint)
{
    if (!checkpoint.config().name.empty())
        return checkpoint.config().name;
    std::filesystem::path path(checkpoint.path());
    if (!path.has_filename()) // "model/"
        path = path.parent_path();
    return path.extension() == ".gguf" ? path.stem().string() : path.filename().string();
}

} // namespace

std::string parameterText(std::uint64_t count)
{
    struct Unit {
        double size;
        const char* name;
        int decimals; // "4.0 B", but "596 M"
    };
    constexpr std::array<Unit, 3> kUnits{{{1e9, "B", 1}, {1e6, "M", 0}, {1e3, "k", 0}}};
    std::array<char, 32> text{};
    for (const Unit& unit : kUnits) {
        if (static_cast<double>(count) >= unit.size) {
            std::snprintf(text.data(), text.size(), "%.*f %s", unit.decimals, static_cast<double>(count) / unit.size,
                          unit.name);
            return text.data();
        }
    }
    return std::to_string(count);
}

ModelInfo describeModel(const Checkpoint& checkpoint)
{
    const ModelConfig& config = checkpoint.config();
    ModelInfo info;
    info.path = checkpoint.path();
    info.name = nameOf(checkpoint);
    info.architecture = architectureName(config.architecture);
    info.format = checkpoint.formatText();
    info.parameterCount = checkpoint.parameterCount();
    info.parameterCountText = parameterText(info.parameterCount);
    info.fileBytes = checkpoint.fileBytes();
    info.layerCount = config.layerCount;
    info.hiddenSize = config.hiddenSize;
    info.headCount = config.headCount;
    info.kvHeadCount = config.kvHeadCount;
    info.headDim = config.headDim;
    info.vocabSize = config.vocabSize;
    info.maxContext = config.maxContext;
    info.recommendedSampling = config.recommendedSampling;
    return info;
}

std::vector<WeightForm> describeForms(const Checkpoint& checkpoint)
{
    std::vector<WeightForm> forms;
    Weights slots;
    const auto plan = planImport(checkpoint, WeightFormat::Auto, slots);
    if (!plan)
        return forms;
    for (const MatrixPlan& m : plan->matrices) {
        WeightForm form;
        form.memory = formatName(m.format);
        if (!isDense(m.format))
            form.memory.append(" g").append(std::to_string(m.groupSize));
        form.stored = m.source ? m.source->text() : form.memory; // a packed file has it as it is
        form.change = !m.source || m.inPlace ? WeightForm::Change::None
            : m.repack                       ? WeightForm::Change::Repacked
                                             : WeightForm::Change::Rounded;
        auto same = std::ranges::find_if(forms, [&](const WeightForm& f) {
            return f.stored == form.stored && f.memory == form.memory && f.change == form.change;
        });
        if (same == forms.end())
            same = forms.insert(forms.end(), form);
        ++same->matrices;
        same->bytes += m.bytes;
    }
    std::ranges::sort(forms, std::ranges::greater{}, &WeightForm::bytes);
    return forms;
}

std::string describeConfig(const ModelConfig& config)
{
    const nlohmann::json json{
        {"architecture", architectureName(config.architecture)},
        {"vocab_size", config.vocabSize},
        {"hidden_size", config.hiddenSize},
        {"intermediate_size", config.intermediateSize},
        {"layers", config.layerCount},
        {"heads", config.headCount},
        {"kv_heads", config.kvHeadCount},
        {"head_dim", config.headDim},
        {"max_context", config.maxContext},
        {"rms_eps", config.rmsEps},
        {"rope_theta", config.ropeTheta},
        {"rope_scaling", scalingJson(config.ropeScaling)},
        {"tied_embeddings", config.tiedEmbeddings},
        {"qk_norm", config.qkNorm},
        {"qkv_bias", config.qkvBias},
        {"output_bias", config.outputBias},
        {"branch_norms", config.branchNorms},
        {"activation", config.activation == Activation::Silu ? "silu" : "gelu_tanh"},
        {"embedding_scale", config.embeddingScale},
        {"attention_cap", config.attentionCap},
        {"logit_cap", config.logitCap},
        {"rotary_dim", config.ropeDim()},
        {"ropeless_layers", config.ropelessLayers},
        {"sliding_layers", config.slidingLayers},
        {"sliding_window", config.slidingWindow},
        {"eos_tokens", config.eosTokens},
        {"bos_token", config.bosToken},
    };
    // A name from a file may hold any bytes: replace what is not UTF-8 instead of throwing.
    return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace qwill::engine
