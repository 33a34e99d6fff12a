#include "model/import_parts.h"

#include <algorithm>

namespace qwill::engine {

namespace {

Result<const TensorView*> findTyped(const Checkpoint& checkpoint, const std::string& module, const std::string& suffix,
                                    std::initializer_list<DType> types)
{
    const std::string name = module + suffix;
    const TensorView* tensor = checkpoint.find(name);
    if (!tensor)
        return Error{ErrorCode::Corrupt, "The model lacks the tensor " + name + "."};
    if (std::ranges::find(types, tensor->dtype) == types.end()) {
        std::string wanted;
        for (DType type : types)
            wanted += (wanted.empty() ? "" : " or ") + std::string(dtypeName(type));
        return Error{ErrorCode::Corrupt,
                     "The tensor " + name + " has type " + std::string(dtypeName(tensor->dtype)) + " instead of "
                         + wanted + "."};
    }
    return tensor;
}

} // namespace

Result<const TensorView*> findPart(const Checkpoint& checkpoint, const std::string& module, const std::string& suffix,
                                   std::initializer_list<DType> types, const std::vector<std::int64_t>& shape)
{
    auto tensor = findTyped(checkpoint, module, suffix, types);
    if (tensor && (*tensor)->shape != shape)
        return Error{ErrorCode::Corrupt,
                     "The tensor " + (*tensor)->name + " has shape " + shapeText((*tensor)->shape)
                         + ", but the configuration asks for " + shapeText(shape) + "."};
    return tensor;
}

Result<const TensorView*> findPartOfRank(const Checkpoint& checkpoint, const std::string& module,
                                         const std::string& suffix, std::initializer_list<DType> types,
                                         std::size_t rank)
{
    auto tensor = findTyped(checkpoint, module, suffix, types);
    if (tensor && (*tensor)->shape.size() != rank)
        return Error{ErrorCode::Corrupt,
                     "The tensor " + (*tensor)->name + " has shape " + shapeText((*tensor)->shape) + " instead of "
                         + std::to_string(rank) + " dimensions."};
    return tensor;
}

Result<std::int64_t> groupColumns(const std::string& tensor, std::int64_t columns, std::int64_t groups,
                                  std::int64_t declared)
{
    const auto fits = [&](std::int64_t size) { return size > 0 && (columns + size - 1) / size == groups; };
    if (groups == 1 && (declared <= 0 || declared >= columns))
        return columns;
    if (fits(declared))
        return declared;
    if (groups > 0 && columns % groups == 0)
        return columns / groups; // a layer with a scheme of its own
    return Error{
        ErrorCode::Corrupt,
        "The tensor " + tensor + " has " + std::to_string(groups) + " groups for " + std::to_string(columns)
            + " columns"
            + (declared > 0 ? ", but the configuration asks for groups of " + std::to_string(declared) : std::string())
            + "."};
}

} // namespace qwill::engine
