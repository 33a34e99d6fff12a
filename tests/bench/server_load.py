#!/usr/bin/env python3
"""What many clients of `qwill serve` get, beside what one gets: speed, first tokens, and what a warm prefix saves.

    server_load.py QWILL MODEL [STREAMS] [TOKENS]     # 127.0.0.1 only; on a machine that does nothing else

Prints the figures of issue 8 and fails where a goal is missed: 12 streams together >= 4 x one; first tokens within 1.3 x of a
fair share; no stream far behind the others; a prompt of 2000 tokens that was read already answers >= 20 x sooner; and, where
bench_server_share lies beside QWILL, the window's own stream keeps >= 90 % of its share while the others write.
"""
import http.client
import json
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

program, model = sys.argv[1], sys.argv[2]
STREAMS = int(sys.argv[3]) if len(sys.argv) > 3 else 12
TOKENS = int(sys.argv[4]) if len(sys.argv) > 4 else 48
PROMPT_WORDS = 120


class Stream:
    """One request; when each of its tokens came, in seconds since it was sent."""

    def __init__(self, port, prompt, tokens):
        body = json.dumps({"prompt": prompt, "max_tokens": tokens, "stream": True, "ignore_eos": True, "temperature": 0, "logprobs": 0,
                           "stream_options": {"include_usage": True}})
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1200)
        self.began = time.monotonic()
        connection.request("POST", "/v1/completions", body)
        answer = connection.getresponse()
        self.times, self.usage = [], {}
        for line in answer:
            if not line.startswith(b"data: {"):
                continue
            event = json.loads(line[6:])
            if "error" in event:
                raise SystemExit(event)
            self.usage = event.get("usage") or self.usage
            for choice in event["choices"]:
                self.times += [time.monotonic() - self.began] * len((choice.get("logprobs") or {}).get("tokens", []))
        connection.close()

    def rate(self):
        return (len(self.times) - 1) / (self.times[-1] - self.times[0])


def prompt(number, words=PROMPT_WORDS):
    return f"Report {number}: " + " ".join(f"item {number * 1000 + i} is fine," for i in range(words // 4))


def together(port, first, count, tokens):
    streams = [None] * count

    def work(index):
        streams[index] = Stream(port, prompt(first + index), tokens)

    threads = [threading.Thread(target=work, args=[i]) for i in range(count)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return streams, time.monotonic() - began


folder = tempfile.TemporaryDirectory()
server = subprocess.Popen([program, "serve", "--model", model, "--port", "0", "--ctx", "16384", "--parallel", str(min(STREAMS, 15)),
                           "--profile", folder.name], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
missed = []


def goal(ok, text):
    print(("ok     " if ok else "MISSED ") + text, flush=True)
    if not ok:
        missed.append(text)


try:
    ready = server.stdout.readline()
    print(ready.strip(), flush=True)
    port = int(ready.split()[1].split(":")[2].split("/")[0])
    Stream(port, prompt(999), 4)  # pages touched, clocks up
    alone = Stream(port, prompt(1), TOKENS)
    many, took = together(port, 100, STREAMS, TOKENS)
    again = Stream(port, prompt(2), TOKENS)
    one_rate, one_first = max(alone.rate(), again.rate()), min(alone.times[0], again.times[0])
    print(f"one stream: {alone.usage['prompt_tokens']} tokens read, first after {one_first:.2f} s, then {one_rate:.2f} tok/s")
    firsts = sorted(stream.times[0] for stream in many)
    # While all of them write.
    begin, end = max(s.began + s.times[0] for s in many), min(s.began + s.times[-1] for s in many)
    within = sum(sum(begin <= s.began + t <= end for t in s.times) for s in many)
    total = within / (end - begin) if end > begin else 0
    print(f"{STREAMS} streams: first tokens after {firsts[0]:.2f} … {firsts[-1]:.2f} s, together {total:.2f} tok/s while all write, "
          f"{STREAMS * TOKENS / took:.2f} tok/s from end to end")
    goal(total >= 4 * one_rate, f"together {total / one_rate:.2f} x one stream (goal 4)")
    share = one_first * STREAMS
    goal(firsts[-1] <= 1.3 * share, f"last first token at {firsts[-1] / share:.2f} of a fair share of {share:.2f} s (goal 1.3)")
    rates = sorted(s.rate() for s in many)
    gap = max(max(b - a for a, b in zip(s.times, s.times[1:])) for s in many)
    goal(rates[0] >= 0.7 * rates[-1], f"slowest stream {rates[0]:.2f}, fastest {rates[-1]:.2f} tok/s; longest pause {gap:.2f} s")
    long = prompt(5000, 900)
    cold, warm = Stream(port, long, 2), Stream(port, long, 2)
    saved = cold.times[0] / warm.times[0]
    goal(saved >= 20, f"prefix of {cold.usage['prompt_tokens']} tokens: {cold.times[0]:.2f} s cold, {warm.times[0] * 1000:.0f} ms warm, "
                      f"{saved:.0f} x (goal 20)")
finally:
    server.terminate()
    server.wait(60)
share_bench = pathlib.Path(program).with_name("bench_server_share")
if share_bench.exists():
    said = subprocess.run([share_bench, model, str(STREAMS), str(TOKENS)], stdout=subprocess.PIPE, text=True).stdout
    print(said.splitlines()[0] if said else "bench_server_share said nothing", flush=True)
    figures = json.loads(said.splitlines()[-1]) if said else {"amidWriting": 0, "share": 1, "alone": 1, "amidReading": 0}
    kept = figures["amidWriting"] / figures["share"]
    goal(kept >= 0.9, f"the window's stream keeps {kept * 100:.0f} % of its share (goal 90)")
else:
    print("not measured: the window's own stream (build bench_server_share: QWILL_BUILD_BENCH)")
sys.exit(1 if missed else 0)
