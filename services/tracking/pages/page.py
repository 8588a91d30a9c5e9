"""What the public page says: a sentence first, the two promises, the one thing to do, the timeline, help. Nothing about who."""

import base64
import hashlib
from collections.abc import Callable
from datetime import date
from html import escape

from services.foundation.codes import group_code

from ..queries import Journey
from ..words import EVENTS, LABELS, NOTHING_TO_DO, STAGES, TO_DO, day, moment, said
from .style import MARK, STYLE

_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = (f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
OfficeName = Callable[[str], str]


def journey(found: Journey, language: str, office: OfficeName) -> str:
    """The page of a dossier."""
    def label(key: str) -> str:
        return escape(said(LABELS[key], language))

    to_do = escape(said(TO_DO.get(found.stage, NOTHING_TO_DO), language))
    promises = ""
    if not found.closed:
        promises = _promise(label("due"), found.due, _decision(found), language)
        if found.transit_due:
            promises = _promise(label("transit"), found.transit_due, "late" if found.transit_late else "holds", language) + promises
    lines = "".join(
        f"<li>{escape(said(EVENTS[entry.event], language))}"
        f"<span>{escape(' · '.join(filter(None, (office(entry.office_code), moment(entry.occurred, language)))))}</span></li>"
        for entry in found.entries)
    ask = escape(said(LABELS["ask"], language).format(office=office(found.office_code)))
    return _whole(language, f"/t/{found.tracking_code}", escape(said(STAGES[found.stage], language)), (
        f"<dl><dt>{label('code')}</dt><dd class=code>{group_code(found.tracking_code)}</dd>{promises}</dl>"
        f"<p class=todo>{to_do}</p><h2>{label('timeline')}</h2><ol>{lines}</ol>"
        f"<h2>{label('help')}</h2><p>{ask}</p><p>{label('complain')}</p>"
        f"<p>{label('as_of')} {escape(moment(found.as_of, language))}</p>"))


def notice(kind: str, language: str, path: str) -> str:
    """The page for the start, an unknown or a mistyped code: the same shape."""
    more = escape(said(LABELS[f"{kind}_more"], language))
    return _whole(language, path, escape(said(LABELS[kind], language)), f"<p>{more}</p>")


def _decision(found: Journey) -> str:
    if not found.due_is_promised:
        return "expected"
    return "late" if found.decision_late else "holds"


def _promise(label: str, iso: str, word: str, language: str) -> str:
    if not iso:
        return f"<dt>{label}</dt><dd>{escape(said(LABELS['none'], language))}</dd>"
    mark, look = {"late": ("✕", "bad"), "holds": ("✓", "ok"), "expected": ("≈", "soft")}[word]
    return (f"<dt>{label}</dt><dd>{escape(day(date.fromisoformat(iso), language))} "
            f"<span class={look}>{mark} {escape(said(LABELS[word], language))}</span></dd>")


def _whole(language: str, path: str, sentence: str, body: str) -> str:
    other = "en" if language == "vi" else "vi"
    title, never = (escape(said(LABELS[key], language)) for key in ("title", "never"))
    return (
        f"<!doctype html><html lang={language}><head><meta charset=utf-8><title>{title}</title>"
        f'<meta name=viewport content="width=device-width,initial-scale=1"><meta name=robots content=noindex>'
        f"<style>{STYLE}</style></head><body><header><p>{MARK} {title}</p>"
        f'<a href="{escape(path)}?lang={other}" hreflang={other} lang={other}>{said(LABELS["other"], language)}</a></header>'
        f"<main><h1>{sentence}</h1>{body}</main><footer><p>{never}</p></footer></body></html>")
