"""LangChain's standard suites for chat models, run against Ockham: pytest langchain_standard.py.

Left out is what the emulator or an offline machine cannot do: images and PDFs that the suite itself
fetches from the web, and answers that only a model which understands the prompt could give.
"""

import os

import pytest
from langchain_aws import ChatBedrockConverse
from langchain_openai import ChatOpenAI
from langchain_tests.integration_tests import ChatModelIntegrationTests

URL = os.environ.get("OCKHAM_URL", "http://127.0.0.1:8080").rstrip("/")


class Standard(ChatModelIntegrationTests):
    """What both have in common."""

    @pytest.mark.xfail(reason="the emulator makes up a tool's input from its schema, not from the prompt")
    def test_unicode_tool_call_integration(self, model):
        super().test_unicode_tool_call_integration(model)


class TestOpenAI(Standard):
    """langchain-openai, by /v1/chat/completions."""

    @property
    def chat_model_class(self):
        return ChatOpenAI

    @property
    def chat_model_params(self):
        return {"base_url": URL + "/v1", "api_key": "any", "model": "auto", "max_retries": 0, "stream_usage": True}


class TestBedrock(Standard):
    """langchain-aws, by /model/{id}/converse."""

    @property
    def chat_model_class(self):
        return ChatBedrockConverse

    @property
    def chat_model_params(self):
        return {
            "model": "auto", "provider": "anthropic", "endpoint_url": URL, "region_name": "us-east-1", "disable_streaming": False,
            "aws_access_key_id": "AKIDNOBODY", "aws_secret_access_key": "nothing",
            "supports_tool_choice_values": ["auto", "any", "tool"],
        }
