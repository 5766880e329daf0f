"""`check --sasak`: what a reviewer of Sasak has to look at, in the order of who reads it most.

Texts that stay Indonesian because the glossary cannot carry them, drafts that lag behind, and every word that stands
neither in the glossary (A, B) nor in the loan list, nor is Indonesian, nor a name.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.library.check_sasak import strange_words, vocabulary, words_of
from bot.library.desk import Text
from bot.library.load import Content

# What need not be in Sasak: details of answers, sources of numbers, what is only spoken in Indonesian, questions for staff.
LEFT_IN_INDONESIAN = ("/more/", "media/media.yaml", "language/faq_topics.yaml", "/safe")


def gap_report(folder: Path, content: Content, interface: Mapping[str, str | None]) -> Iterator[str]:
    """The lines of the report. `interface`: the machine's Indonesian sentences and their Sasak."""
    known = vocabulary(folder, content.texts)
    texts = [text for text in content.texts if not any(part in text.key for part in LEFT_IN_INDONESIAN)]
    missing = [text for text in texts if text.sas is None]
    done = len(texts) - len(missing)
    yield f"Sasak: {done} of {len(texts)} texts that need it have a draft; {len(missing)} stay Indonesian."
    yield from _missing(missing)
    stale = [text for text in content.texts if _is_stale(text, content)]
    yield f"\n{len(stale)} drafts lag behind their Indonesian and are not shown:"
    yield from (f"  {text.key}" for text in stale)
    yield from _strange(content, known)
    bare = [words for words, sasak in interface.items() if not sasak]
    yield f"\nInterface: {len(interface) - len(bare)} of {len(interface)} sentences have a draft; without:"
    yield from (f"  {words}" for words in bare)
    machine = {word for text in interface.items() for word in _words(text, known)}
    yield f"Interface, words outside glossary, loans and names: {', '.join(sorted(machine)) or 'none'}"
    spoken = sum(not media.synthetic and media.kind == "sound" for media in content.library.media.values())
    yield f"\nRecordings in Sasak: {spoken}. The recording sheet: python -m bot sound sheet"


def _is_stale(text: Text, content: Content) -> bool:
    review = content.reviews.get(text.key)
    return text.sas is not None and review is not None and review.state(text.id, text.sas) == "stale"


def _missing(missing: list[Text]) -> Iterator[str]:
    by_file: defaultdict[str, list[Text]] = defaultdict(list)
    for text in missing:
        by_file[text.file].append(text)
    for file, its in sorted(by_file.items()):
        yield f"\n{file}: {len(its)} texts without Sasak"
        for text in its:
            yield f"  {text.place}: {text.id[:70]}{'…' if len(text.id) > 70 else ''}"


def _strange(content: Content, known: frozenset[str]) -> Iterator[str]:
    places: defaultdict[str, list[str]] = defaultdict(list)
    for text in content.texts:
        if text.sas is not None:
            for word in strange_words(text, known):
                places[word].append(text.key)
    yield f"\n{len(places)} words outside glossary, loan list and names:"
    for word, where in sorted(places.items(), key=lambda item: (-len(item[1]), item[0])):
        counted = Counter(key.partition(":")[0] for key in where)
        yield f"  {word}: " + ", ".join(f"{file} {times}" for file, times in counted.most_common(3))


def _words(pair: tuple[str, str | None], known: frozenset[str]) -> list[str]:
    indonesian, sasak = pair
    if not sasak:
        return []
    return strange_words(Text("locales", "", indonesian, sasak, False), known | frozenset(words_of(indonesian)))
