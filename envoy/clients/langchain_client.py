"""LangChain against Ockham, by langchain-openai and langchain-aws: nothing but the address is changed."""

from langchain_aws import ChatBedrockConverse
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from pydantic import BaseModel

from check import PIXEL, URL, holds, run, same


def openai(model="auto", **more):
    return ChatOpenAI(base_url=URL + "/v1", api_key="any", model=model, max_retries=0, **more)


def bedrock(model="auto", **more):
    return ChatBedrockConverse(
        model=model, provider="anthropic", endpoint_url=URL, region_name="us-east-1",
        aws_access_key_id="AKIDNOBODY", aws_secret_access_key="nothing", disable_streaming=False, **more)


@tool
def get_weather(city: str) -> str:
    """The weather of a city"""
    return "18 C"


@tool
def get_time() -> str:
    """The time now"""
    return "noon"


class Invoice(BaseModel):
    """An invoice"""

    number: str
    total: float


def check(name, make):
    chat = make()
    r = chat.invoke("Say hello in one line.")
    holds(name + ": text", r.text, r)
    holds(name + ": usage", r.usage_metadata["total_tokens"] > 0, r.usage_metadata)
    total = None
    for chunk in chat.stream("Say hello in one line."):
        total = chunk if total is None else total + chunk
    same(name + ": stream as without", total.text, r.text)
    history = [SystemMessage("Be brief."), AIMessage("Welcome."), HumanMessage("One."), HumanMessage("Two."), AIMessage("It is"), HumanMessage("Go on.")]
    holds(name + ": history", chat.invoke(history).text, history)

    with_tools = chat.bind_tools([get_weather, get_time])
    ask = [HumanMessage("What is the weather and the time in Paris? [[fault:two_tools]]")]
    called = with_tools.invoke(ask)
    same(name + ": tools", sorted(c["name"] for c in called.tool_calls), ["get_time", "get_weather"])
    streamed = None
    for chunk in with_tools.stream(ask):
        streamed = chunk if streamed is None else streamed + chunk
    same(name + ": streamed tools", sorted(c["name"] for c in streamed.tool_calls), ["get_time", "get_weather"])
    follow = ask + [called] + [ToolMessage("18 C", tool_call_id=c["id"]) for c in called.tool_calls]
    holds(name + ": an answer from results", with_tools.invoke(follow).text, follow)

    invoice = chat.with_structured_output(Invoice).invoke("Extract number and total: invoice A-17 over 12.50 EUR.")
    holds(name + ": structured output", isinstance(invoice, Invoice), invoice)
    seen = chat.invoke([HumanMessage([
        {"type": "text", "text": "What is in the picture?"},
        {"type": "image", "base64": PIXEL, "mime_type": "image/png"},
    ])])
    holds(name + ": image", seen.text, seen)


def by_openai():
    check("openai", openai)


def by_bedrock():
    check("bedrock", bedrock)


run("LangChain", by_openai, by_bedrock)
