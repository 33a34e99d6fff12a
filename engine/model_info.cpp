#include "engine/model_info.h"

#include "load_plan.h"
#include "model/checkpoint.h"
#include "model/packed_cache.h"
#include "model/tensor.h"
#include "model_description.h"
#include "tokenizer_files.h"

#include <filesystem>

namespace qwill::engine {

namespace {

// Whether the model brought a template at all; whether we can render it is known once it is loaded.
bool hasChatTemplate(const Checkpoint& checkpoint)
{
    const auto source = readChatTemplateSource(checkpoint);
    return source && !source->templateText.empty();
}

} // namespace

Result<ModelDetails> inspectModel(const std::string& path)
{
    const auto checkpoint = Checkpoint::open(path);
    if (!checkpoint)
        return checkpoint.error();
    ModelDetails details;
    details.info = describeModel(*checkpoint);
    details.info.hasChatTemplate = hasChatTemplate(*checkpoint);
    details.forms = describeForms(*checkpoint);
    details.configJson = describeConfig(checkpoint->config());
    details.tensors.reserve(checkpoint->tensors().size());
    for (const TensorView& tensor : checkpoint->tensors())
        details.tensors.push_back(
            {tensor.name, std::string(dtypeName(tensor.dtype)), tensor.shape, tensor.data.size()});
    return details;
}

Result<MemoryPlan> planMemory(const std::string& path, WeightFormat weights, KvFormat kv, int contextLength,
                              const DeviceInfo& device)
{
    if (contextLength < 1 || contextLength > kMaxModelContext)
        return Error{ErrorCode::Invalid,
                     "The context length must be between 1 and " + std::to_string(kMaxModelContext) + ", not "
                         + std::to_string(contextLength) + "."};
    const auto checkpoint = Checkpoint::open(path);
    if (!checkpoint)
        return checkpoint.error();
    return planForm(*checkpoint, {weights, kv, contextLength}, device, {});
}

std::vector<std::string> preparedFilesOf(const std::string& path)
{
    std::vector<std::string> files;
    const auto checkpoint = Checkpoint::open(path);
    if (!checkpoint)
        return files;
    for (const WeightFormat format :
         {WeightFormat::Auto, WeightFormat::W4, WeightFormat::W8}) { // dense weights are not kept
        const PackedCache cache(*checkpoint, format, "");
        std::error_code ignored;
        if (!cache.path().empty() && std::filesystem::exists(cache.path(), ignored))
            files.push_back(cache.path());
    }
    return files;
}

} // namespace qwill::engine
