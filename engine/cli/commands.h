#pragma once
// The commands of qwill-cli, one file each. Each prints its result on standard output and returns an error as one
// sentence. Main thread.

#include "cli/options.h"
#include "engine/result.h"

namespace qwill::engine::cli {

Result<void> runCommand(const InfoOptions& options);
Result<void> runCommand(const InspectOptions& options);
Result<void> runCommand(const TokenizeOptions& options);
Result<void> runCommand(const DetokenizeOptions& options);
Result<void> runCommand(const LogitsOptions& options);
Result<void> runCommand(const GenerateOptions& options);
Result<void> runCommand(const ChatOptions& options);
Result<void> runCommand(const PerplexityOptions& options);
Result<void> runCommand(const QuantizeOptions& options);
Result<void> runCommand(const BenchOptions& options);

} // namespace qwill::engine::cli
