"""Bekal as a process of its own, as an operator starts it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.services import free_port

ROOT = Path(__file__).resolve().parent.parent.parent


class Bekal:
    """`python -m bot serve` (or another module) with settings of its own, data in `folder`, on a free port."""

    def __init__(self, folder: Path, *, module: tuple[str, ...] = ("bot", "serve"), **settings: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.module = module
        self.log = folder / "bekal.log"
        self.settings = settings
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG", "TMPDIR")}
        own = {"PORT": str(self.port), "DATA_DIR": str(self.folder / "data"), "PYTHONUNBUFFERED": "1"}
        return kept | own | self.settings

    def launch(self) -> subprocess.Popen[bytes]:
        """Start it without waiting."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self.module], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )
        return self.process

    def start(self, timeout: float = 40) -> Bekal:
        """Start it and wait until it is ready; returns itself."""
        process = self.launch()
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if process.poll() is not None:
                raise RuntimeError(f"Bekal ended at once:\n{self.log.read_text()[-3000:]}")
            try:
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:
                    if answer.status == 200:
                        return self
            except (urllib.error.URLError, OSError):
                pass
            time.sleep(0.05)
        raise RuntimeError(f"Bekal is not ready after {timeout} s:\n{self.log.read_text()[-3000:]}")

    def kill(self) -> None:
        """SIGKILL: nothing is put in order."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(10)

    def stop(self) -> int:
        """SIGTERM, as an operator stops it; the exit status."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()
            raise RuntimeError(f"Bekal did not stop on SIGTERM:\n{self.log.read_text()[-3000:]}") from None

    def run(self, *arguments: str, words: str = "") -> subprocess.CompletedProcess[str]:
        """A short command beside it."""
        return subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            cwd=ROOT, env=self.environment, input=words, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
