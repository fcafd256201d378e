"""The packaged MeSH as RDF: NLM's layout, and what the hand-made slice says."""

import re
from pathlib import Path

import pytest
import rdflib

from trialweave.errors import LinkError
from trialweave.ontology import mesh, mesh_rdf
from trialweave.ontology.prefixes import PREFIXES

SLICE = Path(__file__).parents[2].parent / "shared" / "data" / "ontologies" / "seed-slice.ttl"

needs_seed = pytest.mark.skipif(not SLICE.exists(), reason="needs ../shared/data")


def test_an_unknown_qualifier_of_a_pair_is_refused() -> None:
    with pytest.raises(LinkError, match="Q999999"):
        list(mesh_rdf.ntriples(["D006973Q999999"]))


def test_ntriples_say_what_a_pair_is_made_of_and_repeat_nothing() -> None:
    lines = list(mesh_rdf.ntriples(["D006973Q000139", "D006973Q000139", "D006973"]))
    assert lines == sorted(set(lines))
    graph = rdflib.Graph().parse(data="".join(lines), format="nt")
    base, vocab = rdflib.Namespace(PREFIXES["mesh"]), rdflib.Namespace(PREFIXES["meshv"])
    assert graph.value(base.D006973Q000139, vocab.hasDescriptor) == base.D006973
    assert graph.value(base.D006973Q000139, vocab.hasQualifier) == base.Q000139
    assert (base.D006973, vocab.broaderDescriptor, base.D014652) in graph


@needs_seed
def test_the_slice_of_the_seed_comes_out_of_the_package() -> None:
    """Hierarchy, mapped headings and labels of the hand-made slice, all but the actions.

    (The slice takes its actions from another edition of MeSH.)
    """
    given_slice = rdflib.Graph().parse(str(SLICE))
    base, vocab = PREFIXES["mesh"], rdflib.Namespace(PREFIXES["meshv"])
    kinds = (vocab.TopicalDescriptor, vocab.SCR_Chemical, vocab.Qualifier)
    subjects = {s for kind in kinds for s in given_slice.subjects(rdflib.RDF.type, kind)}
    uis = {str(s).removeprefix(base) for s in subjects}
    uis = {ui for ui in uis if re.fullmatch(r"[CDQ]\d+", ui) and mesh.label(ui)}
    assert len(uis) > 100
    ours = rdflib.Graph().parse(data="".join(mesh_rdf.ntriples(uis)), format="nt")
    for predicate in (rdflib.RDFS.label, vocab.treeNumber, vocab.broaderDescriptor, vocab.preferredMappedTo):
        stated = {
            (s, o) for s, o in given_slice.subject_objects(predicate) if str(s).removeprefix(base) in uis
        }
        assert stated
        assert stated - set(ours.subject_objects(predicate)) == set()
