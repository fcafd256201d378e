"""OBO: the grammar line by line, whole terms written and read back, and stanzas that are bad."""

import gzip
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialweave import loaders
from trialweave.loaders.decoding import Piece
from trialweave.loaders.terminology import obo
from trialweave.loaders.terminology.obo_lines import stanzas
from trialweave.records import Rejected, Relation, Synonym, Term, Terminology

OBO = "http://purl.obolibrary.org/obo/"
SKOS = "http://www.w3.org/2004/02/skos/core#"


def read(text: str | bytes, file: str = "made.obo") -> tuple[Terminology, list[Term], list[Rejected]]:
    data = text.encode() if isinstance(text, str) else text
    ontology, *rest = obo.read(io.BytesIO(data), file=file)
    assert isinstance(ontology, Terminology)
    assert all(isinstance(one, Term | Rejected) for one in rest)
    return (
        ontology,
        [one for one in rest if isinstance(one, Term)],
        [one for one in rest if isinstance(one, Rejected)],
    )


def term(*clauses: str, header: str = "ontology: a\n", after: str = "") -> Term:
    _, terms, rejected = read(f"{header}\n[Term]\nid: A:1\n" + "\n".join(clauses) + f"\n\n{after}")
    assert not rejected, rejected
    return terms[0]


def reason(*clauses: str) -> str:
    _, terms, [rejected] = read("ontology: a\n\n[Term]\n" + "\n".join(clauses) + "\n\n[Term]\nid: A:2\n")
    assert [one.iri for one in terms] == [f"{OBO}A_2"]
    assert rejected.position == 1
    return rejected.reason


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("name: blood pressure", "blood pressure"),
        ("name:tight", "tight"),
        (r"name: N-\{4-phenyl\}-1\,3\: \"x\" \\ \(a\)", 'N-{4-phenyl}-1,3: "x" \\ (a)'),
        (r"name: a\Wb\tc\nd", "a b\tc\nd"),
        ("name: Wow! signal", "Wow! signal"),
        ("name: a ! a comment", "a"),
        ('name: a {source="x, y", note="a \\"b\\""} ! comment', "a"),
        ("name: a {}", "a"),
        ("name: {2,3} is kept", "{2,3} is kept"),
        ("name: 5'-d(A{p}T)-3' \\! not a comment", "5'-d(A{p}T)-3' ! not a comment"),
        ("name: Köln µ 漢", "Köln µ 漢"),
        ("name: one \\\nline", "one line"),
    ],
)
def test_names(line: str, label: str) -> None:
    assert term(line).label == label


@pytest.mark.parametrize(
    ("line", "synonym"),
    [
        ('synonym: "a b" EXACT []', Synonym(text="a b", scope="exact")),
        (
            'synonym: "a" NARROW layperson [PMID:1, X:2 "with, ]comma"]',
            Synonym(text="a", scope="narrow", kind="layperson"),
        ),
        ('synonym: "a \\"b\\"" BROAD [] {source="x"} ! c', Synonym(text='a "b"', scope="broad")),
        ('synonym: "a" []', Synonym(text="a", scope="related")),
        ('synonym: "a" EXACT', Synonym(text="a", scope="exact")),
        ('synonym: "a" UK []', Synonym(text="a", scope="exact", kind="UK")),
        ('synonym: "a" RELATED UK []', Synonym(text="a", scope="related", kind="UK")),
        ('synonym: "a" HP:0034334 []', Synonym(text="a", scope="related", kind="HP:0034334")),
        ('exact_synonym: "a" [PMID:1]', Synonym(text="a", scope="exact")),
        ('narrow_synonym: "a" []', Synonym(text="a", scope="narrow")),
        ('broad_synonym: "a" []', Synonym(text="a", scope="broad")),
        ('related_synonym: "a" []', Synonym(text="a", scope="related")),
    ],
)  # fmt: skip
def test_synonyms(line: str, synonym: Synonym) -> None:
    assert term(line, header='ontology: a\nsynonymtypedef: UK "British" EXACT\n').synonyms == (synonym,)


def test_what_stands_right_above_and_what_is_related() -> None:
    found = term(
        "is_a: A:2 ! two",
        'is_a: A:3 {is_inferred="true"}',
        "is_a: A:3",
        'is_a: A:4 {gci_relation="part_of", gci_filler="B:1"} ! of some only',
        "relationship: part_of A:5 ! five",
        "relationship: near_to B:0_6",
        "relationship: has_role A:7 {cardinality=0}",
        'relationship: has_role A:8 {all_only="true"}',
        "intersection_of: A:9",
        "intersection_of: has_role A:10",
        "equivalent_to: A:11",
        "disjoint_from: A:12",
        f"property_value: {SKOS}exactMatch MONDO:7",
        'property_value: skos:closeMatch "MONDO:8" xsd:string',
        'property_value: dc:creator "someone" xsd:string',
        after="[Typedef]\nid: near_to\nxref: OTHER:1\nxref: RO:0002220\n",
    )
    assert found.parents == (f"{OBO}A_2", f"{OBO}A_3", f"{OBO}A_9")
    owl = "http://www.w3.org/2002/07/owl#"
    assert found.relations == tuple(
        Relation(predicate=predicate, target=OBO + target)
        for predicate, target in (
            (f"{OBO}BFO_0000050", "A_5"),
            (f"{OBO}RO_0002220", "B#_0_6"),
            (f"{OBO}RO_0000087", "A_10"),
            (f"{owl}equivalentClass", "A_11"),
            (f"{owl}disjointWith", "A_12"),
            (f"{SKOS}exactMatch", "MONDO_7"),
        )
    )


def test_the_other_fields() -> None:
    found = term(
        'def: "A \\"thing\\"." [PMID:1, https://orcid.org/1]',
        "comment: seen {x} ! not",
        "alt_id: A:01",
        'xref: UMLS:C1 {source="x"}',
        'xref: Wikipedia:Foo_(bar) "a page" ! note',
        "xref: http\\://x.org/a!b",
        "xref: OLD:two words",
        "xref: UMLS:C1",
        "is_obsolete: true",
        "replaced_by: A:02 ! new",
        "consider: A:03",
    )
    assert found == Term(
        iri=f"{OBO}A_1",
        path="line 3",
        types=("http://www.w3.org/2002/07/owl#Class",),
        definition='A "thing".',
        xrefs=("UMLS:C1", "Wikipedia:Foo_(bar)", "http://x.org/a!b", "OLD:two words"),
        alternative_ids=("A:01",),
        deprecated=True,
        replaced_by=(f"{OBO}A_02",),
        relations=(
            Relation(predicate="http://www.geneontology.org/formats/oboInOwl#consider", target=f"{OBO}A_03"),
        ),
    )


@pytest.mark.parametrize(
    ("clauses", "words"),
    [
        (["name: no id"], "line 3: the stanza has no id"),
        (["id: A:1", "no colon here"], "line 5: 'no colon here' is not of the form tag: value"),
        (["id: A:1", 'synonym: "not closed EXACT []'], "line 5: synonym is"),
        (["id: A:1", "synonym: bare EXACT []"], "expected \"a text\" SCOPE TYPE"),
        (["id: A:1", 'def: "a" [PMID:1'], "line 5: def is"),
        (["id: A:1", "is_a: A:2 and more"], "line 5: is_a is 'A:2 and more'"),
        (["id: A:1", "is_a: :2"], "line 5: ':2' is not an identifier"),
        (["id: A:1", "is_a: http://x/<y>"], "not an IRI"),
        (["id: A:1", "is_obsolete: perhaps"], "line 5: is_obsolete is 'perhaps', expected true or false"),
        (["id: A:1", "relationship: part_of"], "without a target"),
        (["id: A:1", "name: a", "name: b"], "line 6: a second name"),
        (["id: A:1", "id: A:3"], "a second id"),
        (["id:"], "line 4: id is ''"),
        (["id: A:1", "xref:"], "line 5: an xref without"),
    ],
)  # fmt: skip
def test_a_bad_stanza_is_set_aside_and_the_rest_goes_on(clauses: list[str], words: str) -> None:
    assert words in reason(*clauses)


def test_what_is_set_aside_says_what_and_where() -> None:
    _, _, [one, two] = read("ontology: a\n[Term]\nid: A:1\nis_a:\n[Ter m]\nid: A:2\n[Term]\nid: A:3\n")
    assert (one.id, one.position, one.excerpt) == ("A:1", 1, "[Term]\nid: A:1\nis_a:\n")
    assert (two.position, two.reason) == (2, "line 5: no name of a stanza in brackets")


def test_bytes_that_are_not_utf_8_cost_one_stanza() -> None:
    _, terms, [rejected] = read(b"ontology: a\n[Term]\nid: A:1\nname: caf\xe9\n\n[Term]\nid: A:2\n")
    assert [one.iri for one in terms] == [f"{OBO}A_2"]
    assert "not UTF-8" in rejected.reason


TEXT = """format-version: 1.2
data-version: 2024-07-23
ontology: a

[Term]
id: A:1
name: "é"

[Term]
id: A:2
"""


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
        b"\xef\xbb\xbf" + TEXT.encode(),
        TEXT.encode("utf-16"),
        b"! by hand\n\n" + TEXT.encode().rstrip(b"\n"),
        gzip.compress(TEXT.encode()),
    ],
    ids=["plain", "crlf", "cr", "bom", "utf-16", "comment", "gz"],
)
def test_every_way_of_writing_the_bytes(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "any").write_bytes(data)
    ontology, one, two = loaders.read(tmp_path / "any")
    assert isinstance(ontology, Terminology)
    assert (ontology.key, ontology.version) == ("a", "2024-07-23")
    assert isinstance(one, Term)
    assert isinstance(two, Term)
    assert (one.label, two.iri) == ('"é"', f"{OBO}A_2")


@pytest.mark.parametrize("step", [1, 2, 3, 7, 64])
def test_line_ends_that_fall_on_the_border_of_two_chunks(step: int) -> None:
    data = TEXT.replace("\n", "\r\n").encode() * 3
    pieces = (Piece(at, data[at : at + step]) for at in range(0, len(data), step))
    whole = [Piece(0, data)]
    assert list(stanzas(pieces)) == list(stanzas(whole))


def test_without_a_header_the_file_gives_the_name() -> None:
    ontology, terms, _ = read("[Term]\nid: A:1\nrelationship: near A:2\n", file="folder/My-Terms.obo.gz")
    assert (ontology.key, ontology.version, ontology.iri) == ("my-terms", None, None)
    assert terms[0].relations[0].predicate == f"{OBO}my-terms#near"


@pytest.mark.parametrize(
    ("header", "version"),
    [
        ("data-version: releases/2024-04-01", "2024-04-01"),
        ("data-version: http://purl.obolibrary.org/obo/a/releases/2024-04-01/a.owl", "2024-04-01"),
        ("data-version: 4.2 beta", "4.2 beta"),
        ("date: 12:03:2009 16:05", "2009-03-12"),
        ('property_value: owl:versionInfo "7" xsd:string', "7"),
        ("date: 31:12:2009 00:00\ndata-version: 3", "3"),
        ("remark: none", None),
    ],
)
def test_versions(header: str, version: str | None) -> None:
    assert read(f"format-version: 1.2\n{header}\n[Term]\nid: A:1\n")[0].version == version


def test_what_the_header_says_of_the_ontology() -> None:
    ontology, _, _ = read(
        "ontology: hp.obo\nidspace: terms http://purl.org/dc/terms/ \n"
        'property_value: terms:license https://x.org/licence\nproperty_value: dc:title "T" xsd:string\n'
        'property_value: foaf:homepage "https://x.org" xsd:anyURI\nimport: http://127.0.0.1:9/other.obo\n'
        "[Term]\nid: HP:1\n"
    )
    assert (ontology.key, ontology.iri, ontology.partial) == ("hp", f"{OBO}hp.owl", False)
    assert (ontology.licence, ontology.title, ontology.homepage) == (
        "https://x.org/licence",
        "T",
        "https://x.org",
    )
    assert ontology.notice is not None
    assert "version" in ontology.notice


def test_a_file_that_breaks_off_gives_what_was_whole_and_says_that_it_is_a_part(tmp_path: Path) -> None:
    text = "ontology: a\n\n" + "".join(f"[Term]\nid: A:{n}\nname: {n * 7919}\n\n" for n in range(20_000))
    packed = gzip.compress(text.encode())
    (tmp_path / "a.gz").write_bytes(packed[: len(packed) // 2])
    ontology, *terms, rest = loaders.read(tmp_path / "a.gz")
    assert isinstance(ontology, Terminology)
    assert ontology.partial
    assert len(terms) > 5000
    assert all(isinstance(one, Term) and one.label == str(n * 7919) for n, one in enumerate(terms))
    assert isinstance(rest, Rejected)
    assert "break off" in rest.reason
    assert rest.position == len(terms) + 1


def test_a_header_alone_is_no_ontology() -> None:
    _, terms, [rejected] = read("format-version: 1.2\nontology: a\n")
    assert not terms
    assert rejected.reason == "no [Term] in it"


# ── whole terms, written by another hand and read back ──────────────────────────────────

_CHARACTERS = st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"))
_TEXTS = st.text(_CHARACTERS, min_size=1, max_size=30).map(str.strip).filter(bool)
_IDS = st.from_regex(r"[A-Z]{1,5}:[A-Za-z0-9]{1,8}", fullmatch=True)
_SYNONYMS = st.builds(
    Synonym,
    text=_TEXTS,
    scope=st.sampled_from(["exact", "narrow", "broad", "related"]),
    kind=st.none() | st.sampled_from(["layperson", "HP:0034334"]),
)


def escaped(text: str) -> str:
    for character in '\\{}!"':
        text = text.replace(character, f"\\{character}")
    return text


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def iri(identifier: str) -> str:
    return OBO + identifier.replace(":", "_")


@given(
    identifier=_IDS,
    label=st.none() | _TEXTS,
    definition=st.none() | _TEXTS,
    synonyms=st.lists(_SYNONYMS, max_size=4, unique=True),
    parents=st.lists(_IDS, max_size=3, unique=True),
    relations=st.lists(st.tuples(_IDS, _IDS), max_size=3, unique=True),
    xrefs=st.lists(_IDS, max_size=3, unique=True),
    old=st.lists(_IDS, max_size=2, unique=True),
    obsolete=st.booleans(),
    comments=st.booleans(),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_a_term_written_is_the_term_read(
    identifier: str,
    label: str | None,
    definition: str | None,
    synonyms: list[Synonym],
    parents: list[str],
    relations: list[tuple[str, str]],
    xrefs: list[str],
    old: list[str],
    obsolete: bool,
    comments: bool,
    end: str,
) -> None:
    lines = ["ontology: a", "", "[Term]", f"id: {identifier}"]
    lines += [] if label is None else [f"name: {escaped(label)}"]
    lines += [] if definition is None else [f"def: {quoted(definition)} [PMID:1]"]
    lines += [
        " ".join(["synonym:", quoted(one.text), one.scope.upper(), *([one.kind] if one.kind else []), "[]"])
        for one in synonyms
    ]
    lines += [f"is_a: {one}" + (' {source="x"} ! a comment' if comments else "") for one in parents]
    lines += [f"relationship: {one} {two}" for one, two in relations]
    lines += [f"xref: {one}" for one in xrefs] + [f"alt_id: {one}" for one in old]
    lines += ["is_obsolete: true"] if obsolete else []
    _, [found], rejected = read(end.join(lines))
    assert not rejected
    assert found == Term(
        iri=iri(identifier),
        path="line 3",
        types=("http://www.w3.org/2002/07/owl#Class",),
        label=label,
        definition=definition,
        synonyms=tuple(synonyms),
        parents=tuple(iri(one) for one in parents),
        relations=tuple(Relation(predicate=iri(one), target=iri(two)) for one, two in relations),
        xrefs=tuple(xrefs),
        alternative_ids=tuple(old),
        deprecated=obsolete,
    )


@given(st.text(max_size=200))
def test_any_text_gives_terms_or_reasons(text: str) -> None:
    for item in obo.read(io.BytesIO(f"[Term]\n{text}".encode("utf-8", "replace")), file="any.obo"):
        assert isinstance(item, Terminology | Term | Rejected)
