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
import torch.multiprocessing as multiprocessing
from tokenizers import Tokenizer

from dialogues import HERE, Dialogues, load_questions, load_synonyms, load_topics
from grade import Grader, quick
from model import Guide

BUDGET = 768    # tokens of a batch, padding included


class Coder:
    def __init__(self, tokenizer):
        self.tok, self.cache = tokenizer, {}
        self.loose = Tokenizer.from_str(tokenizer.to_str())
        self.loose.model.dropout = 0.1  # other cuts of the same words, so that an unknown word resembles a known one
        self.start, self.end, self.pad = (tokenizer.token_to_id(s) for s in ("<|im_start|>", "<|im_end|>", "<|endoftext|>"))
        self.nl = tokenizer.encode("\n").ids
        self.roles = {r: [self.start, *tokenizer.encode(r).ids, *self.nl] for r in ("system", "user", "assistant")}

    def text(self, s):
        return self.tok.encode(s).ids

    def answer(self, s):
        if s not in self.cache:
            self.cache[s] = self.text(s)
        return self.cache[s]

    def sample(self, system, turns, rng, vocab, whole, head):
        """Ids and, per position, whether the next token counts."""
        ids, counts = [], []

        def put(tokens, on):
            ids.extend(tokens)
            counts.extend([on] * len(tokens))

        if system:
            put(self.roles["system"] + self.text(system) + [self.end] + self.nl, 0)
        cut = len(turns) == 1 and rng.random() >= whole
        for q, a in turns:
            asked = self.loose.encode(q).ids if rng.random() < 0.15 else self.text(q)
            if rng.random() < 0.4:  # strangers use words we never wrote, and leave out those we did
                kept = [rng.randrange(vocab) if rng.random() < 0.05 else t for t in asked if rng.random() > 0.07]
                asked = kept or asked
            put(self.roles["user"] + asked + [self.end] + self.nl + self.roles["assistant"], 0)
            answer = self.answer(a) + [self.end]
            put(answer[:rng.randint(2, head)] if cut else answer, 1)
            if not cut:
                put(self.nl, 0)
        return ids, counts


def batches(texts, coder, rng, whole, head):
    """Batches of like lengths from pools of 512 conversations; `texts()` are today's."""
    while True:
        dialogues = texts()
        pool = sorted((coder.sample(*dialogues.conversation(rng), rng, 4093, whole, head) for _ in range(512)), key=lambda s: len(s[0]))
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


class Texts:
    """The dialogues, read again when a text changed: somebody may write while the model learns."""

    def __init__(self, many):
        self.many, self.seen, self.dialogues = many, None, None

    def __call__(self):
        stamp = max(p.stat().st_mtime for p in (HERE / "said.txt", HERE / "hints.txt", HERE / "synonyms.txt"))
        if stamp != self.seen:
            try:
                self.dialogues, self.seen = Dialogues(load_topics(), load_synonyms(), self.many), stamp
            except (KeyError, ValueError):  # half a file: the next pool will find the whole
                if not self.dialogues:
                    raise
        return self.dialogues


def rate(args, spent, step):
    """Warm up, hold for a seventh of the time, then fall along a cosine."""
    at = min(1.0, spent / (args.minutes * 60))
    fall = 1.0 if at < 0.15 else 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * (at - 0.15) / 0.85))
    return args.lr * min(1.0, (step + 1) / 100) * fall


def optimizer(model, lr):
    matrices = [p for p in model.parameters() if p.dim() == 2]
    vectors = [p for p in model.parameters() if p.dim() < 2]
    return torch.optim.AdamW([{"params": matrices, "weight_decay": 0.05}, {"params": vectors, "weight_decay": 0.0}],
                             lr=lr, betas=(0.9, 0.98), fused=True)


def work(rank, model, state, args):
    """One process: its own questions and Adam state, the weights shared with the others without locks (Hogwild).

    On a busy machine two such processes get further than one with two threads, which wait for each other at every product.
    Process 0 also keeps the running average, saves and reports.
    """
    torch.set_num_threads(1)
    topics = load_topics()
    coder = Coder(Tokenizer.from_file(str(args.work / "tokenizer.json")))
    optim = optimizer(model, args.lr)
    if "optim" in state:
        optim.load_state_dict(state["optim"])
    step, spent, tokens, questions = (state.get(k, 0) for k in ("step", "spent", "tokens", "questions"))
    spent = 0 if args.fresh_schedule else spent
    rng = random.Random(args.seed + 7919 * rank + 104729 * step)
    torch.manual_seed(args.seed + rank + step)
    average = state.get("average") or {k: v.clone() for k, v in model.state_dict().items()}
    judge = Guide().eval()
    grader, dev = Grader(topics), load_questions(HERE / "dev.txt")
    clock = loud = saved = time.time()
    run = 0.0
    for ids, counts in batches(Texts(args.many), coder, rng, args.whole, args.head):
        now = time.time()
        spent, clock = spent + now - clock, now
        for group in optim.param_groups:
            group["lr"] = rate(args, spent, step)
        with torch.autocast("cpu", torch.bfloat16):
            logits = model.head(model(ids[:, :-1])[counts[:, 1:]])
        loss = F.cross_entropy(logits.float(), ids[:, 1:][counts[:, 1:]])
        optim.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optim.step()
        step, tokens, questions = step + 1, tokens + ids.numel() * args.workers, questions + len(ids) * args.workers
        done = spent >= args.minutes * 60
        if rank:
            if done:
                return
            continue
        with torch.no_grad():
            for k, v in model.state_dict().items():
                average[k].lerp_(v, 1 - min(0.995, step / (step + 20)))
        run = 0.98 * run + 0.02 * loss.item() if run else loss.item()
        if now - loud > 30:
            loud = now
            print(f"{spent / 60:6.1f} min  step {step:6d}  {tokens / 1e6:6.2f} M tokens  {questions / 1e3:6.1f} k conversations  "
                  f"lr {optim.param_groups[0]['lr']:.1e}  loss {run:.4f}", flush=True)
        if now - saved > 300 or done:
            torch.save({"model": {k: v.clone() for k, v in model.state_dict().items()}, "optim": optim.state_dict(), "average": average,
                        "step": step, "spent": spent, "tokens": tokens, "questions": questions}, args.work / "new.pt")
            (args.work / "new.pt").rename(args.work / "last.pt")
            judge.load_state_dict(average)
            print("        " + quick(judge, coder, grader, dev), flush=True)
            saved = clock = time.time()  # looking back is not learning
        if done:
            return


@torch.no_grad()
def start_from_words(model, words):
    """Embeddings from words.py, and first attention layers that pass on the mean of what was said, half of its directions each.

    Left to chance, gathering the question's words at the answer's first token takes longer to be found than all else together.
    """
    model.model.embed_tokens.weight.copy_(words * 0.35)
    directions = torch.linalg.svd(words, full_matrices=False).Vh
    for layer, kept in zip(model.model.layers, directions.split(128)):
        attention = layer.self_attn
        attention.v_proj.weight.copy_(kept)
        share = attention.heads // attention.kv
        for head in range(attention.heads):
            part = kept[(head // share) * attention.dim:][:attention.dim]
            attention.o_proj.weight[:, head * attention.dim:(head + 1) * attention.dim] = part.T * 0.3 / share


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--workers", type=int, default=1, help="processes, one core each")
    parser.add_argument("--drop", type=float, default=0.05)
    parser.add_argument("--many", type=float, default=0.09, help="share of conversations with several turns; they cost ten times a question")
    parser.add_argument("--whole", type=float, default=0.12, help="share of single answers taught to their end")
    parser.add_argument("--head", type=int, default=16, help="most tokens kept of an answer that is cut")
    parser.add_argument("--fresh-schedule", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    last = args.work / "last.pt"
    state = torch.load(last, weights_only=True) if last.exists() else {}
    model = Guide(drop=args.drop)
    if state:
        model.load_state_dict(state["model"])
    elif (args.work / "words.pt").exists():
        start_from_words(model, torch.load(args.work / "words.pt", weights_only=True))
    model.train()
    model.share_memory()
    print(f"{sum(p.numel() for p in model.parameters())} parameters, from step {state.get('step', 0)}", flush=True)
    others = [multiprocessing.Process(target=work, args=(rank, model, state, args)) for rank in range(1, args.workers)]
    for p in others:
        p.start()
    work(0, model, state, args)
    for p in others:
        p.join()


if __name__ == "__main__":
    main()
