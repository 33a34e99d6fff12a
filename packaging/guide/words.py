"""The first stage of training: which words belong to which topic, learned by averaging embeddings (a thousand times cheaper a question).

    python3 words.py WORK --minutes 5       writes WORK/words.pt, from which train.py starts the embedding
"""
import argparse
import random
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

from dialogues import HERE, LANGS, Dialogues, load_questions, load_synonyms, load_topics
from model import CONFIG

BATCH = 512


def pad(rows):
    n = max(map(len, rows))
    ids = torch.zeros((len(rows), n), dtype=torch.long)
    on = torch.zeros((len(rows), n))
    for i, r in enumerate(rows):
        ids[i, :len(r)] = torch.tensor(r)
        on[i, :len(r)] = 1
    return ids, on


class Words(torch.nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.embed = torch.nn.Embedding(CONFIG["vocab_size"], CONFIG["hidden_size"])
        torch.nn.init.normal_(self.embed.weight, std=0.04)
        self.out = torch.nn.Linear(CONFIG["hidden_size"], classes)

    def forward(self, ids, on):
        x = (self.embed(ids) * on[..., None]).sum(1) / on.sum(1, keepdim=True).clamp(min=1).sqrt()
        return self.out(x)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=11)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    rng = random.Random(args.seed)
    topics = load_topics()
    names = list(topics)
    kind = {n: names.index(t.same or n) for n, t in topics.items()}  # topics with one answer are one class
    dialogues = Dialogues(topics, load_synonyms())
    weights = [t.weight for t in topics.values()]
    tok = Tokenizer.from_file(str(args.work / "tokenizer.json"))
    model = Words(len(names) * 2)
    optim = torch.optim.Adam(model.parameters(), lr=4e-3, fused=True)
    rows = [r for r in load_questions(HERE / "dev.txt") if "=>" not in r[2]]
    dev, dev_on = pad([e.ids for e in tok.encode_batch([r[2] for r in rows])])
    want = torch.tensor([kind[n] * 2 + LANGS.index(lang) for n, lang, _ in rows])
    began, step, run = time.time(), 0, 0.0
    while (spent := time.time() - began) < args.minutes * 60:
        picked = rng.choices(range(len(names)), weights, k=BATCH)
        langs = [rng.randrange(2) for _ in picked]
        texts = [dialogues.question(topics[names[p]], LANGS[lang], rng) for p, lang in zip(picked, langs)]
        ids, on = pad([e.ids for e in tok.encode_batch(texts)])
        on *= torch.rand_like(on) > 0.25  # a question must survive the loss of a word
        loss = F.cross_entropy(model(ids, on), torch.tensor([kind[names[p]] * 2 + lang for p, lang in zip(picked, langs)]), label_smoothing=0.05)
        for group in optim.param_groups:
            group["lr"] = 4e-3 * max(0.05, 1 - spent / (args.minutes * 60))
        optim.zero_grad(set_to_none=True)
        loss.backward()
        optim.step()
        step += 1
        run = 0.95 * run + 0.05 * loss.item() if run else loss.item()
        if step % 50 == 0:
            with torch.no_grad():
                right = model(dev, dev_on).argmax(1) == want
            print(f"{spent / 60:5.1f} min  {step * BATCH / 1e3:6.0f} k questions  loss {run:.3f}  dev {right.sum()}/{len(rows)}", flush=True)
    print("wrong:", "; ".join(f"{n}: {t} (got {names[g // 2]})" for (n, _, t), ok, g in
                              zip(rows, right.tolist(), model(dev, dev_on).argmax(1).tolist()) if not ok))
    torch.save(model.embed.weight.detach(), args.work / "words.pt")


if __name__ == "__main__":
    main()
