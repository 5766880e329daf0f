"""Reads content/language/followups.yaml: what a short question after an answer leads to («berapa biayanya?»).

    light:  [saya, itu, ...]                       words that say nothing of their own in such a question
    kinds:  {cost: [berapa biaya, habis berapa]}   by which words a kind of question is known
    groups: {documents: {cost: total-cost}}        what a kind leads to after any topic of the group
    topics: {passport-apply: {cost: more 2}}       and after one topic, before what its group says

It leads to a topic by its id, to `family` (the topic's own text for the family), or to `more 2` (its second further text).
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.library.desk import Desk
from bot.library.model import FollowUps, Topic
from bot.library.reading import Node

FILE = "language/followups.yaml"
FAMILY = "family"


def follow_ups(desk: Desk, topics: Mapping[str, Topic], groups: frozenset[str]) -> FollowUps:
    """The table; empty where the file is not there. `groups`: the groups that faq_topics.yaml names."""
    if not (desk.folder / FILE).is_file():
        return FollowUps()
    top = desk.open(FILE, "kinds")
    if top.value is None:
        return FollowUps()
    top.known("light", "kinds", "groups", "topics")
    top.strings("light")
    kinds = {}
    for kind, node in top.entries("kinds"):
        kinds[kind] = top.child("kinds").strings(kind)
        if not any(phrase.strip() for phrase in kinds[kind]):
            node.fault("no words are given for this kind", "Write the words that such a question has, or take it out")
    by_group = {}
    for group, node in top.entries("groups"):
        if group not in groups:
            node.fault(f"{group!r} is no group", "Use a group of language/faq_topics.yaml")
        by_group[group] = _row(node, frozenset(kinds), topics)
    by_topic = {}
    for topic, node in top.entries("topics"):
        if topic not in topics:
            node.fault(f"there is no answer {topic!r}", "Use the id of a topic in content/faq/")
            continue
        by_topic[topic] = _row(node, frozenset(kinds), topics, topics[topic])
    return FollowUps(by_group, by_topic)


def _row(
    node: Node, kinds: frozenset[str], topics: Mapping[str, Topic], topic: Topic | None = None
) -> Mapping[str, str]:
    """One line of the table: kind -> where it leads. `topic` None: the line of a group."""
    found: dict[str, str] = {}
    for kind, _ in node.entries():
        leads = node.string(kind)
        if kind not in kinds:
            node.fault(f"there is no kind {kind!r}", f"Use one of: {', '.join(sorted(kinds))}", kind)
        elif (wrong := _wrong(leads, topics, topic)) is not None:
            node.fault(*wrong, kind)
        else:
            found[kind] = leads
    return found


def _wrong(leads: str, topics: Mapping[str, Topic], topic: Topic | None) -> tuple[str, str] | None:
    """What is wrong with an entry, and the remedy."""
    part = FollowUps.part_of(leads)
    if part is None and leads != FAMILY:
        if leads not in topics:
            return f"there is no answer {leads!r}", "Use a topic's id, family, or more 1 … more 9"
        if topic is not None and leads == topic.id:
            return "leads to itself", "Take it out, or name a part of it: more 1"
        return None
    if topic is None:
        return "a group has no texts of its own", "Name a topic here; write family or more 1 under topics"
    if part is None and topic.family is None:
        return f"{topic.id!r} has no text for the family", "Name another topic"
    if part is not None and part > len(topic.more):
        return f"{topic.id!r} has {len(topic.more)} further texts", "Name one that is there"
    return None
