"""The bytes of a landed text file as pieces of text and as lines."""

import codecs
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from techco.contract.validation import limits
from techco.contract.validation.findings import Unusable, printable

COMPRESSIONS = {".gz": "gzip", ".zst": "zstd"}


def exhaust(chunks: Iterator[str]) -> None:
    """Read to the end, for the checks that reading makes."""
    for _ in chunks:
        pass


def text_chunks(path: Path, encoding: str) -> Iterator[str]:
    """Yield a text file in pieces of about 1 MiB, without byte order mark; raises Unusable at what is no text."""
    decoder = codecs.getincrementaldecoder(encoding)()
    offset, line, line_bytes = 0, 1, 0
    for data in byte_chunks(path):
        waiting = len(decoder.getstate()[0])
        try:
            text = decoder.decode(data, final=not data)
        except UnicodeError as error:
            start = getattr(error, "start", 0)
            line += data[: max(0, start - waiting)].count(b"\n")
            raise not_text(encoding, offset - waiting + start, line) from error
        if "\0" in text:
            line += text[: text.index("\0")].count("\n")
            raise Unusable(
                "nul_byte", "text", f"a NUL byte in line {line}", "Have the sender remove it, and land the file again"
            )
        line_bytes = longest_open_line(data, line_bytes, line)
        yield text if offset else text.removeprefix("\ufeff")
        offset += len(data)
        line += text.count("\n")


def longest_open_line(data: bytes, open_bytes: int, line: int) -> int:
    """Bytes of the line that is open after `data`; raises Unusable where a line is longer than the build can read."""
    end = data.find(b"\n")
    longest = open_bytes + (len(data) if end < 0 else end)
    if longest > limits.MAX_LINE_BYTES:
        raise Unusable(
            "line_too_long",
            f"lines of at most {limits.MAX_LINE_BYTES >> 20} MiB",
            f"a longer one, line {line}",
            "Have the sender end each record with a newline",
        )
    return longest if end < 0 else len(data) - data.rfind(b"\n") - 1


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


def line_blocks(chunks: Iterator[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield (number of the first line, lines without their ends) from pieces of text."""
    number, open_line = 1, []
    for chunk in chunks:
        whole, newline, rest = chunk.rpartition("\n")
        if not newline:
            open_line.append(chunk)
            continue
        lines = without_returns("".join([*open_line, whole]))
        open_line = [rest]
        yield number, lines
        number += len(lines)
    last = "".join(open_line)
    if last:
        yield number, without_returns(last)


def without_returns(text: str) -> list[str]:
    """The lines of a text; a carriage return before the newline is part of the newline."""
    lines = text.split("\n")
    return [line.removesuffix("\r") for line in lines] if "\r" in text else lines
