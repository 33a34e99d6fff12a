#!/usr/bin/env bash
# Random shapes nobody chose: makes COUNT models with transformers and checks qwill-cli's logits and greedy replies on them.
#   random_parity.sh QWILL_CLI [COUNT] [SEED]      as root, after setup.sh
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cli=$(realpath "${1:?the path of qwill-cli}"); count=${2:-20}; seed=${3:-1}
work=$(mktemp -d /var/tmp/random-parity.XXXXXX)
export QWILL_REFERENCE_MOUNT=$work
"$here/run.sh" random_parity.py make "$work" "$count" "$seed"
for model in "$work"/*/; do
  exact=(--weights f32 --kv f32 --device cpu)
  "$cli" logits "$model" --ids "@$model/ids.txt" "${exact[@]}" --out "$model/got.f32" || true
  "$cli" generate "$model" --ids "@$model/prompt.txt" "${exact[@]}" --greedy --ignore-eos -n 64 --json >"$model/got.json" || true
done
"$here/run.sh" random_parity.py check "$work" || { echo "kept: $work" >&2; exit 1; }
umount "${QWILL_REFERENCE_DIR:-/var/tmp/ref-trixie}$work"
rm -r "$work"
