"""The application as it is built. These tests look at it and send it nothing, so that it needs no database."""

import pytest
from flask import Flask


@pytest.fixture
def app(built_app: Flask) -> Flask:
    return built_app
