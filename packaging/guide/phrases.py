"""Questions about Qwill: expands the hand-written patterns and roughens them as people do.

A pattern is a sentence with choices: "how do i [save|export] [my|the|] chat". Choices nest. Everything is seeded, so a
data set is named by its seed and the texts beside this file.
"""
import random
import re

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_WIDE = str.maketrans({",": "\uff0c", "?": "\uff1f", "!": "\uff01", ":": "\uff1a"})
_KEYS = {"a": "sqz", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "k": "jl",
         "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o", "r": "et", "s": "ad", "t": "ry", "u": "yi", "v": "cb",
         "w": "qe", "x": "zc", "y": "tu"}

EN_BEFORE = ["please ", "pls ", "hi, ", "hello, ", "hey, ", "hey ", "hi! ", "hello. ", "ok, ", "ok so ", "so ", "um ", "well, ",
             "quick question: ", "question: ", "one question: ", "sorry, ", "excuse me, ", "could you tell me ", "tell me ",
             "can you tell me ", "i wonder ", "i was wondering ", "i'd like to know ", "i want to know ", "i need to know ",
             "do you know ", "any idea ", "please tell me ", "please explain ", "help: ", "help me: ", "qwill, ", "dear guide, ",
             "i'm new here, ", "i am a beginner. ", "just curious, ", "also, ", "and ", "but ", "another thing: ", "now ",
             "thanks. ", "great, ", "cool, ", "nice. ", "maybe a stupid question, but ", "i have a question, ", "what i want to ask: ",
             "could you explain ", "would you tell me ", "remind me, ", "dumb question: ", "hmm, ", "actually, ", "good morning, ",
             "my friend asks: ", "my boss wants to know: ", "a colleague asked me: ", "my grandma asks ", "my nephew wants to know ",
             "i've been wondering for a while: ", "just installed this. ", "i read the docs but still: ", "sorry for asking, ", "listen, ",
             "look, ", "say, ", "well then, ", "first of all, ", "next question: ", "one more thing: ", "while we are at it, ", "before i forget: ",
             "hope you can help. ", "it's urgent: ", "i'm on ubuntu. ", "i use this at work. ", "i'm a student. ", "i'm a teacher. ",
             "for a project: ", "yesterday i tried it. ", "since this morning: ", "just now: ", "suddenly: ", "seriously, ", "honestly, ",
             "basically ", "in short: ", "frankly, ", "be honest, ", "out of curiosity, ", "for my wife: ", "i can't remember: ",
             "i searched everywhere: ", "no luck so far: ", "i give up: ", "problem: ", "issue: ", "wish: ", "request: ", "i'd love it if you told me ",
             "would be great to know ", "can somebody tell me ", "does anybody know ", "wondering: ", "what if i ask: ", "may i ask, ", "oh, "]
EN_AFTER = [" please", " pls", " thanks", ", thanks", ", thank you", " in qwill", " with qwill", " in this app", " here",
            " in this program", " in the app", " in this application", ", please", " for me", " now", " today", " again", " exactly", " quickly",
            " step by step", " on my computer", " on my machine", " on my laptop", " on linux", " on windows", "? i can't find it",
            "? i am lost", ", can you help", ", any hints", ", if that is possible", " or not", ", i'm not sure", "? thank you",
            ", i forgot", " if i want to", " at all", " somehow", " right now", " then", " by the way", " btw",
            ", my boss asks", ", asking for a friend", " for my grandmother", ", it's for work", ", i need it today", " as soon as possible",
            ", any idea", ", or am i wrong", ", right", ", isn't it", ", you know", ", if you know", ", tell me", ", please advise", ", hm",
            " the easy way", " the quick way", " in general", " in practice", " every day", " all the time", " this time", " once more",
            "? it drives me crazy", "? it annoys me", "? i'm new", "? can't figure it out", "? be brief", "? in simple words", ", what now",
            ", what should i do", " without trouble", " properly", " on this machine", " on my old laptop", " at home", " at work", ", can't i"]
ZH_BEFORE = ["请问", "请问一下,", "你好,", "您好,", "嗨,", "那个,", "我想知道", "想问一下,", "想请教一下,", "麻烦问一下,", "请告诉我", "请说明",
             "帮我看看,", "请教", "问一下", "另外,", "还有,", "那么", "那", "对了,", "我是新手,", "我是新用户,", "刚开始用,", "不好意思,", "好的,",
             "谢谢。", "顺便问一下,", "能不能告诉我", "可以告诉我", "你知道", "我不明白,", "打扰一下,", "嗯,", "哦,", "话说", "再问一下,",
             "朋友问我,", "老板问,", "同事想知道,", "我奶奶问,", "我侄子想问,", "想了好久,", "刚装上,", "看了说明还是不懂,", "听着,", "首先,",
             "下一个问题,", "趁现在,", "差点忘了,", "希望你能帮忙,", "急,", "我用的是 Ubuntu,", "工作上要用,", "我是学生,", "我是老师,", "做项目要用,",
             "昨天试了下,", "从今天早上起,", "刚才", "突然", "说真的,", "老实说,", "总之", "简单说,", "好奇问一句,", "替我老婆问,", "我忘了,",
             "到处找过了,", "试了半天,", "问题是,", "需求:", "求助,", "谁知道", "有人知道", "我就想问,", "弱弱问一句,", "萌新提问,", "那啥,", "哎,", "咦,",
             "对了对了,", "说起来,", "大佬,", "小助手,", "亲,"]
ZH_AFTER = ["吗", "呢", "呀", "啊", "谢谢", ",谢谢", ",谢谢你", ",麻烦了", "?谢谢", "呢?", ",在 Qwill 里", ",在这个软件里", ",我找不到", ",请帮忙",
            ",急", ",不太懂", "?请一步一步说", ",请详细说说", ",在我的电脑上", ",能帮忙吗", ",怎么弄", ",有办法吗", "?我忘了", "啊?", "哈",
            ",老板在问", ",帮朋友问的", ",给我奶奶用", ",工作要用", ",今天就要", ",越快越好", ",有人知道吗", ",对吧", ",是不是", ",你说呢", ",求解",
            ",求指点", ",咋办", ",怎么办", ",怎么搞", ",行不行", ",可以吗", ",好吗", ",最简单的办法", ",天天如此", ",每次都这样", ",这次也是", "?烦死了",
            "?新手", "?说简单点", "?搞不懂", ",在家里用", ",在单位用", ",老是这样", ",在这台旧电脑上", "嘛", "咧", "来着", "的说", ",哎"]


def expand(pattern, rng):
    """One sentence of a pattern, each choice drawn evenly."""
    while True:
        out = _CHOICE.sub(lambda m: rng.choice(m.group(1).split("|")), pattern)
        if out == pattern:
            return re.sub(r"  +", " ", out).strip()
        pattern = out


def _typo(word, rng):
    if len(word) < 4:
        return word
    i = rng.randrange(1, len(word) - 1)
    kind = rng.random()
    if kind < 0.3:
        return word[:i] + word[i + 1] + word[i] + word[i + 2:]
    if kind < 0.6:
        return word[:i] + word[i + 1:]
    if kind < 0.8:
        return word[:i] + word[i] + word[i:]
    near = _KEYS.get(word[i].lower())
    return word[:i] + rng.choice(near) + word[i + 1:] if near else word


class Roughener:
    """Applies synonyms, slips of the keyboard, politeness and punctuation to a clean sentence."""

    def __init__(self, synonyms_en, synonyms_zh):
        self.en = {}
        for group in synonyms_en:
            for phrase in group:
                self.en.setdefault(phrase, []).extend(p for p in group if p != phrase)
        self.zh = {}
        for group in synonyms_zh:
            for phrase in group:
                self.zh.setdefault(phrase, []).extend(p for p in group if p != phrase)
        self._zh_any = re.compile("|".join(sorted(map(re.escape, self.zh), key=len, reverse=True)) or "(?!)")
        self._en_any = re.compile(r"(?<![\w-])(" + "|".join(sorted(map(re.escape, self.en), key=len, reverse=True)) + r")(?![\w-])")

    def rough_en(self, text, rng):
        if rng.random() < 0.6:
            text = self._en_any.sub(lambda m: rng.choice(self.en[m.group(1)]) if rng.random() < 0.35 else m.group(1), text)
        words = text.split()
        style = rng.random()
        if style < 0.10 and len(words) > 4:  # telegram style: content words only
            little = {"how", "do", "i", "the", "a", "an", "to", "is", "can", "my", "of", "it", "in", "what", "does", "you", "me", "be"}
            kept = [w for w in words if w not in little]
            words = kept if len(kept) > 1 else words
        elif style < 0.30 and len(words) > 4:
            words = [w for w in words if rng.random() > 0.10] or words
        if style > 0.93 and len(words) > 3:  # words out of order
            i = rng.randrange(len(words) - 1)
            words[i], words[i + 1] = words[i + 1], words[i]
        if rng.random() < 0.18:
            words = [_typo(w, rng) if rng.random() < 0.12 else w for w in words]
        text = " ".join(words)
        if rng.random() < 0.3:
            text = rng.choice(EN_BEFORE) + text
        if rng.random() < 0.25 and not text.endswith(("?", ".", "!")):
            text += rng.choice(EN_AFTER)
        return self.dress_en(text, rng)

    @staticmethod
    def dress_en(text, rng):
        kind = rng.random()
        if kind < 0.55:
            text = text[:1].upper() + text[1:]
            text = re.sub(r"\bi\b", "I", text)
            text = re.sub(r"\bi('\w+)", r"I\1", text)
            if rng.random() < 0.8:
                for low, high in (("qwill", "Qwill"), ("markdown", "Markdown"), ("json", "JSON"), ("html", "HTML"), ("pdf", "PDF"),
                                  ("gguf", "GGUF"), ("gptq", "GPTQ"), ("awq", "AWQ"), ("fp8", "FP8"), ("gpu", "GPU"), ("cpu", "CPU"),
                                  ("ram", "RAM"), ("nvidia", "NVIDIA"), ("linux", "Linux"), ("windows", "Windows"), ("chatgpt", "ChatGPT"),
                                  ("chinese", "Chinese"), ("english", "English"), ("api", "API"), ("openai", "OpenAI"), ("ctrl", "Ctrl")):
                    text = re.sub(rf"\b{low}\b", high, text)
        elif kind < 0.59:
            text = text.upper()
        elif kind < 0.62:
            text = " ".join(w.capitalize() for w in text.split())
        if text[-1:] not in ".?!":
            text += rng.choice(["", "", "?", "?", "?", "?", ".", "!", "??", " ?", "...", "?!"])
        return text

    def rough_zh(self, text, rng):
        if rng.random() < 0.6:
            text = self._zh_any.sub(lambda m: rng.choice(self.zh[m.group(0)]) if rng.random() < 0.35 else m.group(0), text)
        if rng.random() < 0.2 and len(text) > 6:
            text = "".join(c for c in text if rng.random() > 0.05)
        if rng.random() < 0.3:
            text = text.replace(" ", "")
        if rng.random() < 0.06 and len(text) > 6:
            i = rng.randrange(len(text) - 1)
            text = text[:i] + text[i + 1] + text[i] + text[i + 2:]
        if rng.random() < 0.3:
            text = rng.choice(ZH_BEFORE) + text
        if rng.random() < 0.25 and text[-1] not in "?。!吗呢":
            text += rng.choice(ZH_AFTER)
        if text[-1] not in "?。!":
            text += rng.choice(["", "", "?", "?", "?", "。", "!", "??", "?", "…"])
        if rng.random() < 0.75:  # people type both widths
            text = text.translate(_WIDE)
        if rng.random() < 0.1:
            text = text.lower()
        elif rng.random() < 0.1:
            text = text.upper()
        return text

    def rough(self, text, lang, rng):
        return self.rough_en(text, rng) if lang == "en" else self.rough_zh(text, rng)
