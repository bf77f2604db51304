"""Badges: always an icon and a word, never colour alone."""

import reflex as rx

from litesubs.components.icons import icon
from litesubs.components.values import Flag, Text, Tone, joined

BASE = (
    "inline-flex h-[22px] shrink-0 items-center gap-[5px] rounded-full px-2 text-xs font-medium "
    "whitespace-nowrap [&>svg]:size-3"
)
TONES: dict[Tone, str] = {
    "neutral": "bg-sunken text-muted",
    "accent": "bg-accent-soft text-accent",
    "success": "bg-success-soft text-success",
    "warning": "bg-warning-soft text-warning",
    "danger": "bg-danger-soft text-danger",
}


def badge(words: Text, icon_name: str, tone: Tone = "neutral") -> rx.Component:
    """A small state with its icon."""
    return rx.el.span(icon(icon_name, "s", weight=2.25), words, class_name=joined(BASE, TONES[tone]))


def status_badge(status: Text) -> rx.Component:
    """How a subscription stands: active, paused or disabled."""
    return rx.match(
        status,
        ("active", badge("Active", "check", "success")),
        ("paused", badge("Paused", "pause", "warning")),
        ("disabled", badge("Disabled", "ban")),
        rx.fragment(),
    )


def test_badge() -> rx.Component:
    """That a customer is a test customer, in no figure."""
    return badge("Test", "flask-conical", "accent")


def link_badge(state: Text) -> rx.Component:
    """Why a share link does not sell: off_sale (its pack is), used_up, expired or revoked. An open one says nothing."""
    return rx.match(
        state,
        ("off_sale", badge("Pack off sale", "ban")),
        ("used_up", badge("Used up", "circle-slash")),
        ("expired", badge("Expired", "calendar-x", "danger")),
        ("revoked", badge("Revoked", "ban")),
        rx.fragment(),
    )


def key_badge(state: Text) -> rx.Component:
    """Why an API key works no more, or not for long: ending, replaced, expired or revoked. Others say nothing."""
    return rx.match(
        state,
        ("ending", badge("Ending", "clock-alert", "warning")),
        ("replaced", badge("Replaced", "ban")),
        ("expired", badge("Expired", "calendar-x", "danger")),
        ("revoked", badge("Revoked", "ban")),
        rx.fragment(),
    )


def expiry_words(words: Text, *, soon: Flag = False) -> rx.Component:
    """When credits expire, for tables: only what needs attention is a badge."""
    plain = rx.el.span(rx.Var.create(words).to(str).replace("Until ", ""), class_name="tabular-nums")
    return rx.match(
        words,
        ("", rx.fragment()),
        ("Never expires", rx.el.span("Never")),
        ("None left", rx.el.span("None left", class_name="text-subtle")),
        ("Expired", badge("Expired", "calendar-x", "danger")),
        rx.cond(soon, badge(words, "clock-alert", "warning"), plain),
    )


def expiry_chip(words: Text, *, soon: Flag = False) -> rx.Component:
    """When credits expire, in the words of a view: a calm date, a warning within 30 days, danger once expired."""
    calm = badge(words, "calendar")
    never = rx.el.span("Never expires", class_name=joined(BASE, "text-muted shadow-[inset_0_0_0_1px_var(--border)]"))
    return rx.match(
        words,
        ("", never),
        ("Never expires", never),
        ("Expired", badge("Expired", "calendar-x", "danger")),
        rx.cond(soon, badge(words, "clock-alert", "warning"), calm),
    )
