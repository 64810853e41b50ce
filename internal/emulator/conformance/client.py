"""Drives the emulator with boto3 and prints one line a check: "ok NAME" or "FAIL NAME: why".

Arguments: the emulator's http URL, its https URL, the file of its certificate authority.
"""

import json
import os
import sys

import boto3
from aws_bedrock_token_generator import BedrockTokenGenerator
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError, EventStreamError

PLAIN, SECURED, AUTHORITY = sys.argv[1:4]
HAIKU = "us.anthropic.claude-haiku-4-5-20251001-v1:0"
MICRO = "amazon.nova-micro-v1:0"
ARN = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/" + HAIKU
KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
CLAUDE = json.dumps({"anthropic_version": "bedrock-2023-05-31", "max_tokens": 100, "messages": [{"role": "user", "content": "What is a fjord?"}]})
TOOLS = {"tools": [{"toolSpec": {"name": "weather", "description": "The weather of a city", "inputSchema": {
    "json": {"type": "object", "properties": {"city": {"type": "string"}}}}}}]}


def client(key=KEY, secret=SECRET, token=None, url=PLAIN, attempts=1, **more):
    config = Config(retries={"mode": "standard", "total_max_attempts": attempts}, read_timeout=20)
    return boto3.client("bedrock-runtime", region_name="us-east-1", endpoint_url=url, aws_access_key_id=key,
                        aws_secret_access_key=secret, aws_session_token=token, config=config, **more)


def say(text):
    return [{"role": "user", "content": [{"text": text}]}]


def text_of(reply):
    return "".join(block.get("text", "") for block in reply["output"]["message"]["content"])


def order_of(events):
    names = []
    for event in events:
        (name,) = event
        if not names or names[-1] != name:
            names.append(name)
    return names


def check_plain_and_stream(model):
    reply = client().converse(modelId=model, messages=say("What is a fjord?"))
    assert reply["stopReason"] == "end_turn" and reply["usage"]["totalTokens"] > 0 and "latencyMs" in reply["metrics"], reply
    assert all(list(block) == ["text"] for block in reply["output"]["message"]["content"]), reply
    events = list(client().converse_stream(modelId=model, messages=say("What is a fjord?"))["stream"])
    assert order_of(events) == ["messageStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata"], order_of(events)
    streamed = "".join(e["contentBlockDelta"]["delta"]["text"] for e in events if "contentBlockDelta" in e)
    assert streamed == text_of(reply) != "", streamed


def check_tools():
    messages = say("What is the weather in Oslo?")
    reply = client().converse(modelId=HAIKU, messages=messages, toolConfig=TOOLS)
    call = reply["output"]["message"]["content"][0]["toolUse"]
    assert reply["stopReason"] == "tool_use" and call["name"] == "weather" and isinstance(call["input"], dict), reply
    messages += [reply["output"]["message"], {"role": "user", "content": [
        {"toolResult": {"toolUseId": call["toolUseId"], "content": [{"json": {"sky": "drizzle"}}]}}]}]
    assert "drizzle" in text_of(client().converse(modelId=HAIKU, messages=messages, toolConfig=TOOLS))
    events = list(client().converse_stream(modelId=HAIKU, messages=say("What is the weather in Oslo?"), toolConfig=TOOLS)["stream"])
    assert order_of(events)[1] == "contentBlockStart", order_of(events)
    json.loads("".join(e["contentBlockDelta"]["delta"]["toolUse"]["input"] for e in events if "contentBlockDelta" in e))


def check_invoke():
    reply = client().invoke_model(modelId=HAIKU, body=CLAUDE)
    text = json.loads(reply["body"].read())["content"][0]["text"]
    chunks = [json.loads(e["chunk"]["bytes"]) for e in client().invoke_model_with_response_stream(modelId=HAIKU, body=CLAUDE)["body"]]
    assert "".join(c["delta"]["text"] for c in chunks if c["type"] == "content_block_delta") == text
    assert chunks[0]["type"] == "message_start" and chunks[-1]["type"] == "message_stop", chunks


def check_count():
    counted = client().count_tokens(modelId=HAIKU, input={"converse": {"messages": say("What is a fjord?")}})
    reply = client().converse(modelId=HAIKU, messages=say("What is a fjord?"))
    assert counted["inputTokens"] == reply["usage"]["inputTokens"], counted
    counted = client().count_tokens(modelId=HAIKU, input={"invokeModel": {"body": CLAUDE}})
    assert counted["inputTokens"] > 0


def code_of(call):
    try:
        call()
    except (ClientError, EventStreamError) as error:
        return error.response["Error"]["Code"]
    return "none"


def check_errors():
    for fault, want in {
        "throttle": "ThrottlingException", "unavailable": "ServiceUnavailableException", "internal": "InternalServerException",
        "model_timeout": "ModelTimeoutException", "model_error": "ModelErrorException", "not_ready": "ModelNotReadyException",
        "access_denied": "AccessDeniedException",
    }.items():
        got = code_of(lambda: client().converse(modelId=MICRO, messages=say(f"hi[[fault:{fault}]]")))
        assert got == want, f"{fault}: {got}"
    got = code_of(lambda: client().converse(modelId="anthropic.claude-9", messages=say("hi")))
    assert got == "ValidationException", got


def check_stream_errors():
    for fault, want in {
        "stream_throttle": "throttlingException", "stream_internal": "internalServerException", "stream_model_error": "modelStreamErrorException",
    }.items():
        got = code_of(lambda: list(client().converse_stream(modelId=MICRO, messages=say(f"What is a fjord?[[fault:{fault}]]"))["stream"]))
        assert got == want, f"{fault}: {got}"
    try:
        list(client().converse_stream(modelId=MICRO, messages=say("What is a fjord?[[fault:stream_bad_crc]]"))["stream"])
        raise AssertionError("a wrong checksum was not noticed")
    except Exception as error:  # botocore's own type is private
        assert type(error).__name__ == "ChecksumMismatch", error
    events = list(client().converse_stream(modelId=MICRO, messages=say("What is a fjord?[[fault:stream_truncate]]"))["stream"])
    assert order_of(events)[-1] == "contentBlockDelta", order_of(events)


def check_retries():
    try:
        client(attempts=2).converse(modelId=MICRO, messages=say("hi[[fault:throttle]]"))
    except ClientError as error:
        assert error.response["ResponseMetadata"]["RetryAttempts"] == 1, error.response
        assert error.response["ResponseMetadata"]["RequestId"], error.response
        return
    raise AssertionError("no error came")


def check_credentials():
    for who, code in {
        (KEY, "wrong", None): "InvalidSignatureException", ("AKIAUNKNOWN", SECRET, None): "UnrecognizedClientException",
        ("ASIAIOSFODNN7EXAMPLE", SECRET, "wrong"): "UnrecognizedClientException",
        ("ASIAIOSFODNN7EXAMPLE", SECRET, "emulator-expired-token"): "ExpiredTokenException",
        ("ASIAIOSFODNN7EXAMPLE", SECRET, "emulator-session-token"): "none",
    }.items():
        got = code_of(lambda: client(*who).converse(modelId=HAIKU, messages=say("hi")))
        assert got == code, f"{who}: {got}"


def check_bearer():
    short_term = BedrockTokenGenerator().get_token(Credentials(KEY, SECRET), "us-east-1")
    elsewhere = BedrockTokenGenerator().get_token(Credentials(KEY, SECRET), "eu-west-1")
    for key, code in {
        "bedrock-api-key-emulator": "none", short_term: "none", elsewhere: "AccessDeniedException", "bedrock-api-key-other": "AccessDeniedException",
    }.items():
        os.environ["AWS_BEARER_TOKEN_BEDROCK"] = key
        try:
            secured = boto3.client("bedrock-runtime", region_name="us-east-1", endpoint_url=SECURED, verify=AUTHORITY)
            got = code_of(lambda: secured.converse(modelId=HAIKU, messages=say("hi")))
        finally:
            del os.environ["AWS_BEARER_TOKEN_BEDROCK"]
        assert got == code, f"{key}: {got}"


def main():
    checks = {
        "id": lambda: check_plain_and_stream(MICRO), "profile": lambda: check_plain_and_stream(HAIKU), "ARN": lambda: check_plain_and_stream(ARN),
        "tools": check_tools, "invoke": check_invoke, "count": check_count, "errors": check_errors, "stream errors": check_stream_errors,
        "retries": check_retries, "credentials": check_credentials, "bearer": check_bearer,
    }
    failed = False
    for name, check in checks.items():
        try:
            check()
            print("ok", name)
        except Exception as error:
            failed = True
            print(f"FAIL {name}: {type(error).__name__}: {str(error)[:500]}".replace("\n", " "))
    sys.exit(failed)


main()
