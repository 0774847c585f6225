"""Reading request bodies: JSON, or a multipart upload with `payload_json` and `files[n]`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import BodyPartReader

from sandbox.errors import fault

if TYPE_CHECKING:
    from aiohttp import web

_decode = msgspec.json.Decoder().decode
_FILE = re.compile(r"files\[(\d{1,9})\]")
FILE_LIMIT = 10 * 1024 * 1024  # Discord's docs, "Uploading files": 10 MiB for each file


@dataclass(slots=True)
class Upload:
    """One uploaded file; `spot` is the n of its part's name, `files[n]`."""

    spot: int
    filename: str
    content_type: str
    data: bytes


async def read_body(request: web.Request) -> tuple[Any, list[Upload], Any]:
    """Read a body; give the decoded payload (or the error that it deserves), the files, and the journal's view."""
    kind = request.content_type
    if kind == "multipart/form-data":
        return await _read_multipart(request)
    raw = await request.read()
    if not raw:
        return None, [], None
    try:
        body = _decode(raw)
    except msgspec.DecodeError:
        return fault(50109), [], raw.decode(errors="replace")
    return body, [], body


async def _read_multipart(request: web.Request) -> tuple[Any, list[Upload], Any]:
    try:
        return await _read_parts(request)
    except ValueError:  # no parts, or none that are well formed
        return fault(50109), [], None


async def _read_parts(request: web.Request) -> tuple[Any, list[Upload], Any]:
    payload: Any = {}
    files: list[Upload] = []
    too_large = False
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        name = part.name or ""
        data = bytes(await part.read())
        if name == "payload_json":
            try:
                payload = _decode(data)
            except msgspec.DecodeError:
                return fault(50109), [], data.decode(errors="replace")
        elif (spot := _FILE.fullmatch(name)) is not None:
            too_large = too_large or len(data) > FILE_LIMIT
            kind = part.headers.get("Content-Type", "application/octet-stream")
            files.append(Upload(int(spot[1]), part.filename or "unknown", kind, data))
    shown = {
        "payload_json": payload,
        "files": [
            {"spot": each.spot, "filename": each.filename, "size": len(each.data), "content_type": each.content_type}
            for each in files
        ],
    }
    return (fault(40005) if too_large else payload), files, shown
