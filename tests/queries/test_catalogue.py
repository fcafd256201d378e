"""Every saved question keeps its contract: a new .rq file is tested with no list to keep."""

import re
from pathlib import Path

import pytest
import rdflib

from trialweave.errors import QueryError
from trialweave.graph.store import Graph
from trialweave.ontology.prefixes import PREFIXES, expand
from trialweave.queries.catalogue import SAVED, Question, question, questions, read_question, values_block
from trialweave.queries.run import select

NAMES = sorted(path.stem for path in SAVED.glob("*.rq"))
PREFIX_LINE = re.compile(r"^PREFIX (\w+): <([^>]+)>$", re.MULTILINE)


@pytest.fixture(params=NAMES)
def saved(request: pytest.FixtureRequest) -> Question:
    return question(request.param)


def test_prefixes_are_those_of_the_house(saved: Question) -> None:
    declared = dict(PREFIX_LINE.findall(saved.sparql))
    for prefix, iri in declared.items():
        assert PREFIXES.get(prefix) == iri, f"{saved.name}: PREFIX {prefix}; see ontology/prefixes.ttl"
    body = re.sub(r"\"[^\"]*\"|<[^>]*>", "", PREFIX_LINE.sub("", saved.sparql))
    used = set(re.findall(r"(?<![?\w])([a-z]\w*):\w", body))
    assert used == set(declared), f"{saved.name}: declares {set(declared)}, uses {used}"


def test_rows_are_ordered(saved: Question) -> None:
    assert re.search(r"^ORDER BY", saved.sparql, re.MULTILINE), f"{saved.name}: has no ORDER BY"


def test_the_file_holds_the_defaults_of_its_header(saved: Question) -> None:
    for name, parameter in saved.parameters.items():
        blocks = values_block(name).findall(saved.sparql)
        for block in blocks:
            inner = block.partition("{")[2].rpartition("}")[0].strip()
            if parameter.default is None:
                assert inner == "UNDEF", f"{saved.name}: {name} has no default, so its block says UNDEF"
            elif parameter.type in ("concept", "trial", "publication", "fact"):
                assert expand(inner) == expand(str(parameter.default))
            else:
                assert inner.strip('"') == str(parameter.default)


def test_it_runs_as_it_stands_on_pyoxigraph_and_rdflib(saved: Question) -> None:
    assert select(Graph.in_memory(), saved.sparql).columns == tuple(saved.columns)
    answer = rdflib.Dataset(default_union=True).query(saved.sparql)
    assert [str(name) for name in answer.vars or []] == list(saved.columns)


def test_an_unknown_question_lists_those_there_are() -> None:
    with pytest.raises(QueryError, match="trial-results"):
        question("trial-result")
    with pytest.raises(QueryError, match="there is no question"):
        question("../saved/trials")


def test_a_folder_of_ones_own_works_the_same_way(tmp_path: Path) -> None:
    (tmp_path / "mine.rq").write_text(
        "#+ summary: s\n#+ question: q\n#+ columns:\n#+   s: a subject\n"
        "SELECT ?s WHERE { ?s ?p ?o } ORDER BY ?s\n"
    )
    assert list(questions(tmp_path)) == ["mine"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SELECT * {}", "has no header"),
        ("#+ summary: s\nSELECT * {}", "not valid"),
        ("#+ summary: [\nSELECT * {}", "not valid"),
        (
            "#+ summary: s\n#+ question: q\n#+ columns: {s: x}\n"
            "#+ params: {n: {type: integer, label: n}}\nSELECT ?s {}",
            "has no `VALUES",
        ),
        ("#+ summary: s\n#+ question: q\n#+ columns: {s: x}\n#+ colour: red\nSELECT ?s {}", "colour"),
    ],
)
def test_a_bad_file_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "bad.rq"
    path.write_text(text)
    with pytest.raises(QueryError, match=said) as caught:
        read_question(path)
    assert "bad.rq" in str(caught.value)
