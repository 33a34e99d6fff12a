// qwill-cli quantize: writes a model in 8 or 4 bits, as a directory that loads at once.

#include "cli/commands.h"

namespace qwill::engine::cli {

Result<void> runCommand(const QuantizeOptions&)
{
    return Error{ErrorCode::Unsupported, "quantize is not built yet."};
}

} // namespace qwill::engine::cli
