"""/dashboard/customers/import: customers with opening balances, from a file."""

from typing import Any

import reflex as rx
from reflex.vars import ObjectVar

from litesubs.components.badges import badge
from litesubs.components.buttons import button, link_button
from litesubs.components.layout import action_row, muted, stack
from litesubs.components.navigation import page_header
from litesubs.components.overlays import dialog
from litesubs.components.people import fate, quiet, refusal_list, terms
from litesubs.components.pickers import file_field
from litesubs.components.surfaces import (
    card,
    card_header,
    empty_state,
    failed_state,
    note,
    skeleton_rows,
    stat,
    stat_strip,
)
from litesubs.components.tables import Column, cell, row, table, two_lines
from litesubs.components.values import grouped, plural
from litesubs.domain.views.customers import ImportRow, ImportView, RefusalView
from litesubs.pages.desk import desk_page
from litesubs.state.customer_import import CustomerImportState as State

ONE_ACT = 1_000
ROWS = [
    Column("Line", right=True),
    Column("Customer"),
    Column("Pack"),
    Column("Credits", right=True),
    Column("Expires"),
    Column("What happens"),
]
FILES = [
    Column("File"),
    Column("Imported"),
    Column("Rows", right=True),
    Column("Credits", right=True),
    Column("Undo", hidden=True),
]
COLUMN_WORDS = [
    ("name", "what you call them"),
    ("email", "where the credits belong"),
    ("pack", "the name of one of your packs"),
    ("credits", "what they have left, a whole number"),
    ("expires", "the last day as 2027-03-31, or empty for never"),
]


def page() -> rx.Component:
    """Choose a file, see each row's fate, import it; and the files before it."""
    return desk_page(
        page_header(
            "Import customers",
            "People who hold credits with you already, with what they have left. Nobody gets a mail.",
        ),
        stack(
            rx.match(
                State.stage,
                ("done", _done()),
                rx.fragment(_choose(), rx.cond(State.plan.total > 0, _plan(), rx.fragment())),
            ),
            _earlier(),
            gap="lg",
        ),
        _undo_dialog(),
        section="customers",
        title="Import",
        trail=[("Customers", "/dashboard/customers")],
    )


def _choose() -> rx.Component:
    working = (State.stage == "checking") | (State.stage == "importing")
    return card(
        stack(
            file_field(
                "CSV file",
                "file",
                accept=".csv,text/csv",
                hint="Up to 10 MB, UTF-8. Nothing is written before you have seen what would happen.",
                error=State.problem,
                on_change=State.check,
                disabled=working,
            ),
            rx.cond(State.plan.total > 0, rx.fragment(), _columns()),
        )
    )


def _columns() -> rx.Component:
    sample = link_button(
        "Download a sample", href="/dashboard/import-sample.csv", size="sm", leading="download", download=True
    )
    return stack(terms("The first line names the columns:", COLUMN_WORDS), rx.el.div(sample))


def _plan() -> rx.Component:
    plan: Any = State.plan
    wrong = note(
        rx.cond(
            plan.errors == 1,
            "1 row cannot be imported, so nothing is. Correct it in your file, then choose the file again.",
            f"{grouped(plan.errors)} rows cannot be imported, so nothing is. "
            "Correct them in your file, then choose the file again.",
        ),
        tone="danger",
    )
    nothing = note("Everything in this file was imported before. There is nothing to do.", tone="success")
    go = button(
        State.verb,
        on_click=State.run,
        variant="primary",
        loading=State.stage == "importing",
        disabled=~plan.ready,
    )
    shown = rx.cond(
        plan.total > plan.rows.length(),
        muted(f"The first {plan.rows.length()} of {grouped(plan.total)} rows, those with errors first."),
        rx.fragment(),
    )
    return stack(
        stat_strip(
            stat("New customers", grouped(plan.new_customers)),
            stat("For known customers", grouped(plan.more), plural(plan.more, "row", "rows")),
            stat("Imported before", grouped(plan.before), "left as they are"),
            stat("Credits", grouped(plan.credits), "in all"),
        ),
        rx.cond(plan.errors > 0, wrong, rx.cond(plan.ready, rx.fragment(), nothing)),
        rx.cond(plan.ignored != "", note(plan.ignored), rx.fragment()),
        rx.cond(plan.ready, action_row(go, button("Choose another file", on_click=State.start_over)), rx.fragment()),
        card(table(ROWS, plan.rows, _line, label="Rows of the file, errors first"), padded=False),
        shown,
    )


def _line(line: ObjectVar[ImportRow]) -> rx.Component:
    row_: Any = line
    return row(
        cell(quiet(row_.line), place="away", right=True),
        cell(two_lines(rx.cond(row_.name != "", row_.name, "No name"), row_.email), place="name"),
        cell(row_.pack, place="away"),
        cell(row_.credits, place="number", right=True),
        cell(row_.expires, place="away"),
        cell(fate(row_.kind, row_.fate, row_.line), place="below"),
    )


def _done() -> rx.Component:
    done: Any = State.done
    words = f"{grouped(done.credits)} {plural(done.credits, 'credit', 'credits')}"
    return card(
        stack(
            note(f"{done.file_name} is imported: {words}.", tone="success"),
            action_row(
                link_button("See your customers", href="/dashboard/customers", in_app=True, variant="primary"),
                button("Undo", on_click=State.ask_undo(done.id), leading="undo-2"),
                button("Import another file", on_click=State.start_over, variant="ghost"),
            ),
        )
    )


def _earlier() -> rx.Component:
    listed = rx.cond(
        rx.Var.create(State.earlier).length() > 0,
        table(FILES, rx.Var.create(State.earlier), _file, label="Files imported before"),
        empty_state("No imports yet", "What you import is listed here, and can be undone."),
    )
    return rx.match(
        State.earlier_stage,
        ("shown", card(card_header("Imported before"), listed, padded=False)),
        ("failed", failed_state("Your imports", State.load)),
        card(skeleton_rows(2), padded=False),
    )


def _file(file: ObjectVar[ImportView]) -> rx.Component:
    one: Any = file
    undo = button(
        "Undo",
        on_click=State.ask_undo(one.id),
        size="sm",
        variant="ghost",
        leading="undo-2",
        custom_attrs={"aria-label": f"Undo the import of {one.file_name}"},
    )
    return row(
        cell(rx.el.span(one.file_name), place="name"),
        cell(quiet(one.at), place="left"),
        cell(grouped(one.rows), place="away", right=True),
        cell(grouped(one.credits), place="number", right=True),
        cell(
            rx.cond(one.undone == "", undo, rx.el.span(badge("Undone", "undo-2"), title=one.undone)),
            place="right",
            right=True,
        ),
    )


def _undo_dialog() -> rx.Component:
    def line(refusal: ObjectVar[RefusalView]) -> rx.Component:
        return rx.el.span(refusal.sentence)

    refused = rx.Var.create(State.refused) != ""
    return dialog(
        rx.el.p(
            "Every credit of this file leaves the wallets again: all of them, or none where some were used already. "
            "The customers stay in your list."
        ),
        rx.cond(refused, refusal_list(State.refused, rx.Var.create(State.refusals), line), rx.fragment()),
        open_=rx.Var.create(State.undoing.id) != "",
        on_close=State.close,
        title=f"Undo the import of {State.undoing.file_name}",
        name="undo",
        footer=[
            button("Keep", on_click=State.close),
            button("Undo import", on_click=State.undo.throttle(ONE_ACT), variant="danger", disabled=refused),
        ],
    )
