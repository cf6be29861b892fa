"""The pages' own scripts, styles and pictures."""

from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from keypost.errors import NotFound
from keypost.web.headers import ASSET_POLICY

FRESH: Final = "no-cache"
"""Kept by browsers, but asked for again each time: after an upgrade no page runs with yesterday's script."""

_files: Final = StaticFiles(directory=Path(__file__).parent / "static")


async def serve(request: Request) -> Response:
    try:
        response = await _files.get_response(request.path_params["file"], request.scope)
    except HTTPException as error:
        raise NotFound("url_not_found", "There is nothing at this address.") from error
    response.headers["Cache-Control"] = FRESH
    response.headers["Content-Security-Policy"] = ASSET_POLICY
    return response
