#!/usr/bin/env python3
"""Writes tests/data/model/parts: a model of tests/data/reference/gguf cut into several files by the PyPI package `gguf`, and
once more with the metadata in a file without tensors. Run it with tests/reference/run.sh."""
import pathlib, shutil
import gguf

DATA = pathlib.Path(__file__).resolve().parents[1] / "data"
SOURCE = DATA / "reference" / "gguf" / "qwen3-q4_0.gguf"
OUT = DATA / "model" / "parts"


def cut(name, **how):
    reader = gguf.GGUFReader(SOURCE)
    w = gguf.GGUFWriter(OUT / f"{name}.gguf", "qwen3", **how)
    for key, field in reader.fields.items():
        if not key.startswith("GGUF.") and key != "general.architecture":
            inner = field.types[1] if field.types[0] == gguf.GGUFValueType.ARRAY else None
            w.add_key_value(key, field.contents(), field.types[0], inner)
    for t in reader.tensors:
        w.add_tensor(t.name, t.data, raw_dtype=t.tensor_type)
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()


shutil.rmtree(OUT, ignore_errors=True)
OUT.mkdir(parents=True)
cut("cut", split_max_tensors=10)
for f in sorted(OUT.iterdir()):
    f.chmod(0o644)
    print(f.name, f.stat().st_size)
