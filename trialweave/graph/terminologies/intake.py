"""Takes terminologies and sets of mappings into a store: each whole or not at all, and never in two versions.

What is written of a file waits on disk until the build has read everything; then it goes in at once, past
Python's objects, and what it replaces goes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

import msgspec

from trialweave.graph.iris import TWGRAPH
from trialweave.graph.store import Graph
from trialweave.graph.terminologies.catalog import Held, Kind, described, judge, read_held
from trialweave.graph.terminologies.writer import StatementLines, mapping_lines, read_lines, term_lines
from trialweave.records import Mapping, MappingSet, Rejected, Statements, Term, Terminology

Member = Term | Statements | Mapping
"""What stands behind the header of a terminology or a set of mappings."""

_REASON = {
    "partial": "a part of {key}, of which the store holds the whole ({where}); build it into another store",
    "older": "this build has a newer {key}, {held.version} from {where}; this one is {offered.version}",
    "duplicate": "this build has {key} already, from {where}, and no version says which is newer; "
    "build it alone, and it takes the place of the other",
}


class TerminologyIntake:
    """Judges headers, writes what follows them, and loads it all when `finish` is called.

    `waiting` is a folder for what waits; it is made and removed. Counts are of this build.
    """

    def __init__(self, graph: Graph, waiting: Path) -> None:
        self.rejected: list[Rejected] = []
        self.loaded = 0
        self.unchanged = 0
        self.terms = 0
        self.mappings = 0
        self.statements = 0
        self._graph = graph
        self._waiting = waiting
        self._held: dict[tuple[Kind, str], list[Held]] = {}
        for held in read_held(graph).values():
            self._held.setdefault((held.kind, held.key), []).append(held)
        self._unchanged = {held.content_hash for every in self._held.values() for held in every}
        self._files = 0
        self._pending: dict[tuple[Kind, str], _Waiting] = {}
        self._open: _Waiting | None = None

    @property
    def changed(self) -> bool:
        """Whether `finish` has something to load."""
        return bool(self._pending)

    @property
    def met(self) -> int:
        """Terminologies and sets of mappings that were loaded, or that were held already."""
        return self.loaded + self.unchanged

    @property
    def held(self) -> Iterator[Held]:
        """All that the store holds; after `finish`, what it holds then."""
        for every in self._held.values():
            yield from every

    def is_held(self, header: Terminology | MappingSet) -> bool:
        """Whether the store holds this very file already, so that it need not be read on."""
        return described(header).content_hash in self._unchanged

    def forget(self, kind: Kind, key: str) -> None:
        """Remove a terminology or a set of mappings, if it is held, at once."""
        for held in self._held.pop((kind, key), []):
            self._graph.remove_graphs({held.graph})

    def begin(self, header: Terminology | MappingSet) -> None:
        """Judge a file by its header; what follows is written, or passed over."""
        self.end()
        self._files += 1
        offered = described(header)
        place = (offered.kind, offered.key)
        pending = self._pending.get(place)
        every = self._held.get(place, [])
        held = pending.entry if pending else next((one for one in every if not one.starter), None)
        verdict = judge(held, offered, met=pending is not None)
        if verdict in ("new", "replace"):
            if pending is not None:
                pending.forget()
            self._waiting.mkdir(exist_ok=True)
            path = self._waiting / f"{self._files}.nt"
            self._open = self._pending[place] = _Waiting(offered, path)
        elif verdict == "same":
            self.unchanged += 1
        elif held is not None:
            where = held.member or held.file
            key = offered.key if offered.kind == "terminology" else f"the mappings {offered.key}"
            self._reject(
                offered, 0, _REASON[verdict].format(key=key, held=held, offered=offered, where=where)
            )

    def add(self, member: Member) -> None:
        """Write what follows a header; a term or a mapping with an IRI that is none is set aside."""
        if self._open is None:
            return
        entry = self._open.entry
        if isinstance(member, Statements):
            good, bad = self._open.statements.checked(member.lines)
            self._open.write(good)
            self._open.is_rdf = True
            for line, reason in bad:
                excerpt = line[:200].decode("utf-8", "backslashreplace").rstrip()
                self._reject(entry, self._open.lines + 1, reason, excerpt=excerpt)
            return
        try:
            if isinstance(member, Term):
                self._open.write_term("".join(term_lines(member)), "".join(read_lines(member)))
                self._open.terms += 1
            else:
                self._open.write("".join(mapping_lines(member, entry.key)).encode())
                self._open.mappings += 1
        except ValueError as error:
            told = member.iri if isinstance(member, Term) else f"{member.subject} to {member.object}"
            count = self._open.terms + self._open.mappings + 1
            self._reject(entry, count, f"{member.path}: cannot be named in RDF: {error}", identifier=told)

    def refuse(self, whole: Rejected) -> None:
        """A file was refused as a whole: if it is the one that was begun, nothing of it is kept."""
        if self._open is None:
            return
        entry = self._open.entry
        if (entry.file, entry.member) == (whole.file, whole.member):
            self._open.forget()
            del self._pending[entry.kind, entry.key]
            self._open = None

    def end(self) -> None:
        """The file that was begun is at its end."""
        if self._open is not None:
            self._open.close()
            if not self._open.lines and not self._open.terms:
                self._reject(self._open.entry, 0, "holds nothing that can be stored")
                self._open.forget()
                del self._pending[self._open.entry.kind, self._open.entry.key]
            self._open = None

    def finish(self) -> None:
        """Load what waits in place of what it replaces."""
        self.end()
        for place, waiting in self._pending.items():
            self._graph.remove_graphs({held.graph for held in self._held.get(place, [])})
            entry = waiting.loaded()
            for path in waiting.paths():
                self._graph.load_lines(entry.graph, path)
            waiting.forget()
            self._held[place] = [entry]
            self.loaded += 1
            self.terms += waiting.terms
            self.mappings += waiting.mappings
            self.statements += entry.statements
        if self._waiting.exists():
            self._waiting.rmdir()

    def _reject(
        self,
        entry: Held,
        position: int,
        reason: str,
        *,
        identifier: str | None = None,
        excerpt: str | None = None,
    ) -> None:
        self.rejected.append(
            Rejected(
                file=entry.file,
                member=entry.member,
                position=position,
                id=identifier or entry.key,
                reason=reason,
                excerpt=excerpt,
            )
        )


class _Waiting:
    """What is written of one file, on disk: statements and mappings; terms whole; what reading made of terms.

    Of a file in RDF the statements say everything, so its terms are not written whole.
    """

    def __init__(self, entry: Held, path: Path) -> None:
        self.entry = entry
        self.statements = StatementLines(entry.graph.removeprefix(TWGRAPH[""]))
        self.is_rdf = False
        self.lines = 0
        self.terms = 0
        self.mappings = 0
        self._whole_lines = 0
        self._read_lines = 0
        self._paths = {name: path.with_suffix(f".{name}.nt") for name in ("stated", "whole", "read")}
        self._files: dict[str, IO[bytes]] = {name: one.open("wb") for name, one in self._paths.items()}

    def write(self, lines: bytes) -> None:
        self._files["stated"].write(lines)
        self.lines += lines.count(b"\n")

    def write_term(self, whole: str, read: str) -> None:
        self._files["whole"].write(whole.encode())
        self._files["read"].write(read.encode())
        self._whole_lines += whole.count("\n")
        self._read_lines += read.count("\n")

    def close(self) -> None:
        for file in self._files.values():
            file.close()

    def paths(self) -> tuple[Path, ...]:
        return self._paths["stated"], self._paths["read" if self.is_rdf else "whole"]

    def loaded(self) -> Held:
        lines = self.lines + (self._read_lines if self.is_rdf else self._whole_lines)
        return msgspec.structs.replace(self.entry, statements=lines)

    def forget(self) -> None:
        self.close()
        for path in self._paths.values():
            path.unlink(missing_ok=True)
