"""Learns the guide's byte-level BPE (4093 pieces and three special tokens) from the texts of this folder."""
import argparse
import json
import random
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from dialogues import LANGS, Dialogues, load_synonyms, load_topics
from phrases import EN_AFTER, EN_BEFORE, ZH_AFTER, ZH_BEFORE

# The split that Qwen's tokenizer.json publishes: a Qwen model must cut words as its engine expects.
SPLIT = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
VOCAB = 4096
TEMPLATE = ("{%- for message in messages %}{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}{%- endfor %}"
            "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}")


def corpus(topics, synonyms, rng):
    dialogues = Dialogues(topics, synonyms)
    for t in topics.values():
        for lang in LANGS:
            for _ in range(4):
                yield t.answer[lang]
                yield t.more.get(lang, "")
            for _ in range(150):
                yield dialogues.question(t, lang, rng)
    for lang, groups in synonyms.items():
        for group in groups:
            yield from group * 4 if lang == "zh" else [" " + w for w in group] * 4
    for t in topics.values():
        for lang, words in t.hints.items():
            for w in words:
                yield from [w if lang == "zh" else " " + w] * 3
    yield from ["system", "user", "assistant"] * 500  # every turn names one: each must be a single token
    yield from (EN_BEFORE + EN_AFTER + ZH_BEFORE + ZH_AFTER) * 3


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    tok = Tokenizer(models.BPE())
    tok.normalizer = normalizers.NFC()
    tok.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(SPLIT), "isolated"),
                                                 pre_tokenizers.ByteLevel(add_prefix_space=False, trim_offsets=False, use_regex=False)])
    tok.post_processor = processors.ByteLevel(add_prefix_space=False, trim_offsets=False, use_regex=False)
    tok.decoder = decoders.ByteLevel(add_prefix_space=False, trim_offsets=False, use_regex=False)
    trainer = trainers.BpeTrainer(vocab_size=VOCAB - len(SPECIAL), min_frequency=2, show_progress=False,
                                  initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()))
    tok.train_from_iterator(corpus(load_topics(), load_synonyms(), random.Random(4)), trainer)
    if tok.get_vocab_size() != VOCAB - len(SPECIAL):
        raise SystemExit(f"the texts give only {tok.get_vocab_size()} pieces")
    tok.add_special_tokens([AddedToken(s, special=True, normalized=False) for s in SPECIAL])
    args.out.mkdir(parents=True, exist_ok=True)
    tok.save(str(args.out / "tokenizer.json"))
    first = VOCAB - len(SPECIAL)
    config = {
        "add_bos_token": False, "add_prefix_space": False,
        "added_tokens_decoder": {str(first + i): {"content": s, "lstrip": False, "normalized": False, "rstrip": False,
                                                  "single_word": False, "special": True} for i, s in enumerate(SPECIAL)},
        "additional_special_tokens": ["<|im_start|>", "<|im_end|>"], "bos_token": None, "chat_template": TEMPLATE,
        "clean_up_tokenization_spaces": False, "eos_token": "<|im_end|>", "errors": "replace", "model_max_length": 4096,
        "pad_token": "<|endoftext|>", "split_special_tokens": False, "tokenizer_class": "Qwen2Tokenizer", "unk_token": None}
    (args.out / "tokenizer_config.json").write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
