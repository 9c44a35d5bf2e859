"""A landed text file as pieces of whole lines, in UTF-8, and these as lines of Arrow."""

import codecs
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from techco.contract.validation import limits
from techco.contract.validation.findings import Unusable, printable

COMPRESSIONS = {".gz": "gzip", ".zst": "zstd"}


class TextFile:
    """A text file, read once. What is said of a line that is no text needs its number: then it is read once more."""

    def __init__(self, path: Path, encoding: str):
        self.path, self.encoding = path, encoding

    def pieces(self) -> Iterator[bytes]:
        """Yield the text in pieces of about 256 KiB; raises Unusable at what is no text.

        Without byte order mark and carriage returns before newlines. Nothing is decoded that is UTF-8 already: most of
        it is looked at no further, and in this way other threads work meanwhile.
        """
        offset = 0
        for piece in self.whole_lines():
            if not is_utf8(piece):
                offset += beginning_in_utf8(piece)
                raise not_text(self.encoding, offset, self.line_at(offset))
            if b"\0" in piece:
                found = f"a NUL byte in line {self.line_at(offset + piece.index(0))}"
                raise Unusable("nul_byte", "text", found, "Have the sender remove it, and land the file again")
            text = piece if offset else piece.removeprefix(codecs.BOM_UTF8)
            if text:
                yield text.replace(b"\r\n", b"\n") if b"\r" in text else text
            offset += len(piece)

    def whole_lines(self) -> Iterator[bytes]:
        """Yield pieces that end with a newline; raises Unusable where a line is longer than the build can read."""
        offset, begun, length = 0, [], 0
        for chunk in self.chunks():
            end = chunk.rfind(b"\n") + 1
            if length + (chunk.index(b"\n") if end else len(chunk)) > limits.MAX_LINE_BYTES:
                raise Unusable(
                    "line_too_long",
                    f"lines of at most {limits.MAX_LINE_BYTES >> 20} MiB",
                    f"a longer one, line {self.line_at(offset)}",
                    "Have the sender end each record with a newline",
                )
            begun.append(chunk[:end] if end else chunk)
            length += len(begun[-1])
            if end:
                yield b"".join(begun)
                offset, begun, length = offset + length, [chunk[end:]], len(chunk) - end
        if length:
            yield b"".join([*begun, b"\n"])

    def chunks(self) -> Iterator[bytes]:
        """Yield the file in UTF-8, decompressed; what is said to be UTF-8 as it is."""
        if self.encoding == "utf-8":
            yield from byte_chunks(self.path)
            return
        decoder = codecs.getincrementaldecoder(self.encoding)()
        offset, line = 0, 1
        for data in byte_chunks(self.path):
            waiting = len(decoder.getstate()[0])
            try:
                text = decoder.decode(data, final=not data)
            except UnicodeError as error:
                start = getattr(error, "start", 0)
                line += data[: max(0, start - waiting)].count(b"\n")
                raise not_text(self.encoding, offset - waiting + start, line) from error
            yield text.encode()
            offset += len(data)
            line += text.count("\n")

    def line_at(self, offset: int) -> int:
        """The line in which a byte stands."""
        line = 1
        for chunk in self.chunks():
            line += chunk[: max(0, offset)].count(b"\n")
            offset -= len(chunk)
            if offset < 0:
                break
        return line


def is_utf8(data: bytes) -> bool:
    """Whether bytes are UTF-8. Arrow looks at a gigabyte of them in 0.06 s, which decoding takes ten times as long."""
    ends = pa.py_buffer(np.array([0, len(data)], np.int64))
    try:
        pa.LargeStringArray.from_buffers(1, ends, pa.py_buffer(data)).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def beginning_in_utf8(data: bytes) -> int:
    """How many bytes at the beginning are UTF-8."""
    try:
        data.decode()
        return len(data)
    except UnicodeDecodeError as error:
        return error.start


def not_text(encoding: str, offset: int, line: int) -> Unusable:
    """What to say of bytes that are not in the encoding."""
    name = {"utf-8": "UTF-8"}.get(encoding, encoding)
    return Unusable(
        "invalid_utf8" if name == "UTF-8" else "invalid_encoding",
        f"text in {name}",
        f"bytes that are none, at byte {offset:,} in line {line}",
        f"Have the sender write {name}, and land the file again",
    )


def byte_chunks(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a file, decompressed, and then b"" once; raises Unusable where it cannot be read."""
    compression = COMPRESSIONS.get(path.suffix)
    try:
        with open(path, "rb", buffering=0) as raw:
            if compression == "gzip" and not path.stat().st_size:
                raise OSError("it has 0 bytes")
            stream = pa.CompressedInputStream(raw, compression) if compression else raw
            while data := stream.read(limits.CHUNK_BYTES):
                yield data
    except OSError as error:
        raise Unusable(
            "unreadable",
            f"a whole {compression} file" if compression else "a readable file",
            f"one that cannot be read ({printable(str(error))})",
            "Land the file again; write under a name that begins with . and rename when whole",
        ) from error
    yield b""


def lines_of(piece: bytes) -> pa.LargeStringArray:
    """The lines of a piece, each with its newline."""
    ends = np.flatnonzero(np.frombuffer(piece, np.uint8) == ord("\n")) + 1
    offsets = np.concatenate([[0], ends]).astype(np.int64)
    return pa.LargeStringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(piece))


def exhaust(pieces: Iterator[bytes]) -> None:
    """Read to the end, for the checks that reading makes."""
    for _ in pieces:
        pass
