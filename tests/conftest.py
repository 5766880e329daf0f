"""What all tests share: a clean environment, no way out to the network, PostgreSQL and Chromium.

Fixtures: `postgres_url` (one server for the whole run), `postgres_database` (a fresh empty database for the test),
`chromium_path`, `update_goldens`.
"""

from __future__ import annotations

import ipaddress
import json
import os
import shutil
import socket
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import services  # like this file, imports nothing of the programme

LONG_TEST_SECONDS = 600

# ------------------------------------------------------------------ a clean environment
# Before anything of the programme is imported: the settings of whoever runs the tests must not reach them.

_OURS = {
    "HOST", "PORT", "DATABASE_URL", "PUBLIC_BASE_URL", "SECRET_KEY", "STAFF_ALERT_TELEGRAM_CHAT", "SASAK_DRAFTS",
    "WEBCHAT_SEATS", "SENDER_CONCURRENCY", "LOG_LEVEL",
}  # fmt: skip
for _name in list(os.environ):
    if _name in _OURS or _name.startswith(("TELEGRAM_", "TWILIO_", "OPERATOR_")):
        del os.environ[_name]
# A proxy must not stand between a test and its own server.
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost,::1"

# ------------------------------------------------------------------ no way out

_attempts: list[str] = []


def _is_here(host: object) -> bool:
    if host is None or host in ("", b"", "localhost", b"localhost"):
        return True
    text = host.decode() if isinstance(host, bytes) else str(host)
    try:
        return ipaddress.ip_address(text.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _no_way_out(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuses to connect, send to or look up anything but this machine. Python's own sockets only: libpq and
    child processes are not seen."""
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        if arguments[0].family not in (socket.AF_INET, socket.AF_INET6):
            return
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) and address else None
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    else:
        return
    if not _is_here(host):
        _attempts.append(f"{event} {host!r}")
        raise PermissionError(f"tests talk to this machine only, not to {host!r} ({event})")


sys.addaudithook(_no_way_out)


@pytest.fixture(autouse=True)
def no_way_out() -> Iterator[None]:
    """Fails a test that tried to reach another machine, even where the programme swallowed the refusal."""
    _attempts.clear()
    yield
    tried = list(_attempts)
    _attempts.clear()
    if tried:
        pytest.fail(f"tried to leave this machine: {', '.join(tried)}")


# ------------------------------------------------------------------ options and time


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-goldens",
        action="store_true",
        help="write the expected conversations anew instead of comparing (make goldens)",
    )


@pytest.fixture(scope="session")
def update_goldens(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-goldens"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("long") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(LONG_TEST_SECONDS))


# ------------------------------------------------------------------ services, shared by all worker processes

_FOLDER = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    given = getattr(config, "workerinput", {}).get("bekal_folder")
    config.stash[_FOLDER] = Path(given or tempfile.mkdtemp(prefix="bekal-tests-"))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["bekal_folder"] = str(node.config.stash[_FOLDER])


def pytest_unconfigure(config: pytest.Config) -> None:
    """The first process, which outlives its workers, stops what they started."""
    if hasattr(config, "workerinput") or _FOLDER not in config.stash:
        return
    folder = config.stash[_FOLDER]
    started = folder / "postgres"
    if started.exists():
        services.stop_postgres(services.Postgres(**json.loads(started.read_text())))
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server(pytestconfig: pytest.Config) -> services.Postgres:
    """The run's PostgreSQL server, started by whoever needs it first. Nothing is flushed to disk, for speed."""
    with services.locked(pytestconfig.stash[_FOLDER], "postgres") as started:
        if not started.exists():
            owner = os.getppid() if hasattr(pytestconfig, "workerinput") else os.getpid()
            server = services.start_postgres(owner=owner)
            started.write_text(json.dumps(server.__dict__))
        return services.Postgres(**json.loads(started.read_text()))


@pytest.fixture(scope="session")
def postgres_url(postgres_server: services.Postgres) -> str:
    """The server's own database, as postgresql+psycopg://…; for tests that make databases themselves."""
    return postgres_server.url("postgres")


@pytest.fixture
def postgres_database(postgres_server: services.Postgres) -> Iterator[str]:
    """A fresh empty database for this test, as postgresql+psycopg://…; dropped afterwards, whoever still uses it."""
    name = f"test_{uuid.uuid4().hex}"
    postgres_server.create_database(name)
    try:
        yield postgres_server.url(name)
    finally:
        postgres_server.drop_database(name)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """For playwright's `launch(executable_path=…, args=services.CHROMIUM_ARGS)`."""
    return str(services.ensure_chromium())
