"""The messages of the machine, from the code into the languages: python scripts/locales.py update|check|compile

update   gather the messages from the code into locales/DOMAIN.pot, merge them into each language, compile
check    fail when a .pot or .po is behind the code, a placeholder differs, or a message cannot be gathered
compile  build the .mo files that are missing or old

Gathering is Babel's; merging and compiling are polib's, since Babel does not know Sasak (`sas`). An English text that
changed is a new message: its translations start empty, the old ones stay in the file as obsolete, to copy from.
"""

from __future__ import annotations

import ast
import re
import string
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bot.locales_build import compile_catalogues  # noqa: E402 - needs the line above

KEYWORDS = ("_", "say", "gettext")  # "gettext" is what {% trans %} in a template becomes
COMMENT_TAG = "Translators:"


@dataclass(frozen=True)
class Domain:
    name: str
    mapping: str
    languages: tuple[str, ...]


# The console gets its own line here once it exists: Domain("console", "babel-console.cfg", ("id", "en")).
DOMAINS = (Domain("bot", "babel.cfg", ("id", "sas")),)


def template_path(domain: Domain) -> Path:
    return ROOT / "locales" / f"{domain.name}.pot"


def language_path(domain: Domain, language: str) -> Path:
    return ROOT / "locales" / language / "LC_MESSAGES" / f"{domain.name}.po"


def header(domain: Domain, language: str) -> dict[str, str]:
    """Without dates: a file changes only when its messages do."""
    return {
        "Project-Id-Version": f"bekal-{domain.name}",
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=1; plural=0;",
    }


def extract(domain: Domain) -> polib.POFile:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "messages.pot"
        command = [
            sys.executable, "-m", "babel.messages.frontend", "-q", "extract", "-F", domain.mapping,
            "--no-default-keywords", *(part for word in KEYWORDS for part in ("-k", word)),
            "-c", COMMENT_TAG, "--strip-comment-tags", "--add-location=file", "--sort-by-file", "-o", str(out), ".",
        ]  # fmt: skip
        subprocess.run(command, cwd=ROOT, check=True)
        found = polib.pofile(str(out), wrapwidth=100)
    for entry in found:  # Babel takes the "% o" of "100 % of it" for a placeholder
        if "python-format" in entry.flags and "%(" not in entry.msgid:
            entry.flags.remove("python-format")
    found.metadata = header(domain, "")
    found.metadata_is_fuzzy = False
    found.header = f" Messages of the domain {domain.name!r}. Written by `make locales`; do not edit."
    return found


def update(domain: Domain) -> None:
    template = extract(domain)
    template_path(domain).parent.mkdir(parents=True, exist_ok=True)
    template.save(str(template_path(domain)))
    order = {key(entry): number for number, entry in enumerate(template)}
    for language in domain.languages:
        path = language_path(domain, language)
        path.parent.mkdir(parents=True, exist_ok=True)
        catalogue = polib.pofile(str(path), wrapwidth=100) if path.exists() else polib.POFile(wrapwidth=100)
        catalogue.merge(template)
        catalogue[:] = [entry for entry in catalogue if entry.msgstr or not entry.obsolete]
        catalogue.metadata = {**catalogue.metadata, **header(domain, language)}
        catalogue.header = catalogue.header or f" Messages of the domain {domain.name!r} in {language!r}."
        for entry in catalogue:
            if entry.msgid_plural:
                entry.msgstr_plural = {0: entry.msgstr_plural.get(0, "")}
        catalogue.sort(key=lambda entry: (entry.obsolete, order.get(key(entry), 0), entry.msgid))
        catalogue.save(str(path))
        print(f"locales: {path.relative_to(ROOT)}: {summary(catalogue)}")


def summary(catalogue: polib.POFile) -> str:
    return (
        f"{len(catalogue.translated_entries())} translated, {len(catalogue.untranslated_entries())} empty, "
        f"{len(catalogue.fuzzy_entries())} unsure, {len(catalogue.obsolete_entries())} obsolete"
    )


def check(domain: Domain) -> Iterator[str]:
    fresh = extract(domain)
    path = template_path(domain)
    if not path.exists():
        yield f"{path.relative_to(ROOT)} is missing; type: make locales"
        return
    yield from differences(path, fresh, polib.pofile(str(path)))
    for entry in fresh:
        if entry.msgid_plural:
            yield f"{where(entry)}: plural forms are not used here: {entry.msgid!r}"
        try:
            placeholders(entry.msgid)
        except ValueError as error:
            yield f"{where(entry)}: {error}: {entry.msgid!r}"
    for language in domain.languages:
        path = language_path(domain, language)
        if not path.exists():
            yield f"{path.relative_to(ROOT)} is missing; type: make locales"
            continue
        catalogue = polib.pofile(str(path))
        yield from differences(path, fresh, catalogue)
        for entry in catalogue:
            if entry.msgstr and not entry.obsolete and (wrong := placeholder_error(entry.msgid, entry.msgstr)):
                yield f"{path.relative_to(ROOT)}:{entry.linenum}: {wrong}: {entry.msgid!r}"
        print(f"locales: {path.relative_to(ROOT)}: {summary(catalogue)}")


def differences(path: Path, fresh: polib.POFile, kept: polib.POFile) -> Iterator[str]:
    """What the file says otherwise than the code. Which file a message is in may differ: it helps, it does not bind."""
    now = {key(entry): entry for entry in fresh}
    then = {key(entry): entry for entry in kept if not entry.obsolete}
    name = path.relative_to(ROOT)
    for gone in then.keys() - now.keys():
        yield f"{name}: no longer in the code: {gone[1]!r}; type: make locales"
    for new in now.keys() - then.keys():
        yield f"{name}: not yet gathered: {new[1]!r}; type: make locales"
    for both in now.keys() & then.keys():
        if now[both].comment != then[both].comment:
            yield f"{name}: the note for translators changed: {both[1]!r}; type: make locales"


def key(entry: polib.POEntry) -> tuple[str, str]:
    return (entry.msgctxt or "", entry.msgid)


def where(entry: polib.POEntry) -> str:
    return ", ".join(sorted({file for file, _ in entry.occurrences})) or "?"


def placeholders(text: str) -> set[str]:
    """The names in `{name}` and `%(name)s`. Raises ValueError for a nameless one or a brace left open."""
    names = set(re.findall(r"%\((\w+)\)[a-z]", text))
    for _, field, _, _ in string.Formatter().parse(text):
        if field is not None:
            name = re.split(r"[.\[]", field)[0]
            if not name.isidentifier():
                raise ValueError(f"placeholder {{{field}}} has no name")
            names.add(name)
    return names


def placeholder_error(source: str, translation: str) -> str | None:
    try:
        wanted, got = placeholders(source), placeholders(translation)
    except ValueError as error:
        return str(error)
    if wanted == got:
        return None
    missing, extra = sorted(wanted - got), sorted(got - wanted)
    return "placeholders differ" + (f"; missing {missing}" if missing else "") + (f"; unknown {extra}" if extra else "")


def ungatherable() -> Iterator[str]:
    """Messages that Babel cannot see: an f-string or a sum where a plain text belongs."""
    for path in sorted((ROOT / "bot").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "id", None) or getattr(node.func, "attr", None)  # say(…) or c.say(…)
            if name in KEYWORDS and isinstance(node.args[0], ast.JoinedStr | ast.BinOp):
                yield f"{path.relative_to(ROOT)}:{node.lineno}: {name}() needs one plain text with {{names}}"


def main(arguments: list[str]) -> int:
    match arguments:
        case ["update"]:
            for domain in DOMAINS:
                update(domain)
            compile_catalogues(ROOT / "locales")
        case ["check"]:
            problems = [*ungatherable(), *(problem for domain in DOMAINS for problem in check(domain))]
            for problem in problems:
                print(f"locales: {problem}", file=sys.stderr)
            return 1 if problems else 0
        case ["compile"]:
            compile_catalogues(ROOT / "locales")
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
