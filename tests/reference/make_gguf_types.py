#!/usr/bin/env python3
"""Writes the goldens of the GGUF types that llama-quantize was not asked for: tiny Qwen3 and Llama models whose matrices
are random blocks of Q2_K, Q3_K, IQ4_XS and MXFP4 (Q5_K, Q6_K and Q5_1 among them), a type each, and the logits of
transformers on the weights as the PyPI package `gguf` dequantises them. Whole files, as tests/engine/parity/gguf_test.cpp
reads them; llama.cpp has no part in it, so there is no `peer`.

  run.sh make_gguf_types.py
"""
import json, pathlib
import numpy as np
import torch
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType as T, GGUFWriter
from gguf.quants import dequantize
from make_gguf import gguf_name, reordered, vocabulary, VOCAB
from make_parity import build, logits_of

OUT = pathlib.Path(__file__).resolve().parents[1] / "data" / "reference" / "gguf_types"
# Rows of 256 for the K types in and out of the layer; o has rows of 128, which are blocks of 32.
SHAPE = dict(hidden=256, inter=256, layers=1, heads=2, kv=1, hd=64, vocab=VOCAB, tied=True, theta=1e6)
ORDER = ["q_proj", "k_proj", "v_proj", "gate_proj", "up_proj", "down_proj"]
TYPES = {
    "qwen3-first": ("qwen3", [T.Q2_K, T.Q3_K, T.IQ4_XS, T.Q5_K, T.Q6_K, T.Q2_K], T.MXFP4),
    "llama-second": ("llama", [T.Q3_K, T.IQ4_XS, T.Q6_K, T.Q2_K, T.IQ4_XS, T.Q3_K], T.Q5_1),
}
HALVES = {T.Q5_1: [0, 2], T.Q2_K: [80, 82], T.Q3_K: [108], T.IQ4_XS: [0], T.MXFP4: [], T.Q5_K: [0, 2], T.Q6_K: [208]}
CASES = {6: None, 40: [0, 20, 38, 39]}


def random_blocks(rng, kind, rows, cols):
    """Any bytes are a block; its 16-bit scales are chosen so that the weights deviate by 1/√cols, about 0."""
    elements, size = GGML_QUANT_SIZES[kind]
    raw = rng.integers(0, 256, (rows * cols // elements, size), dtype=np.uint8)

    def scaled(factors):
        for at, factor in zip(HALVES[kind], factors):
            values = (factor * rng.uniform(0.7, 1.3, len(raw))).astype("<f2")
            raw[:, at:at + 2] = values.view(np.uint8).reshape(-1, 2)
        if kind == T.MXFP4:
            raw[:, 0] = 120 + rng.integers(0, 3, len(raw))
        return dequantize(raw.reshape(rows, -1), kind)

    first = scaled([1.0, 0.0])
    if len(HALVES[kind]) == 2:  # d · q and − dmin · m: as much mean away as there is
        scale, mean = 1 / first.std() / np.sqrt(cols), first.mean()
        pull = scaled([0.0, 1.0]).mean()
        scaled([scale, -scale * mean / pull])
    else:
        scaled([1 / first.std() / np.sqrt(cols)])
    return raw.reshape(rows, -1)


def make(name):
    arch, kinds, output = TYPES[name]
    spec = dict(SHAPE, arch=arch)
    seed = sum(map(ord, name))
    rng = np.random.default_rng(seed)
    model = build(spec, seed)
    OUT.mkdir(parents=True, exist_ok=True)
    w = GGUFWriter(OUT / f"{name}.gguf", arch)
    w.add_name(name)
    w.add_block_count(spec["layers"])
    w.add_context_length(2048)
    w.add_embedding_length(spec["hidden"])
    w.add_feed_forward_length(spec["inter"])
    w.add_head_count(spec["heads"])
    w.add_head_count_kv(spec["kv"])
    w.add_rope_freq_base(spec["theta"])
    w.add_layer_norm_rms_eps(1e-6)
    w.add_vocab_size(VOCAB)
    w.add_key_length(spec["hd"])
    w.add_value_length(spec["hd"])
    tokens, kinds_of_tokens, merges = vocabulary()
    w.add_tokenizer_model("gpt2")
    w.add_tokenizer_pre("qwen2")
    w.add_token_list(tokens)
    w.add_token_types(kinds_of_tokens)
    w.add_token_merges(merges)
    w.add_eos_token_id(VOCAB - 1)
    w.add_add_bos_token(False)
    for key, value in model.state_dict().items():
        if key == "lm_head.weight":
            continue
        module = key.split(".")[-2]
        if not module.endswith("_proj"):
            half = value.numpy().astype(np.float16) if value.ndim == 2 else value.numpy()
            w.add_tensor(gguf_name(key), np.ascontiguousarray(half))
            meant = torch.from_numpy(half.astype(np.float32))
        else:
            kind = output if module == "o_proj" else kinds[ORDER.index(module)]
            raw = random_blocks(rng, kind, *value.shape)
            w.add_tensor(gguf_name(key), raw, raw_dtype=kind)
            meant = torch.from_numpy(np.ascontiguousarray(reordered(key, dequantize(raw, kind), spec, back=True)))
        with torch.no_grad():
            value.copy_(meant.reshape(value.shape))
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()
    cases, rows = [], []
    for length, positions in CASES.items():
        ids = [int(t) for t in rng.integers(0, VOCAB, length)]
        positions = list(range(length)) if positions is None else positions
        cases.append(dict(ids=ids, positions=positions))
        rows.append(logits_of(model, ids)[positions].numpy().astype("<f4"))
    golden = np.concatenate(rows)
    golden.tofile(OUT / f"{name}.f32")
    (OUT / f"{name}.json").write_text(json.dumps(dict(vocab=VOCAB, logits=f"{name}.f32", cases=cases,
                                                     logitsStd=round(float(golden.std()), 3)), separators=(",", ":")) + "\n")
    for f in OUT.glob(f"{name}.*"):
        f.chmod(0o644)
    print(name, (OUT / f"{name}.gguf").stat().st_size, f"logits std {golden.std():.2f}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    for name in TYPES:
        make(name)
