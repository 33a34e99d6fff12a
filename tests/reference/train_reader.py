#!/usr/bin/env python3
"""Trains the small Qwen3 that tests/engine/parity/quality_test.cpp measures quantisation on: real, trained weights, with the
outliers, the uneven rows and the large activations that random ones lack.

  run.sh train_reader.py WORK [--minutes 25]     then the model is in tests/data/reference/reader

It reads what a Debian machine has lying about (Python's standard library, /usr/share/doc) through a byte-level BPE of 512
tokens; the held-out text is of another hand: shared/design. config.json, model.safetensors (bf16) and heldout.json (the token
ids) are committed; the result depends on the machine's speed, so it is not reproducible to the bit, nor need it be.
"""
import argparse, json, math, pathlib, random, time
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import Qwen3Config, Qwen3ForCausalLM

OUT = pathlib.Path(__file__).resolve().parents[1] / "data" / "reference" / "reader"
HELD_OUT = pathlib.Path(__file__).resolve().parents[3] / "shared" / "design"
VOCAB, LENGTH, BATCH, HELD_OUT_TOKENS = 512, 256, 16, 3072


def corpus():
    files = [*pathlib.Path("/usr/lib/python3.13").rglob("*.py"), *pathlib.Path("/usr/share/doc").rglob("copyright")]
    files = sorted(f for f in files if f.is_file() and "test" not in f.parts)
    random.Random(1).shuffle(files)
    text, size = [], 0
    for f in files:
        body = f.read_text(errors="ignore")[:60000]
        text.append(body)
        size += len(body)
        if size > 24_000_000:
            break
    return text


def tokenizer_of(texts):
    tok = Tokenizer(models.BPE())
    tok.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tok.decoder = decoders.ByteLevel()
    tok.train_from_iterator(texts[:300], trainers.BpeTrainer(vocab_size=VOCAB, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
                                                             show_progress=False))
    return tok


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("work", type=pathlib.Path)
    ap.add_argument("--minutes", type=float, default=25)
    args = ap.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    torch.manual_seed(1)
    texts = corpus()
    tok = tokenizer_of(texts)
    ids = torch.tensor([t for e in tok.encode_batch(texts[:1500]) for t in e.ids])
    held = tok.encode("".join((HELD_OUT / f).read_text() for f in ("STYLE.md", "APP.md"))).ids[:HELD_OUT_TOKENS]
    config = Qwen3Config(vocab_size=VOCAB, hidden_size=256, intermediate_size=512, num_hidden_layers=2, num_attention_heads=4,
                         num_key_value_heads=2, head_dim=64, max_position_embeddings=2048, tie_word_embeddings=True,
                         rope_parameters=dict(rope_type="default", rope_theta=10000.0), bos_token_id=None, eos_token_id=None)
    model = Qwen3ForCausalLM(config)
    print(f"{sum(p.numel() for p in model.parameters()) / 1e6:.2f} M parameters, {len(ids) / 1e6:.1f} M tokens to read", flush=True)
    optim = torch.optim.AdamW(model.parameters(), lr=2e-3, betas=(0.9, 0.98), weight_decay=0.05)
    start, spoke, step = time.time(), 0.0, 0
    while (done := (time.time() - start) / (60 * args.minutes)) < 1:
        rate = 2e-3 * min(1, (step + 1) / 100) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done)))
        for group in optim.param_groups:
            group["lr"] = rate
        at = torch.randint(0, len(ids) - LENGTH - 1, (BATCH,))
        batch = torch.stack([ids[i:i + LENGTH] for i in at])
        loss = model(batch, labels=batch, use_cache=False).loss
        optim.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optim.step()
        step += 1
        if time.time() - spoke > 30:
            spoke = time.time()
            print(f"{(spoke - start) / 60:5.1f} min, step {step}, {step * BATCH * LENGTH / 1e6:.2f} M tokens, loss {loss.item():.3f}", flush=True)
    model.eval()
    with torch.no_grad():
        window = torch.tensor(held).view(-1, 512)
        print(f"held-out loss {model(window, labels=window, use_cache=False).loss.item():.3f} nats a token", flush=True)
    OUT.mkdir(parents=True, exist_ok=True)
    model.to(torch.bfloat16).save_pretrained(OUT)
    (OUT / "generation_config.json").unlink(missing_ok=True)
    (OUT / "model.safetensors").chmod(0o644)
    (OUT / "heldout.json").write_text(json.dumps(dict(window=512, ids=held), separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
