"""Every command explains itself, and its example works."""

from __future__ import annotations

import re
import shlex
import shutil

import pytest

from cli.shell import run
from counterflow import starter
from counterflow.cli.app import app

EXAMPLES = {
    (command.name or command.callback.__name__): re.search(
        r"Example: counterflow (.*)", " ".join((command.callback.__doc__ or "").split())
    )
    for command in app.registered_commands
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A folder with the book of the demo in it."""
    folder = tmp_path_factory.mktemp("demo")
    run("demo", "--out", folder)
    return folder


@pytest.mark.parametrize("command", EXAMPLES)
def test_help_has_an_example(command):
    found = run(command, "--help")
    assert f"Example: counterflow {command}" in found.out
    assert found.err == ""


def test_without_a_command_there_is_help():
    found = run(code=None)
    assert "Commands:" in found.out + found.err


@pytest.mark.parametrize("command", sorted(EXAMPLES))
def test_the_example_works(command, demo, monkeypatch):
    monkeypatch.chdir(demo)
    (demo / "wire.txt").write_text("Tern Capital invested $3 billion in Larkspur AI.", encoding="utf-8")
    with starter.articles() as articles:
        shutil.copy(next(articles.glob("*.html")), demo / "blog.html")
    claim = run("claims", "--format", "json").json[0]["claim_id"]
    run("decide", claim, "--pin", "--because", "seen")
    run("export", "text", "-o", "book-text")
    ids = {"7f3a12": claim, "3f9a": run("log", "--json").json[0]["decision_id"]}
    words = [ids.get(word, word) for word in shlex.split(EXAMPLES[command][1])]
    found = run(*words)
    assert found.out or found.err


@pytest.mark.parametrize(
    "words",
    [
        ["reed", "wire.txt"],
        ["read"],
        ["read", "wire.txt", "--loud"],
        ["claims", "--trust", "2"],
        ["claims", "--trust", "some"],
        ["decide", "7f3a", "--accept"],
        ["decide", "7f3a", "--because", "so"],
        ["decide", "7f3a", "--accept", "--reject", "--because", "so"],
        ["decide", "7f3a", "--accept", "--low", "5", "--because", "so"],
        ["add", "investment", "--role", "investor=Tern", "--because", "so"],
        ["add", "investment", "--role", "investor=Tern", "--span", "a:1-2", "--source", "b", "--because", "so"],
        ["show"],
    ],
)
def test_wrong_usage_ends_with_2_and_says_how(words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = run(*words, code=2)
    assert "counterflow" in found.err
    assert found.out == ""
    assert list(tmp_path.iterdir()) == []
