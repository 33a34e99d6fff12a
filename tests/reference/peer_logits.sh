#!/usr/bin/env bash
# The engine beside llama.cpp on files of the real vocabulary, too big to commit: Qwen3-shaped random weights from
# shared/tools/make_model.py, quantised by llama-quantize, the best ten tokens of both for the same ids. As root:
#   peer_logits.sh QWILL_CLI [SIZE] [LAYERS]     SIZE tiny (default), 0.6b or 4b; QWILL_PEER_DIR as in make_gguf.sh
# Exits 1 where the two differ by more than the rounding of llama.cpp's activations explains.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cli=$(realpath "${1:?the path of qwill-cli}"); size=${2:-tiny}; layers=${3:-4}
peer=${QWILL_PEER_DIR:-/var/tmp/peer-llama}
tools=$here/../../../shared/tools
work=$peer/models/peer-logits
port=18098
ids=9707,11,220,99489,374,264,2805,1614,315,279,12884,13,151644,872,198
inside=("$tools/peer-llama.sh" run "$peer" --)
export QWILL_REFERENCE_MOUNT=$work
mkdir -p "$work"
failed=0

"$here/run.sh" "$tools/make_model.py" gguf "$work/bf16.gguf" --size "$size" --layers "$layers"
for type in F16 Q8_0 Q4_0 Q4_1 Q5_0 Q5_1 Q4_K_M Q5_K_M Q6_K IQ4_NL; do
  "${inside[@]}" llama-quantize /models/peer-logits/bf16.gguf /models/peer-logits/$type.gguf $type 2 </dev/null >"$work/log" 2>&1
  "${inside[@]}" llama-server -m /models/peer-logits/$type.gguf --port $port -t 2 -c 512 -np 1 -fa off -ctk f32 -ctv f32 \
    --offline </dev/null >>"$work/log" 2>&1 &
  server=$!
  until curl -sf "http://127.0.0.1:$port/health" >/dev/null; do
    kill -0 $server 2>/dev/null || { tail -5 "$work/log" >&2; exit 1; }
    sleep 0.3
  done
  curl -sf "http://127.0.0.1:$port/completion" -H 'Content-Type: application/json' -d "{\"prompt\":[$ids],\"n_predict\":1,
    \"n_probs\":10,\"cache_prompt\":false,\"temperature\":0,\"logit_bias\":[[32,1000]]}" >"$work/peer.json"
  kill $server; wait $server 2>/dev/null || true
  for weights in f32 auto; do
    "$cli" logits "$work/$type.gguf" --ids $ids --weights $weights --kv f32 --device cpu >"$work/ours.json"
    "$here/run.sh" compare_top.py "$type, --weights $weights" "$work/peer.json" "$work/ours.json" || failed=1
  done
  rm "$work/$type.gguf"
done
exit $failed
