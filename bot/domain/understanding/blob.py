"""A learnt model as bytes: named arrays and a plain header in MessagePack, never pickle."""

from collections.abc import Mapping
from typing import Any, Final, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

# Raised whenever the arrays or the header of a blob change their meaning: a blob of another form is refused.
FORM: Final = 6

_KINDS: Final = {
    "f4": np.float32,
    "f2": np.float16,
    "i1": np.int8,
    "u1": np.uint8,
    "i4": np.int32,
    "u2": np.uint16,
    "u4": np.uint32,
}


Header = TypeVar("Header", bound=msgspec.Struct)


class UnreadableBlobError(ValueError):
    """The bytes are no model of this form: learn again."""


class _Array(msgspec.Struct, frozen=True, array_like=True):
    kind: str
    shape: tuple[int, ...]
    data: bytes


class _Blob(msgspec.Struct, frozen=True):
    form: int
    header: msgspec.Raw
    arrays: dict[str, _Array]


def pack(header: msgspec.Struct, arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    """Return header and arrays as bytes; equal input gives equal bytes. KeyError for an array of another type."""
    names = {np.dtype(kind): code for code, kind in _KINDS.items()}
    packed = {
        name: _Array(names[array.dtype], array.shape, np.ascontiguousarray(array).tobytes())
        for name, array in sorted(arrays.items())
    }
    return msgspec.msgpack.encode(_Blob(FORM, msgspec.Raw(msgspec.msgpack.encode(header)), packed))


def unpack(blob: bytes, header: type[Header]) -> tuple[Header, dict[str, npt.NDArray[Any]]]:
    """Return the header and the arrays (read-only views of the blob); UnreadableBlobError if it is no such blob."""
    try:
        whole = msgspec.msgpack.decode(blob, type=_Blob)
        if whole.form != FORM:
            raise ValueError(f"it has form {whole.form}, this engine reads form {FORM}")  # noqa: TRY301 - one message for all
        arrays: dict[str, npt.NDArray[Any]] = {
            name: np.frombuffer(array.data, dtype=_KINDS[array.kind]).reshape(array.shape)
            for name, array in whole.arrays.items()
        }
        return msgspec.msgpack.decode(whole.header, type=header), arrays
    except (msgspec.DecodeError, KeyError, ValueError) as error:
        raise UnreadableBlobError(f"this is no learnt model: {error}") from error
