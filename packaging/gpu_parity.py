#!/usr/bin/env python3
"""Compares qwill-cli on a card with torch and transformers on the same card, and with itself on the CPU.

  gpu_parity.py QWILL_CLI MODEL_DIR OUT.tsv      rows: name, ok | FAILED | skipped, figures

The divergence from bf16 transformers is the mean KL divergence over 256 random ids; greedy replies are 256 tokens.
Part of packaging/gpu-check; needs numpy, and torch with transformers for the first half. For a dry run without a card:
GPU_CHECK_TORCH (cuda), GPU_CHECK_IDS (256) and GPU_CHECK_GREEDY (256).
"""
import json, os, random, subprocess, sys, tempfile, time

import numpy as np

BOUNDS = {"bf16": 0.0005, "w8": 0.0025, "w4": 0.045}  # mean KL divergence, nats
where = os.environ.get("GPU_CHECK_TORCH", "cuda")
ID_COUNT = int(os.environ.get("GPU_CHECK_IDS", 256))
GREEDY = int(os.environ.get("GPU_CHECK_GREEDY", 256))
cli, model, out = sys.argv[1:4]
rows = []


def row(name, verdict, figures=""):
    rows.append((name, verdict, figures))
    print(name, verdict, figures, sep="\t", flush=True)
    with open(out, "w") as file:
        file.writelines("\t".join(r) + "\n" for r in rows)


def run(*arguments):
    done = subprocess.run([cli, *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"qwill-cli {' '.join(arguments)}: {done.stderr[-500:]}")
    return done.stdout


def log_softmax(x):
    x = x.astype(np.float64)
    x -= x.max(axis=1, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=1, keepdims=True))


config = json.load(open(os.path.join(model, "config.json")))
vocab = config["vocab_size"]
rng = random.Random(5)
ids = [rng.randrange(1000, vocab - 1000) for _ in range(ID_COUNT)]
text = ",".join(map(str, ids))

theirs = None
try:
    import torch
    from transformers import AutoModelForCausalLM

    reference = AutoModelForCausalLM.from_pretrained(model, dtype=torch.bfloat16).to(where).eval()
    with torch.inference_mode():
        theirs = log_softmax(reference(torch.tensor([ids], device=where)).logits[0].float().cpu().numpy())
        prompt = torch.tensor([ids[:64]], device=where)
        wait = torch.cuda.synchronize if where == "cuda" else lambda: None
        for tokens in (8, 64) if where == "cuda" else (1, 2):  # the first warms up
            wait()
            started = time.time()
            reference.generate(prompt, max_new_tokens=tokens, min_new_tokens=tokens, do_sample=False)
            wait()
        row("transformers bf16 decode", "ok", f"{tokens / (time.time() - started):.1f} tok/s, single stream")
    del reference
    if where == "cuda":
        torch.cuda.empty_cache()
except Exception as error:  # whatever that machine lacks
    row("transformers", "skipped", str(error)[:100])

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "logits.f32")
    for weights, bound in BOUNDS.items():
        if theirs is None:
            break
        try:
            run("logits", model, "--ids", text, "--device", "cuda", "--weights", weights, "--kv", "f16", "--out", path)
            ours = log_softmax(np.fromfile(path, np.float32).reshape(len(ids), -1))[:, : theirs.shape[1]]
            kld = float((np.exp(theirs) * (theirs - ours)).sum(axis=1).mean())
            same = float((theirs.argmax(1) == ours.argmax(1)).mean())
            row(f"divergence {weights}", "ok" if kld <= bound else "FAILED", f"{kld:.5f} (at most {bound}), same best {100 * same:.1f} %")
        except Exception as error:
            row(f"divergence {weights}", "FAILED", str(error)[:200].replace("\n", " "))

def lead(prefix, chosen, other):
    """By how much, on the CPU, the logit of one token after prefix is above the other's."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "logits.f32")
        run("logits", model, "--ids", ",".join(map(str, prefix)), "--device", "cpu", "--weights", weights, "--kv", "f16", "--out", path)
        last = np.fromfile(path, np.float32).reshape(len(prefix), -1)[-1]
        return float(last[chosen] - last[other])


# With three parts the card's products with bf16 weights are as exact as the CPU's: what is chosen must not differ.
for weights in ("bf16", "w8", "w4"):
    try:
        replies = {}
        for device in ("cpu", "cuda"):
            said = run("generate", model, "--ids", ",".join(map(str, ids[:32])), "--device", device, "--weights", weights,
                       "--kv", "f16", "--temperature", "0", "--max-tokens", str(GREEDY), "--ignore-eos", "--json")
            replies[device] = json.loads(said[said.index("{"):])["ids"]
        same = 0
        for ours, theirs_ in zip(replies["cuda"], replies["cpu"]):
            if ours != theirs_:
                break
            same += 1
        figures = f"{same} of {GREEDY} tokens (at least {GREEDY})"
        if same < min(map(len, replies.values())):
            prefix = ids[:32] + replies["cpu"][:same]
            figures += f"; there the CPU's token leads by {lead(prefix, replies['cpu'][same], replies['cuda'][same]):.2g}"
        row(f"greedy {weights}, card = CPU", "ok" if same == GREEDY else "FAILED", figures)
    except Exception as error:
        row(f"greedy {weights}, card = CPU", "FAILED", str(error)[:200].replace("\n", " "))

sys.exit(any(verdict == "FAILED" for _, verdict, _ in rows))
