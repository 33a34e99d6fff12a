#!/usr/bin/env python3
"""The two Python halves of make_gguf.sh, which see there for the whole.

  make_gguf.py sources WORK            writes WORK/{small,wide,llama,qwen2}.gguf: tiny random models in float32
  make_gguf.py ask PORT OUT            asks a llama-server on this machine for its distribution after each case's prompt
  make_gguf.py golden WORK NAME SOURCE compares WORK/NAME.gguf with llama.cpp's answer WORK/NAME.peer.json and writes the golden
"""
import json, pathlib, shutil, sys, urllib.request
import numpy as np
import torch
from gguf import GGUFReader, GGUFWriter, TokenType
from gguf.quants import dequantize
from transformers import AutoModelForCausalLM
from make_parity import build, logits_of

OUT = pathlib.Path(__file__).resolve().parents[1] / "data" / "reference" / "gguf"
VOCAB = 300
SOURCES = {
    # Rows of 32-element blocks, but no multiple of 256: what the older types need.
    "small": dict(arch="qwen3", hidden=64, inter=96, layers=2, heads=2, kv=1, hd=64, vocab=VOCAB, tied=True, theta=1e6),
    # Rows of 256 for the K types.
    "wide": dict(arch="qwen3", hidden=256, inter=256, layers=1, heads=4, kv=1, hd=64, vocab=VOCAB, tied=True, theta=1e6),
    # Llama's files hold the rows of q and k in another order, and the llama3 scaling as a tensor.
    "llama": dict(arch="llama", hidden=64, inter=96, layers=2, heads=2, kv=1, hd=None, vocab=VOCAB, tied=False, theta=5e5,
                  eps=1e-5, rope=dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
                                      original_max_position_embeddings=64)),
    "qwen2": dict(arch="qwen2", hidden=64, inter=96, layers=1, heads=2, kv=1, hd=None, vocab=VOCAB, tied=False, theta=1e4,
                  context=512, rope=dict(rope_type="yarn", factor=8.0, original_max_position_embeddings=64)),
}
NAMES = {  # transformers' name inside a layer → GGUF's
    "input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output", "self_attn.q_norm": "attn_q_norm",
    "self_attn.k_norm": "attn_k_norm", "post_attention_layernorm": "ffn_norm", "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
}
CASES = {6: None, 40: [0, 20, 38, 39], 200: [128, 199]}  # prompt length → kept positions


def gguf_name(name):
    parts = name.split(".")
    if name.startswith("model.layers."):
        return f"blk.{parts[2]}.{NAMES['.'.join(parts[3:-1])]}.{parts[-1]}"
    return {"model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight",
            "lm_head.weight": "output.weight"}[name]


def permuted(w, heads, back=False):
    """Llama's GGUF rows: RoPE's two halves of each head interleaved."""
    inner = (2, w.shape[0] // heads // 2)
    return w.reshape(heads, *(inner[::-1] if back else inner), -1).swapaxes(1, 2).reshape(w.shape)


def reordered(name, w, spec, back):
    if spec["arch"] == "llama" and (".q_proj." in name or ".k_proj." in name):
        return permuted(w, spec["heads"] if ".q_proj." in name else spec["kv"], back)
    return w


def vocabulary():
    """The 256 bytes as GPT-2 spells them, some merges, three special tokens."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    spelled = [chr(b) if b in plain else chr(256 + sum(x not in plain for x in range(b))) for b in range(256)]
    space = spelled[32]
    merges = [f"{space} t", "h e", "i n", "r e", "o n", f"{space}t he", f"{space} a", "e r", "n d", "e s"]
    tokens = spelled + [m.replace(" ", "") for m in merges]
    tokens += [f"[unused{i}]" for i in range(VOCAB - 3 - len(tokens))]
    kinds = [TokenType.NORMAL] * (256 + len(merges)) + [TokenType.UNUSED] * (VOCAB - 3 - 256 - len(merges))
    tokens += ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    return tokens, kinds + [TokenType.CONTROL] * 3, merges


def sources(work):
    for name, spec in SOURCES.items():
        model = build(spec, 77)
        w = GGUFWriter(work / f"{name}.gguf", spec["arch"])
        w.add_name(f"tiny {name}")
        w.add_block_count(spec["layers"])
        w.add_context_length(spec.get("context", 2048))
        w.add_embedding_length(spec["hidden"])
        w.add_feed_forward_length(spec["inter"])
        w.add_head_count(spec["heads"])
        w.add_head_count_kv(spec["kv"])
        w.add_rope_freq_base(spec["theta"])
        w.add_layer_norm_rms_eps(spec.get("eps", 1e-6))
        w.add_vocab_size(VOCAB)
        if spec["hd"]:
            w.add_key_length(spec["hd"])
            w.add_value_length(spec["hd"])
        else:
            w.add_rope_dimension_count(spec["hidden"] // spec["heads"])
        rope = spec.get("rope") or {}
        if rope.get("rope_type") == "yarn":
            from gguf import RopeScalingType
            w.add_rope_scaling_type(RopeScalingType.YARN)
            w.add_rope_scaling_factor(rope["factor"])
            w.add_rope_scaling_orig_ctx_len(rope["original_max_position_embeddings"])
        tokens, kinds, merges = vocabulary()
        w.add_tokenizer_model("gpt2")
        w.add_tokenizer_pre("qwen2")
        w.add_token_list(tokens)
        w.add_token_types(kinds)
        w.add_token_merges(merges)
        w.add_eos_token_id(VOCAB - 1)
        w.add_pad_token_id(VOCAB - 3)
        w.add_add_bos_token(False)
        if rope.get("rope_type") == "llama3":
            scaled = model.model.rotary_emb.inv_freq.double()
            plain = 1.0 / spec["theta"] ** (torch.arange(0, 2 * len(scaled), 2).double() / (2 * len(scaled)))
            w.add_tensor("rope_freqs.weight", (plain / scaled).float().numpy())
        for key, value in model.state_dict().items():
            if not (spec["tied"] and key == "lm_head.weight"):
                w.add_tensor(gguf_name(key), np.ascontiguousarray(reordered(key, value.numpy(), spec, back=False)))
        w.write_header_to_file()
        w.write_kv_data_to_file()
        w.write_tensors_to_file()
        w.close()


def prompts():
    rng = np.random.default_rng(5)
    return [[int(t) for t in rng.integers(0, VOCAB - 3, n)] for n in CASES]


def ask(port, out):
    answers = []
    for ids in prompts():
        # The server keeps silent about a token that is no whole character, so it is made to say "A"; the probabilities it
        # reports are those before that bias.
        body = dict(prompt=ids, n_predict=1, logit_bias=[[65, 1000]], n_probs=VOCAB, cache_prompt=False, temperature=0, post_sampling_probs=False)
        request = urllib.request.Request(f"http://127.0.0.1:{port}/completion", json.dumps(body).encode(),
                                         {"Content-Type": "application/json"})
        step = json.load(urllib.request.urlopen(request))["completion_probabilities"][0]
        answers.append([[t["id"], t["logprob"]] for t in step["top_logprobs"]])
    pathlib.Path(out).write_text(json.dumps(answers))


def golden(work, name, source):
    spec = SOURCES[source]
    stored = {t.name: t for t in GGUFReader(work / f"{name}.gguf").tensors}
    model = build(spec, 0)
    types = {}
    with torch.no_grad():
        for key, p in model.named_parameters():
            t = stored[gguf_name(key)]
            types[t.tensor_type.name] = types.get(t.tensor_type.name, 0) + 1
            values = dequantize(t.data, t.tensor_type).reshape(p.shape).astype(np.float32)
            p.copy_(torch.from_numpy(np.ascontiguousarray(reordered(key, values, spec, back=True))))
    answers = json.loads((work / f"{name}.peer.json").read_text())
    cases, blob, worst, same = [], [], 0.0, 0
    for (length, positions), ids, answer in zip(CASES.items(), prompts(), answers):
        rows = logits_of(model, ids)
        ours = torch.log_softmax(rows[-1], -1)
        worst = max(worst, max(abs(float(ours[t]) - p) for t, p in answer[:10]))
        same += len({t for t, _ in answer[:10]} & set(torch.topk(ours, 10).indices.tolist()))
        positions = list(range(length)) if positions is None else positions
        cases.append(dict(ids=ids, positions=positions, peer=[[t, round(p, 5)] for t, p in answer[:10]]))
        blob.append(rows[positions].numpy().astype("<f4"))
    blob = np.concatenate(blob)
    OUT.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(work / f"{name}.gguf", OUT / f"{name}.gguf")
    blob.tofile(OUT / f"{name}.f32")
    (OUT / f"{name}.json").write_text(json.dumps(dict(
        vocab=VOCAB, logits=f"{name}.f32", cases=cases, types=types, logitsStd=round(float(blob.std()), 3),
        peerDiffersBy=round(worst, 4)), separators=(",", ":")) + "\n")
    print(f"{name}: {(OUT / f'{name}.gguf').stat().st_size / 1000:.0f} kB, {types}, logits std {blob.std():.2f}; "
          f"llama.cpp: log-probabilities of its top 10 within {worst:.4f}, {same} of {10 * len(cases)} shared", flush=True)


if __name__ == "__main__":
    torch.set_num_threads(1)
    command, work = sys.argv[1], pathlib.Path(sys.argv[2])
    if command == "sources":
        sources(work)
    elif command == "ask":
        ask(sys.argv[2], sys.argv[3])
    else:
        golden(work, *sys.argv[3:])
