#!/usr/bin/env python3
"""The table of the CPU's speed goals: what was asked for, what qwill-cli and llama.cpp do in turns, and whether it is met.

  bench_goals.py --cli build/engine-only/bin/qwill-cli --scratch build/bench [--model DIR] [--peer DIR] [ROW…]

Rows: read long deep eight avx2 guess batch memory start (default: all; deep and long take most of half an hour). The
best of the rounds counts on both sides, since a busy machine only ever slows. Called by packaging/dev bench goals.
"""
import argparse
import contextlib
import json
import os
import pathlib
import subprocess
import sys

import bench

PAGE = pathlib.Path(__file__).resolve().parents[2] / "tests/data/bench/page.txt"
HASWELL = "libggml-cpu-haswell.so"


class Table:
    def __init__(self):
        self.missed = 0

    def line(self, what, value, goal, note=""):
        met = value >= goal
        self.missed += not met
        print(f"{'ok  ' if met else 'MISS'} {what:58} {value:8.2f}   goal {goal:g}   {note}", flush=True)

    def at_most(self, what, value, goal, note=""):
        met = value <= goal
        self.missed += not met
        print(f"{'ok  ' if met else 'MISS'} {what:58} {value:8.2f}   goal ≤ {goal:g}   {note}", flush=True)


class Run:
    def __init__(self, options):
        self.options = options
        self.model = options.model or bench.made_model(options.scratch)
        self.peer = bench.Peer.find(options.peer, options.scratch)
        if not self.peer:
            print("llama.cpp is not here: its ratios are left out.")

    def ours(self, weights, *arguments, repetitions=1, env=None):
        command = [self.options.cli, "bench", self.model, "--weights", weights, "-r", repetitions, "--json", *arguments]
        if self.options.threads:
            command += ["-t", self.options.threads]
        print("   " + " ".join(map(str, command)), file=sys.stderr)
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, env={**os.environ, **(env or {})})
        if done.returncode != 0:
            bench.stop(done.stderr.strip()[-600:])
        return json.loads(done.stdout)

    def theirs(self, weights, prompt, tokens, depth=0):
        """Best prefill and decode of one run, 0 where there is no peer. A run of its own for each: llama-bench fills the
        depth anew for both."""
        model = self.peer and self.peer.model(bench.PEER_FORMAT[weights], None)
        if not model:
            return {}
        command = [*self.peer.prefix, "llama-bench", "-m", model, "-p", prompt, "-n", tokens, "-r", 1, "-o", "json"]
        command += ["-d", depth] if depth else []
        command += ["-t", self.options.threads] if self.options.threads else []
        rows = json.loads(bench.run(command))
        return {"prefill_tps" if r["n_prompt"] else "decode_tps": r["avg_ts"] for r in rows}

    def in_turns(self, ours, theirs, rounds=None):
        """The best of each figure over the rounds; shares of the machine's limits, probed beside them, by the median."""
        best, peer, runs = {}, {}, []
        for _ in range(rounds or self.options.rounds):
            runs.append(ours())
            for into, figures in ((best, runs[-1]), (peer, theirs() if self.peer else {})):
                for key, value in figures.items():
                    if isinstance(value, (int, float)):
                        into[key] = max(into.get(key, value), value)
        for key in ("share_of_bandwidth", "share_of_peak"):
            best[key] = bench.statistics.median(r[key] for r in runs)
        return best, peer


def ratio(table, what, ours, theirs, key, goal):
    if theirs.get(key):
        table.line(what, ours[key] / theirs[key], goal, f"{ours[key]:.2f} against {theirs[key]:.2f} tok/s")
    else:
        print(f"     {what:58} {ours[key]:8.2f} tok/s")


def read(run, table):
    ours, theirs = run.in_turns(lambda: run.ours("w4", "-p", 512, "-n", 32), lambda: run.theirs("w4", 512, 32))
    ratio(table, "4 bits, prefill 512, times llama.cpp Q4_0", ours, theirs, "prefill_tps", 3.5)
    table.line("4 bits, prefill 512, % of int8 peak", 100 * ours["share_of_peak"], 58)
    ratio(table, "4 bits, decode, times llama.cpp Q4_0", ours, theirs, "decode_tps", 1.0)
    table.line("4 bits, decode, % of read bandwidth", 100 * ours["share_of_bandwidth"], 95, f"of {ours['read_gbps']:.1f} GB/s")


def eight(run, table):
    ours, theirs = run.in_turns(lambda: run.ours("w8", "-p", 512, "-n", 32), lambda: run.theirs("w8", 512, 32))
    ratio(table, "8 bits, prefill 512, times llama.cpp Q8_0", ours, theirs, "prefill_tps", 12)
    ratio(table, "8 bits, decode, times llama.cpp Q8_0", ours, theirs, "decode_tps", 1.0)
    table.line("8 bits, decode, % of read bandwidth", 100 * ours["share_of_bandwidth"], 95, f"of {ours['read_gbps']:.1f} GB/s")


def long(run, table):
    ours, theirs = run.in_turns(lambda: run.ours("w4", "-p", 2048, "-n", 2), lambda: run.theirs("w4", 2048, 0), 2)
    ratio(table, "4 bits, prefill 2048, times llama.cpp Q4_0", ours, theirs, "prefill_tps", 4)


def deep(run, table):
    ours, theirs = run.in_turns(lambda: run.ours("w4", "-p", 2048, "-n", 16, "-d", 8192, "--kv", "int8"),
                                lambda: {**run.theirs("w4", 2048, 0, 8192), **run.theirs("w4", 0, 16, 8192)}, 1)
    ratio(table, "2048 more tokens at 8192, times llama.cpp Q4_0", ours, theirs, "prefill_tps", 5)
    ratio(table, "decode at 8192, times llama.cpp Q4_0", ours, theirs, "decode_tps", 4)
    table.line("decode at 8192, % of what its bytes allow", 100 * ours["share_of_bandwidth"], 85)


@contextlib.contextmanager
def only_haswell(peer_folder):
    """llama.cpp's other CPU backends set aside, those that its loader would prefer."""
    backends = next(iter(peer_folder.glob("usr/lib/*/ggml/backends0")), None) if peer_folder else None
    aside = backends and backends.with_name("backends0.aside")
    if aside:
        aside.mkdir(exist_ok=True)
        for file in list(backends.glob("libggml-cpu-*.so")):
            if file.name != HASWELL:
                file.rename(aside / file.name)
    try:
        yield
    finally:
        for file in list(aside.glob("*.so")) if aside else []:
            file.rename(backends / file.name)


def avx2(run, table):
    with only_haswell(run.options.peer):
        for weights, other in (("w4", "Q4_0"), ("w8", "Q8_0")):
            ours, theirs = run.in_turns(lambda w=weights: run.ours(w, "-p", 512, "-n", 16, env={"QWILL_CPU": "avx2"}),
                                        lambda w=weights: run.theirs(w, 512, 0))
            ratio(table, f"AVX2, {weights}, prefill 512, times llama.cpp {other}", ours, theirs, "prefill_tps", 2)
            table.line(f"AVX2, {weights}, decode, % of read bandwidth", 100 * ours["share_of_bandwidth"], 95,
                       f"of {ours['read_gbps']:.1f} GB/s")


def guess(run, table):
    # A whole page to rewrite; for free chat, where little is at stake, many short turns instead.
    cases = (("rewrite", "rewriting a page, times plain decode", 1.8, 400, 2), ("tell", "free chat, times plain decode", 0.99, 64, 8))
    for key, what, goal, tokens, repetitions in cases:
        c = run.ours("w4", "-p", 0, "-n", tokens, "--text", PAGE, repetitions=repetitions)["speculation"][key]
        table.line(what, c["ratio"], goal, f"{c['accepted_tokens']} of {c['drafted_tokens']} guesses right, {c['tokens']} tokens")


def batch(run, table):
    figures = run.ours("w4", "-p", 0, "-n", 24, "--sequences", 8, repetitions=4)
    one, together = figures["decode_tps_best"], figures["together_tps_best"]
    table.line("eight sequences together, times one", together / one, 4, f"{together:.1f} against {one:.1f} tok/s")


def memory(run, table):
    for weights, context, goal in (("w4", 8192, 3.0), ("w8", 2048, 4.6)):
        figures = run.ours(weights, "-p", context - 64, "-n", 2, "--ctx", context)
        table.at_most(f"{weights} with a full context of {context}, peak RSS in GB", figures["peak_rss_bytes"] / 1e9, goal)


def start(run, table):
    run.ours("w4", "-p", 8, "-n", 2)  # the packed cache is there and its pages are warm
    figures = [run.ours("w4", "-p", 8, "-n", 2) for _ in range(3)]
    table.at_most("start to first token from the packed cache, s", min(f["load_ms"] + f["first_token_ms"] for f in figures) / 1000, 2)


ROWS = {f.__name__: f for f in (read, eight, long, avx2, guess, batch, memory, start, deep)}


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("rows", nargs="*", default=[])
    ap.add_argument("--cli", type=pathlib.Path, required=True)
    ap.add_argument("--scratch", type=pathlib.Path, required=True)
    ap.add_argument("--model", type=pathlib.Path)
    ap.add_argument("--peer", type=pathlib.Path)
    ap.add_argument("-t", "--threads", type=int)
    ap.add_argument("--rounds", type=int, default=3)
    options = ap.parse_args()
    unknown = [row for row in options.rows if row not in ROWS]
    if unknown:
        bench.stop(f"there is no row {unknown[0]}; there are {' '.join(ROWS)}.")
    run, table = Run(options), Table()
    for name in options.rows or ROWS:
        ROWS[name](run, table)
    print(f"\n{table.missed} missed." if table.missed else "\nAll met.")
    sys.exit(1 if table.missed else 0)


if __name__ == "__main__":
    main()
