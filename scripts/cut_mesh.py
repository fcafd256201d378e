"""Cut the MeSH that comes with the package from NLM's RDF dump.

    python scripts/cut_mesh.py mesh.nt.gz trialweave/ontology

writes three tables: every descriptor, every qualifier, and the supplementary records (of 323,304
in 2024) that trials are likely to name. A supplementary record is kept if

1. it states a pharmacological action, or
2. its name or one of its synonyms is a single word of letters, as nonproprietary names are
   (`anlotinib`, which states no action, comes in by this), or
3. its name or one of its synonyms stands in `cut_mesh_names.txt` beside this script: what
   registry records of trials call their interventions and the first two rules leave out.

The same dump gives the same bytes: rows are sorted by identifier, and no time is written.
"""

from __future__ import annotations

import gzip
import io
import re
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph

MESH = "http://id.nlm.nih.gov/mesh/"
VOCAB = f"{MESH}vocab#"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"

NAMES = Path(__file__).with_name("cut_mesh_names.txt")
UI = re.compile(r"[CDQ]\d{6,}")  # a shorter one is a tree number
ONE_WORD = re.compile(r"[A-Za-z]{5,}")

Links = dict[str, dict[str, list[str]]]


def read(dump: Path) -> Links:
    """Property -> subject -> objects, with MeSH's own namespaces cut off."""
    links: Links = defaultdict(lambda: defaultdict(list))
    # Lenient: NLM's dumps have held IRIs with spaces in them; what matters of them is checked below.
    with gzip.open(dump) as stream:
        triples = pyoxigraph.parse(stream, format=pyoxigraph.RdfFormat.N_TRIPLES, lenient=True)
        for triple in triples:
            subject, predicate = str(triple.subject.value), triple.predicate.value
            name = "label" if predicate == LABEL else predicate.removeprefix(VOCAB)
            links[name][subject.removeprefix(MESH)].append(triple.object.value.removeprefix(MESH))
    return links


def entry_terms(links: Links, ui: str) -> list[str]:
    """All names of all concepts of a record, but its label."""
    names = set()
    for concept in links["preferredConcept"].get(ui, []) + links["concept"].get(ui, []):
        for term in links["preferredTerm"].get(concept, []) + links["term"].get(concept, []):
            names.update(links["prefLabel"].get(term, []) + links["altLabel"].get(term, []))
    return sorted(names - set(links["label"][ui]))


def is_kept(links: Links, ui: str, listed: set[str]) -> bool:
    """Whether a supplementary record is cut out, by the three rules above."""
    if ui in links["pharmacologicalAction"]:
        return True
    names = links["label"][ui] + entry_terms(links, ui)
    return any(ONE_WORD.fullmatch(name) or name.casefold() in listed for name in names)


def row(links: Links, ui: str, place: Iterable[str]) -> str:
    """A record's line: identifier, name, place, actions, synonyms."""
    (label,) = links["label"][ui]
    terms = entry_terms(links, ui)
    if any("|" in term or "\t" in term or "\n" in term for term in [label, *terms]):
        raise SystemExit(f"{ui}: a name holds a separator of the table ({label!r}, {terms!r})")
    actions = sorted(set(links["pharmacologicalAction"].get(ui, [])))
    return "\t".join([ui, label, " ".join(sorted(set(place))), " ".join(actions), "|".join(terms)])


def write(path: Path, lines: Iterable[str]) -> None:
    """Write a gzipped table whose bytes depend on nothing but its lines."""
    content = "".join(f"{line}\n" for line in lines).encode()
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, compresslevel=9, mtime=0) as stream:
        stream.write(content)
    path.write_bytes(buffer.getvalue())


def cut(dump: Path, out: Path) -> None:
    """Write the three tables into the folder `out`."""
    links = read(dump)
    kinds: dict[str, list[str]] = defaultdict(list)
    for ui in sorted(ui for ui in links["label"] if UI.fullmatch(ui)):
        kinds[ui[0]].append(ui)
    listed = {line.strip().casefold() for line in NAMES.read_text("utf-8").splitlines()}

    def mapped(ui: str) -> list[str]:
        stated = links["preferredMappedTo"].get(ui, []) + links["mappedTo"].get(ui, [])
        headings = [re.sub(r"(?<=\d)Q\d+$", "", heading) for heading in stated]
        known = [heading for heading in headings if heading in links["label"]]
        if len(known) < len(headings):
            print(f"{ui}: left out {len(headings) - len(known)} mapped headings that are no terms")
        return known

    write(
        out / "mesh_descriptors.tsv.gz",
        [
            "ui\tlabel\ttree_numbers\tactions\tentry_terms",
            *(row(links, ui, links["treeNumber"].get(ui, [])) for ui in kinds["D"]),
        ],
    )
    write(
        out / "mesh_qualifiers.tsv.gz",
        ["ui\tlabel", *(f"{ui}\t{links['label'][ui][0]}" for ui in kinds["Q"])],
    )
    write(
        out / "mesh_substances.tsv.gz",
        [
            "ui\tlabel\tmapped_to\tactions\tentry_terms",
            *(row(links, ui, mapped(ui)) for ui in kinds["C"] if is_kept(links, ui, listed)),
        ],
    )


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python scripts/cut_mesh.py FULL.nt.gz OUT")
    cut(Path(sys.argv[1]), Path(sys.argv[2]))
