#!/usr/bin/env python3
"""Asks `qwill serve` as its users' programs do: the packages openai and langchain-openai, the chat program llm, curl,
and requests in the shape of Open WebUI's. In a venv with these three packages:

    openai_clients.py QWILL [MODEL]      # the program, and a model (the guide when none is given)

Everything stays on 127.0.0.1. Ends with the number of checks, or with the first that failed.
"""
import json
import math
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import typing
import urllib.request

import openai
import pydantic
from langchain_openai import ChatOpenAI

root = pathlib.Path(__file__).resolve().parents[2]
program = sys.argv[1]
model_path = sys.argv[2] if len(sys.argv) > 2 else str(root / "resources/guide")
checks = 0


def check(condition, what):
    global checks
    checks += 1
    if not condition:
        raise SystemExit(f"FAILED: {what}")


def calling_model(folder):
    """The guide with the template of a model that calls tools; its own has no place for them."""
    copy = pathlib.Path(folder, "calling")
    shutil.copytree(root / "resources/guide", copy)
    config = json.loads((copy / "tokenizer_config.json").read_text())
    config["chat_template"] = (root / "tests/data/chat_template/qwen3.jinja").read_text()
    (copy / "tokenizer_config.json").write_text(json.dumps(config))
    return str(copy)


class Server:
    def __init__(self, *more, key="qw-test", model_path=model_path):
        self.folder = tempfile.TemporaryDirectory()
        key_file = pathlib.Path(self.folder.name, "key")
        key_file.write_text(key + "\n")
        self.process = subprocess.Popen(
            [program, "serve", "--model", model_path, "--port", "0", "--profile", self.folder.name,
             "--api-key-file", str(key_file), *more],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "QT_LOGGING_RULES": ""})
        ready = self.process.stdout.readline()
        check(ready.startswith("Ready: http://127.0.0.1:"), f"readiness line: {ready!r}")
        self.base = ready.split()[1]
        self.key = key

    def stop(self, told=False):
        if not told: # twice would end it at once
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        check(code == 0, f"SIGTERM ends it with 0, not {code}: {self.process.stderr.read()[-300:]}")


def raises(kind, call, status=None, code=None):
    try:
        call()
    except kind as error:
        check(getattr(error, "status_code", None) == status, f"{kind.__name__}: {error!r}")
        check(code is None or error.code == code, f"{kind.__name__}: {error!r}")
        return error
    raise SystemExit(f"FAILED: no {kind.__name__}")


def cut_short(client, model, ask):
    with client.chat.completions.stream(model=model, messages=ask, max_tokens=2) as stream:
        stream.get_final_completion()


def package_openai(server):
    client = openai.OpenAI(base_url=server.base, api_key=server.key, max_retries=0)
    model = client.models.list().data[0].id
    check(client.models.retrieve(model).id == model, "models.retrieve")
    ask = [{"role": "user", "content": "What is Qwill?"}]

    whole = client.chat.completions.create(model=model, messages=ask, temperature=0, max_tokens=30)
    text = whole.choices[0].message.content
    check(text and whole.usage.total_tokens == whole.usage.prompt_tokens + whole.usage.completion_tokens, "chat")
    streamed, usage = "", None
    for chunk in client.chat.completions.create(model=model, messages=ask, temperature=0, max_completion_tokens=30,
                                                stream=True, stream_options={"include_usage": True}):
        usage = chunk.usage or usage
        streamed += "".join(choice.delta.content or "" for choice in chunk.choices)
    check(streamed == text and usage.completion_tokens == whole.usage.completion_tokens, "stream equals whole")
    with client.chat.completions.stream(model=model, messages=ask, temperature=0) as stream:
        check(stream.get_final_completion().choices[0].message.content.startswith(text), "the stream helper")
    raises(openai.LengthFinishReasonError, lambda: cut_short(client, model, ask))
    response = client.responses.create(model=model, input="What is Qwill?", temperature=0)
    check(response.output_text.startswith(text) and response.status == "completed", "responses")
    parts = [event.delta for event in client.responses.create(model=model, input="What is Qwill?", temperature=0, stream=True)
             if event.type == "response.output_text.delta"]
    check("".join(parts) == response.output_text, "responses, streamed")

    many = client.chat.completions.create(model=model, messages=ask, n=3, temperature=1.5, seed=1, max_tokens=8, top_p=1)
    check([choice.index for choice in many.choices] == [0, 1, 2], "n")
    probabilities = client.chat.completions.create(model=model, messages=ask, temperature=0, max_tokens=5, logprobs=True,
                                                   top_logprobs=2).choices[0]
    spelled = b"".join(bytes(token.bytes) for token in probabilities.logprobs.content)
    check(spelled.decode() == probabilities.message.content, "logprobs spell the text")
    stopped = client.chat.completions.create(model=model, messages=ask, temperature=0, stop=[text[5:9]])
    check(stopped.choices[0].finish_reason == "stop" and text[5:9] not in stopped.choices[0].message.content, "stop")

    completion = client.completions.create(model=model, prompt=["Qwill is", "A chat"], max_tokens=4, echo=True)
    check(completion.choices[1].text.startswith("A chat"), "completions")
    pieces = [c.choices[0].text for c in client.completions.create(model=model, prompt="Qwill", stream=True)]
    check(len(pieces) > 1, "completions, streamed")
    vectors = client.embeddings.create(model=model, input=["one", "two"]) # the package asks for base64
    check(abs(math.sqrt(sum(x * x for x in vectors.data[0].embedding)) - 1) < 1e-4, "embeddings")
    raw = client.embeddings.with_raw_response.create(model=model, input="one", encoding_format="base64").parse()
    check(len(raw.data[0].embedding) == len(vectors.data[0].embedding) or isinstance(raw.data[0].embedding, str), "base64")

    raises(openai.NotFoundError, lambda: client.chat.completions.create(model="gpt-4o", messages=ask), 404,
           "model_not_found")
    raises(openai.BadRequestError, lambda: client.chat.completions.create(model=model, messages=[]), 400)
    raises(openai.BadRequestError,
           lambda: client.chat.completions.create(model=model, messages=[{"role": "user", "content": "chat " * 99999}]),
           400, "context_length_exceeded")
    raises(openai.AuthenticationError, openai.OpenAI(base_url=server.base, api_key="wrong", max_retries=0).models.list,
           401, "invalid_api_key")
    raises(openai.APITimeoutError, lambda: client.with_options(timeout=0.001).chat.completions.create(
        model=model, messages=ask, max_tokens=3000, extra_body={"ignore_eos": True}))
    check(client.models.list().data, "lives on after a client left")
    return client, model, ask


class Review(pydantic.BaseModel):
    """What a program wants of a reply."""
    program: typing.Literal["Qwill", "another"]
    stars: int = pydantic.Field(ge=1, le=5)
    local: bool
    tags: list[typing.Literal["chat", "server", "export"]] = pydantic.Field(max_length=3)


class Weather(pydantic.BaseModel):
    """The weather of a town."""
    town: typing.Literal["Bern", "Basel"]
    days: int = pydantic.Field(ge=0, le=9)


def formats_and_tools(client, model, ask):
    """Structured outputs and tools, by the package's own helpers."""
    parsed = client.chat.completions.parse(model=model, messages=ask, response_format=Review, temperature=1, seed=3, max_tokens=400)
    check(isinstance(parsed.choices[0].message.parsed, Review), "parse() gives a Review")
    with client.chat.completions.stream(model=model, messages=ask, response_format=Review, max_tokens=400) as stream:
        check(isinstance(stream.get_final_completion().choices[0].message.parsed, Review), "the stream helper parses")
    said = client.chat.completions.create(model=model, messages=ask, response_format={"type": "json_object"}, max_tokens=300)
    whole = said.choices[0].finish_reason == "stop"
    check(not whole or isinstance(json.loads(said.choices[0].message.content), dict), "json_object")
    response = client.responses.parse(model=model, input="What is Qwill?", text_format=Review, max_output_tokens=400)
    check(isinstance(response.output_parsed, Review), "responses.parse()")
    raises(openai.BadRequestError, lambda: client.chat.completions.create(
        model=model, messages=ask, response_format={"type": "json_schema", "json_schema": {
            "name": "x", "schema": {"type": "object", "not": {}}}}), 400)

    tool = openai.pydantic_function_tool(Weather)
    other = {"type": "function", "function": {"name": "time", "description": "What time it is."}}
    named = {"type": "function", "function": {"name": "Weather"}}
    for choice in ("required", named):
        message = client.chat.completions.parse(model=model, messages=ask, tools=[tool], tool_choice=choice, max_tokens=200).choices[0]
        check(message.finish_reason == "tool_calls" and message.message.content is None, f"a demanded call: {message}")
        call = message.message.tool_calls[0]
        check(isinstance(call.function.parsed_arguments, Weather) and call.id.startswith("call_"), f"its arguments: {call}")
    with client.chat.completions.stream(model=model, messages=ask, tools=[tool], tool_choice=named, max_tokens=200) as stream:
        kinds = [event.type for event in stream]
        done = stream.get_final_completion().choices[0]
    check("tool_calls.function.arguments.done" in kinds, f"tool events: {kinds}")
    check(isinstance(done.message.tool_calls[0].function.parsed_arguments, Weather), "a streamed call")
    # What the call brought goes back, and the model goes on.
    answered = ask + [message.message.model_dump(exclude_none=True, include={"role", "content", "tool_calls"}),
                      {"role": "tool", "tool_call_id": call.id, "content": "sunny"}]
    for more in answered[1:2]:
        for each in more["tool_calls"]:
            each["function"].pop("parsed_arguments", None)
    check(client.chat.completions.create(model=model, messages=answered, tools=[tool, other], max_tokens=8).choices[0].message,
          "a conversation with a tool's answer")
    free = client.chat.completions.create(model=model, messages=ask, tools=[tool, other], tool_choice="none", max_tokens=8)
    check(free.choices[0].message.tool_calls is None, "tool_choice none")
    response = client.responses.create(model=model, input="Weather?", tool_choice={"type": "function", "name": "Weather"}, tools=[
        {"type": "function", "name": "Weather", "parameters": Weather.model_json_schema(), "strict": True}])
    check(response.output[0].type == "function_call" and Weather.model_validate_json(response.output[0].arguments), "responses with a tool")
    events = [event.type for event in client.responses.create(model=model, input="Weather?", tool_choice="required", stream=True, tools=[
        {"type": "function", "name": "Weather", "parameters": Weather.model_json_schema(), "strict": True}])]
    check(events[-1] == "response.completed" and "response.function_call_arguments.done" in events, f"its events: {events}")


def langchain_tools(server, model):
    chat = ChatOpenAI(base_url=server.base, api_key=server.key, model=model, max_tokens=400)
    for method in ("json_schema", "function_calling"):
        check(isinstance(chat.with_structured_output(Review, method=method).invoke("What is Qwill?"), Review), f"LangChain, {method}")
    said = chat.bind_tools([Weather], tool_choice="Weather").invoke("Weather in Bern?")
    check(Weather(**said.tool_calls[0]["args"]), f"LangChain tools: {said}")


def langchain(server, model):
    chat = ChatOpenAI(base_url=server.base, api_key=server.key, model=model, temperature=0, max_tokens=20)
    text = chat.invoke([("system", "You are the guide."), ("user", "What is Qwill?")]).content
    check(text, "LangChain invoke")
    check("".join(chunk.content for chunk in chat.stream("What is Qwill?")), "LangChain stream")
    check(len(chat.batch(["What is Qwill?", "How do I export a chat?"])) == 2, "LangChain batch")


def curl(server, model):
    body = json.dumps({"model": model, "stream": True, "max_tokens": 5, "messages": [{"role": "user", "content": "Hi"}]})
    for more in ([], ["--http1.0"]):
        said = subprocess.run(["curl", "-sSN", "--max-time", "60", *more, server.base + "/chat/completions", "-H",
                               f"Authorization: Bearer {server.key}", "-d", body], capture_output=True, text=True)
        check(said.returncode == 0 and said.stdout.endswith("data: [DONE]\n\n"), f"curl -N {more}: {said}")


def llm_program(server, model):
    """The chat program llm, as a person sets it up: its file of own models, and the key in its own store."""
    program_file = pathlib.Path(sys.executable).with_name("llm")
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "LLM_USER_PATH": folder}
        pathlib.Path(folder, "extra-openai-models.yaml").write_text(
            f"- model_id: local\n  model_name: {model}\n  api_base: {server.base}\n  api_key_name: local\n")
        subprocess.run([program_file, "keys", "set", "local", "--value", server.key], env=environment, check=True)
        said = subprocess.run([program_file, "-m", "local", "What is Qwill?"], env=environment, capture_output=True, text=True)
        check(said.returncode == 0 and said.stdout.strip(), f"llm: {said}")
        said = subprocess.run([program_file, "chat", "-m", "local"], env=environment, capture_output=True, text=True,
                              input="What is Qwill?\nAnd a branch?\nexit\n")
        check(said.returncode == 0 and said.stdout.count("> ") >= 2, f"llm chat: {said}")


def shaped(server, model):
    """Requests as Open WebUI shapes them (written down by hand, not recorded); MODEL stands for the model."""
    lines = (root / "tests/data/server/chat_ui_requests.jsonl").read_text().splitlines()
    for line in lines:
        request = json.loads(line.replace("MODEL", model))
        data = json.dumps(request["body"]).encode() if "body" in request else None
        asked = urllib.request.Request(server.base.removesuffix("/v1") + request["path"], data, request["headers"])
        asked.add_header("Authorization", f"Bearer {server.key}")
        with urllib.request.urlopen(asked, timeout=60) as answer:
            text = answer.read().decode()
        streams = request.get("body", {}).get("stream", False)
        check(text.endswith("data: [DONE]\n\n") if streams else json.loads(text), f"chat UI: {request['path']}")
    check(len(lines) >= 4, "requests of a chat UI")


def main():
    server = Server()
    client, model, ask = package_openai(server)
    langchain(server, model)
    curl(server, model)
    shaped(server, model)
    llm_program(server, model)
    # A stream under way is finished before the server ends.
    stream = client.chat.completions.create(model=model, messages=ask, stream=True, max_tokens=400,
                                            extra_body={"ignore_eos": True})
    next(iter(stream))
    server.process.send_signal(signal.SIGTERM)
    reason = [chunk.choices[0].finish_reason for chunk in stream if chunk.choices][-1]
    check(reason == "length", "SIGTERM drains")
    server.stop(told=True)
    with tempfile.TemporaryDirectory() as folder:
        calling = Server(model_path=calling_model(folder))
        name = openai.OpenAI(base_url=calling.base, api_key=calling.key).models.list().data[0].id
        formats_and_tools(openai.OpenAI(base_url=calling.base, api_key=calling.key, max_retries=0), name, ask)
        langchain_tools(calling, name)
        calling.stop()
    crowded = Server("--parallel", "1", "--queue", "0")
    client = openai.OpenAI(base_url=crowded.base, api_key=crowded.key, max_retries=0)
    long = client.chat.completions.create(model=model, messages=ask, stream=True, extra_body={"ignore_eos": True})
    next(iter(long))
    raises(openai.RateLimitError, lambda: client.chat.completions.create(model=model, messages=ask), 429,
           "rate_limit_exceeded")
    long.close()
    crowded.stop()
    print(f"{checks} checks passed")


main()
