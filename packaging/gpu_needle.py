#!/usr/bin/env python3
"""Whether a prompt of very many tokens is answered with what stands in it at one place, found by its position alone.

  gpu_needle.py QWILL_CLI DEVICE TOKENS FOLDER TOKENIZER_DIR OUT.tsv     rows: name, ok | FAILED, figures

QWILL_CLI may be a command of several words: a checker, and what it runs.

The model is made here, of one layer: every key is the same, the query is that key turned by DISTANCE tokens, and what a
token says is its own id; so the reply repeats the prompt from DISTANCE tokens back on. There a lost page or a position
that is one off makes it say something else, as does any other place that looks like it. Part of packaging/gpu-check; needs numpy.
"""
import json, os, random, shlex, shutil, struct, subprocess, sys, time

import numpy as np

cli, device, tokens, folder, tokenizer, out = sys.argv[1:7]
tokens = int(tokens)
VOCAB, HEAD, HIDDEN, INNER, THETA = 256, 128, 320, 64, 5e6  # the bytes of a tokenizer without merges; half of them are used
SAID = 1 + HEAD  # where the layer writes what it found; 0 is a constant, 1 … the token
REPLY = 16
distance = tokens - tokens // 7  # the needle lies in the prompt's first seventh


def bf16(x):
    bits = np.ascontiguousarray(x, dtype=np.float32).view(np.uint32).astype(np.uint64)
    return ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16).astype(np.uint16)


def tensors():
    embedding = np.zeros((VOCAB, HIDDEN))
    embedding[:, 0] = 1
    embedding[np.arange(HEAD), 1 + np.arange(HEAD)] = 1
    # A distance of one token costs 1.2 of the 64 cosines, more than any other up to 262144: exp(−36).
    frequency = np.float32(THETA ** (-np.arange(HEAD // 2) * 2 / HEAD)).astype(np.float64)
    size = np.sqrt(30 * np.sqrt(HEAD))
    q, k, v, o = (np.zeros(shape) for shape in [(HEAD, HIDDEN), (HEAD, HIDDEN), (HEAD, HIDDEN), (HIDDEN, HEAD)])
    q[: HEAD // 2, 0] = size * np.cos(distance * frequency)
    q[HEAD // 2 :, 0] = -size * np.sin(distance * frequency)
    k[: HEAD // 2, 0] = size
    v[np.arange(HEAD), 1 + np.arange(HEAD)] = 1
    o[SAID + np.arange(HEAD), np.arange(HEAD)] = 1
    head = np.zeros((VOCAB, HIDDEN))
    head[np.arange(HEAD), SAID + np.arange(HEAD)] = 1
    layer = "model.layers.0."
    yield "model.embed_tokens.weight", embedding
    yield layer + "input_layernorm.weight", np.full(HIDDEN, np.sqrt(2 / HIDDEN))  # the norm undone
    for name, matrix in (("q", q), ("k", k), ("v", v), ("o", o)):
        yield f"{layer}self_attn.{name}_proj.weight", matrix
    yield layer + "post_attention_layernorm.weight", np.ones(HIDDEN)
    for name, shape in (("gate", (INNER, HIDDEN)), ("up", (INNER, HIDDEN)), ("down", (HIDDEN, INNER))):
        yield f"{layer}mlp.{name}_proj.weight", np.zeros(shape)
    yield "model.norm.weight", np.ones(HIDDEN)
    yield "lm_head.weight", head


def make_model():
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    config = dict(architectures=["LlamaForCausalLM"], model_type="llama", hidden_size=HIDDEN, intermediate_size=INNER,
                  num_attention_heads=1, num_key_value_heads=1, head_dim=HEAD, num_hidden_layers=1, vocab_size=VOCAB,
                  rms_norm_eps=1e-6, rope_theta=THETA, max_position_embeddings=262144, tie_word_embeddings=False,
                  hidden_act="silu", torch_dtype="bfloat16", bos_token_id=None, eos_token_id=None)
    with open(os.path.join(folder, "config.json"), "w") as file:
        json.dump(config, file)
    with open(os.path.join(tokenizer, "tokenizer.json")) as file:
        bytes_only = json.load(file)
    vocab = bytes_only["model"]["vocab"]
    bytes_only["model"] |= {"vocab": {word: id for word, id in vocab.items() if id < VOCAB}, "merges": []}
    bytes_only["added_tokens"] = []
    with open(os.path.join(folder, "tokenizer.json"), "w") as file:
        json.dump(bytes_only, file)
    head, data = {"__metadata__": {"format": "pt"}}, b""
    for name, values in tensors():
        numbers = bf16(values).tobytes()
        head[name] = {"dtype": "BF16", "shape": list(values.shape), "data_offsets": [len(data), len(data) + len(numbers)]}
        data += numbers
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 8)
    with open(os.path.join(folder, "model.safetensors"), "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


make_model()
rng = random.Random(7)
ids = [rng.randrange(HEAD) for _ in range(tokens)]
prompt = os.path.join(folder, "prompt.ids")
with open(prompt, "w") as file:
    file.write(",".join(map(str, ids)))
rows = []
for kv in ("f16", "int8"):
    started = time.time()
    done = subprocess.run([*shlex.split(cli), "generate", folder, "--ids", "@" + prompt, "--device", device, "--weights", "bf16", "--kv", kv,
                           "--ctx", str(tokens + 64), "--temperature", "0", "--max-tokens", str(REPLY), "--ignore-eos", "--json"],
                          capture_output=True, text=True)
    at = tokens - 1 - distance
    name, expected = f"needle {kv}", ids[at : at + REPLY]
    said = None
    if done.returncode == 0 and "{" in done.stdout:  # a checker may speak before and after
        said = json.JSONDecoder().raw_decode(done.stdout[done.stdout.index("{"):])[0]["ids"]
    noted = "".join("; " + line for line in done.stderr.splitlines() if "cuBLASLt" in line)
    if said == expected:
        rows.append((name, "ok", f"{REPLY} tokens from {distance} back in {tokens}, {time.time() - started:.1f} s{noted}"))
    else:
        rows.append((name, "FAILED", ((done.stderr or done.stdout)[-200:] if said is None else f"{said}, not {expected}").replace("\n", " ")))
    print(*rows[-1], sep="\t", flush=True)
with open(out, "w") as file:
    file.writelines("\t".join(r) + "\n" for r in rows)
sys.exit(any(verdict == "FAILED" for _, verdict, _ in rows))
