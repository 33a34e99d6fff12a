#!/usr/bin/env python3
"""Writes the goldens of tests/engine/parity: tiny random models made and saved by Hugging Face transformers itself, with
the logits and greedy continuations transformers computes for them in float32 (eager attention).

  run.sh make_parity.py [NAME…]       all models, or only those named; the same versions give the same bytes

tests/data/reference/hf/NAME/ gets config.json, the safetensors, golden.json and logits.f32 (see README.md). The
weights are scaled so that a mistake shows: logits have a standard deviation of 1 to 4, attention is peaky, and for each
model the script makes the classic mistakes on purpose (the wrong RoPE pairs, no qk-norm, swapped KV heads, …) and fails
unless each changes some golden logit by more than 0.1. The figures are kept in golden.json. A greedy continuation is
only taken if the best token leads the second by more than 0.01 at each of its 64 steps.
"""
import contextlib, importlib, json, math, pathlib, shutil, sys
import numpy as np
import torch
from transformers import (AutoModelForCausalLM, Gemma2Config, Gemma3TextConfig, LlamaConfig, MistralConfig, Phi3Config,
                          Qwen2Config, Qwen3Config, SmolLM3Config)

OUT = pathlib.Path(__file__).resolve().parents[1] / "data" / "reference" / "hf"
CONFIGS = dict(qwen3=Qwen3Config, qwen2=Qwen2Config, llama=LlamaConfig, mistral=MistralConfig, gemma2=Gemma2Config,
               gemma3=Gemma3TextConfig, phi3=Phi3Config, smollm3=SmolLM3Config)
MUTATION_MUST_CHANGE = 0.1
MARGIN = 0.01
GREEDY = 64
# Prompt length → positions whose logits are kept (None = all).
CASES = {1: None, 31: [0, 1, 15, 29, 30], 33: None, 500: [0, 31, 32, 63, 64, 128, 255, 384, 498, 499]}

# classic: config.json as checkpoints before transformers 5 have it (rope_theta and rope_scaling at the top, torch_dtype);
# otherwise as transformers 5 writes it (rope_parameters, dtype).
MODELS = {
    "qwen3-r2-hd64-tied-bf16": dict(
        arch="qwen3", dtype="bfloat16", classic=True, hidden=64, inter=96, layers=2, heads=4, kv=2, hd=64, vocab=257,
        tied=True, theta=5e6),
    "qwen3-r1-hd128-f32": dict(
        arch="qwen3", dtype="float32", classic=False, hidden=40, inter=72, layers=2, heads=1, kv=1, hd=128, vocab=131,
        tied=False, theta=1e6),
    "qwen3-r7-hd80-f16-sharded": dict(
        arch="qwen3", dtype="float16", classic=True, hidden=40, inter=100, layers=2, heads=7, kv=1, hd=80, vocab=203,
        tied=False, theta=1e4, shard="70KB"),
    "qwen3-r4-hd64-yarn-tied-bf16": dict(
        arch="qwen3", dtype="bfloat16", classic=True, hidden=64, inter=72, layers=2, heads=4, kv=1, hd=64, vocab=199,
        tied=True, theta=1e4, context=512,
        rope=dict(rope_type="yarn", factor=8.0, original_max_position_embeddings=64)),
    "qwen3-bias-r2-hd64-f16": dict(
        arch="qwen3", dtype="float16", classic=False, hidden=32, inter=72, layers=1, heads=2, kv=1, hd=64, vocab=200,
        tied=False, theta=1e4, bias=True),
    "qwen2-r2-hd64-tied-bf16": dict(
        arch="qwen2", dtype="bfloat16", classic=True, hidden=128, inter=72, layers=2, heads=2, kv=1, hd=None, vocab=151,
        tied=True, theta=1e6),
    "qwen2-r7-hd64-linear-bf16": dict(
        arch="qwen2", dtype="bfloat16", classic=False, hidden=56, inter=88, layers=1, heads=7, kv=1, hd=64, vocab=161,
        tied=False, theta=1e4, rope=dict(rope_type="linear", factor=4.0)),
    "llama-r4-hd64-llama3-bf16": dict(
        arch="llama", dtype="bfloat16", classic=True, hidden=64, inter=88, layers=2, heads=4, kv=1, hd=64, vocab=211,
        tied=False, theta=5e5, eps=1e-5,
        rope=dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
                  original_max_position_embeddings=64)),
    "llama-bias-r1-hd80-f16": dict(
        arch="llama", dtype="float16", classic=False, hidden=64, inter=72, layers=1, heads=2, kv=2, hd=80, vocab=173,
        tied=False, theta=1e4, eps=1e-2, bias=True),
    "llama-r2-hd64-yarn-factors-bf16": dict(
        arch="llama", dtype="bfloat16", classic=False, hidden=48, inter=76, layers=1, heads=4, kv=2, hd=64, vocab=180,
        tied=True, theta=1e4, eps=1e-5,
        rope=dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=128, attention_factor=1.3,
                  beta_fast=24.0, beta_slow=2.0)),
    "mistral-r2-hd128-bf16": dict(
        arch="mistral", dtype="bfloat16", classic=True, hidden=48, inter=104, layers=2, heads=2, kv=1, hd=128, vocab=190,
        tied=False, theta=1e6, eps=1e-5),
    # The relatives. Windows shorter than the prompts, and than a segment of the attention kernels or longer.
    "mistral-window-r2-hd64-bf16": dict(
        arch="mistral", dtype="bfloat16", classic=True, hidden=48, inter=104, layers=2, heads=2, kv=1, hd=64, vocab=190,
        tied=False, theta=1e6, eps=1e-5, extra=dict(sliding_window=40)),
    "qwen2-window-r2-hd64-bf16": dict(
        arch="qwen2", dtype="bfloat16", classic=False, hidden=64, inter=72, layers=3, heads=2, kv=1, hd=None, vocab=151,
        tied=True, theta=1e6, extra=dict(use_sliding_window=True, sliding_window=33, max_window_layers=1)),
    "gemma2-r2-hd64-bf16": dict(
        greedy=0,  # they repeat a token or two; their rows say enough
        arch="gemma2", dtype="bfloat16", classic=True, hidden=64, inter=96, layers=2, heads=4, kv=2, hd=64, vocab=193,
        tied=True, theta=1e4, extra=dict(sliding_window=48, query_pre_attn_scalar=24, attn_logit_softcapping=5.0,
                                         final_logit_softcapping=4.0)),
    "gemma3-r2-hd64-bf16": dict(
        greedy=0,
        arch="gemma3", dtype="bfloat16", classic=False, hidden=64, inter=96, layers=3, heads=2, kv=1, hd=64, vocab=193,
        tied=True, theta=1e6, extra=dict(sliding_window=48, query_pre_attn_scalar=40,
                                         layer_types=["sliding_attention", "full_attention", "sliding_attention"]),
        rope=dict(sliding_attention=dict(rope_type="default", rope_theta=1e4),
                  full_attention=dict(rope_type="linear", factor=8.0, rope_theta=1e6))),
    "phi3-r2-hd32-short-bf16": dict(
        arch="phi3", dtype="bfloat16", classic=True, hidden=64, inter=80, layers=2, heads=2, kv=1, hd=None, vocab=197,
        tied=False, theta=1e4, eps=1e-5, context=8192, extra=dict(original_max_position_embeddings=4096),
        rope=dict(rope_type="longrope", short_factor=[1 + i / 10 for i in range(16)],
                  long_factor=[2 + i / 5 for i in range(16)])),
    "phi3-partial-long-hd32-f16": dict(
        greedy=0,
        arch="phi3", dtype="float16", classic=False, hidden=64, inter=80, layers=2, heads=2, kv=2, hd=None, vocab=197,
        tied=False, theta=1e4, eps=1e-5, context=4096, cases={31: [0, 1, 15, 29, 30], 33: None, 500: [0, 31, 32, 63, 255, 499]},
        prompts=(40, 55), extra=dict(original_max_position_embeddings=16, partial_rotary_factor=0.75),
        rope=dict(rope_type="longrope", partial_rotary_factor=0.75, short_factor=[1 + i / 10 for i in range(12)],
                  long_factor=[2 + i / 5 for i in range(12)])),
    "smollm3-nope-r2-hd32-bf16": dict(
        arch="smollm3", dtype="bfloat16", classic=True, hidden=64, inter=88, layers=4, heads=2, kv=1, hd=None, vocab=173,
        tied=True, theta=5e6, extra=dict(no_rope_layers=[1, 0, 1, 0])),
}


def build(spec, seed):
    """A model of this shape with random weights, still in float32."""
    settings = dict(
        hidden_size=spec["hidden"], intermediate_size=spec["inter"], num_hidden_layers=spec["layers"],
        num_attention_heads=spec["heads"], num_key_value_heads=spec["kv"], vocab_size=spec["vocab"],
        max_position_embeddings=spec.get("context", 2048), tie_word_embeddings=spec["tied"],
        rms_norm_eps=spec.get("eps", 1e-6), bos_token_id=None, eos_token_id=None, pad_token_id=None,
        rope_parameters=dict(rope_theta=spec["theta"], **(spec.get("rope") or dict(rope_type="default"))))
    if spec["hd"]:
        settings["head_dim"] = spec["hd"]
    if spec.get("bias"):
        settings["attention_bias"] = True
    if spec["arch"] == "mistral":
        settings["sliding_window"] = None
    if spec["arch"] == "gemma3":
        settings["rope_parameters"] = spec["rope"]
    settings.update(spec.get("extra") or {})
    config = CONFIGS[spec["arch"]](**settings)
    model = AutoModelForCausalLM.from_config(config, attn_implementation="eager").eval()
    rng = torch.Generator().manual_seed(seed)
    normal = lambda p, std, mean=0.0: p.copy_(mean + std * torch.randn(p.shape, generator=rng))
    with torch.no_grad():
        for name, p in model.named_parameters():
            fan_in = p.shape[-1]
            if name.endswith("norm.weight"):
                if spec["arch"].startswith("gemma") and name.split(".")[-2] in ("post_attention_layernorm", "post_feedforward_layernorm"):
                    normal(p, 0.5, 4.0)  # as loud as the scaled embedding, or the model repeats its last token
                    continue
                gemma = 1.0 if spec["arch"].startswith("gemma") else 0.0 # stored less 1
                # q and k leave their norms with about 1.5 per element: scores of standard deviation 2, a peaky softmax.
                normal(p, 0.3, (1.5 if "q_norm" in name or "k_norm" in name else 1.0) - gemma)
            elif name.endswith("bias"):
                normal(p, 0.7)
            elif "q_proj" in name or "k_proj" in name or "qkv_proj" in name:
                normal(p, 1.5 / math.sqrt(fan_in))
            elif "embed_tokens" in name:
                normal(p, (2.0 / math.sqrt(fan_in)) if spec["tied"] else 0.6)
            elif "lm_head" in name:
                normal(p, 2.0 / math.sqrt(fan_in))
            else:
                normal(p, 1.0 / math.sqrt(fan_in))
    return model


def save(model, spec, folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    model.to(getattr(torch, spec["dtype"])).save_pretrained(folder, max_shard_size=spec.get("shard", "5GB"))
    (folder / "generation_config.json").unlink(missing_ok=True)
    path = folder / "config.json"
    config = json.loads(path.read_text())
    if spec["classic"]:
        rope = config.pop("rope_parameters")
        config["rope_theta"] = rope.pop("rope_theta")
        config["rope_scaling"] = None if rope["rope_type"] == "default" else rope
        config["torch_dtype"] = config.pop("dtype")
        config["transformers_version"] = "4.51.0"
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    for f in folder.iterdir():
        f.chmod(0o644)


def logits_of(model, ids, mask=None):
    with torch.no_grad():
        return model(torch.tensor([ids]), attention_mask=mask, use_cache=False).logits[0].float()


def greedy(model, prompt):
    """The continuation and the smallest lead of the best token over the second."""
    ids, margin = list(prompt), math.inf
    for _ in range(GREEDY):
        top = torch.topk(logits_of(model, ids)[-1], 2)
        margin = min(margin, float(top.values[0] - top.values[1]))
        if margin <= MARGIN:
            return None, margin
        ids.append(int(top.indices[0]))
    return ids[len(prompt):], margin


def relatives(spec, weights, layers):
    """The mistakes of families that are nearly Llama."""
    extra = spec.get("extra") or {}
    config = lambda name, value: lambda m: setattr(m.config, name, value)
    each = lambda change: lambda m: [change(a) for a in layers(m)]
    if "sliding_window" in extra:
        weights("windowIgnored", config("sliding_window", 10**6))
        weights("windowOneShort", config("sliding_window", extra["sliding_window"] - 1))
    if spec["arch"].startswith("gemma"):
        weights("siluForGelu", lambda m: [setattr(l.mlp, "act_fn", torch.nn.SiLU()) for l in m.model.layers])
        weights("branchNormsIgnored", lambda m: [setattr(l, "post_feedforward_layernorm", torch.nn.Identity())
                                                 for l in m.model.layers])
        weights("normsNotPlusOne", lambda m: [p.sub_(1.0) for n, p in m.named_parameters() if "norm" in n])
        weights("scoreScaleFromHead", each(lambda a: setattr(a, "scaling", spec["hd"] ** -0.5)))
    if spec["arch"] == "gemma2":
        weights("scoresNotCapped", each(lambda a: setattr(a, "attn_logit_softcapping", None)))
        weights("logitsNotCapped", config("final_logit_softcapping", None))
    if spec["arch"] == "gemma3":
        def swapped(m):
            r = m.model.rotary_emb
            a, b = r.full_attention_inv_freq.clone(), r.sliding_attention_inv_freq.clone()
            r.full_attention_inv_freq, r.sliding_attention_inv_freq = b, a
        weights("ropeOfTheOtherLayers", swapped)
    if spec["arch"] == "smollm3":
        weights("ropeEverywhere", each(lambda a: setattr(a, "use_rope", True)))
    if spec["arch"] == "phi3":
        def unscaled(m):
            r, n = m.model.rotary_emb, len(spec["rope"]["short_factor"])
            plain = 1.0 / spec["theta"] ** (torch.arange(0, n).float() / n)
            r.inv_freq = r.original_inv_freq = plain
            m.config.rope_parameters.update(short_factor=[1.0] * n, long_factor=[1.0] * n)
        weights("ropeScalingIgnored", unscaled)
        weights("ropeAttentionFactorIgnored", lambda m: setattr(m.model.rotary_emb, "attention_scaling", 1.0))


def mutations(model, spec, reload):
    """name → function(ids) → logits of the model with that mistake."""
    module = importlib.import_module(type(model).__module__)
    layers = lambda m: [l.self_attn for l in m.model.layers]
    found = {}

    def weights(name, change):
        broken = reload()
        with torch.no_grad():
            change(broken)
        found[name] = lambda ids: logits_of(broken, ids)

    def patched(name, function, replacement):
        def run(ids):
            original = getattr(module, function)
            setattr(module, function, replacement)
            try:
                return logits_of(model, ids)
            finally:
                setattr(module, function, original)
        found[name] = run

    def interleaved(q, k, cos, sin, unsqueeze_dim=1, **_):
        half = cos.shape[-1] // 2
        c, s = (t[..., :half].repeat_interleave(2, -1).unsqueeze(unsqueeze_dim) for t in (cos, sin))
        turn = lambda x: torch.stack((-x[..., 1::2], x[..., ::2]), -1).flatten(-2)
        return q * c + turn(q) * s, k * c + turn(k) * s

    def inv_freq(m, theta):
        dim = m.model.rotary_emb.inv_freq.shape[0] * 2
        m.model.rotary_emb.inv_freq.copy_(1.0 / theta ** (torch.arange(0, dim, 2).float() / dim))

    def swap(m, a, b):
        for layer in m.model.layers:
            x, y = layer.get_submodule(a).weight, layer.get_submodule(b).weight
            kept = x.clone()
            x.copy_(y)
            y.copy_(kept)

    if spec["arch"] != "phi3":
        patched("ropePairsInterleaved", "apply_rotary_pos_emb", interleaved)
    patched("noRope", "apply_rotary_pos_emb", lambda q, k, *_, **__: (q, k))
    found["noCausalMask"] = lambda ids: logits_of(model, ids, torch.zeros(1, 1, len(ids), len(ids)))
    if spec["arch"] == "phi3":
        weights("gateAndUpSwapped", lambda m: [l.mlp.gate_up_proj.weight.copy_(l.mlp.gate_up_proj.weight.roll(spec["inter"], 0))
                                               for l in m.model.layers])
    else:
        weights("gateAndUpSwapped", lambda m: swap(m, "mlp.gate_proj", "mlp.up_proj"))
    weights("layerNormsSwapped", lambda m: swap(m, "input_layernorm", "post_attention_layernorm"))
    # 1e-5 is below what logits of this size can show; models with a large epsilon prove that it is read.
    if spec.get("eps", 1e-6) > 1e-4:
        weights("epsilonIgnored", lambda m: [setattr(x, "variance_epsilon", 1e-6) for x in m.modules()
                                             if hasattr(x, "variance_epsilon")])
    if 1 < spec["kv"] < spec["heads"]:
        patched("kvHeadsInterleaved", "repeat_kv", lambda x, n: x.repeat(1, n, 1, 1))
    if spec["hd"] and spec["hd"] * spec["heads"] != spec["hidden"]:
        weights("scoreScaleFromHidden", lambda m: [setattr(a, "scaling", (spec["hidden"] / spec["heads"]) ** -0.5)
                                                   for a in layers(m)])
    if spec["arch"] == "qwen3":
        def drop(m):
            for a in layers(m):
                a.q_norm = a.k_norm = torch.nn.Identity()
        weights("noQkNorm", drop)
    if any(n.endswith("bias") for n, _ in model.named_parameters()):
        for which in ("q_proj", "v_proj") + (("o_proj",) if spec.get("bias") else ()):
            weights(f"no_{which}_bias", lambda m: [getattr(a, which).bias.zero_() for a in layers(m)])
        weights("no_k_proj_bias", lambda m: [a.k_proj.bias.zero_() for a in layers(m)])
    relatives(spec, weights, layers)
    if spec["arch"] in ("phi3", "gemma3"):
        return found
    if spec.get("rope"):
        weights("ropeScalingIgnored", lambda m: (inv_freq(m, spec["theta"]),
                                                 setattr(m.model.rotary_emb, "attention_scaling", 1.0)))
        if model.model.rotary_emb.attention_scaling != 1.0:
            weights("ropeAttentionFactorIgnored", lambda m: setattr(m.model.rotary_emb, "attention_scaling", 1.0))
            weights("ropeFrequenciesUnscaled", lambda m: inv_freq(m, spec["theta"]))
    elif spec["theta"] != 1e4:
        weights("ropeThetaIgnored", lambda m: inv_freq(m, 1e4))
    return found


def make(name, spec, attempt=0):
    seed = 1000 + sum(map(ord, name)) + 10000 * attempt
    folder = OUT / name
    save(build(spec, seed), spec, folder)
    # What is measured is what was written, read back by transformers.
    reload = lambda: AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    model = reload()
    rng = np.random.default_rng(seed)
    draw = lambda n: [int(t) for t in rng.integers(0, spec["vocab"], n)]

    cases, blob = [], []
    for length, positions in (spec.get("cases") or CASES).items():
        ids = draw(length)
        rows = logits_of(model, ids)
        positions = list(range(length)) if positions is None else positions
        cases.append(dict(ids=ids, positions=positions))
        blob.append(rows[positions].numpy().astype("<f4"))
    golden = np.concatenate(blob)

    continuations, tries = [], 0
    while len(continuations) < spec.get("greedy", 2):
        tries += 1
        short, long = spec.get("prompts", (7, 40))
        prompt = draw(short if not continuations else long)
        tokens, margin = greedy(model, prompt)
        if tokens and len(set(tokens)) >= 12:
            continuations.append(dict(prompt=prompt, tokens=tokens, smallestMargin=round(margin, 4)))
        if tries > 60: # these weights talk in circles; take others
            return make(name, spec, attempt + 1)

    effects = {}
    for mistake, run in mutations(model, spec, reload).items():
        broken = np.concatenate([run(c["ids"])[c["positions"]].numpy() for c in cases])
        effects[mistake] = round(float(np.abs(broken - golden).max()), 3)
    weak = {k: v for k, v in effects.items() if not v > MUTATION_MUST_CHANGE}

    golden.tofile(folder / "logits.f32")
    (folder / "golden.json").write_text(json.dumps(dict(
        vocab=spec["vocab"], logits="logits.f32", cases=cases, greedy=continuations,
        logitsStd=round(float(golden.std()), 3), mistakesChangeLogitsBy=effects), separators=(",", ":")) + "\n")
    size = sum(f.stat().st_size for f in folder.iterdir())
    print(f"{name}: {size / 1000:.0f} kB, logits std {golden.std():.2f}, distinct {[len(set(c['tokens'])) for c in continuations]}"
          f" of {GREEDY}, margins {[c['smallestMargin'] for c in continuations]}, tries {tries}\n   {effects}", flush=True)
    if weak or not 1 <= golden.std() <= 4:
        sys.exit(f"{name}: this golden could not fail: {weak}, std {golden.std():.2f}")
    return size


if __name__ == "__main__":
    torch.set_num_threads(1)
    names = sys.argv[1:] or list(MODELS)
    print(f"{sum(make(n, MODELS[n]) for n in names) / 1e6:.2f} MB")
