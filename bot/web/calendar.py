"""What stands at the address of the page after TUTUP: a plain calendar of the month, whoever looks."""

from __future__ import annotations

import calendar
from datetime import date

from bot.web.page import Page, made
from bot.web.words import SCRIPT

_CSS = (
    "body{margin:0;padding:24px 12px;text-align:center;font:17px/1.4 system-ui,sans-serif;background:#fff;color:#222}"
    "h1{font-size:22px}table{margin:0 auto;border-collapse:collapse}th,td{width:40px;height:40px;font-weight:400}"
    "th,a{color:#595959}th{font-size:14px}.today{border-radius:20px;background:#222;color:#fff}"
    "a{display:inline-block;margin-top:18px;padding:12px 16px}"
)


def calendar_page(today: date) -> Page:
    """As leave.js draws it at once; this is for whoever loads the page again."""
    weeks = calendar.Calendar(firstweekday=6).monthdayscalendar(today.year, today.month)
    head = "".join(f'<th scope="col">{name[:3]}</th>' for name in SCRIPT["days"])
    rows = "".join(f"<tr>{''.join(_cell(day, today.day) for day in week)}</tr>" for week in weeks)
    month = f"{SCRIPT['months'][today.month - 1]} {today.year}"
    html = (
        '<!doctype html><html lang="id"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"<title>{SCRIPT['calendar']}</title><style>{_CSS}</style></head><body><main><h1>{month}</h1>"
        f'<table><tr>{head}</tr>{rows}</table><a href="/chat">{SCRIPT["back"]}</a></main></body></html>'
    )
    return made(html, _CSS)


def _cell(day: int, today: int) -> str:
    return f'<td class="today">{day}</td>' if day == today else f"<td>{day or ''}</td>"
