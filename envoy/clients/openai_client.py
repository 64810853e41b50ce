"""The openai package against Ockham: nothing but base_url is changed."""

import asyncio
import json

import openai
from pydantic import BaseModel

from check import PIXEL, URL, holds, raises, run, same

client = openai.OpenAI(base_url=URL + "/v1", api_key="any", max_retries=0)
chat = client.chat.completions
HI = [{"role": "user", "content": "Say hello in one line."}]
WEATHER = [{
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather of a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}, {
    "type": "function",
    "function": {"name": "get_time", "description": "The time now"},
}]


def plain():
    r = chat.create(model="auto", messages=HI, temperature=0.2, max_tokens=200)
    same("plain: object", r.object, "chat.completion")
    same("plain: finish_reason", r.choices[0].finish_reason, "stop")
    holds("plain: content", r.choices[0].message.content, r)
    same("plain: total", r.usage.total_tokens, r.usage.prompt_tokens + r.usage.completion_tokens)
    raw = chat.with_raw_response.create(model="auto", messages=HI, seed=3, user="me")
    same("plain: dropped", raw.headers.get("x-ockham-dropped", "").split(", ")[:2], ["seed", "user"])


def conversation():
    r = chat.create(model="auto", messages=[
        {"role": "assistant", "content": "Welcome."},
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "One."}, {"role": "user", "content": ""}, {"role": "user", "content": "Two."},
        {"role": "developer", "content": "Be kind."},
        {"role": "assistant", "content": "Fine"},
    ])
    holds("awkward history", r.choices[0].message.content, r)


def stream():
    text, roles, finish_reasons, usage = "", [], [], None
    for chunk in chat.create(model="auto", messages=HI, stream=True, stream_options={"include_usage": True}):
        if not chunk.choices:
            usage = chunk.usage
            continue
        delta = chunk.choices[0].delta
        roles += [delta.role] if delta.role else []
        text += delta.content or ""
        finish_reasons += [chunk.choices[0].finish_reason] if chunk.choices[0].finish_reason else []
    same("stream: role", roles, ["assistant"])
    same("stream: finish_reason", finish_reasons, ["stop"])
    same("stream: text as without stream", text, chat.create(model="auto", messages=HI).choices[0].message.content)
    holds("stream: usage", usage and usage.completion_tokens > 0, usage)


def joined():
    messages = [{"role": "user", "content": "Say hello. [[fault:two_text_blocks]]"}]
    whole = chat.create(model="auto", messages=messages).choices[0].message.content
    parts = "".join(c.choices[0].delta.content or "" for c in chat.create(model="auto", messages=messages, stream=True))
    same("two text blocks are joined alike", parts, whole)


def tools():
    messages = [{"role": "user", "content": "What is the weather and the time in Paris? [[fault:two_tools]]"}]
    r = chat.create(model="auto", messages=messages, tools=WEATHER).choices[0]
    same("tools: finish_reason", r.finish_reason, "tool_calls")
    names = sorted(c.function.name for c in r.message.tool_calls)
    same("tools: names", names, ["get_time", "get_weather"])
    for c in r.message.tool_calls:
        holds("tools: arguments are an object", isinstance(json.loads(c.function.arguments), dict), c)
    follow = messages + [r.message] + [
        {"role": "tool", "tool_call_id": c.id, "content": "18 C" if i else ""} for i, c in enumerate(r.message.tool_calls)
    ]
    answer = chat.create(model="auto", messages=follow, tools=WEATHER).choices[0]
    holds("tools: an answer from results", answer.message.content, answer)
    holds("tools: none offered any more", chat.create(model="auto", messages=follow).choices[0].message.content, follow)
    none = chat.create(model="auto", messages=follow + [{"role": "user", "content": "The weather in Rome?"}], tools=WEATHER, tool_choice="none")
    same("tools: choice none calls none", none.choices[0].message.tool_calls, None)


def streamed_tools():
    messages = [{"role": "user", "content": "What is the weather and the time in Paris? [[fault:two_tools]]"}]
    with client.chat.completions.stream(model="auto", messages=messages, tools=WEATHER) as s:
        s.until_done()
        final = s.get_final_completion().choices[0]
    same("streamed tools: finish_reason", final.finish_reason, "tool_calls")
    same("streamed tools: names", sorted(c.function.name for c in final.message.tool_calls), ["get_time", "get_weather"])
    for c in final.message.tool_calls:
        holds("streamed tools: arguments are an object", isinstance(json.loads(c.function.arguments), dict), c)
    forced = chat.create(model="auto", messages=HI, tools=WEATHER, tool_choice={"type": "function", "function": {"name": "get_time"}})
    calls = forced.choices[0].message.tool_calls
    same("forced tool", [c.function.name for c in calls or []], ["get_time"])


def required_tool():
    # haiku can be forced to call a tool; behind it stand models that are asked for the call in words.
    for fault, model, bridged in [("", "haiku", None), ("[[fault:throttle@small]]", "sonnet", "tool_choice")]:
        messages = [{"role": "user", "content": f"What is the weather in Paris? {fault}"}]
        raw = chat.with_raw_response.create(model="purple", messages=messages, tools=WEATHER[:1], tool_choice="required")
        same(f"required: {model}", raw.headers.get("x-ockham-model"), model)
        same(f"required: {model}: bridged", raw.headers.get("x-ockham-bridged"), bridged)
        same(f"required: {model}: called", [c.function.name for c in raw.parse().choices[0].message.tool_calls or []], ["get_weather"])
    raises("required of one that cannot", openai.BadRequestError, lambda: chat.create(
        model="us.anthropic.claude-opus-5-5", messages=HI, tools=WEATHER, tool_choice="required"))


def divided_turns():
    history = [
        {"role": "user", "content": "The weather in Paris?"},
        {"role": "assistant", "content": "Let me see.", "tool_calls": [
            {"id": "1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city": "Paris"}'}}]},
        {"role": "tool", "tool_call_id": "1", "content": "18 C"}, {"role": "user", "content": "And is that warm?"},
    ]
    for model, bridged in [("us.meta.llama3-3-70b-instruct-v1:0", "turns"), ("mistral.mistral-large-3-675b-instruct", "turns"), ("haiku", None)]:
        raw = chat.with_raw_response.create(model=model, messages=history, tools=WEATHER)
        same("words beside tool blocks: " + model, raw.headers.get("x-ockham-bridged"), bridged)
        stream = chat.create(model=model, messages=history, tools=WEATHER, stream=True)
        holds("the same, streamed: " + model, [c.choices[0].finish_reason for c in stream][-1], model)


class Invoice(BaseModel):
    number: str
    total: float


def schema():
    messages = [{"role": "user", "content": "Extract number and total: invoice A-17 over 12.50 EUR."}]
    for model in ["auto", "green", "purple"]:
        r = client.chat.completions.parse(model=model, messages=messages, response_format=Invoice)
        holds(f"schema: {model}", isinstance(r.choices[0].message.parsed, Invoice), r.choices[0].message)
        same(f"schema: {model}: no tool is seen", r.choices[0].message.tool_calls, None)
    with client.chat.completions.stream(model="auto", messages=messages, response_format=Invoice) as s:
        s.until_done()
        holds("schema: stream", isinstance(s.get_final_completion().choices[0].message.parsed, Invoice), s)
    r = chat.create(model="auto", messages=messages, response_format={"type": "json_object"})
    holds("json_object", isinstance(json.loads(r.choices[0].message.content), (dict, list)), r)


def media():
    r = chat.create(model="auto", messages=[{"role": "user", "content": [
        {"type": "text", "text": "What is in the picture and the file?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64," + PIXEL}},
        {"type": "file", "file": {"filename": "note.txt", "file_data": "data:text/plain;base64,SGVsbG8gd29ybGQ="}},
    ]}])
    holds("image and file", r.choices[0].message.content, r)
    alone = chat.create(model="auto", messages=[{"role": "user", "content": [
        {"type": "image_url", "image_url": {"url": "data:image/png;base64," + PIXEL}}]}])
    holds("image without words", alone.choices[0].message.content, alone)
    e = raises("image by URL", openai.BadRequestError, lambda: chat.create(model="auto", messages=[{"role": "user", "content": [
        {"type": "image_url", "image_url": {"url": "http://127.0.0.1/x.png"}}]}]))
    same("image by URL: param", e and e.param, "messages[0].content[0].image_url.url")


def reasoning():
    r = chat.create(model="purple", messages=[{"role": "user", "content": "Why is the sky blue? [[fault:reasoning]]"}], reasoning_effort="low")
    holds("reasoning: content", r.choices[0].message.content, r)
    holds("reasoning: reasoning_content", getattr(r.choices[0].message, "reasoning_content", ""), r)


def failures():
    def says(text):
        return [{"role": "user", "content": text}]

    e = raises("n=2", openai.BadRequestError, lambda: chat.create(model="auto", messages=HI, n=2))
    same("n=2: param", e and e.param, "n")
    raises("unknown model", openai.NotFoundError, lambda: chat.create(model="no-such-model", messages=HI))
    raises("path in model", openai.BadRequestError, lambda: chat.create(model="../../x", messages=HI))
    raises("no messages", openai.BadRequestError, lambda: chat.create(model="auto", messages=[]))
    raises("throttled everywhere", openai.RateLimitError, lambda: chat.create(model="auto", messages=says("Hello [[fault:throttle]]")))
    raises("denied", openai.InternalServerError, lambda: chat.create(model="auto", messages=says("Hello [[fault:access_denied]]")))
    for fault in ["stream_truncate", "stream_model_error", "stream_bad_crc", "stream_throttle"]:
        raises("stream broken: " + fault, openai.APIError,
               lambda: [c for c in chat.create(model="auto", messages=says(f"Hello [[fault:{fault}]]"), stream=True)])
    for fault in ["throttle@small", "model_error@small", "stream_truncate@small"]:
        r = chat.create(model="green", messages=says(f"Hello [[fault:{fault}]]"))
        holds("escalated: " + fault, r.choices[0].message.content, r)
        parts = [c.choices[0].delta.content or "" for c in chat.create(model="green", messages=says(f"Hello [[fault:{fault}]]"), stream=True)]
        holds("escalated stream: " + fault, "".join(parts), parts)
    r = chat.create(model="auto", messages=says("Hello [[fault:stop_guardrail_intervened]]"))
    same("guardrail", r.choices[0].finish_reason, "content_filter")
    r = chat.create(model="auto", messages=says("Tell me a long story."), max_tokens=5)
    same("max_tokens", r.choices[0].finish_reason, "length")


def models():
    names = [m.id for m in client.models.list()]
    holds("models", {"auto", "green", "purple"} <= set(names), names)
    same("one model", client.models.retrieve("auto").id, "auto")


def many():
    asyncio.run(at_once())


async def at_once():
    a = openai.AsyncOpenAI(base_url=URL + "/v1", api_key="any", max_retries=0)
    answers = await asyncio.gather(*[a.chat.completions.create(model="auto", messages=[{"role": "user", "content": f"Say the number {i}."}]) for i in range(20)])
    same("many at once", len({r.id for r in answers}), 20)
    await a.close()


run("openai", plain, conversation, stream, joined, tools, streamed_tools, required_tool, divided_turns, schema, media, reasoning, failures, models, many)
