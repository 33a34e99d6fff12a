#!/usr/bin/env python3
"""Sends `qwill serve` a thousand requests from clients that leave, cancel, lie, shout and forget their key, and looks at
what stays behind: the codes, the places, the memory.

    server_soak.py QWILL [REQUESTS] [SEED]     # with the guide; about a minute; 127.0.0.1 only

Fails when a code is not the one expected, a place stays taken, or memory grew by more than 2 %.
"""
import json
import pathlib
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time

root = pathlib.Path(__file__).resolve().parents[2]
program = sys.argv[1]
requests = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
KEY = "qw-soak"
THREADS = 8


class Server:
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        key = pathlib.Path(self.folder.name, "key")
        key.write_text(KEY)
        self.process = subprocess.Popen([program, "serve", "--model", str(root / "resources/guide"), "--port", "0", "--ctx",
                                         "16384", "--profile", self.folder.name, "--api-key-file", str(key)],
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        ready = self.process.stdout.readline()
        self.port = int(ready.split()[1].split(":")[2].split("/")[0])

    def memory(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1])

    def metrics(self):
        text = ask(self.port, "GET", "/metrics")[1].decode().split("\r\n\r\n", 1)[1]
        return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line and line[0] != "#"}


def head(method, path, length, key=KEY, more=""):
    return (f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
            f"Content-Length: {length}\r\nConnection: close\r\n{more}\r\n").encode()


def read_all(connection):
    received = b""
    while True:
        try:
            piece = connection.recv(65536)
        except ConnectionResetError:
            piece = b""
        if not piece:
            return received
        received += piece


def status_of(received):
    return int(received.split(b" ", 2)[1]) if received.startswith(b"HTTP/1.1 ") else 0


def ask(port, method, path, body=b"", **options):
    with socket.create_connection(("127.0.0.1", port), timeout=120) as connection:
        try:
            connection.sendall(head(method, path, len(body), **options) + body)
        except (BrokenPipeError, ConnectionResetError):
            pass
        received = read_all(connection)
    return status_of(received), received


def chat(dice, **more):
    words = " ".join(dice.choice(["chat", "model", "window", "export", "branch", "你好"]) for _ in range(dice.randrange(1, 300)))
    return json.dumps({"messages": [{"role": "user", "content": words}], "max_tokens": dice.randrange(1, 60),
                       "temperature": dice.choice([0, 0.7, 1.5]), "ignore_eos": True, **more}).encode()


CHAT = "/v1/chat/completions"


def well(port, dice):
    stream = dice.random() < 0.5
    status, received = ask(port, "POST", CHAT, chat(dice, stream=stream, n=dice.choice([1, 1, 2]), logprobs=dice.random() < 0.2))
    return (200,), status if not stream or b"[DONE]" in received else -1


def leaves(port, dice):
    body = chat(dice, stream=dice.random() < 0.5, max_tokens=3000)
    with socket.create_connection(("127.0.0.1", port), timeout=120) as connection:
        connection.sendall(head("POST", CHAT, len(body)) + body)
        if dice.random() < 0.7:
            connection.settimeout(dice.random() * 0.2 + 0.001)
            try:
                connection.recv(4096)
            except TimeoutError:
                pass
        if dice.random() < 0.5:  # with a reset
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    return (0,), 0


def half_sent(port, dice):
    body = chat(dice)
    with socket.create_connection(("127.0.0.1", port), timeout=120) as connection:
        sent = head("POST", CHAT, len(body)) + body
        connection.sendall(sent[:dice.randrange(1, len(sent))])
    return (0,), 0


def bad_json(port, dice):
    body = bytearray(chat(dice))
    body[dice.randrange(len(body))] = dice.choice(b"\xff\x00}\"")
    return (400, 200), ask(port, "POST", CHAT, bytes(body))[0]  # a letter of the text may have been hit


def wrong_fields(port, dice):
    wrong = dice.choice([{"n": 99}, {"temperature": "hot"}, {"messages": []}, {"stop": 5}, {"logit_bias": {"x": 1}}, {"max_tokens": -7}, {"tool_choice": "required"}, {"response_format": {"type": "xml"}},
                         {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "file:///etc/passwd"}}]}]}])
    return (400,), ask(port, "POST", CHAT, chat(dice, **wrong))[0]


def huge(port, dice):
    return (413,), ask(port, "POST", CHAT, b" " * (17 << 20))[0]


def too_long(port, dice):
    body = json.dumps({"messages": [{"role": "user", "content": "chat " * dice.randrange(40_000, 200_000)}]}).encode()
    return (400,), ask(port, "POST", CHAT, body)[0]


def wrong_key(port, dice):
    return (401,), ask(port, "POST", CHAT, chat(dice), key=dice.choice(["", "x", KEY + "x", KEY[:-1]]))[0]


def web_page(port, dice):
    return (403,), ask(port, "POST", CHAT, chat(dice), more="Origin: https://evil.example\r\n")[0]


def noise(port, dice):
    with socket.create_connection(("127.0.0.1", port), timeout=120) as connection:
        connection.sendall(dice.randbytes(dice.randrange(1, 2000)) + b"\r\n\r\n")
        return (400, 501), status_of(read_all(connection))


def others(port, dice):
    path, body = dice.choice([("/v1/completions", {"prompt": ["a", "b"], "max_tokens": 5}), ("/v1/embeddings", {"input": "chat " * 50}),
                              ("/tokenize", {"prompt": "Hello"}), ("/detokenize", {"tokens": [1, 2]}),
                              ("/v1/responses", {"input": "Hi", "max_output_tokens": 4}),
                              ("/v1/responses", {"input": "Hi", "max_output_tokens": 4, "stream": True}),
                              (CHAT, {"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 20,
                                      "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {
                                          "type": "object", "properties": {"a": {"type": "boolean"}}, "required": ["a"]}}}})])
    return (200,), ask(port, "POST", path, json.dumps(body).encode())[0]


KINDS = [well] * 5 + [leaves] * 4 + [half_sent, bad_json, wrong_fields, wrong_key, web_page, noise, others, others] + [too_long]


def run(server, count, first_seed):
    mistakes, counts, lock = [], {}, threading.Lock()

    def work(thread):
        dice = random.Random(first_seed * 1000 + thread)
        for i in range(count // THREADS):
            kind = huge if i % 40 == 7 else dice.choice(KINDS)
            expected, status = kind(server.port, dice)
            with lock:
                counts[kind.__name__] = counts.get(kind.__name__, 0) + 1
                if status not in expected:
                    mistakes.append(f"{kind.__name__}: {status} instead of {expected}")

    threads = [threading.Thread(target=work, args=[i]) for i in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return mistakes, counts


def settle(server):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        now = server.metrics()
        if now["qwill_requests_running"] == 0 and now["qwill_kv_blocks_used"] == 0 and now["qwill_connections"] <= 1:
            return now
        time.sleep(0.1)
    return now


server = Server()
try:
    mistakes, _ = run(server, 400, seed + 7)  # what is taken once (threads' arenas, caches) is taken
    settle(server)
    before = server.memory()
    began = time.monotonic()
    more, counts = run(server, requests, seed)
    mistakes += more
    took = time.monotonic() - began
    now = settle(server)
    after = server.memory()
finally:
    server.process.terminate()
growth = (after - before) / before
print(f"{sum(counts.values())} requests in {took:.0f} s: " + ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())))
print(f"memory {before / 1024:.1f} -> {after / 1024:.1f} MiB ({growth * 100:+.1f} %); running {now['qwill_requests_running']:.0f}, "
      f"pages held {now['qwill_kv_blocks_used']:.0f}, connections {now['qwill_connections']:.0f}; exit {server.process.wait(60)}")
for mistake in sorted(set(mistakes)):
    print("wrong:", mistake, f"({mistakes.count(mistake)} times)")
stuck = now["qwill_requests_running"] or now["qwill_kv_blocks_used"] or now["qwill_connections"] > 1
sys.exit(1 if mistakes or stuck or growth > 0.02 else 0)
