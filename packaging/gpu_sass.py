#!/usr/bin/env python3
"""What the compiler made of the product and attention kernels: a line for each, from its disassembly.

    packaging/gpu_sass.py [ARCH…] [--only TEXT] [--print]      ARCH: 80, 90, …; 90 without one

Registers and local memory of a kernel; and of its longest loop with products in it: instructions, 16-byte loads from
memory, mma, loads and stores of local memory (there should be none). Needs nvcc, and nvdisasm – the toolkit's, or that
of the package nvidia-cuda-nvdisasm from PyPI in a virtual environment: NVDISASM names it. --print shows the loop.
"""
import argparse
import collections
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
KERNELS = ROOT / "engine/cuda/kernels"
PRODUCTS = ("IMMA", "HMMA", "QMMA", "HGMMA", "IGMMA")


def compiled(source, arch, folder):
    """The kernels of a file as machine code, and what the compiler says of their registers."""
    out = folder / f"{source.stem}_{arch}.cubin"
    run = subprocess.run(
        ["nvcc", f"-arch=sm_{arch}", "-cubin", "-std=c++20", "-O3", "-fmad=false", "--expt-relaxed-constexpr",
         "-diag-suppress=20012", "-Xptxas", "-v", "-I", ROOT / "engine", "-I", ROOT / "engine/include", "-o", out, source],
        capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"{source.name} does not compile for sm_{arch}:\n{run.stderr}")
    usage = {}
    for part in run.stderr.split("Compiling entry function '")[1:]:
        registers = re.search(r"Used (\d+) registers", part)
        local = re.search(r"(\d+) bytes stack frame", part)
        usage[part.split("'")[0]] = (int(registers.group(1)), int(local.group(1)))
    return out, usage


def functions(disassembler, cubin):
    """Name of each kernel → its lines: (label or None, instruction or None)."""
    text = subprocess.run([disassembler, "-c", cubin], capture_output=True, text=True, check=True).stdout
    found, lines = {}, None
    for line in text.splitlines():
        if start := re.match(r"\.text\.(\S+):", line):
            lines = found[start.group(1)] = []
        elif lines is not None:
            if label := re.match(r"\s*(\.L\w+):", line):
                lines.append((label.group(1), None))
            elif instruction := re.search(r"/\*[0-9a-f]{4,}\*/\s+(.*?)\s*;", line):
                lines.append((None, instruction.group(1)))
    return found


def opcode(instruction):
    return re.sub(r"^@!?U?P\w+\s+", "", instruction).split()[0]


def longest_loop(lines):
    """The instructions of the longest stretch that a branch jumps back over, of those with products in it."""
    place = {label: i for i, (label, _) in enumerate(lines) if label}
    best = []
    for end, (_, instruction) in enumerate(lines):
        target = re.search(r"\bBRA\b.*`\((\.L\w+)\)", instruction or "")
        if not target or place.get(target.group(1), end) >= end:
            continue
        body = [text for _, text in lines[place[target.group(1)]:end + 1] if text]
        if len(body) > len(best) and any(opcode(text).startswith(PRODUCTS) for text in body):
            best = body
    return best


def short(name):
    """matmulKernel<ChunkW8<128>, 1, 1> of a mangled name, near enough."""
    name = subprocess.run(["c++filt", name], capture_output=True, text=True, check=True).stdout.strip()
    name = re.sub(r"qwill::engine::(cuda::)?|\(anonymous namespace\)::|^void |\((int|unsigned int)\)", "", name)
    return name.split("(")[0] if "MatrixFormat" not in name else re.sub(r"\(\w+::.*", "", name.replace("(MatrixFormat)", ""))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("arch", nargs="*", default=["90"])
    parser.add_argument("--only", default="", help="kernels whose name contains this")
    parser.add_argument("--print", action="store_true", dest="show", help="the loop itself, too")
    arguments = parser.parse_args()
    disassembler = os.environ.get("NVDISASM") or shutil.which("nvdisasm")
    if not disassembler or not shutil.which("nvcc"):
        sys.exit("There is no nvdisasm (or nvcc): install nvidia-cuda-nvdisasm in a virtual environment and set NVDISASM.")
    sources = sorted([*KERNELS.glob("matmul*.cu"), *KERNELS.glob("attention*.cu")])
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for arch in arguments.arch:
            print(f"sm_{arch:<57} {'registers':>9} {'local':>6} {'loop':>5} {'LDG.128':>8} {'mma':>4} {'LDL/STL':>8}")
            for cubin, usage in pool.map(lambda source: compiled(source, arch, pathlib.Path(folder)), sources):
                for name, lines in functions(disassembler, cubin).items():
                    title, loop = short(name), longest_loop(lines)
                    if not loop or arguments.only not in title:
                        continue
                    count = collections.Counter(opcode(text).split(".")[0] for text in loop)
                    wide = sum(opcode(text).startswith("LDG") and ".128" in opcode(text) for text in loop)
                    registers, local = usage.get(name, (0, 0))
                    print(f"{title:<60} {registers:>9} {local:>6} {len(loop):>5} {wide:>8}"
                          f" {sum(count[p] for p in PRODUCTS):>4} {count['LDL'] + count['STL']:>8}")
                    if arguments.show:
                        print("\n".join("    " + text for text in loop))


if __name__ == "__main__":
    main()
