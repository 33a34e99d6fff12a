#!/usr/bin/env python3
"""Fresh random models against qwill-cli, as a stranger would check it; random_parity.sh runs the whole.

  random_parity.py make WORK COUNT SEED    WORK/N/ = a model transformers saved, ids.txt and expected.f32
  random_parity.py check WORK              compares WORK/N/got.f32 and got.json; exit 1 where one differs by more than 0.001
"""
import json, pathlib, random, sys
import numpy as np
import torch
from make_parity import build, greedy, logits_of, save
from transformers import AutoModelForCausalLM


def draw_spec(rng):
    arch = rng.choice(["qwen3", "qwen3", "qwen2", "llama", "mistral"])
    kv, ratio, hd = rng.choice([1, 2, 3]), rng.choice([1, 2, 4, 5, 7, 8]), rng.choice([32, 64, 80, 96, 128])
    heads = kv * ratio
    own = arch == "qwen3" or rng.random() < 0.5  # else head_dim is hidden / heads
    rope = rng.choice([None, None, dict(rope_type="linear", factor=2.0),
                       dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=64),
                       dict(rope_type="llama3", factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0,
                            original_max_position_embeddings=64)])
    return dict(arch=arch, dtype=rng.choice(["bfloat16", "float16", "float32"]), classic=rng.random() < 0.5,
                hidden=-(-rng.choice([24, 40, 64, 100, 200]) // heads) * heads if own else heads * hd, inter=rng.choice([50, 96, 130, 257]),
                layers=rng.choice([1, 2, 3]), heads=heads, kv=kv, hd=hd if own else None, vocab=rng.randint(70, 900),
                tied=rng.random() < 0.5, theta=rng.choice([1e4, 1e6]), eps=rng.choice([1e-6, 1e-5]), rope=rope,
                bias=arch in ("qwen3", "llama") and rng.random() < 0.3, shard=rng.choice(["5GB", "200KB"]))


def make(work, count, seed):
    for n in range(count):
        rng = random.Random(seed * 1000 + n)
        spec, folder = draw_spec(rng), work / str(n)
        save(build(spec, n), spec, folder)
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
        ids = [rng.randrange(spec["vocab"]) for _ in range(rng.choice([1, 31, 33, 200, 500]))]
        logits_of(model, ids).numpy().astype("<f4").tofile(folder / "expected.f32")
        tokens, _ = greedy(model, ids[:20])
        (folder / "expected.json").write_text(json.dumps(dict(spec=spec, tokens=tokens)))
        (folder / "ids.txt").write_text(",".join(map(str, ids)))
        (folder / "prompt.txt").write_text(",".join(map(str, ids[:20])))


def check(work):
    bad = 0
    for folder in sorted(work.iterdir(), key=lambda f: int(f.name)):
        expected, want = np.fromfile(folder / "expected.f32", "<f4"), json.loads((folder / "expected.json").read_text())
        got = np.fromfile(folder / "got.f32", "<f4") if (folder / "got.f32").exists() else np.zeros(0)
        worst = float(np.abs(got - expected).max()) if got.shape == expected.shape else float("inf")
        try:
            tokens = json.loads((folder / "got.json").read_text())["ids"]
        except (OSError, ValueError):
            tokens = []
        same = want["tokens"] is None or tokens == want["tokens"]
        ok = worst <= 1e-3 and same
        bad += not ok
        print(f"{'ok ' if ok else 'BAD'} {folder.name}: worst {worst:.2g}, greedy "
              f"{'unclear' if want['tokens'] is None else 'same' if same else 'DIFFERS'}  {want['spec'] if not ok else ''}", flush=True)
    sys.exit(bad > 0)


if __name__ == "__main__":
    torch.set_num_threads(1)
    work = pathlib.Path(sys.argv[2])
    make(work, int(sys.argv[3]), int(sys.argv[4])) if sys.argv[1] == "make" else check(work)
