"""What stands before the root of an XML file: its encoding, and entities, which must be few and plain.

An entity inside an entity, or one that is fetched, is refused: a few lines of them expand to gigabytes. What
OWL tools write (a short IRI for each namespace) passes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import BinaryIO

from trialweave.errors import LoadError
from trialweave.loaders.decoding import declared_encoding, utf8_chunks

_LONGEST_PROLOG = 1 << 20
_LONGEST_ENTITY = 1000
_OPENS = b"<!ENTITY"
_UNBOUND = (
    "the file declares XML entities that refer to others, are fetched, are long, or come late, and may "
    "expand without bound; save it anew from an OWL editor"
)

_DECLARATION = re.compile(rb"\s*<\?xml\s[^>]*\?>")
_ROOT_TAG = re.compile(r"(?:\s*<\?.*?\?>)*\s*(<[A-Za-z_][^<>]*>)", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_DOCTYPE = re.compile(
    r"""<!DOCTYPE\s+[^\[>]*(?:\[(?:<!--.*?-->|"[^"]*"|'[^']*'|[^\]"'<]|<(?!!--))*+\]\s*)?>""", re.DOTALL
)
_ENTITY = re.compile(
    r"""<!ENTITY\s+(?:(?P<name>[\w.-]+)\s+(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)')\s*>)?"""
)


def root(head: str) -> str | None:
    """The first tag of XML that begins with `head`, or None where it is no XML or the tag comes later.

    >>> root("<?xml version='1.0'?><!-- a --><!DOCTYPE r [<!ENTITY o 'x>'>]><rdf:RDF a='1'><b/>")
    "<rdf:RDF a='1'>"
    """
    if not head.startswith("<"):
        return None
    bare = _DOCTYPE.sub("", _COMMENT.sub("", head), count=1)
    found = _ROOT_TAG.match(bare)
    return found[1] if found else None


def as_utf8(data: BinaryIO) -> BinaryIO:
    """The same XML in UTF-8, as a file at its beginning: `data` itself, where it is in UTF-8 already.

    Raises LoadError where the encoding that it declares is unknown or not kept.
    """
    data.seek(0)
    head = data.read(4096)
    data.seek(0)
    declared = re.search(rb"encoding\s*=\s*[\"']([^\"']*)", (_DECLARATION.match(head) or [b""])[0])
    if declared_encoding(head) is None and (declared is None or declared[1].lower() == b"utf-8"):
        return data
    recoded = io.BytesIO()
    for chunk in utf8_chunks(data):
        recoded.write(chunk.data if chunk.offset else _DECLARATION.sub(b"", chunk.data, count=1))
    recoded.seek(0)
    return recoded


def entities(data: BinaryIO) -> Mapping[str, str]:
    """The entities that an XML file in UTF-8 declares, by name; the file is read through, and rewound.

    Raises LoadError for one that is nested, long, or stands elsewhere. Comments are not told apart: what
    looks like a declaration is held to the same.

    >>> dict(entities(io.BytesIO(b'<!DOCTYPE r [<!ENTITY obo "http://purl.obolibrary.org/obo/">]><r/>')))
    {'obo': 'http://purl.obolibrary.org/obo/'}
    """
    data.seek(0)
    head = data.read(_LONGEST_PROLOG)
    found = {}
    for entity in _ENTITY.finditer(head.decode("utf-8", errors="replace")):
        value = entity["double"] if entity["double"] is not None else entity["single"]
        if value is None or len(value) > _LONGEST_ENTITY or re.search(r"&[^#]|%\w+;|<", value):
            raise LoadError(_UNBOUND)
        found[entity["name"]] = value
    border = head[-len(_OPENS) :]
    while chunk := data.read(_LONGEST_PROLOG):
        if _OPENS in border + chunk:
            raise LoadError(_UNBOUND)
        border = chunk[-len(_OPENS) :]
    data.seek(0)
    return found


def expanded(text: str, known: Mapping[str, str]) -> str:
    """`text` without its DOCTYPE, its own entities replaced by what they stand for.

    >>> expanded('<!DOCTYPE r [<!ENTITY o "http://o/">]><r i="&o;1&amp;"/>', {"o": "http://o/"})
    '<r i="http://o/1&amp;"/>'
    """
    body = _DOCTYPE.sub("", text, count=1)
    return re.sub(r"&([\w.-]+);", lambda found: known.get(found[1], found[0]), body) if known else body


def text_of(data: BinaryIO) -> str:
    """The whole of a file in UTF-8 as text. Raises LoadError where it is not UTF-8."""
    data.seek(0)
    try:
        return data.read().decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise LoadError(f"byte {wrong.start} is not UTF-8; save it as UTF-8") from wrong
