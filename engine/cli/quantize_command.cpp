// qwill-cli quantize: writes a model in 8 or 4 bits, as a directory that loads at once.

#include "cli/commands.h"
#include "cli/terminal.h"

#include "model/checkpoint.h"
#include "model/import.h"
#include "model/packed_directory.h"

namespace qwill::engine::cli {

Result<void> runCommand(const QuantizeOptions& options)
{
    const auto checkpoint = Checkpoint::open(options.model.path);
    if (!checkpoint)
        return checkpoint.error();
    ImportOptions import;
    import.weights = options.model.weights;
    import.threads = options.model.prefillThreads > 0 ? options.model.prefillThreads : options.model.threads;
    import.progress = [](const LoadProgress& progress) {
        showProgress("Quantising", progress.bytesDone, progress.bytesTotal);
};
const auto weights = importWeights(*checkpoint, import);
clearProgressLine();
if (!weights)
    return weights.error();
return savePacked(*weights, *checkpoint, options.outPath);
} // namespace qwill::engine::cli

} // namespace qwill::engine::cli
