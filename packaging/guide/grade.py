"""Grades greedy answers by topic: an answer counts when, of all the texts we wrote, the intended one is the most like it.

    python3 grade.py MODEL_DIR heldout.txt [--engine qwill-cli] [--weights bf16|w8|w4] [--out answers.jsonl]
Without --engine the judge is Hugging Face `transformers` in float32.
"""
import argparse
import difflib
import json
import re
import subprocess
import time
from collections import Counter
from pathlib import Path

from dialogues import HERE, LANGS, load_questions, load_topics

CLOSE = 0.90  # the share of an answer that must equal the text we wrote


class Grader:
    def __init__(self, topics):
        self.topics = topics
        self.texts = [(t.name, lang, kind, text) for t in topics.values() for lang in LANGS
                      for kind, text in (("answer", t.answer[lang]), ("more", t.more.get(lang))) if text]

    def expected(self, name, lang, before):
        """(name, language, kind) of the text a question should get; `before` is the (topic, language) asked before it."""
        if before and name in ("_chinese", "_english"):
            return before[0], "zh" if name == "_chinese" else "en", "answer"
        if before and name == "_repeat":
            return before[0], lang, "answer"
        if before and name == "_more" and lang in self.topics[before[0]].more:
            return before[0], lang, "more"
        return name, lang, "answer"

    def text(self, key):
        """The text a (name, language, kind) stands for; two topics may share one."""
        return getattr(self.topics[key[0]], key[2])[key[1]]

    def nearest(self, answer, prefix=False):
        """The text most like an answer and how like it is (0 to 1)."""
        for name, lang, kind, text in self.texts:
            if answer == text or (prefix and answer and text.startswith(answer)):
                return (name, lang, kind), 1.0
        best, share = None, 0.0
        for name, lang, kind, text in self.texts:
            text = text[:len(answer)] if prefix else text
            match = difflib.SequenceMatcher(None, answer, text, autojunk=False)
            if match.real_quick_ratio() > share and match.quick_ratio() > share and (r := match.ratio()) > share:
                best, share = (name, lang, kind), r
        return best, share


def split(row):
    """A held-out row as (wanted name, language, (topic, language) before or None, question)."""
    name, lang, text = row
    if "=>" not in text:
        return name, lang, None, text
    before, text = text.split("=>")
    topic, _, spoken = before.strip().lstrip("@").partition(":")
    return name, lang, (topic, spoken or lang), text.strip()


def first_question(topic, lang):
    """A plain question that brings a topic up, for rows that lean on it."""
    return re.sub(r"\[([^\[\]|]*)\|?[^\[\]]*\]", r"\1", re.sub(r"\[([^\[\]|]*)\|[^\[\]]*\]", r"\1", topic.ask[lang][0]))


def messages(grader, row):
    name, lang, before, text = split(row)
    turns = []
    if before:
        topic = grader.topics[before[0]]
        turns = [{"role": "user", "content": first_question(topic, before[1])}, {"role": "assistant", "content": topic.answer[before[1]]}]
    return turns + [{"role": "user", "content": text}]


def quick(model, coder, grader, rows, length=4):
    """A short look while training: do the first tokens of the greedy answer lead to the right text?"""
    import torch
    right, wrong = Counter(), []
    for row in rows:
        name, lang, before, _ = split(row)
        ids = []
        for m in messages(grader, row):
            ids += coder.roles[m["role"]] + coder.text(m["content"]) + [coder.end] + coder.nl
        ids += coder.roles["assistant"]
        given = []
        with torch.no_grad():
            for _ in range(length):
                t = model.head(model(torch.tensor([ids + given]))[0, -1]).argmax().item()
                if t == coder.end:
                    break
                given.append(t)
        text = coder.tok.decode(given).rstrip("\ufffd")
        want = grader.topics[grader.expected(name, lang, before)[0]]
        wanted = grader.text(grader.expected(name, lang, before))
        right[lang] += wanted.startswith(text)
        if not wanted.startswith(text):
            wrong.append(f"{want.name}:{row[2][:40]!r}")
    n = Counter(lang for _, lang, _ in rows)
    return f"dev: en {right['en']}/{n['en']}, zh {right['zh']}/{n['zh']}; wrong: " + "; ".join(wrong[:12])


def by_transformers(folder, chats, limit=200, batch=48):
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
    torch.set_num_threads(1)
    tok = AutoTokenizer.from_pretrained(folder, padding_side="left")
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    for i in range(0, len(chats), batch):
        texts = [tok.apply_chat_template(c, tokenize=False, add_generation_prompt=True) for c in chats[i:i + batch]]
        ids = tok(texts, return_tensors="pt", padding=True, add_special_tokens=False)
        out = model.generate(**ids, max_new_tokens=limit, do_sample=False, temperature=None, top_p=None, top_k=None)
        yield from tok.batch_decode(out[:, ids["input_ids"].shape[1]:], skip_special_tokens=True)


def by_engine(folder, chats, cli, weights, limit=200):
    for chat in chats:
        prompt = "".join(f"<|im_start|>{m['role']}\n{m['content']}<|im_end|>\n" for m in chat) + "<|im_start|>assistant\n"
        done = subprocess.run([cli, "generate", str(folder), "--prompt", prompt, "--greedy", "--max-tokens", str(limit), "--weights", weights, "--no-cache"],
                              capture_output=True, text=True, check=True)
        yield done.stdout.rstrip("\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("questions", type=Path, nargs="?", default=HERE / "heldout.txt")
    parser.add_argument("--engine")
    parser.add_argument("--weights", default="bf16")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--wrong", action="store_true", help="print what went wrong; not for the held-out set while the texts are still written")
    args = parser.parse_args()
    grader, rows = Grader(load_topics()), load_questions(args.questions)
    chats = [messages(grader, r) for r in rows]
    began = time.time()
    answers = list(by_engine(args.folder, chats, args.engine, args.weights) if args.engine else by_transformers(args.folder, chats))
    right, whole, n = Counter(), Counter(), Counter(r[1] for r in rows)
    for row, answer in zip(rows, answers):
        name, lang, before, text = split(row)
        want = grader.expected(name, lang, before)
        best, share = grader.nearest(answer)
        good = best is not None and grader.text(best) == grader.text(want) and share >= CLOSE
        right[lang] += good
        whole[lang] += share == 1.0
        if args.wrong and not good:
            print(f"{lang} {text!r}: wanted {want[0]}, got {best and best[0]} {best and best[1:]} ({share:.2f})")
    if args.out:
        args.out.write_text("".join(json.dumps({"topic": r[0], "lang": r[1], "question": r[2], "answer": a}, ensure_ascii=False) + "\n"
                                    for r, a in zip(rows, answers)), encoding="utf-8")
    for lang in LANGS:
        print(f"{lang}: {right[lang]} of {n[lang]} right ({100 * right[lang] / max(1, n[lang]):.1f} %), {whole[lang]} answers are word for word ours")
    print(f"both: {sum(right.values())} of {len(rows)} ({100 * sum(right.values()) / len(rows):.1f} %), {time.time() - began:.0f} s")


if __name__ == "__main__":
    main()
