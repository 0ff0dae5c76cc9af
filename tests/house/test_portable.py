"""The package runs on Linux, macOS and Windows: a scan of `src` for what only one of them has."""

from __future__ import annotations

import ast
import re
from itertools import chain
from typing import TYPE_CHECKING

import pytest

from house.tree import modules

if TYPE_CHECKING:
    from collections.abc import Iterator

POSIX_MODULES = set("crypt curses fcntl grp posix pty pwd readline resource spwd syslog termios tty".split())
POSIX_OS = set(
    "chown chroot confstr fchmod fchown fork forkpty getegid geteuid getgid getloadavg getpgid getuid kill killpg "
    "lchown link mkfifo mknod nice openpty pread pwrite rename sched_getaffinity sched_setaffinity setgid setpgid "
    "setsid setuid symlink sync sysconf uname wait wait3 wait4 waitpid".split()
)
POSIX_SIGNAL = set("alarm pause pthread_kill pthread_sigmask setitimer sigwait".split())
LINKS = {"symlink_to", "hardlink_to", "lchmod"}
FIXED_PATH = re.compile(r"/(?:dev|etc|home|opt|proc|root|run|sys|tmp|usr|var)(?:/|$)")
UNPADDED_DATE = re.compile(r"%-[dmjyHIMSU]")  # strftime without leading zeros is spelt differently on Windows
MODE = re.compile(r"[rwxabt+U]{1,4}")


def test_the_package_uses_no_call_that_only_posix_has():
    assert not [f"{path}:{line}: {what}" for path, _, tree in modules() for line, what in posix_only(tree)]


def test_every_text_file_is_opened_with_its_encoding_said():
    assert not [f"{path}:{line}: {what}" for path, _, tree in modules() for line, what in without_encoding(tree)]


@pytest.mark.parametrize(
    "line",
    [
        "import fcntl",
        "from pwd import getpwnam",
        "os.fork()",
        "os.kill(process, 9)",
        "os.rename(a, b)",
        "signal.signal(signal.SIGTERM, stop)",
        "signal.alarm(3)",
        "path.symlink_to(other)",
        "Path('/tmp/book.db')",
        "open('/dev/null', encoding='utf-8')",
        "day.strftime('%-d %B')",
        "f'{day:%-d %B}'",
        "get_context('fork')",
    ],
)
def test_the_scan_sees_a_posix_only_line(line: str):
    assert list(posix_only(ast.parse(line)))


@pytest.mark.parametrize(
    "line",
    [
        "open(path)",
        "open(path, 'w')",
        "open(path, mode='a', newline='')",
        "path.open()",
        "path.open('w', newline='')",
        "path.read_text()",
        "path.write_text(text)",
        "gzip.open(path, 'rt')",
        "NamedTemporaryFile('w')",
        "subprocess.run(command, text=True)",
    ],
)
def test_the_scan_sees_an_open_without_its_encoding(line: str):
    assert list(without_encoding(ast.parse(line)))


@pytest.mark.parametrize(
    "line",
    [
        "open(path, 'rb')",
        "open(path, encoding='utf-8')",
        "path.open('wb')",
        "path.read_text('utf-8')",
        "path.write_text(text, encoding='utf-8')",
        "store.open(url)",
        "webbrowser.open(address)",
        "gzip.open(path)",
        "subprocess.run(command, encoding='utf-8')",
        "frame.rename(names)",
        "signal.signal(signal.SIGINT, stop)",
        "match.group()",
        "'%-10s' % name",
    ],
)
def test_the_scan_lets_good_lines_pass(line: str):
    tree = ast.parse(line)
    assert not list(chain(posix_only(tree), without_encoding(tree)))


def posix_only(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and name of each thing that only POSIX has."""
    for node in ast.walk(tree):
        for name in _names(node):
            if _is_posix(name):
                yield node.lineno, name  # type: ignore[attr-defined]
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_posix_text(node.value):
            yield node.lineno, repr(node.value)


def without_encoding(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and source of each call that opens text without naming its encoding."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _opens_text(node) and not _says_encoding(node):
            yield node.lineno, ast.unparse(node)


def _names(node: ast.AST) -> list[str]:
    """The dotted names that a node imports or reaches into."""
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=str(module), names=names):
            return [module, *(f"{module}.{alias.name}" for alias in names)]
        case ast.Attribute(value=ast.Name(id=owner), attr=attr):
            return [f"{owner}.{attr}"]
        case ast.Attribute(attr=attr):
            return [f"*.{attr}"]
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[ast.Constant(value="fork"), *_]):
            return [f"{name}.fork"]
        case _:
            return []


def _is_posix(name: str) -> bool:
    owner, _, last = name.partition(".")
    signals = owner == "signal" and (
        last in POSIX_SIGNAL or (last.startswith("SIG") and last[3:4] != "_" and last != "SIGINT")
    )
    return (
        owner in POSIX_MODULES
        or (owner == "os" and last in POSIX_OS)
        or signals
        or last in LINKS
        or name in {"get_context.fork", "set_start_method.fork", "time.tzset"}
    )


def _is_posix_text(text: str) -> bool:
    return bool(FIXED_PATH.match(text) or UNPADDED_DATE.search(text))


def _opens_text(call: ast.Call) -> bool:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    match name:
        case "read_text" | "write_text":
            return True
        case "NamedTemporaryFile" | "TemporaryFile" | "fdopen":
            mode = named.get("mode") or next((arg for arg in call.args if _is_mode(arg)), None)
            return mode is not None and "b" not in ast.literal_eval(mode)
        case "run" | "Popen" | "check_output":
            return "text" in named or "universal_newlines" in named
        case "open" if isinstance(call.func, ast.Name):
            mode = named.get("mode") or (call.args[1] if len(call.args) > 1 else None)
            return not (_is_mode(mode) and "b" in ast.literal_eval(mode))
        case "open":
            mode = named.get("mode") or next((arg for arg in call.args if _is_mode(arg)), None)
            return not call.args if mode is None else "b" not in ast.literal_eval(mode)
    return False


def _is_mode(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and MODE.fullmatch(node.value) is not None


def _says_encoding(call: ast.Call) -> bool:
    place = {"read_text": 0, "write_text": 1}.get(getattr(call.func, "attr", ""))
    return any(keyword.arg == "encoding" for keyword in call.keywords) or (place is not None and len(call.args) > place)
