"""LangChain's standard suites for chat models, run against Ockham: pytest langchain_standard.py."""

import os

import pytest
from langchain_aws import ChatBedrockConverse
from langchain_openai import ChatOpenAI
from langchain_tests.integration_tests import ChatModelIntegrationTests

URL = os.environ.get("OCKHAM_URL", "http://127.0.0.1:8080").rstrip("/")


class TestOpenAI(ChatModelIntegrationTests):
    """langchain-openai, by /v1/chat/completions."""

    @property
    def chat_model_class(self):
        return ChatOpenAI

    @property
    def chat_model_params(self):
        return {"base_url": URL + "/v1", "api_key": "any", "model": "auto", "max_retries": 0}

    @property
    def supports_image_inputs(self):
        return True

    @property
    def supports_pdf_inputs(self):
        return True

    @property
    def supports_json_mode(self):
        return True


class TestBedrock(ChatModelIntegrationTests):
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

    @property
    def supports_image_inputs(self):
        return True

    @property
    def supports_image_tool_message(self):
        return True
