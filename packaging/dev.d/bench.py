#!/usr/bin/env python3
"""Measures qwill-cli, and llama.cpp beside it on the same shape, in turns: ours, theirs, ours, theirs, …
so that a noisy machine disturbs both alike. Prints the median of the rounds and the ratio. Called by packaging/dev bench.
"""
import argparse
import json
import pathlib
import shutil
import statistics
import subprocess
import sys

SHARED_MAKER = pathlib.Path(__file__).resolve().parents[3] / "shared" / "tools" / "make_model.py"
PEER_FORMAT = {"w4": "Q4_0", "w8": "Q8_0"}


def stop(sentence):
    sys.exit(f"packaging/dev bench: {sentence}")


def run(command, quiet=True):
    """Standard output of a command that must succeed."""
    print("   " + " ".join(map(str, command)), file=sys.stderr)
    done = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE if quiet else None, text=True)
    if done.returncode != 0:
        stop(f"{command[0]} failed with status {done.returncode}: {(done.stderr or '').strip()[-600:]}")
    return done.stdout


def made_model(scratch):
    """The 4B-shaped directory in the scratch folder, made once (8 GB)."""
    folder = scratch / "qwen3-4b-shaped"
    if not (folder / "config.json").exists():
        if not SHARED_MAKER.exists():
            stop("name a model with --model DIR; shared/tools/make_model.py, which makes one, is not beside this checkout.")
        scratch.mkdir(parents=True, exist_ok=True)
        run([sys.executable, SHARED_MAKER, "hf", folder, "--size", "4b"])
    return folder


class Peer:
    """llama.cpp's tools, on PATH or in the folder shared/tools/peer-llama.sh made."""

    def __init__(self, folder, scratch):
        self.prefix = ["chroot", folder] if folder else []
        # As this machine sees the models folder, and as the peer does.
        self.outside = folder / "models" if folder else scratch.resolve()
        self.inside = pathlib.Path("/models") if folder else self.outside

    @staticmethod
    def find(folder, scratch):
        if folder:
            if not (folder / "usr/bin/llama-bench").exists():
                stop(f"{folder} holds no usr/bin/llama-bench; make it with: shared/tools/peer-llama.sh setup {folder}")
            return Peer(folder, scratch)
        return Peer(None, scratch) if shutil.which("llama-bench") else None

    def model(self, form, given):
        """The path, as the peer sees it, of the same weights in its own format; None where we cannot make them."""
        if given:
            if given.suffix != ".gguf":
                return None
            if not self.prefix:
                return given
            copy = self.outside / given.name
            if not copy.exists():
                shutil.copyfile(given, copy)
            return self.inside / given.name
        name = f"qwen3-4b-shaped-{form}.gguf"
        if not (self.outside / name).exists():
            if not SHARED_MAKER.exists():
                return None
            self.outside.mkdir(parents=True, exist_ok=True)
            source = self.outside / "qwen3-4b-shaped-bf16.gguf"
            if not source.exists():
                run([sys.executable, SHARED_MAKER, "gguf", source, "--size", "4b"])
            run([*self.prefix, "llama-quantize", self.inside / source.name, self.inside / name, form])
        return self.inside / name

    def measure(self, model, options):
        command = [*self.prefix, "llama-bench", "-m", model, "-p", options.prompt, "-n", options.tokens, "-r", 1, "-o", "json"]
        if options.depth:
            command += ["-d", options.depth]
        if options.threads:
            command += ["-t", options.threads]
        rows = json.loads(run(command))
        return {
            "prefill_tps": next(r["avg_ts"] for r in rows if r["n_prompt"]),
            "decode_tps": next(r["avg_ts"] for r in rows if r["n_gen"]),
        }


def measure_ours(options, model, weights):
    command = [options.cli, "bench", model, "-p", options.prompt, "-n", options.tokens, "-d", options.depth, "-r", 1, "--json"]
    if model.suffix != ".gguf":
        command += ["--weights", weights]
    if options.threads:
        command += ["-t", options.threads]
    return json.loads(run(command))


def medians(rounds):
    keys = [k for k, v in rounds[0].items() if isinstance(v, (int, float)) and not isinstance(v, bool)]
    return {k: statistics.median(r[k] for r in rounds) for k in keys}


def report(weights, options, ours, theirs, kernels, form):
    print(f"\n{weights}, prompt {options.prompt}, {options.tokens} tokens at depth {options.depth}, {kernels}")
    head = f"{'':24}{'Qwill':>12}"
    print(head + (f"{'llama.cpp ' + form:>18}{'ratio':>8}" if theirs else ""))
    for key, label in (("prefill_tps", "prefill tok/s"), ("decode_tps", "decode tok/s")):
        line = f"{label:24}{ours[key]:12.2f}"
        print(line + (f"{theirs[key]:18.2f}{ours[key] / theirs[key]:8.2f}" if theirs else ""))
    lines = (
        ("first_token_ms", "first token ms", 1),
        ("load_ms", "load ms", 1),
        ("peak_rss_bytes", "peak RSS GB", 1e-9),
        ("read_gbps", "machine reads GB/s", 1),
        ("decode_gbps", "decode reads GB/s", 1),
        ("share_of_bandwidth", "share of bandwidth %", 100),
        ("int8_peak_tops", "int8 peak TOPS", 1),
        ("share_of_peak", "share of peak %", 100),
    )
    for key, label, scale in lines:
        if key in ours:
            print(f"{label:24}{ours[key] * scale:12.2f}")


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("weights", nargs="*", default=["w4"])
    ap.add_argument("--cli", type=pathlib.Path, required=True)
    ap.add_argument("--scratch", type=pathlib.Path, required=True)
    ap.add_argument("--model", type=pathlib.Path)
    ap.add_argument("--peer", type=pathlib.Path)
    ap.add_argument("-p", "--prompt", type=int, default=512)
    ap.add_argument("-n", "--tokens", type=int, default=64)
    ap.add_argument("-d", "--depth", type=int, default=0)
    ap.add_argument("-t", "--threads", type=int)
    ap.add_argument("--rounds", type=int, default=3)
    options = ap.parse_args()

    peer = Peer.find(options.peer, options.scratch)
    model = options.model or made_model(options.scratch)
    as_stored = model.suffix == ".gguf"  # a .gguf says itself how its weights are kept
    for weights in ["as stored"] if as_stored else options.weights or ["w4"]:
        form = "" if as_stored else PEER_FORMAT[weights]
        peer_model = peer.model(form, options.model) if peer else None
        if peer and not peer_model:
            print("llama.cpp is left out: it needs a .gguf, and only the made model is written in both forms.")
        ours, theirs = [], []
        for _ in range(options.rounds):
            ours.append(measure_ours(options, model, weights))
            if peer_model:
                theirs.append(peer.measure(peer_model, options))
        kernels = f"{ours[0].get('device', 'cpu')}, {ours[0].get('kernels', '?')} kernels"
        report(weights, options, medians(ours), medians(theirs) if theirs else None, kernels, form)
    if not peer:
        print("\nllama.cpp is not here to compare with: put llama-bench on PATH or name its folder with --peer DIR.")


if __name__ == "__main__":
    main()
