"""boto3 against Ockham: nothing but endpoint_url is changed. Its own signature counts for nothing here."""

import base64
import json
import os

os.environ.pop("AWS_BEARER_TOKEN_BEDROCK", None)

import boto3  # noqa: E402 - the variable must be gone first
from botocore.config import Config  # noqa: E402
from botocore.exceptions import ClientError, EventStreamError  # noqa: E402

from check import PIXEL, URL, holds, raises, run, same  # noqa: E402

client = boto3.client(
    "bedrock-runtime", endpoint_url=URL, region_name="eu-central-1", aws_access_key_id="AKIDNOBODY", aws_secret_access_key="nothing",
    config=Config(retries={"total_max_attempts": 1}))
HAIKU = "us.anthropic.claude-haiku-5-5"
TOOLS = {"tools": [
    {"toolSpec": {"name": "get_weather", "description": "The weather of a city", "inputSchema": {"json": {"type": "object", "properties": {"city": {"type": "string"}}}}}},
    {"toolSpec": {"name": "get_time", "description": "The time now", "inputSchema": {"json": {"type": "object", "properties": {}}}}},
]}


def says(text):
    return [{"role": "user", "content": [{"text": text}]}]


def text(content):
    return "".join(b.get("text", "") for b in content)


def collect(stream):
    """What a stream says, put together."""
    out = {"text": "", "tools": [], "reasoning": "", "events": []}
    for event in stream["stream"]:
        (kind, value), = event.items()
        out["events"].append(kind)
        if kind == "contentBlockStart":
            out["tools"].append(dict(value["start"]["toolUse"], input=""))
        if kind == "contentBlockDelta":
            delta = value["delta"]
            out["text"] += delta.get("text", "")
            out["reasoning"] += delta.get("reasoningContent", {}).get("text", "")
            if "toolUse" in delta:
                out["tools"][-1]["input"] += delta["toolUse"]["input"]
        if kind == "messageStop":
            out["stop"] = value["stopReason"]
        if kind == "metadata":
            out["usage"] = value["usage"]
    return out


def plain():
    r = client.converse(modelId="auto", messages=says("Say hello in one line."), system=[{"text": "Be brief."}],
                        inferenceConfig={"maxTokens": 200, "temperature": 0.2}, requestMetadata={"task_type": "code", "team": "a"})
    same("plain: stopReason", r["stopReason"], "end_turn")
    holds("plain: text", text(r["output"]["message"]["content"]), r)
    same("plain: total", r["usage"]["totalTokens"], r["usage"]["inputTokens"] + r["usage"]["outputTokens"] + r["usage"].get("cacheReadInputTokens", 0) + r["usage"].get("cacheWriteInputTokens", 0))
    holds("plain: latency", r["metrics"]["latencyMs"] >= 0, r["metrics"])
    same("plain: task type", r["ResponseMetadata"]["HTTPHeaders"].get("x-ockham-pipe"), "purple")


def names():
    for model in ["green", "purple", HAIKU, "arn:aws:bedrock:us-east-1:123456789012:inference-profile/" + HAIKU]:
        r = client.converse(modelId=model, messages=says("Hello"))
        holds("model: " + model, text(r["output"]["message"]["content"]), r)


def stream():
    got = collect(client.converse_stream(modelId="green", messages=says("Say hello in one line.")))
    same("stream: text", got["text"], text(client.converse(modelId="green", messages=says("Say hello in one line."))["output"]["message"]["content"]))
    same("stream: ends", (got["events"][0], got["events"][-2:], got["stop"]), ("messageStart", ["messageStop", "metadata"], "end_turn"))
    holds("stream: usage", got["usage"]["outputTokens"] > 0, got["usage"])


def tools():
    ask = says("What is the weather and the time in Paris? [[fault:two_tools]]")
    r = client.converse(modelId="auto", messages=ask, toolConfig=TOOLS)
    same("tools: stopReason", r["stopReason"], "tool_use")
    calls = [b["toolUse"] for b in r["output"]["message"]["content"] if "toolUse" in b]
    same("tools: names", sorted(c["name"] for c in calls), ["get_time", "get_weather"])
    got = collect(client.converse_stream(modelId="auto", messages=ask, toolConfig=TOOLS))
    same("tools: streamed", [(c["name"], json.loads(c["input"] or "{}")) for c in got["tools"]], [(c["name"], c["input"]) for c in calls])
    follow = ask + [r["output"]["message"], {"role": "user", "content": [
        {"toolResult": {"toolUseId": c["toolUseId"], "content": [{"json": {"celsius": 18}}], "status": "success"}} for c in calls]}]
    holds("tools: an answer from results", text(client.converse(modelId="auto", messages=follow, toolConfig=TOOLS)["output"]["message"]["content"]), follow)
    holds("tools: none offered any more", text(client.converse(modelId="auto", messages=follow)["output"]["message"]["content"]), follow)
    forced = client.converse(modelId="auto", messages=says("Hello"), toolConfig=dict(TOOLS, toolChoice={"tool": {"name": "get_time"}}))
    same("forced tool", [b["toolUse"]["name"] for b in forced["output"]["message"]["content"] if "toolUse" in b], ["get_time"])


def reasoning():
    r = client.converse(modelId="purple", messages=says("Why is the sky blue? [[fault:reasoning]]"))
    kinds = [next(iter(b)) for b in r["output"]["message"]["content"]]
    same("reasoning: first", kinds[:1], ["reasoningContent"])
    got = collect(client.converse_stream(modelId="purple", messages=says("Why is the sky blue? [[fault:reasoning]]")))
    holds("reasoning: streamed", got["reasoning"], got)


def media():
    r = client.converse(modelId="auto", messages=[{"role": "user", "content": [
        {"image": {"format": "png", "source": {"bytes": base64.b64decode(PIXEL)}}},
        {"document": {"format": "txt", "name": "Note", "source": {"bytes": b"The shop opens at nine."}}},
        {"text": "When does the shop open?"}, {"cachePoint": {"type": "default"}}]}])
    holds("image, document and cache point", text(r["output"]["message"]["content"]), r)


def schema():
    wanted = {"type": "object", "properties": {"number": {"type": "string"}}, "required": ["number"], "additionalProperties": False}
    r = client.converse(modelId="auto", messages=says("Extract the number: invoice A-17."), outputConfig={
        "textFormat": {"type": "json_schema", "structure": {"jsonSchema": {"schema": json.dumps(wanted), "name": "invoice"}}}})
    holds("schema", "number" in json.loads(text(r["output"]["message"]["content"])), r)


def counting():
    n = client.count_tokens(modelId="auto", input={"converse": {"messages": says("Say hello in one line.")}})["inputTokens"]
    holds("count_tokens", 3 < n < 100, n)


def failures():
    def code(name, kind, call):
        e = raises(name, kind, call)
        return e.response["Error"]["Code"] if e else None

    def converse(model, content, **more):
        return client.converse(modelId=model, messages=content, **more)

    same("unknown model", code("unknown model", ClientError, lambda: converse("no-such-model", says("Hello"))), "ResourceNotFoundException")
    same("path in model", code("path in model", ClientError, lambda: converse("../../x", says("Hello"))), "ValidationException")
    same("no messages", code("no messages", ClientError, lambda: converse("auto", [])), "ValidationException")
    same("throttled", code("throttled", ClientError, lambda: converse("auto", says("Hello [[fault:throttle]]"))), "ThrottlingException")
    same("denied", code("denied", ClientError, lambda: converse("auto", says("Hello [[fault:access_denied]]"))), "InternalServerException")
    for fault in ["stream_truncate", "stream_model_error", "stream_bad_crc", "stream_throttle", "stream_internal"]:
        raises("stream broken: " + fault, (EventStreamError, ClientError),
               lambda f=fault: collect(client.converse_stream(modelId="green", messages=says(f"Hello [[fault:{f}]]"))))
    for fault in ["throttle@small", "model_error@small", "stream_truncate@small", "stream_throttle@small"]:
        got = collect(client.converse_stream(modelId="green", messages=says(f"Hello [[fault:{fault}]]")))
        same("escalated stream: " + fault, (bool(got["text"]), got["stop"]), (True, "end_turn"))
    r = converse("auto", says("Hello [[fault:stop_guardrail_intervened]]"))
    same("guardrail", r["stopReason"], "guardrail_intervened")


run("boto3", plain, names, stream, tools, reasoning, media, schema, counting, failures)
