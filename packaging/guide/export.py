"""Writes the trained guide as a Hugging Face directory: bf16 safetensors, config, tokenizer, template.

    python3 export.py WORK OUT          takes the averaged weights of WORK/last.pt
"""
import argparse
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file

from make_tokenizer import SPECIAL, VOCAB
from model import CONFIG


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    state = torch.load(args.work / "last.pt", weights_only=True)
    args.out.mkdir(parents=True, exist_ok=True)
    save_file({k: v.to(torch.bfloat16).contiguous() for k, v in state["average"].items()}, args.out / "model.safetensors",
              metadata={"format": "pt"})
    text_end, _, turn_end = (VOCAB - len(SPECIAL) + i for i in range(3))
    write_json(args.out / "config.json", {
        "architectures": ["Qwen3ForCausalLM"], "attention_bias": False, "attention_dropout": 0.0, "bos_token_id": text_end,
        "eos_token_id": turn_end, "hidden_act": "silu", "initializer_range": 0.02, "max_window_layers": CONFIG["num_hidden_layers"],
        "model_type": "qwen3", "rope_scaling": None, "sliding_window": None, "tie_word_embeddings": True, "torch_dtype": "bfloat16",
        "use_cache": True, "use_sliding_window": False, **CONFIG})
    write_json(args.out / "generation_config.json", {
        "bos_token_id": text_end, "pad_token_id": text_end, "do_sample": True, "eos_token_id": [turn_end, text_end],
        "temperature": 0.3, "top_k": 5, "top_p": 0.8})
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copyfile(args.work / name, args.out / name)
    size = sum(p.stat().st_size for p in args.out.iterdir() if p.suffix in (".json", ".safetensors"))
    print(f"step {state['step']}, {state['tokens'] / 1e6:.2f} M tokens, {state['questions']} conversations; {size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
