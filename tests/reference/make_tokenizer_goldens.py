#!/usr/bin/env python3
"""Trains the small tokenizers of tests/data/tokenizer and writes golden cases for them, and for the real Qwen3
tokenizer where shared/ lies beside the checkout. Needs the packages tokenizers and sentencepiece.

    make_tokenizer_goldens.py train    # anew: the models change, and so do all cases
    make_tokenizer_goldens.py cases    # only the cases
"""
import glob
import json
import pathlib
import random
import sys
import tempfile
import unicodedata

import sentencepiece
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DATA = ROOT / "tests" / "data" / "tokenizer"
SHARED = ROOT.parent / "shared" / "qwen3" / "tokenizer.json"
QWEN = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"


def corpus():
    """What this machine has: Python's own sources, and translations of glibc's locale names and zones."""
    texts = []
    for name in sorted(glob.glob("/usr/lib/python3*/[a-m]*.py"))[:60]:
        texts.append(open(name, encoding="utf-8", errors="ignore").read()[:20000])
    for golden in (ROOT / "tests/data/chat_template").glob("goldens.json"):
        texts.append(golden.read_text()[:50000])
    texts += ["这是一个用于测试的小词表。我们训练它来检查分词。中国 中文 世界 你好 "] * 20
    texts += ["Съешь ещё этих мягких французских булок, да выпей чаю. ", "دع القلم يكتب ما يشاء. ", "빠른 갈색 여우가 게으른 개를 뛰어넘는다. ",
              "いろはにほへと ちりぬるを わかよたれそ つねならむ ", "Příliš žluťoučký kůň úpěl ďábelské ódy. "] * 20
    return texts


def train_byte_level(name, pattern, nfc, specials, ignore_merges=False, bos=None, pairs=True):
    tokenizer = Tokenizer(models.BPE(ignore_merges=ignore_merges))
    if nfc:
        tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(pattern), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(corpus(), trainers.BpeTrainer(
        vocab_size=2000, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    tokenizer.add_special_tokens([s for s in specials if s.startswith("<|")])
    tokenizer.add_tokens([AddedToken(s, normalized=False) for s in specials if not s.startswith("<|")])
    if bos:
        tokenizer.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=False), processors.TemplateProcessing(
            single=f"{bos} $A", special_tokens=[(bos, tokenizer.token_to_id(bos))])])
    save(tokenizer, name, pairs)


def save(tokenizer, name, pairs):
    value = json.loads(tokenizer.to_str())
    if not pairs:  # the older way to write merges
        value["model"]["merges"] = [" ".join(m) for m in value["model"]["merges"]]
    (DATA / name).write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def train_metaspace(name, normaliser_form):
    """A tokenizer.json of Llama 2's kind: code points, byte fallback, ▁ for spaces."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    texts = ["▁" + t.replace(" ", "▁") for t in corpus()]
    seed = Tokenizer(models.BPE(unk_token="<unk>"))
    seed.pre_tokenizer = pre_tokenizers.Split(Regex("▁+[^▁]*"), "isolated")
    specials = ["<unk>", "<s>", "</s>"]
    seed.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=1200, special_tokens=specials + [f"<0x{b:02X}>" for b in range(256)],
                                                        limit_alphabet=250, show_progress=False))
    model = json.loads(seed.to_str())["model"]
    tokenizer.model = models.BPE(vocab=model["vocab"], merges=[tuple(m) for m in model["merges"]], unk_token="<unk>",
                                 byte_fallback=True, fuse_unk=True)
    if normaliser_form:
        tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    else:
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    tokenizer.add_special_tokens([AddedToken(s, normalized=False) for s in specials])
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    save(tokenizer, name, not normaliser_form)


def train_sentencepiece():
    with tempfile.TemporaryDirectory() as folder:
        text = pathlib.Path(folder) / "corpus.txt"
        text.write_text("\n".join(corpus()))
        sentencepiece.SentencePieceTrainer.train(
            input=str(text), model_prefix=f"{folder}/m", model_type="bpe", vocab_size=1500, byte_fallback=True, character_coverage=0.99,
            normalization_rule_name="identity", remove_extra_whitespaces=False, split_digits=True, allow_whitespace_only_pieces=True,
            user_defined_symbols=["<tool>", "\n\n"], control_symbols=["[INST]", "[/INST]"], num_threads=1, max_sentence_length=100000,
            minloglevel=2)
        (DATA / "small_sentencepiece.model").write_bytes(pathlib.Path(f"{folder}/m.model").read_bytes())


def samples(rng, added, count):
    assigned = [c for c in range(0x110000) if unicodedata.category(chr(c)) not in ("Cn", "Co", "Cs")]
    marks = [c for c in assigned if unicodedata.combining(chr(c))]
    pick = rng.choice
    makers = [lambda: chr(pick(assigned)), lambda: chr(pick(marks)), lambda: chr(rng.randint(0x20, 0x7e)), lambda: chr(rng.randint(0x4e00, 0x9fff)),
              lambda: chr(rng.randint(0xac00, 0xd7a3)), lambda: chr(rng.randint(0x1100, 0x11ff)), lambda: chr(rng.randint(0x300, 0x36f)),
              lambda: chr(rng.randint(0x1e00, 0x1fff)), lambda: chr(rng.randint(0, 0x1f)), lambda: chr(rng.randint(0x1f300, 0x1faff)),
              lambda: pick(" \t\n\r\u00a0\u3000\u2028\u200b\u180e\u0085\x0b\x1c"), lambda: pick("0123456789٣५Ⅷ½²"), lambda: pick(added),
              lambda: pick(["'s", "'S", "'ſ", "'RE", "'ll", "'LL", "’s", "'ve"]), lambda: " " * rng.randint(1, 90), lambda: "\n" * rng.randint(1, 9),
              lambda: "\r\n", lambda: pick(["Å", "Å", "e\u0301", "한", "ö̲", "\u0344", "क़", "שּׁ", "\u1373f", "\U00016d40", "\U0002ebf0\U000116d0", "\ua7cb"]),
              lambda: chr(rng.randint(0xf900, 0xfaff)), lambda: pick(["the ", "Hello", " world", "def ", "中国", "日本語", "Привет", "مرحبا", "▁", "▁▁x"])]
    yield from ["", " ", "  ", "\n", "a", "é", "e\u0301", "한국어", "한", "".join(added), added[0] * 3, " " + added[0] + " ", added[0][:-1], added[0] + added[0][:4],
                "x" * 300, "ab " * 100, "1234567890", "can't CAN'T", "a\r\nb\r\n\r\n", " " * 70 + "x", "\n" * 20 + " x", "中" * 120, "a\u0301" * 60]
    for _ in range(count):
        chosen = makers if rng.random() < 0.5 else rng.sample(makers, rng.randint(1, 3))
        yield "".join(pick(chosen)() for _ in range(rng.randint(1, 30)))


def write_cases(name, encode, added, count, seed):
    lines = [json.dumps({"text": text, "ids": encode(text)}, ensure_ascii=False) for text in samples(random.Random(seed), added, count)]
    (DATA / name).write_text("\n".join(lines) + "\n")


def cases():
    for stem in ["small_qwen", "small_llama3", "small_llama2", "small_metaspace"]:
        path = DATA / f"{stem}.json"
        tokenizer = Tokenizer.from_file(str(path))
        added = [t["content"] for t in json.loads(path.read_text())["added_tokens"]]
        write_cases(f"{stem}_cases.jsonl", lambda text: tokenizer.encode(text, add_special_tokens=False).ids, added, 250, 5)
    processor = sentencepiece.SentencePieceProcessor(model_file=str(DATA / "small_sentencepiece.model"))
    # Without control pieces in the text: sentencepiece takes them for text, we only where nothing is to be recognised.
    write_cases("small_sentencepiece_cases.jsonl", lambda text: processor.encode(text), ["\n\n", "▁"], 250, 6)
    if SHARED.exists():
        tokenizer = Tokenizer.from_file(str(SHARED))
        added = [t["content"] for t in json.loads(SHARED.read_text())["added_tokens"]]
        write_cases("qwen3_cases.jsonl", lambda text: tokenizer.encode(text, add_special_tokens=False).ids, added, 400, 7)


def main():
    DATA.mkdir(parents=True, exist_ok=True)
    if sys.argv[1:] == ["train"]:
        train_byte_level("small_qwen.json", QWEN, True, ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<tool_call>", "</tool_call>"])
        train_byte_level("small_llama3.json", LLAMA3, False, ["<|begin_of_text|>", "<|eot_id|>"], True, "<|begin_of_text|>", pairs=False)
        train_metaspace("small_llama2.json", True)
        train_metaspace("small_metaspace.json", False)
        train_sentencepiece()
    elif sys.argv[1:] != ["cases"]:
        sys.exit(__doc__)
    cases()


main()
