"""OncoTree's tumour types as its API writes them: one JSON tree, or a list of its nodes (CC BY 4.0).

https://oncotree.mskcc.org/#/home?tab=api. A node's place is what contains it; its code is an id. Codes that
it had before (`history`) are other ids of it. Left out: colour, main type and tissue (both are nodes above
it), codes that were split or merged into it (`precursors`, `revocations`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from trialweave.errors import LoadError
from trialweave.loaders.terminology.laid_out import laid_out
from trialweave.ontology.prefixes import namespace
from trialweave.records import Rejected, Source, Term, Terminology

FORMAT = "oncotree-json"

ONCOTREE = namespace("oncotree")
SKOS = namespace("skos")

_LARGEST = 1 << 26
_HEAD = re.compile(r'\s*(?:\{\s*"[A-Za-z0-9_]+"\s*:\s*|\[\s*)\{\s*"')
_DATED = re.compile(r"oncotree_(\d{4})_(\d\d)_(\d\d)")
_CODE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./+-]*")


def matches(head: str) -> bool:
    """Whether a file that begins with `head` is OncoTree's JSON.

    >>> matches('{"TISSUE":{"code":"TISSUE","color":null,"name":"Tissue","mainType":null,')
    True
    """
    return _HEAD.match(head) is not None and all(f'"{name}"' in head for name in ("code", "name", "mainType"))


def read(
    stream: BinaryIO, *, file: str, member: str | None = None
) -> Iterator[Terminology | Term | Rejected]:
    """The header, then one term a node, parents first; the version is the date in the file's name.

    >>> import io
    >>> tree = b'{"TISSUE": {"code": "TISSUE", "name": "Tissue", "children": {'
    >>> tree += b'"LUNG": {"code": "LUNG", "name": "Lung", "parent": "TISSUE"}}}}'
    >>> header, root, lung = read(io.BytesIO(tree), file="oncotree_2025_10_03.json")
    >>> header.version, lung.label, lung.parents == (root.iri,), lung.path
    ('2025-10-03', 'Lung', True, '/TISSUE/children/LUNG')
    """
    with laid_out(stream) as whole:
        data = whole.data.read(_LARGEST + 1)
        try:
            if whole.problem is not None:
                raise LoadError(whole.problem)
            if len(data) > _LARGEST:
                raise LoadError(f"more than {_LARGEST:,} bytes, which OncoTree's JSON never has")
            nodes = _roots(data)
        except LoadError as error:
            yield Rejected(file=file, member=member, position=0, reason=str(error))
            return
        dated = _DATED.search(member or "") or _DATED.search(file)
        version = "-".join(dated.groups()) if dated else None
        yield Terminology(
            key="oncotree",
            source=Source(
                file=file, format=FORMAT, position=1, sha256=whole.sha256, member=member, version=version
            ),
            version=version,
            iri=ONCOTREE[""],
            title="OncoTree",
            licence="https://creativecommons.org/licenses/by/4.0/",
            notice="OncoTree, Memorial Sloan Kettering Cancer Center, CC BY 4.0.",
            homepage="https://oncotree.mskcc.org/",
            redistributable=True,
        )
    seen: set[str] = set()
    position = 0
    waiting: list[tuple[str, object, str | None]] = [(path, node, None) for path, node in reversed(nodes)]
    while waiting:
        path, node, above = waiting.pop()
        position += 1
        children: list[tuple[str, object]] = []
        if isinstance(node, dict) and isinstance(node.get("children"), dict):
            children = [
                (f"{path}/children/{_pointer(name)}", child) for name, child in node["children"].items()
            ]
        try:
            term = _term(path, node, above, seen)
        except LoadError as error:
            yield Rejected(file=file, member=member, position=position, reason=str(error), id=path)
            waiting += [(place, child, None) for place, child in reversed(children)]
            continue
        yield term
        code = term.notations[0]
        waiting += [(place, child, code) for place, child in reversed(children)]


def _roots(data: bytes) -> list[tuple[str, object]]:
    try:
        found = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError) as error:
        raise LoadError(f"no JSON that can be read: {error}") from error
    if isinstance(found, dict):
        return [(f"/{_pointer(name)}", node) for name, node in found.items()]
    if isinstance(found, list):
        return [(f"/{number}", node) for number, node in enumerate(found)]
    raise LoadError("neither a tree nor a list of tumour types")


def _pointer(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _term(path: str, node: object, above: str | None, seen: set[str]) -> Term:
    if not isinstance(node, dict):
        raise LoadError(f"{path} is no tumour type")
    code, name, parent = node.get("code"), node.get("name"), node.get("parent")
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise LoadError(f'{path}: code is "{code}", expected letters, digits and _ . / + -')
    if not isinstance(name, str) or not name.strip():
        raise LoadError(f"{path}: {code} has no name")
    if above is not None and parent not in (None, above):
        raise LoadError(f'{path}: {code} stands below {above}, but names "{parent}" as its parent')
    if code in seen:
        raise LoadError(f"{path}: {code} stands in the tree before")
    seen.add(code)
    parent = parent or above
    return Term(
        iri=ONCOTREE[code],
        path=path,
        label=name.strip(),
        types=(SKOS["Concept"],),
        parents=(ONCOTREE[parent],) if isinstance(parent, str) else (),
        notations=(code,),
        xrefs=tuple(_references(node.get("externalReferences"))),
        alternative_ids=tuple(old for old in node.get("history") or () if isinstance(old, str)),
    )


def _references(found: object) -> Iterator[str]:
    if isinstance(found, dict):
        for source, ids in found.items():
            yield from (f"{source}:{one}" for one in ids or () if isinstance(one, str))
