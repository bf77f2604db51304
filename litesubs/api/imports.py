"""Files of customers that a creator brings along, and the one they can begin with."""

from datetime import timedelta

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response

from litesubs.api.deps import FROM_OUR_PAGES, CurrentActor
from litesubs.domain import clock, imports, opening, packs, sheets
from litesubs.domain.views.customers import ImportPlan, ImportView

router = APIRouter(include_in_schema=False)


@router.post("/dashboard/import", dependencies=[FROM_OUR_PAGES])
async def bring(request: Request, actor: CurrentActor, name: str = "", digest: str = "") -> ImportPlan | ImportView:
    """What importing the file would do; with the `digest` of what was checked, import it. The body is the file.

    Nothing of it is kept here in between: the browser has it and sends it twice.
    """
    actor.require_creator()
    data = bytearray()
    async for part in request.stream():
        data += part
        if len(data) > sheets.MOST_BYTES:  # enough to be refused
            break
    if digest:
        return await to_thread.run_sync(imports.run, actor, name, bytes(data), digest)
    return await to_thread.run_sync(imports.check, actor, name, bytes(data))


@router.get("/dashboard/import-sample.csv")
def sample(actor: CurrentActor) -> Response:
    """A file to begin with: the columns, and two people with a pack of the creator's."""
    pack = next((pack.name for pack in packs.mine(actor) if pack.status != "archived"), "10 sessions")
    next_year = (clock.now() + timedelta(days=365)).date().isoformat()
    rows = [
        list(opening.COLUMNS),
        ["Ada Quist", "ada@example.com", sheets.cell(pack), "7", next_year],
        ["Ben Ali", "ben@example.com", sheets.cell(pack), "3", ""],
    ]
    return Response(
        "".join(sheets.lines(rows)),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": 'attachment; filename="customers-sample.csv"', "cache-control": "no-store"},
    )
