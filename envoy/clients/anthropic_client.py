"""The anthropic package against Ockham: nothing but base_url is changed."""

import anthropic

from check import PIXEL, URL, holds, raises, run, same

client = anthropic.Anthropic(base_url=URL, api_key="any", max_retries=0)
messages = client.messages
HI = [{"role": "user", "content": "Say hello in one line."}]
WEATHER = [{
    "name": "get_weather",
    "description": "The weather of a city",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}, {
    "name": "get_time",
    "description": "The time now",
    "input_schema": {"type": "object", "properties": {}},
    "cache_control": {"type": "ephemeral"},
}]


def says(text):
    return [{"role": "user", "content": text}]


def text(message):
    return "".join(b.text for b in message.content if b.type == "text")


def plain():
    r = messages.create(model="auto", max_tokens=300, messages=HI, system="Be brief.",
                        extra_body={"temperature": 0.2, "top_k": 5})
    same("plain: type", r.type, "message")
    same("plain: stop_reason", r.stop_reason, "end_turn")
    holds("plain: text", text(r), r)
    holds("plain: usage", r.usage.input_tokens > 0 and r.usage.output_tokens > 0, r.usage)
    raw = messages.with_raw_response.create(model="auto", max_tokens=300, messages=HI, extra_headers={"x-task-type": "code"}, thinking={"type": "disabled"})
    same("plain: task type", raw.headers.get("x-ockham-pipe"), "purple")
    holds("plain: dropped", "thinking" in raw.headers.get("x-ockham-dropped", ""), dict(raw.headers))


def conversation():
    r = messages.create(model="auto", max_tokens=300, messages=[
        {"role": "assistant", "content": "Welcome."},
        {"role": "user", "content": "One."}, {"role": "user", "content": " "}, {"role": "user", "content": "Two."},
        {"role": "assistant", "content": "It is"},
    ])
    holds("awkward history", text(r), r)


def stream():
    with messages.stream(model="auto", max_tokens=300, messages=HI) as s:
        parts = "".join(s.text_stream)
        final = s.get_final_message()
    same("stream: text", parts, text(final))
    same("stream: text as without stream", parts, text(messages.create(model="auto", max_tokens=300, messages=HI)))
    same("stream: stop_reason", final.stop_reason, "end_turn")
    holds("stream: usage", final.usage.input_tokens > 0 and final.usage.output_tokens > 0, final.usage)


def tools():
    ask = says("What is the weather and the time in Paris? [[fault:two_tools]]")
    r = messages.create(model="auto", max_tokens=300, messages=ask, tools=WEATHER)
    same("tools: stop_reason", r.stop_reason, "tool_use")
    calls = [b for b in r.content if b.type == "tool_use"]
    same("tools: names", sorted(c.name for c in calls), ["get_time", "get_weather"])
    with messages.stream(model="auto", max_tokens=300, messages=ask, tools=WEATHER) as s:
        streamed = [b for b in s.get_final_message().content if b.type == "tool_use"]
    same("tools: streamed", [(c.name, c.input) for c in streamed], [(c.name, c.input) for c in calls])
    follow = ask + [{"role": "assistant", "content": r.content}, {"role": "user", "content": [
        {"type": "tool_result", "tool_use_id": c.id, "content": "18 C", "is_error": bool(i)} for i, c in enumerate(calls)]}]
    holds("tools: an answer from results", text(messages.create(model="auto", max_tokens=300, messages=follow, tools=WEATHER)), follow)
    holds("tools: none offered any more", text(messages.create(model="auto", max_tokens=300, messages=follow)), follow)
    forced = messages.create(model="auto", max_tokens=300, messages=HI, tools=WEATHER, tool_choice={"type": "tool", "name": "get_time"})
    same("forced tool", [b.name for b in forced.content if b.type == "tool_use"], ["get_time"])


def thinking():
    ask = says("Why is the sky blue? [[fault:reasoning]]")
    r = messages.create(model="purple", max_tokens=4096, messages=ask, thinking={"type": "adaptive"})
    thoughts = [b for b in r.content if b.type == "thinking"]
    holds("thinking: block and signature", thoughts and thoughts[0].thinking and thoughts[0].signature, r)
    with messages.stream(model="purple", max_tokens=4096, messages=ask, thinking={"type": "adaptive"}) as s:
        final = s.get_final_message()
    same("thinking: streamed", [b.type for b in final.content], [b.type for b in r.content])
    for model, wish in [("us.anthropic.claude-opus-5-5", {"type": "enabled", "budget_tokens": 1024}), ("us.anthropic.claude-opus-4-7", {"type": "disabled"}),
                        ("us.anthropic.claude-sonnet-4-6", {"type": "adaptive"}), ("us.anthropic.claude-haiku-4-5-20251001-v1:0", {"type": "adaptive"})]:
        holds(f"thinking {wish['type']}: {model}", text(messages.create(model=model, max_tokens=4096, messages=ask, thinking=wish)), wish)
    follow = ask + [{"role": "assistant", "content": r.content}] + says("And at night?")
    holds("thinking: sent back", text(messages.create(model="purple", max_tokens=4096, messages=follow, thinking={"type": "adaptive"})), follow)


def blocks():
    r = messages.create(model="auto", max_tokens=300, system=[
        {"type": "text", "text": "Be brief. " * 300, "cache_control": {"type": "ephemeral", "ttl": "1h"}},
    ], messages=[{"role": "user", "content": [
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}},
        {"type": "document", "title": "Note", "source": {"type": "text", "media_type": "text/plain", "data": "The shop opens at nine."}},
        {"type": "text", "text": "When does the shop open?", "cache_control": {"type": "ephemeral"}},
    ]}])
    holds("image, document and cache points", text(r), r)
    e = raises("image by URL", anthropic.BadRequestError, lambda: messages.create(model="auto", max_tokens=9, messages=[
        {"role": "user", "content": [{"type": "image", "source": {"type": "url", "url": "http://127.0.0.1/x.png"}}]}]))
    holds("image by URL: named", e and "source.type" in str(e), e)


def counting():
    n = messages.count_tokens(model="auto", messages=HI, tools=WEATHER, system="Be brief.").input_tokens
    holds("count_tokens", 5 < n < 1000, n)


def failures():
    raises("unknown model", anthropic.NotFoundError, lambda: messages.create(model="no-such-model", max_tokens=9, messages=HI))
    raises("path in model", anthropic.BadRequestError, lambda: messages.create(model="../../x", max_tokens=9, messages=HI))
    raises("server tool", anthropic.BadRequestError, lambda: messages.create(
        model="auto", max_tokens=9, messages=HI, tools=[{"type": "web_search_20250305", "name": "web_search"}]))
    raises("throttled everywhere", anthropic.RateLimitError, lambda: messages.create(model="auto", max_tokens=9, messages=says("Hi [[fault:throttle]]")))
    raises("denied", anthropic.InternalServerError, lambda: messages.create(model="auto", max_tokens=9, messages=says("Hi [[fault:access_denied]]")))

    def streamed(fault):
        with messages.stream(model="green", max_tokens=300, messages=says(f"Hello [[fault:{fault}]]")) as s:
            return text(s.get_final_message())

    for fault in ["stream_truncate", "stream_model_error", "stream_bad_crc", "stream_internal"]:
        raises("stream broken: " + fault, anthropic.APIError, lambda f=fault: streamed(f))
    for fault in ["throttle@small", "stream_truncate@small", "stream_throttle@small"]:
        holds("escalated stream: " + fault, streamed(fault), fault)
    r = messages.create(model="auto", max_tokens=300, messages=says("Hello [[fault:stop_content_filtered]]"))
    same("content filter", r.stop_reason, "refusal")
    r = messages.create(model="auto", max_tokens=5, messages=says("Tell me a long story."))
    same("max_tokens", r.stop_reason, "max_tokens")


def models():
    names = [m.id for m in client.models.list()]
    holds("models", {"auto", "green", "purple"} <= set(names), names)
    same("one model", client.models.retrieve("auto").id, "auto")


run("anthropic", plain, conversation, stream, tools, thinking, blocks, counting, failures, models)
