#!/usr/bin/env python3
"""Writes the goldens of tests/engine/parity/quantised_test.cpp: one tiny model in each quantised format, packed by the
format's own tool, beside the logits transformers computes in float32 from the weights that went into the packing.

  run.sh make_quantised.py [NAME…]    needs the packages of setup_formats.sh

Weights are rounded here to integers, scales and zero points (or codes); those are packed by the tool's own functions, run
on the CPU: auto-gptq's QuantLinear.pack, AutoAWQ's WQLinear_GEMM.from_linear, the compressors of compressed-tensors, the
layers of bitsandbytes; FP8 blocks by torch's float8_e4m3fn, as Qwen's files are. What the integers mean in float goes into
transformers. So a mistake in unpacking cannot be made twice. tests/data/reference/quantised/NAME/ is as README.md says.
"""
import importlib.util, json, logging, math, pathlib, shutil, sys, types
import numpy as np
import torch
from safetensors.torch import save_file
import make_parity

OUT = pathlib.Path(__file__).resolve().parents[1] / "data" / "reference" / "quantised"
SOURCES = pathlib.Path("/opt/formats-src")
sys.path.insert(0, "/opt/formats")

SHAPE = dict(dtype="float16", classic=True, hidden=128, inter=128, layers=1, heads=2, kv=1, hd=32, vocab=97, tied=True, theta=1e4)
CASES = {1: None, 19: [0, 7, 18], 70: [0, 31, 32, 63, 69]}


# --- rounding: integers, scale and zero point of each (row, group) -----------------------------------------------------
def groups_of(cols, group, order):
    """The group of each column."""
    return order if order is not None else torch.arange(cols) // (cols if group == -1 else group)


def round_grouped(w, bits, group, symmetric, order=None, dtype=torch.float16):
    """q [N, K] in 0 … 2^bits − 1, scale [N, G] and zero [N, G]; w ≈ scale · (q − zero)."""
    index, top = groups_of(w.shape[1], group, order), 2**bits - 1
    count = int(index.max()) + 1
    scale, zero = torch.zeros(w.shape[0], count), torch.zeros(w.shape[0], count)
    for g in range(count):
        part = w[:, index == g]
        if symmetric:
            scale[:, g] = part.abs().amax(1) / (2 ** (bits - 1) - 0.5)
            zero[:, g] = 2 ** (bits - 1)
        else:
            low, high = part.amin(1).clamp(max=0), part.amax(1).clamp(min=0)
            scale[:, g] = (high - low) / top
            zero[:, g] = torch.round(-low / scale[:, g])
    if not symmetric and bits == 4:
        zero.clamp_(1, 15)  # GPTQ version 1 cannot store 0
    scale = scale.to(dtype).float()
    q = torch.clamp(torch.round(w / scale[:, index] + zero[:, index]), 0, top)
    return q, scale, zero, scale[:, index] * (q - zero[:, index])


# --- the tools ---------------------------------------------------------------------------------------------------------
def source_module(name, *parts):
    """A file of an unpacked source package, run by itself: the packages' own __init__ want a GPU."""
    path = next(SOURCES.with_name("formats-srcx").glob(parts[0])).joinpath(*parts[1:])
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def linear(w):
    layer = torch.nn.Linear(w.shape[1], w.shape[0], bias=False)
    layer.weight.data = w.clone()
    return layer


def pack_gptq(w, bits, group, symmetric, order=False, version=1):
    index = None
    if order:
        index = torch.arange(w.shape[1]) // group
        index = index[torch.randperm(w.shape[1], generator=torch.Generator().manual_seed(5))]
    q, scale, zero, meant = round_grouped(w, bits, group, symmetric, index)
    tool = source_module("gptq_cuda", "auto_gptq-*", "auto_gptq", "nn_modules", "qlinear", "qlinear_cuda.py")
    layer = tool.QuantLinear(bits, group, w.shape[1], w.shape[0], False, weight_dtype=torch.float16)
    chosen = (index if index is not None else layer.g_idx).to(torch.int32)
    layer.pack(linear(meant.double()), scale.double().clone(), zero.clone(), chosen)
    layer.scales = layer.scales.half()
    if version == 2:  # GPTQModel's own step from 1 to 2: every field plus 1
        step = sum(1 << (bits * i) for i in range(32 // bits))
        layer.qzeros = torch.from_numpy((layer.qzeros.numpy().view(np.uint32) + np.uint32(step)).view(np.int32))
    parts = {"qweight": layer.qweight, "qzeros": layer.qzeros, "scales": layer.scales, "g_idx": layer.g_idx.to(torch.int32)}
    return parts, meant


def pack_awq(w, group):
    q, scale, zero, meant = round_grouped(w, 4, group, False)
    for name, members in {"awq": {}, "awq.utils": {}, "awq.utils.module": dict(try_import=lambda n: (None, "no GPU")),
                          "awq.utils.utils": dict(get_best_device=lambda: "cpu"),
                          "awq.utils.packing_utils": dict(dequantize_gemm=None)}.items():
        stub = types.ModuleType(name)
        stub.__dict__.update(members)
        sys.modules.setdefault(name, stub)
    tool = source_module("awq_gemm", "autoawq-*", "awq", "modules", "linear", "gemm.py")
    layer = tool.WQLinear_GEMM.from_linear(linear(meant.double()), 4, group, scales=scale.double().t().contiguous(),
                                           zeros=zero.double().t().contiguous())
    return {"qweight": layer.qweight, "qzeros": layer.qzeros, "scales": layer.scales}, meant


def compress(layout, w, args, scale, zero, extra=None):
    from compressed_tensors.compressors import BaseCompressor
    from compressed_tensors.quantization import QuantizationArgs, QuantizationScheme
    scheme = QuantizationScheme(targets=["Linear"], weights=QuantizationArgs(**args))
    state = {"weight": w, "weight_scale": scale}
    if zero is not None:
        state["weight_zero_point"] = zero
    compressor = BaseCompressor.get_value_from_registry(layout)
    return {**compressor.compress(state, scheme), **(extra or {})}


def pack_compressed(w, bits, group, symmetric, layout, dtype=torch.bfloat16, order=False):
    index = None
    if order:
        index = (torch.arange(w.shape[1]) // group)[torch.randperm(w.shape[1], generator=torch.Generator().manual_seed(5))]
    q, scale, zero, meant = round_grouped(w, bits, group, symmetric, index, dtype)
    half = 2 ** (bits - 1)
    args = dict(num_bits=bits, type="int", symmetric=symmetric, strategy="channel" if group == -1 else "group")
    if group != -1:
        args["group_size"] = group
    signed = (zero - half).to(torch.int8)
    if order:  # the tool gave up this layout; its packing has not changed
        from compressed_tensors.compressors.pack_quantized.helpers import pack_to_int32
        return {"weight_packed": pack_to_int32((q - half).to(torch.int8), bits), "weight_scale": scale.to(dtype),
                "weight_shape": torch.tensor(w.shape), "weight_g_idx": index.to(torch.int32)}, meant
    parts = compress(layout, meant.double(), args, scale.double(), None if symmetric else signed)
    parts["weight_scale"] = scale.to(dtype)
    return parts, meant


def round_fp8(w, block, dtype):
    """e4m3 with a scale for each block of rows × columns."""
    rows, cols = math.ceil(w.shape[0] / block[0]), math.ceil(w.shape[1] / block[1])
    codes, scale, meant = torch.zeros_like(w, dtype=torch.float8_e4m3fn), torch.zeros(rows, cols), torch.zeros_like(w)
    for r in range(rows):
        for c in range(cols):
            at = (slice(r * block[0], (r + 1) * block[0]), slice(c * block[1], (c + 1) * block[1]))
            scale[r, c] = (w[at].abs().max() / 448).to(dtype).float()
            codes[at] = (w[at] / scale[r, c]).to(torch.float8_e4m3fn)
            meant[at] = codes[at].float() * scale[r, c]
    return codes, scale.to(dtype), meant


def pack_fp8_block(w, block, dtype):
    codes, scale, meant = round_fp8(w, block, dtype)
    return {"weight": codes, "weight_scale_inv": scale}, meant


def pack_fp8_compressed(w, strategy):
    block = {"channel": (1, w.shape[1]), "tensor": tuple(w.shape), "block": (64, 64)}[strategy]
    codes, scale, meant = round_fp8(w, block, torch.float32)
    if strategy == "tensor":
        scale = scale.reshape(1)
    args = dict(num_bits=8, type="float", symmetric=True, strategy=strategy)
    if strategy == "block":
        args["block_structure"] = [64, 64]
    parts = compress("float-quantized", meant, args, scale, None)
    assert torch.equal(parts["weight"].float(), codes.float())
    return parts, meant


def pack_bnb8(w):
    import bitsandbytes.functional as F
    codes, scb, _ = F.int8_vectorwise_quant(w.half())
    meant = codes.float() * (scb.float() / 127)[:, None]
    return {"weight": codes, "SCB": scb.float()}, meant


def pack_bnb4(w, kind, nested):
    import bitsandbytes as bnb
    import bitsandbytes.functional as F
    packed, state = F.quantize_4bit(w.float(), blocksize=64, compress_statistics=nested, quant_type=kind)
    meant = F.dequantize_4bit(packed, state).float()
    return {"weight": packed, **{"weight." + k: v for k, v in state.as_dict(packed=True).items()}}, meant


# --- models ------------------------------------------------------------------------------------------------------------
def gptq(bits=4, group=128, symmetric=True, order=False, version=1):
    config = dict(quant_method="gptq", bits=bits, group_size=group, sym=symmetric, desc_act=order,
                  checkpoint_format="gptq_v2" if version == 2 else "gptq")
    return config, lambda w: pack_gptq(w, bits, group if group != -1 else w.shape[1], symmetric, order, version)


def awq(group):
    config = dict(quant_method="awq", bits=4, group_size=group, version="gemm", zero_point=True)
    return config, lambda w: pack_awq(w, group)


def compressed(bits, group, symmetric, layout="pack-quantized", dtype=torch.bfloat16, order=None):
    weights = dict(num_bits=bits, type="int", symmetric=symmetric, strategy="channel" if group == -1 else "group",
                   group_size=None if group == -1 else group, actorder=order)
    config = dict(quant_method="compressed-tensors", format=layout, quantization_status="compressed", ignore=["lm_head"],
                  config_groups=dict(group_0=dict(targets=["Linear"], weights=weights, input_activations=None)))
    return config, lambda w: pack_compressed(w, bits, group, symmetric, layout, dtype, order == "group")


def compressed_fp8(strategy):
    weights = dict(num_bits=8, type="float", symmetric=True, strategy=strategy,
                   block_structure=[64, 64] if strategy == "block" else None)
    config = dict(quant_method="compressed-tensors", format="float-quantized", quantization_status="compressed",
                  config_groups=dict(group_0=dict(targets=["Linear"], weights=weights)))
    return config, lambda w: pack_fp8_compressed(w, strategy)


def fp8_block(block, dtype):
    config = dict(quant_method="fp8", fmt="e4m3", activation_scheme="dynamic", weight_block_size=list(block))
    return config, lambda w: pack_fp8_block(w, block, dtype)


def bnb(bits, kind="nf4", nested=False):
    config = dict(quant_method="bitsandbytes", load_in_8bit=bits == 8, load_in_4bit=bits == 4, bnb_4bit_quant_type=kind,
                  bnb_4bit_use_double_quant=nested)
    return config, (lambda w: pack_bnb8(w)) if bits == 8 else (lambda w: pack_bnb4(w, kind, nested))


# `wide`: 256 inner columns, so that groups of 128 are more than one.
MODELS = {
    "gptq-int4-g32-sym": dict(quant=gptq(4, 32)),
    "gptq-int4-g64-asym": dict(quant=gptq(4, 64, symmetric=False)),
    "gptq-int4-g128-sym": dict(quant=gptq(4, 128), wide=True),
    "gptq-int4-row-asym-v2": dict(quant=gptq(4, -1, symmetric=False, version=2)),
    "gptq-int4-g32-desc-act": dict(quant=gptq(4, 32, order=True)),
    "gptq-int8-g32-sym": dict(quant=gptq(8, 32)),
    "gptq-int3-g32-sym": dict(quant=gptq(3, 32)),
    "gptq-int2-g64-asym-v2": dict(quant=gptq(2, 64, symmetric=False, version=2)),
    "awq-int4-g64": dict(quant=awq(64)),
    "awq-int4-g128": dict(quant=awq(128), wide=True),
    "compressed-int4-g32-sym": dict(quant=compressed(4, 32, True)),
    "compressed-int4-g128-asym": dict(quant=compressed(4, 128, False), wide=True),
    "compressed-int4-g64-f32": dict(quant=compressed(4, 64, True, dtype=torch.float32)),
    "compressed-int4-g32-actorder": dict(quant=compressed(4, 32, True, order="group")),
    "compressed-int4-channel-f16": dict(quant=compressed(4, -1, True, dtype=torch.float16)),
    "compressed-int8-channel": dict(quant=compressed(8, -1, True, "int-quantized")),
    "compressed-int8-g32-packed": dict(quant=compressed(8, 32, True)),
    "compressed-fp8-channel": dict(quant=compressed_fp8("channel")),
    "compressed-fp8-tensor": dict(quant=compressed_fp8("tensor")),
    "compressed-fp8-block64": dict(quant=compressed_fp8("block")),
    "fp8-128x128-bf16": dict(quant=fp8_block((128, 128), torch.bfloat16), wide=True),
    "fp8-64x64-f32": dict(quant=fp8_block((64, 64), torch.float32)),
    "fp8-64x64-f16": dict(quant=fp8_block((64, 64), torch.float16)),
    "bitsandbytes-int8": dict(quant=bnb(8)),
    "bitsandbytes-nf4": dict(quant=bnb(4)),
    "bitsandbytes-nf4-nested": dict(quant=bnb(4, nested=True)),
    "bitsandbytes-fp4": dict(quant=bnb(4, "fp4")),
}


def make(name, spec):
    seed = 2000 + sum(map(ord, name))
    shape = dict(SHAPE, arch="qwen3" if seed % 2 else "llama", **(dict(inter=256, heads=4) if spec.get("wide") else {}))
    model = make_parity.build(shape, seed)
    config, pack = spec["quant"]
    folder = OUT / name
    make_parity.save(model, shape, folder)
    half = model.state_dict()
    model = make_parity.build(shape, seed)  # again: what was rounded to 16 bits includes the angles of RoPE
    model.load_state_dict(half)
    tensors = {}
    for key, value in model.state_dict().items():
        if key == "lm_head.weight":
            continue
        module = key.removesuffix(".weight")
        if "_proj" not in key:
            tensors[key] = value.half().contiguous()
            continue
        parts, meant = pack(value.float())
        for part, data in parts.items():
            tensors[f"{module}.{part}"] = data.contiguous()
        with torch.no_grad():
            value.copy_(meant)
    for path in folder.glob("*.safetensors"):
        path.unlink()
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    written = json.loads((folder / "config.json").read_text())
    written["quantization_config"] = config
    (folder / "config.json").write_text(json.dumps(written, indent=2, sort_keys=True) + "\n")

    rng = np.random.default_rng(seed)
    cases, rows = [], []
    for length, positions in CASES.items():
        ids = [int(t) for t in rng.integers(0, shape["vocab"], length)]
        positions = list(range(length)) if positions is None else positions
        cases.append(dict(ids=ids, positions=positions))
        rows.append(make_parity.logits_of(model, ids)[positions].numpy().astype("<f4"))
    golden = np.concatenate(rows)
    golden.tofile(folder / "logits.f32")
    (folder / "golden.json").write_text(json.dumps(dict(
        vocab=shape["vocab"], logits="logits.f32", cases=cases, logitsStd=round(float(golden.std()), 3)),
        separators=(",", ":")) + "\n")
    for f in folder.iterdir():
        f.chmod(0o644)
    size = sum(f.stat().st_size for f in folder.iterdir())
    print(f"{name}: {size / 1000:.0f} kB, {shape['arch']}, logits std {golden.std():.2f}", flush=True)
    return size


if __name__ == "__main__":
    torch.set_num_threads(1)
    logging.disable(logging.WARNING)
    names = sys.argv[1:] or list(MODELS)
    print(f"{sum(make(n, MODELS[n]) for n in names) / 1e6:.2f} MB")
