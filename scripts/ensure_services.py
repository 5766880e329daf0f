"""Makes sure that what the tests need besides Python is there: PostgreSQL, Chromium and a speech engine.

    python scripts/ensure_services.py [postgres] [chromium] [speech]

Run by `make test` before pytest starts, so that no test waits for a download. Installs what is missing where it
can (apt as root; PostgreSQL also from a wheel) and otherwise fails with the command to type.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.services import ServiceMissing, ensure_chromium, ensure_postgres, ensure_speech


def main(names: list[str]) -> int:
    wanted = {"postgres": ensure_postgres, "chromium": ensure_chromium, "speech": ensure_speech}
    unknown = set(names) - set(wanted)
    if unknown:
        print(f"services: unknown: {', '.join(sorted(unknown))}; known: {', '.join(wanted)}", file=sys.stderr)
        return 2
    failed = False
    for name in names or list(wanted):
        try:
            print(f"services: {name}: {wanted[name]()}", flush=True)
        except ServiceMissing as error:
            print(f"services: {name}: {error}", file=sys.stderr)
            failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
