"""The state chart, drawn from what the machine does when it is walked: Mermaid and SVG."""

from __future__ import annotations

import math
from html import escape

from bot.conversation.flows import FLOWS
from bot.conversation.walk import Survey

# Drawn from everywhere, these would hide everything else.
_EVERYWHERE = frozenset({"menu", "help", "back", "nonsense", "words", "question", "story", "old-button"})
_BOX_W, _BOX_H, _GAP_X, _GAP_Y, _HEAD = 150, 30, 46, 16, 40


def arrows(found: Survey) -> dict[tuple[str, str], list[str]]:
    """From state, to state: by which choices. Ways that lead from everywhere are left out."""
    drawn: dict[tuple[str, str], set[str]] = {}
    for source, by, target in found.edges:
        key = by.strip("[]")
        if key in _EVERYWHERE or source == target:
            continue
        drawn.setdefault((source, target), set()).add(key)
    return {pair: sorted(keys) for pair, keys in sorted(drawn.items())}


def _label(keys: list[str]) -> str:
    shown = [key for key in keys if len(key) <= 14][:3]
    return ", ".join(shown) + (" …" if len(keys) > len(shown) else "")


def mermaid(found: Survey) -> str:
    """The chart for tools that draw Mermaid. Menu, back and help lead out of every state and are not drawn."""
    rows = ["stateDiagram-v2", "    [*] --> welcome"]
    for flow, states in FLOWS.items():
        rows.append(f"    state {flow}_flow {{")
        rows += [f"        {_id(state.NAME)}: {state.NAME}" for state in states]
        rows.append("    }")
    for (source, target), keys in arrows(found).items():
        begin = "[*]" if source == "start" else _id(source)
        rows.append(
            f"    {begin} --> {_id(target)}: {_label(keys)}" if _label(keys) else f"    {begin} --> {_id(target)}"
        )
    return "\n".join(rows) + "\n"


def _id(name: str) -> str:
    return name.replace("-", "_")


def svg(found: Survey) -> str:
    """One picture: a column a flow, a box a state; arrows between them, those of danger in red."""
    at: dict[str, tuple[int, int]] = {}
    for column, states in enumerate(FLOWS.values()):
        for row, state in enumerate(states):
            at[state.NAME] = (20 + column * (_BOX_W + _GAP_X), _HEAD + row * (_BOX_H + _GAP_Y))
    width = 20 + len(FLOWS) * (_BOX_W + _GAP_X)
    height = _HEAD + max(len(states) for states in FLOWS.values()) * (_BOX_H + _GAP_Y) + 30
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">',
        "<title>Bekal: states of the conversation</title>",
        f'<rect width="{width}" height="{height}" fill="#fffdf7"/>',
        '<defs><marker id="tip" markerWidth="8" markerHeight="8" refX="7" refY="4" orient="auto">'
        '<path d="M0 0 L8 4 L0 8 z" fill="#777"/></marker></defs>',
    ]
    for (source, target), keys in arrows(found).items():
        if source in at and target in at:
            parts.append(_arrow(at[source], at[target], target, _label(keys)))
    for column, flow in enumerate(FLOWS):
        parts.append(f'<text x="{20 + column * (_BOX_W + _GAP_X)}" y="24" font-weight="bold">{escape(flow)}</text>')
    for name, (x, y) in at.items():
        parts.append(f'<rect x="{x}" y="{y}" width="{_BOX_W}" height="{_BOX_H}" rx="6" fill="#fff" stroke="#2b5d4a"/>')
        parts.append(f'<text x="{x + _BOX_W / 2}" y="{y + 19}" text-anchor="middle">{escape(name)}</text>')
    foot = "Menu, back and help lead out of every state; words of danger lead to the help card from every state."
    parts.append(f'<text x="20" y="{height - 10}" fill="#555">{foot}</text></svg>')
    return "\n".join(parts) + "\n"


def _arrow(source: tuple[int, int], target: tuple[int, int], name: str, words: str) -> str:
    (x1, y1), (x2, y2) = source, target
    colour = "#b3261e" if name in ("help-card", "family-card") else "#9a9a9a"
    if x1 == x2:
        side = x1 + _BOX_W
        bend = side + 14 + min(26, abs(y2 - y1) / 8)
        a, b = y1 + _BOX_H * 0.6, y2 + _BOX_H * 0.4
        path = f"M{side} {a} C{bend:.0f} {a} {bend:.0f} {b} {side} {b}"
    else:
        right = x2 > x1
        begin = (x1 + (_BOX_W if right else 0), y1 + _BOX_H / 2)
        end = (x2 + (0 if right else _BOX_W), y2 + _BOX_H / 2)
        pull = math.copysign(30, x2 - x1)
        path = f"M{begin[0]} {begin[1]} C{begin[0] + pull} {begin[1]} {end[0] - pull} {end[1]} {end[0]} {end[1]}"
    title = f"<title>{escape(words)}</title>" if words else ""
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1" marker-end="url(#tip)">{title}</path>'
