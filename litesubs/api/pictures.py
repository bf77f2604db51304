"""A creator's own picture: the file they choose, and the small square that their pages show."""

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response

from litesubs.api.deps import FROM_OUR_PAGES, CurrentActor
from litesubs.domain import pictures

router = APIRouter(include_in_schema=False)

ONE_AT_A_TIME = CapacityLimiter(1)  # a large picture takes much memory while it is read
FOR_GOOD = "public, max-age=31536000, immutable"


@router.post("/dashboard/picture", dependencies=[FROM_OUR_PAGES])
async def choose(request: Request, actor: CurrentActor) -> dict[str, str]:
    """Make a file the creator's picture; the body is the file. Answers with its address."""
    actor.require_creator()
    data = bytearray()
    async for part in request.stream():
        data += part
        if len(data) > pictures.MOST_BYTES:  # enough to be refused
            break
    address = await to_thread.run_sync(pictures.put, actor, bytes(data), limiter=ONE_AT_A_TIME)
    return {"picture": address}


@router.api_route("/pictures/{digest}.webp", methods=["GET", "HEAD"])
def show(digest: str) -> Response:
    """A picture, which never changes at its address."""
    return Response(pictures.webp(digest), media_type="image/webp", headers={"cache-control": FOR_GOOD})
