"""A creator's own picture: the file they choose, and the small square that their pages show."""

import io

from anyio import CapacityLimiter, fail_after, to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response

from litesubs.api.deps import FROM_OUR_PAGES, READ, CurrentActor, is_longer
from litesubs.domain import pictures
from litesubs.domain.errors import DomainError

router = APIRouter(include_in_schema=False)

HELD_AT_ONCE = CapacityLimiter(8)  # files in memory, of 5 MB at most; who waits has sent next to nothing yet
ONE_AT_A_TIME = CapacityLimiter(1)  # a large picture takes much memory while it is decoded
SENT_WITHIN_SECONDS = 60
FOR_GOOD = "public, max-age=31536000, immutable"


class TooLargeError(DomainError):
    """This file is too large. Choose a smaller one."""

    status = 413
    code = "payload_too_large"


class TooSlowError(DomainError):
    """The file took too long to come. Choose a smaller one, or try again where the connection is better."""

    status = 408
    code = "request_timeout"


@router.post("/dashboard/picture", dependencies=[FROM_OUR_PAGES])
async def choose(request: Request, actor: CurrentActor) -> dict[str, str]:
    """Make a file the creator's picture; the body is the file. Answers with its address."""
    actor.require_creator()
    if is_longer(request, pictures.MOST_BYTES):
        raise TooLargeError(pictures.TOO_LARGE)
    pictures.count_file(actor)
    async with HELD_AT_ONCE:
        data = await _file(request)
        address = await to_thread.run_sync(pictures.put, actor, data, limiter=ONE_AT_A_TIME)
    return {"picture": address}


@router.api_route("/pictures/{digest}.webp", methods=READ)
def show(digest: str) -> Response:
    """A picture, which never changes at its address."""
    return Response(pictures.webp(digest), media_type="image/webp", headers={"cache-control": FOR_GOOD})


async def _file(request: Request) -> bytes:
    """The body, which is in memory once. TooLargeError as soon as too much has come, TooSlowError after a minute."""
    file = io.BytesIO()
    try:
        with fail_after(SENT_WITHIN_SECONDS):
            async for part in request.stream():
                if file.tell() + len(part) > pictures.MOST_BYTES:
                    raise TooLargeError(pictures.TOO_LARGE)
                file.write(part)
    except TimeoutError:
        raise TooSlowError from None
    return file.getvalue()  # without a copy, since nothing else holds it
