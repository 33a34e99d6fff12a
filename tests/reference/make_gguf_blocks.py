#!/usr/bin/env python3
"""Writes tests/data/model/blocks.gguf: for each block type our engine decodes, random blocks as tensor TYPE and what the
PyPI package `gguf` makes of them as tensor TYPE.values. Run it with tests/reference/run.sh."""
import pathlib
import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType as T, GGUFWriter
from gguf.quants import dequantize

OUT = pathlib.Path(__file__).resolve().parents[1] / "data" / "model" / "blocks.gguf"
F16_FIELDS = {  # byte offsets of the 16-bit floats of a block
    T.F16: range(0, 2, 2), T.Q4_0: [0], T.Q4_1: [0, 2], T.Q5_0: [0], T.Q5_1: [0, 2], T.Q8_0: [0], T.IQ4_NL: [0],
    T.Q4_K: [0, 2], T.Q5_K: [0, 2], T.Q6_K: [208], T.BF16: [],
    T.Q2_K: [80, 82], T.Q3_K: [108], T.IQ4_XS: [0], T.MXFP4: [],
}
rng = np.random.default_rng(11)
OUT.parent.mkdir(parents=True, exist_ok=True)
w = GGUFWriter(OUT, "blocks")
for kind, fields in F16_FIELDS.items():
    elements, size = GGML_QUANT_SIZES[kind]
    rows, blocks = 2, 2 if elements == 256 else 96 if elements == 1 else 5
    raw = rng.integers(0, 256, (rows * blocks, size), dtype=np.uint8)
    if kind == T.BF16:
        raw[:, 1] &= 0xBF  # no infinities, no NaN
    if kind == T.MXFP4:
        raw[:, 0] = 110 + raw[:, 0] % 30  # powers of two that 16 bits have
    for at in fields:
        raw[:, at + 1] &= 0xBF  # the same: exponents up to 15
    raw = raw.reshape(rows, blocks * size)
    w.add_tensor(kind.name, raw, raw_dtype=kind)
    w.add_tensor(kind.name + ".values", dequantize(raw, kind).astype(np.float32))
w.write_header_to_file()
w.write_kv_data_to_file()
w.write_tensors_to_file()
w.close()
print(OUT, OUT.stat().st_size)
