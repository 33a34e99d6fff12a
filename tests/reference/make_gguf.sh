#!/usr/bin/env bash
# Writes the goldens of tests/data/reference/gguf: tiny GGUF files that llama-quantize made, with the logits of
# transformers on the dequantised weights and llama.cpp's own best ten. As root, after setup.sh and peer-llama.sh setup.
#   make_gguf.sh [PATTERN]     only the files whose name matches; QWILL_PEER_DIR names another folder than /var/tmp/peer-llama
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
pattern=${1:-.}
peer=${QWILL_PEER_DIR:-/var/tmp/peer-llama}
work=$peer/models/reference # /models/reference inside
port=18099
mkdir -p "$work"
export QWILL_REFERENCE_MOUNT=$work
inside=("$here/../../../shared/tools/peer-llama.sh" run "$peer" --)

"$here/run.sh" make_gguf.py sources "$work"
# Name, source, llama-quantize's type.
while read -r name source type; do
  [[ $name =~ $pattern ]] || continue
  "${inside[@]}" llama-quantize "/models/reference/$source.gguf" "/models/reference/$name.gguf" "$type" 1 </dev/null >"$work/$name.log" 2>&1
  # No flash attention and a float32 cache: what remains is the rounding of activations inside the products.
  "${inside[@]}" llama-server -m "/models/reference/$name.gguf" --port $port -t 1 -c 512 -np 1 -fa off -ctk f32 -ctv f32 \
    --offline </dev/null >>"$work/$name.log" 2>&1 &
  server=$!
  until curl -sf "http://127.0.0.1:$port/health" >/dev/null; do
    kill -0 $server 2>/dev/null || { tail -5 "$work/$name.log" >&2; exit 1; }
    sleep 0.2
  done
  "$here/run.sh" make_gguf.py ask $port "$work/$name.peer.json"
  kill $server; wait $server 2>/dev/null || true
  "$here/run.sh" make_gguf.py golden "$work" "$name" "$source"
done <<'END'
qwen3-f16 small F16
qwen3-q8_0 small Q8_0
qwen3-q4_0 small Q4_0
qwen3-q4_1 small Q4_1
qwen3-q5_0 small Q5_0
qwen3-q5_1 small Q5_1
qwen3-iq4_nl small IQ4_NL
qwen3-q4_k_m wide Q4_K_M
qwen3-q5_k_m wide Q5_K_M
llama-q8_0 llama Q8_0
qwen2-yarn-q8_0 qwen2 Q8_0
END
