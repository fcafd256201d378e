r"""The grammar of OBO's lines: stanzas, clauses, quoted text, escapes, qualifiers, comments.

After "OBO Flat File Format 1.4", sections 3 and 5. What 1.0 and 1.2 write otherwise is read too: synonyms
without scope or brackets, qualifiers without quotes, lines that a backslash continues. A comment begins at
white space and `!`, so that a `!` inside a name stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from trialweave.errors import LoadError
from trialweave.loaders.decoding import LONGEST_RECORD, Piece, utf8_text

_QUOTED = r'"(?:[^"\\]|\\.)*"'
_ID = r"(?:[^\s\\{!\"]|\\.)+"
_KEY = r'(?:[^\s"={},\\]|\\.)+'
_QUALIFIER = rf'{_KEY}\s*=\s*(?:{_QUOTED}|[^\s",{{}}]+)'
_XREFS = rf'(?:\s*\[(?:[^\]"\\]|\\.|{_QUOTED})*\])?'
_REST = rf"\s*(?:\{{\s*(?P<qualifiers>{_QUALIFIER}(?:\s*,\s*{_QUALIFIER})*)?\s*\}})?\s*(?:!.*)?"

_EACH_QUALIFIER = re.compile(rf'({_KEY})\s*=\s*({_QUOTED}|[^\s",{{}}]+)')
_ONLY_REST = re.compile(_REST)
_IDS = re.compile(rf"(?P<first>{_ID})(?:\s+(?P<second>{_ID}))?{_REST}")
_XREF = re.compile(rf"(?P<id>(?:[^\s\\]|\\.)+)(?:\s+{_QUOTED})?{_REST}")
_TEXT = re.compile(rf"(?P<text>{_QUOTED}){_XREFS}{_REST}")
_SYNONYM = re.compile(
    rf"(?P<text>{_QUOTED})(?:\s*(?P<scope>(?i:EXACT|NARROW|BROAD|RELATED))\b)?"
    rf"(?:\s*(?P<kind>[^\s\[\]{{}}!\"]+))?{_XREFS}{_REST}"
)
_PROPERTY = re.compile(rf"(?P<predicate>{_ID})\s+(?:(?P<text>{_QUOTED})(?:\s+{_ID})?|(?P<id>{_ID})){_REST}")
_OPENS = re.compile(r"\\.|\{|(?:^|(?<=\s))!")
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "t": "\t", "W": " "}
_CONTINUED = re.compile(r"(?<!\\)(?:\\\\)*\\$")
_STANZA = re.compile(rb"^[ \t]*\[", re.MULTILINE)
_NAME = re.compile(rb"[ \t]*\[[ \t]*(\w+)[ \t]*\][ \t]*(?:!.*)?\n?")


class Stanza(NamedTuple):
    r"""What stands from one `[…]` line to the next: `name` is the word in the brackets, None for the header.

    `line` is the number of its first line from 1; `data` its bytes, all lines ending in `\n`.
    """

    name: str | None
    line: int
    data: bytes


class Clause(NamedTuple):
    """One line of a stanza: its value as written."""

    line: int
    tag: str
    value: str


class Names(NamedTuple):
    """One or two identifiers, and the qualifiers in braces behind them."""

    first: str
    second: str | None
    qualifiers: dict[str, str]


class SynonymLine(NamedTuple):
    """A synonym as its line has it; `scope` in lower case."""

    text: str
    scope: str | None
    kind: str | None


class Property(NamedTuple):
    """A property's value: either a `text`, or the `id` of something."""

    predicate: str
    text: str | None
    id: str | None


def stanzas(chunks: Iterable[Piece]) -> Iterator[Stanza]:
    r"""The header, though it may be empty, and every stanza, in file order.

    Raises LoadError where a stanza has no end within bounds.

    >>> [each.name for each in stanzas([Piece(0, b"format-version: 1.2\r\n\r\n[Term]\r\nid: A:1")])]
    [None, 'Term']
    """
    line = 1
    held = bytearray()
    for chunk in chunks:
        held += chunk.data
        if len(held) > LONGEST_RECORD:
            raise LoadError(f"line {line}: a stanza of more than {LONGEST_RECORD:,} bytes begins here")
        if held.endswith(b"\r"):  # it may be the first half of \r\n
            continue
        text = bytes(held).replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in held else bytes(held)
        *whole, rest = _cut(text)
        for data in whole:
            yield _stanza(data, line)
            line += data.count(b"\n")
        held = bytearray(rest)
    for data in _cut(bytes(held).replace(b"\r\n", b"\n").replace(b"\r", b"\n")):
        yield _stanza(data, line)
        line += data.count(b"\n")


def _cut(text: bytes) -> list[bytes]:
    starts = [0, *(found.start() for found in _STANZA.finditer(text) if found.start())]
    return [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]


def _stanza(data: bytes, line: int) -> Stanza:
    found = _NAME.match(data)
    if found is None:
        return Stanza("" if data.lstrip().startswith(b"[") else None, line, data)
    return Stanza(found[1].decode("utf-8", errors="replace"), line, data)


def clauses(stanza: Stanza) -> Iterator[Clause]:
    """The clauses of a stanza; empty lines and comments are left out.

    Raises LoadError at a line that is none, and where the bytes are not UTF-8.

    >>> list(clauses(Stanza("Term", 7, b"[Term]\\nid: A:1\\n\\n! a note\\nname: a\\n")))
    [Clause(line=8, tag='id', value='A:1'), Clause(line=11, tag='name', value='a')]
    """
    texts = iter(enumerate(utf8_text(stanza.data).split("\n"), start=stanza.line))
    for number, text in texts:
        if stanza.name is not None and number == stanza.line:
            continue
        whole = text.strip()
        while whole.endswith("\\") and _CONTINUED.search(whole):
            whole = whole[:-1] + next(texts, (0, ""))[1].strip()
        if not whole or whole.startswith("!"):
            continue
        tag, colon, value = whole.partition(":")
        if not colon:
            raise LoadError(f"line {number}: {whole[:80]!r} is not of the form tag: value")
        yield Clause(number, tag.strip(), value.strip())


def unescaped(text: str) -> str:
    r"""`text` without its backslashes.

    >>> unescaped(r"N-\{4-phenyl\}\: a\Wb")
    'N-{4-phenyl}: a b'
    """
    return _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), text) if "\\" in text else text


def free_text(clause: Clause) -> str:
    """The value of a clause without quotes (a name), without qualifiers and comment.

    >>> free_text(Clause(1, "name", 'Surprise! {x="y"} ! a note'))
    'Surprise!'
    """
    value = clause.value
    if "{" in value or "!" in value:
        for found in _OPENS.finditer(value):
            if found[0] == "!" or (found[0] == "{" and _ONLY_REST.fullmatch(value, found.start())):
                value = value[: found.start()].rstrip()
                break
    return unescaped(value)


def names(clause: Clause) -> Names:
    """One identifier or two (`relationship`, `intersection_of`), with qualifiers.

    >>> names(Clause(1, "is_a", 'HP:0001507 {is_inferred="true"} ! Growth abnormality'))
    Names(first='HP:0001507', second=None, qualifiers={'is_inferred': 'true'})
    """
    first, second, qualifiers = _match(_IDS, clause, "an identifier").groups()
    return Names(unescaped(first), None if second is None else unescaped(second), _qualifiers(qualifiers))


def xref(clause: Clause) -> str:
    """The identifier of a cross-reference, without its description; old files have spaces in it.

    >>> xref(Clause(1, "xref", 'UMLS:C0444868 "all" {source="x"}'))
    'UMLS:C0444868'
    """
    found = _XREF.fullmatch(clause.value)
    if found is not None:
        return unescaped(found["id"])
    if not clause.value:
        raise LoadError(f"line {clause.line}: an xref without an identifier")
    return free_text(clause)


def quoted(clause: Clause) -> str:
    """The text in quotes of a definition; what it is taken from is left out."""
    return unescaped(_match(_TEXT, clause, '"a text" [its sources]')["text"][1:-1])


def synonym(clause: Clause) -> SynonymLine:
    """A synonym; without scope where none is stated.

    >>> synonym(Clause(1, "synonym", '"Body height" EXACT layperson [ORCID:1 "x]"]'))
    SynonymLine(text='Body height', scope='exact', kind='layperson')
    """
    found = _match(_SYNONYM, clause, '"a text" SCOPE TYPE [its sources]')
    scope = found["scope"]
    return SynonymLine(unescaped(found["text"][1:-1]), scope and scope.lower(), found["kind"])


def property_value(clause: Clause) -> Property:
    """A property with its value.

    >>> property_value(Clause(1, "property_value", 'dc:title "HPO" xsd:string'))
    Property(predicate='dc:title', text='HPO', id=None)
    """
    found = _match(_PROPERTY, clause, 'a property and its value ("a text" with its type, or an identifier)')
    text, target = found["text"], found["id"]
    return Property(
        unescaped(found["predicate"]),
        None if text is None else unescaped(text[1:-1]),
        None if target is None else unescaped(target),
    )


def _qualifiers(text: str | None) -> dict[str, str]:
    if text is None:
        return {}
    return {key: unescaped(value.strip('"')) for key, value in _EACH_QUALIFIER.findall(text)}


def _match(pattern: re.Pattern[str], clause: Clause, expected: str) -> re.Match[str]:
    found = pattern.fullmatch(clause.value)
    if found is None:
        raise LoadError(
            f"line {clause.line}: {clause.tag} is {clause.value[:80]!r}, expected {expected}, "
            "then at most qualifiers in braces and a comment"
        )
    return found
