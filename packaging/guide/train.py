"""Trains the guide: cross-entropy on the assistant's tokens, most answers cut short because the choice of topic falls early.

    nice -n 19 python3 train.py WORK --minutes 60            starts, or goes on from WORK/last.pt
    nice -n 19 python3 train.py WORK --minutes 20 --fresh-schedule   anneals again after the texts changed
WORK holds tokenizer.json (make_tokenizer.py). The schedule runs on minutes, so a busy machine ends in time too.
"""
import argparse
import math
import random
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

from dialogues import HERE, Dialogues, load_questions, load_synonyms, load_topics
from grade import Grader, quick
from model import Guide

BUDGET = 1536   # tokens of a batch, padding included
HEADS = (4, 8, 8, 16)  # answer tokens kept when an answer is cut


class Coder:
    def __init__(self, tokenizer):
        self.tok, self.cache = tokenizer, {}
        self.start, self.end, self.pad = (tokenizer.token_to_id(s) for s in ("<|im_start|>", "<|im_end|>", "<|endoftext|>"))
        self.nl = tokenizer.encode("\n").ids
        self.roles = {r: [self.start, *tokenizer.encode(r).ids, *self.nl] for r in ("system", "user", "assistant")}

    def text(self, s):
        return self.tok.encode(s).ids

    def answer(self, s):
        if s not in self.cache:
            self.cache[s] = self.text(s)
        return self.cache[s]

    def sample(self, system, turns, rng, vocab, noise):
        """Ids and, per position, whether the next token counts."""
        ids, counts = [], []

        def put(tokens, on):
            ids.extend(tokens)
            counts.extend([on] * len(tokens))

        if system:
            put(self.roles["system"] + self.text(system) + [self.end] + self.nl, 0)
        cut = len(turns) == 1 and rng.random() < 0.88
        for q, a in turns:
            asked = self.text(q)
            if noise and rng.random() < 0.3:
                asked = [rng.randrange(vocab) if rng.random() < 0.05 else t for t in asked]
            put(self.roles["user"] + asked + [self.end] + self.nl + self.roles["assistant"], 0)
            answer = self.answer(a) + [self.end]
            put(answer[:rng.choice(HEADS)] if cut else answer, 1)
            if not cut:
                put(self.nl, 0)
        return ids, counts


def batches(dialogues, coder, rng, noise=True):
    """Batches of like lengths from pools of 512 conversations."""
    while True:
        pool = sorted((coder.sample(*dialogues.conversation(rng), rng, 4093, noise) for _ in range(512)), key=lambda s: len(s[0]))
        groups, group = [], []
        for s in pool:
            if group and (len(group) + 1) * len(s[0]) > BUDGET:
                groups.append(group)
                group = []
            group.append(s)
        groups.append(group)
        rng.shuffle(groups)
        for g in groups:
            n = max(len(ids) for ids, _ in g)
            ids = torch.full((len(g), n), coder.pad)
            counts = torch.zeros((len(g), n), dtype=torch.bool)
            for i, (t, c) in enumerate(g):
                ids[i, :len(t)] = torch.tensor(t)
                counts[i, :len(c)] = torch.tensor(c, dtype=torch.bool)
            yield ids, counts


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--drop", type=float, default=0.05)
    parser.add_argument("--fresh-schedule", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    rng = random.Random(args.seed)
    topics = load_topics()
    dialogues = Dialogues(topics, load_synonyms())
    coder = Coder(Tokenizer.from_file(str(args.work / "tokenizer.json")))
    grader = Grader(topics)
    dev = load_questions(HERE / "dev.txt")
    model = Guide(drop=args.drop)
    decay = [p for p in model.parameters() if p.dim() == 2]
    plain = [p for p in model.parameters() if p.dim() < 2]
    optim = torch.optim.AdamW([{"params": decay, "weight_decay": 0.05}, {"params": plain, "weight_decay": 0.0}],
                              lr=args.lr, betas=(0.9, 0.98), fused=True)
    average = {k: v.clone() for k, v in model.state_dict().items()}
    spent, step, total = 0.0, 0, args.minutes * 60
    tokens, questions = 0, 0
    last = args.work / "last.pt"
    if last.exists():
        state = torch.load(last, weights_only=True)
        model.load_state_dict(state["model"])
        optim.load_state_dict(state["optim"])
        average = state["average"]
        step, tokens, questions = state["step"], state["tokens"], state["questions"]
        if not args.fresh_schedule:
            spent = state["spent"]
        rng.seed(args.seed * 1000003 + step)
    print(f"{sum(p.numel() for p in model.parameters())} parameters, {len(topics)} topics, step {step}", flush=True)
    clock, loud, saved, run = time.time(), time.time(), time.time(), 0.0
    model.train()
    for ids, counts in batches(dialogues, coder, rng):
        now = time.time()
        spent += now - clock
        clock = now
        at = min(1.0, spent / total)
        lr = args.lr * min(1.0, (step + 1) / 100) * (1.0 if at < 0.3 else 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * (at - 0.3) / 0.7)))
        for group in optim.param_groups:
            group["lr"] = lr
        with torch.autocast("cpu", torch.bfloat16):
            hidden = model(ids[:, :-1])[counts[:, 1:]]
            logits = model.head(hidden)
        loss = F.cross_entropy(logits.float(), ids[:, 1:][counts[:, 1:]])
        optim.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optim.step()
        step += 1
        tokens += ids.numel()
        questions += len(ids)
        keep = min(0.998, step / (step + 20))
        with torch.no_grad():
            for k, v in model.state_dict().items():
                average[k].lerp_(v, 1 - keep)
        run = 0.98 * run + 0.02 * loss.item() if run else loss.item()
        if now - loud > 30:
            loud = now
            print(f"{spent / 60:6.1f} min  step {step:6d}  {tokens / 1e6:6.2f} M tokens  {questions / 1e3:6.1f} k conversations  "
                  f"lr {lr:.1e}  loss {run:.4f}", flush=True)
        done = spent >= total
        if now - saved > 240 or done:
            kept = {k: v.clone() for k, v in model.state_dict().items()}
            torch.save({"model": kept, "optim": optim.state_dict(), "average": average, "step": step, "spent": spent,
                        "tokens": tokens, "questions": questions}, args.work / "new.pt")
            (args.work / "new.pt").rename(last)
            model.load_state_dict(average)
            model.eval()
            print("        " + quick(model, coder, grader, dev), flush=True)
            model.load_state_dict(kept)
            model.train()
            saved = clock = time.time()  # looking back is not learning
        if done:
            break


if __name__ == "__main__":
    main()
