"""The guide's data set: topics with questions and one answer each, drawn into single and many-turn conversations.

Topic files (topics/*.txt) hold, per topic, the sections `ask`, `answer`, `more` and `keywords`, each in `en` and `zh`:

    === export_markdown
    --- ask en
    how do i [export|save] [a|this|my] chat as markdown
    --- answer en
    Open the chat's menu …

`--- same other_topic` in place of the answers: two ways to ask for one text.
Topics named with a leading underscore are turns that lean on what was said before (more, repeat, the other language).
    python3 dialogues.py --check      lints the texts and counts what they can say
    python3 dialogues.py --show 20    prints sample conversations
"""
import argparse
import itertools
import random
import re
from dataclasses import dataclass, field
from pathlib import Path

from phrases import Roughener, expand

HERE = Path(__file__).resolve().parent
LANGS = ("en", "zh")
AROUND_EN = ["{}", "{}", "{}", "what about {}", "and {}", "tell me about {}", "[explain|describe] {}", "how about {}", "{} [help|info|question|guide]",
             "i have a question about {}", "[something|anything] about {}", "[how does {} work|{} how]", "how to use {}", "where is {}",
             "[help with|need help with] {}", "more about {}", "what do you know about {}"]
AROUND_ZH = ["{}", "{}", "{}", "那{}呢", "{}呢", "[介绍|说说|讲讲|解释][一下|]{}", "{}[怎么用|是什么|怎么回事|怎么弄]", "[关于|有关]{}", "{}[帮助|说明|问题]", "我想[了解|知道]{}",
             "{}在哪[里|儿|]", "{}的事", "什么是{}", "{}该怎么做", "[要|想]{}"]
SYSTEMS = ["You are a helpful assistant.", "You are the guide of Qwill.", "You are a helpful and concise assistant. Answer in Markdown.",
           "You are an expert programmer. Explain your steps.", "Answer briefly.", "你是一个乐于助人的助手。", "你是 Qwill 的向导。", "请用简洁的语言回答。",
           "You are a careful translator.", "你是一名资深程序员,请给出详细的解释。", "Be friendly.", "You are Qwen, created by Alibaba Cloud. You are a helpful assistant."]


@dataclass
class Topic:
    name: str
    weight: float = 1.0
    ask: dict = field(default_factory=dict)
    answer: dict = field(default_factory=dict)
    more: dict = field(default_factory=dict)
    keywords: dict = field(default_factory=dict)
    hints: dict = field(default_factory=dict)
    said: dict = field(default_factory=dict)
    same: str = ""  # the topic whose answers this one gives


def optional(pattern):
    """`[a|b]?` and a Chinese character with `?` may be left out."""
    return re.sub(r"([\u4e00-\u9fff])\?", r"[\1|]", pattern.replace("]?", "|]"))


FILL_EN = ("i my the a it this how do can could is does what when with for to and about please want need in on any some me you have get there "
           "if would should why where at of not").split()
FILL_ZH = "我 的 怎么 能 吗 了 想 这个 请 可以 要 有 在 时 呢 会 怎样 如何 给 把 是 不 一下 到 用 就 该 什么 为什么 让".split()


def load_hints(topics, path=HERE / "hints.txt"):
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line and not line.startswith("#"):
            name, lang, words = line.split(" ", 2)
            topics[name].hints.setdefault(lang, []).extend(w.strip() for w in words.split(";"))


def load_said(topics, path=HERE / "said.txt"):
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line and not line.startswith("#"):
            name, lang, sentences = line.split(" ", 2)
            topics[name].said.setdefault(lang, []).extend(w.strip() for w in sentences.split(" | "))


def load_topics(folder=HERE / "topics"):
    topics = {}
    for path in sorted(folder.glob("*.txt")):
        topic, section, lang, buffer = None, None, None, []

        def close():
            if not section:
                return
            if section == "same":
                topic.same = lang
                return
            text = "\n".join(buffer).strip()
            lines = [s.strip() for s in text.split("\n") if s.strip()]
            if lang in getattr(topic, section):
                raise ValueError(f"{path.name}: {topic.name} has two sections '{section} {lang}'")
            if section in ("answer", "more"):
                getattr(topic, section)[lang] = text
            elif section == "keywords":
                topic.keywords[lang] = [k.strip() for s in lines for k in s.split(";") if k.strip()]
            else:
                topic.ask[lang] = [optional(s) for s in lines]

        for line in path.read_text(encoding="utf-8").split("\n"):
            if line.startswith("=== "):
                close()
                name, *rest = line[4:].split()
                if name in topics:
                    raise ValueError(f"{path.name}: the topic {name} is written twice")
                topic, section, buffer = topics.setdefault(name, Topic(name, float(rest[0]) if rest else 1.0)), None, []
            elif line.startswith("--- "):
                close()
                section, lang = line[4:].split()
                buffer = []
            else:
                buffer.append(line)
        close()
    for topic in topics.values():
        if topic.same:
            topic.answer, topic.more = topics[topic.same].answer, topics[topic.same].more
    load_hints(topics)
    load_said(topics)
    return topics


def load_synonyms(path=HERE / "synonyms.txt"):
    groups = {"en": [], "zh": []}
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line and not line.startswith("#"):
            lang, rest = line.split(" ", 1)
            groups[lang].append([w.strip() for w in rest.split("|")])
    return groups


def load_questions(path):
    """Held-out questions: `topic lang question`, or with a question before it: `topic lang first topic => question`."""
    rows = []
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line.strip() and not line.startswith("#"):
            name, lang, text = line.split(" ", 2)
            rows.append((name, lang, text.strip()))
    return rows


class Dialogues:
    """Draws questions and conversations from the topics."""

    def __init__(self, topics, synonyms, many_share=0.09):
        self.topics, self.many_share = topics, many_share
        self.rough = Roughener(synonyms["en"], synonyms["zh"])
        self.plain = [t for t in topics.values() if not t.name.startswith("_")]
        self.weights = [t.weight for t in self.plain]

    def question(self, topic, lang, rng):
        if topic.hints and rng.random() < 0.2:
            return self.strung(topic, lang, rng)
        if topic.said and rng.random() < 0.45:
            return self.rough.rough(expand(rng.choice(topic.said[lang]), rng), lang, rng)
        around = topic.keywords.get(lang)
        if around and rng.random() < 0.22:
            shape = expand(rng.choice(AROUND_EN if lang == "en" else AROUND_ZH), rng)
            clean = shape.replace("{}", expand(rng.choice(around), rng))
        else:
            clean = expand(rng.choice(topic.ask[lang]), rng)
        return self.rough.rough(clean, lang, rng) if rng.random() < 0.9 else clean

    def strung(self, topic, lang, rng):
        """Words of the topic between little words that say nothing: what is left of a sentence nobody foresaw."""
        words = rng.sample(topic.hints[lang], min(len(topic.hints[lang]), rng.choice([1, 1, 2, 2, 3])))
        fill, out = (FILL_EN if lang == "en" else FILL_ZH), []
        for w in words:
            out += [*rng.sample(fill, rng.choice([0, 1, 1, 2, 2, 3])), w]
        out += rng.sample(fill, rng.choice([0, 0, 0, 1, 2]))
        text = (" " if lang == "en" else "").join(out)
        return self.rough.dress_en(text, rng) if lang == "en" else text + rng.choice(["", "", "\uff1f", "?", "\u3002"])

    def pick(self, rng):
        return rng.choices(self.plain, self.weights)[0]

    def single(self, rng):
        topic, lang = self.pick(rng), "en" if rng.random() < 0.6 else "zh"  # its words are more, and lean less on each other
        return [(self.question(topic, lang, rng), topic.answer[lang])]

    def followup(self, last, lang, rng):
        """A turn that leans on the one before: (question, answer, topic, language)."""
        kind = rng.choice(["_more", "_more", "_repeat", "_chinese", "_english", "thanks", "praise", "okay"])
        helper = self.topics[kind]
        if kind in ("_chinese", "_english"):
            other = "zh" if kind == "_chinese" else "en"
            spoken = rng.choice(LANGS)
            return self.question(helper, spoken, rng), last.answer[other], last, other
        asked = self.question(helper, lang, rng)
        if kind == "_more":
            return asked, last.more.get(lang) or helper.answer[lang], None, lang
        if kind == "_repeat":
            return asked, last.answer[lang], last, lang
        return asked, helper.answer[lang], None, lang

    def many(self, rng, turns):
        lang, last, out = rng.choice(LANGS), None, []
        for _ in range(turns):
            if last is not None and rng.random() < 0.5:
                asked, answered, last, lang = self.followup(last, lang, rng)
            else:
                if rng.random() < 0.12:
                    lang = rng.choice(LANGS)
                last = self.pick(rng)
                asked, answered = self.question(last, lang, rng), last.answer[lang]
            out.append((asked, answered))
        return out

    def conversation(self, rng):
        """(system or None, [(question, answer), …])"""
        if rng.random() < 0.04:  # a leaning turn with nothing before it
            helper, lang = self.topics[rng.choice(["_more", "_repeat", "_chinese", "_english"])], rng.choice(LANGS)
            turns = [(self.question(helper, lang, rng), helper.answer[lang])]
        elif rng.random() < self.many_share:
            turns = self.many(rng, rng.choice([2, 2, 2, 3, 3, 4]))
        else:
            turns = self.single(rng)
        return (rng.choice(SYSTEMS) if rng.random() < 0.12 else None), turns


def _plain(text):
    return re.sub(r"[\W_]+", "", text.lower())


def every(pattern):
    """All sentences of a pattern whose choices do not nest."""
    parts = re.split(r"\[([^\[\]]*)\]", pattern)
    for chosen in itertools.product(*(part.split("|") if i % 2 else [part] for i, part in enumerate(parts))):
        yield "".join(chosen)


def check(topics, synonyms):
    faults = []
    for t in topics.values():
        for lang in LANGS:
            if not t.answer.get(lang) or not t.ask.get(lang):
                faults.append(f"{t.name}: no {lang} answer or questions")
        for text in [*t.answer.values(), *t.more.values()]:
            if text.count("```") % 2:
                faults.append(f"{t.name}: a code fence stays open")
        for lang in LANGS:
            for p in t.ask.get(lang, []):
                if p.count("[") != p.count("]"):
                    faults.append(f"{t.name}: unbalanced choice in '{p}'")
    if faults:
        return faults
    dialogues, rng = Dialogues(topics, synonyms), random.Random(1)
    seen, fewest = {_plain(s) for t in topics.values() for said in t.said.values() for p in said for s in every(p)}, {}
    for t in topics.values():
        for lang in LANGS:
            mine = {_plain(expand(rng.choice(t.ask[lang]), rng)) for _ in range(3000)}
            seen |= mine
            rough = {dialogues.question(t, lang, rng) for _ in range(400)}
            fewest[(t.name, lang)] = (len(mine), len(rough))
            if len(rough) < 40:
                faults.append(f"{t.name} {lang}: only {len(rough)} phrasings")
    for name in ("heldout.txt", "dev.txt"):
        path = HERE / name
        if not path.exists():
            continue
        rows = load_questions(path)
        for topic, lang, text in rows:
            if topic not in topics:
                faults.append(f"{name}: no topic {topic}")
            if _plain(text.split("=>")[-1]) in seen and "=>" not in text:
                shown = "a question" if name == "heldout.txt" else f"'{text}'"  # who writes the texts must not read those
                faults.append(f"{name}: {shown} can be drawn from the training patterns")
        print(f"{name}: {len(rows)} questions, {sum(r[1] == 'en' for r in rows)} English, {sum(r[1] == 'zh' for r in rows)} Chinese")
    clean = sum(c for c, _ in fewest.values())
    print(f"{len(topics)} topics, {sum(len(t.ask[l]) for t in topics.values() for l in LANGS)} patterns, "
          f">= {clean} clean phrasings, fewest per topic {min(c for c, _ in fewest.values())}")
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    topics, synonyms = load_topics(), load_synonyms()
    if args.check:
        faults = check(topics, synonyms)
        for f in faults:
            print("fault:", f)
        raise SystemExit(1 if faults else 0)
    rng, dialogues = random.Random(args.seed), Dialogues(topics, synonyms)
    for _ in range(args.show):
        system, turns = dialogues.conversation(rng)
        for q, a in turns:
            print(">", q, "\n   ", a.replace("\n", "\n    ")[:160])
        print()


if __name__ == "__main__":
    main()
