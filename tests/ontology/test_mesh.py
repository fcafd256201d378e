"""The packaged MeSH: it is what the script cuts, and it answers as NLM's own file does."""

import gzip
import importlib.util
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialweave.errors import LinkError
from trialweave.ontology import mesh

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"
DUMP = SHARED / "ontologies" / "mesh-2024-core.nt.gz"
PAGE = SHARED / "seed" / "anlotinib-pubmed-page.txt"
TABLES = ("mesh_descriptors.tsv.gz", "mesh_qualifiers.tsv.gz", "mesh_substances.tsv.gz")

needs_dump = pytest.mark.skipif(not DUMP.exists(), reason=f"needs {DUMP.name} in ../shared/data/ontologies")
needs_seed = pytest.mark.skipif(not PAGE.exists(), reason="needs ../shared/data")


def table(name: str) -> list[list[str]]:
    packed = files("trialweave.ontology").joinpath(name).read_bytes()
    return [line.split("\t") for line in gzip.decompress(packed).decode().splitlines()[1:]]


@needs_dump
def test_the_tables_are_what_the_script_cuts(tmp_path: Path) -> None:
    path = ROOT / "scripts" / "cut_mesh.py"
    spec = importlib.util.spec_from_file_location("cut_mesh", path)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    script.cut(DUMP, tmp_path)
    for name in TABLES:
        packaged = files("trialweave.ontology").joinpath(name).read_bytes()
        assert gzip.decompress((tmp_path / name).read_bytes()) == gzip.decompress(packaged), (
            f"{name} is stale: python scripts/cut_mesh.py {DUMP} trialweave/ontology"
        )


def test_the_tables_hold_all_of_2024s_headings_in_small_files() -> None:
    sizes = [len(table(name)) for name in TABLES]
    assert sizes[:2] == [30764, 81]
    assert 40_000 < sizes[2] < 45_000
    packed = [len(files("trialweave.ontology").joinpath(name).read_bytes()) for name in TABLES]
    assert sum(packed) < 3_000_000


def test_the_archives_carry_no_time() -> None:
    for name in TABLES:
        assert files("trialweave.ontology").joinpath(name).read_bytes()[4:8] == bytes(4)


def test_every_identifier_that_a_row_names_is_itself_a_row() -> None:
    descriptors = {row[0] for row in table(TABLES[0])}
    for name in (TABLES[0], TABLES[2]):
        for row in table(name):
            assert set(row[3].split()) <= descriptors, row
    for row in table(TABLES[2]):
        assert set(row[2].split()) <= descriptors, row
        assert row[2], row


def test_labels_are_unique_so_that_a_heading_means_one_term() -> None:
    for name in TABLES:
        labels = [row[1].casefold() for row in table(name)]
        assert len(labels) == len(set(labels))


@needs_seed
def test_every_heading_of_the_seed_is_known() -> None:
    text = PAGE.read_text("utf-8")
    headings = text.partition("MeSH terms")[2].partition("\n\n\n")[0]
    lines = [line.strip(" •\t") for line in headings.splitlines() if "•" in line]
    assert len(lines) == 23
    for line in lines:
        heading, _, qualifier = line.rstrip("*").partition(" / ")
        assert mesh.descriptor(heading), heading
        assert not qualifier or mesh.qualifier(qualifier), qualifier


def test_anlotinib_maps_to_indoles_and_quinolines_and_states_no_action() -> None:
    ui = mesh.substance("Anlotinib")
    assert ui == "C000625192"
    assert mesh.mapped_to(ui) == ("D007211", "D011804")
    assert mesh.actions(ui) == ()
    found = {member.ui: member for member in mesh.within(ui)}
    assert found["D007211"].basis == "mapped"
    assert "D020533" not in found


def test_actions_reach_the_classes_above_them() -> None:
    found = {(m.ui, m.basis): m.path for m in mesh.within("D000068258")}
    assert found[("D020533", "action")] == ("D000068258", "D020533")
    assert found[("D043924", "action")] == ("D000068258", "D020533", "D043924")
    assert found[("D000068258", "self")] == ("D000068258",)
    assert ("D020533", "tree") not in found


def test_an_action_does_not_pass_to_what_is_mapped_to_its_term() -> None:
    mapped = [row for row in table(TABLES[2]) if "D011092" in row[2].split() and not row[3]]
    assert mapped, "nothing is mapped to polyethylene glycols"
    assert "D012997" in mesh.actions("D011092")  # solvents
    assert all("D012997" not in {m.ui for m in mesh.within(row[0])} for row in mapped)


def test_a_biosimilar_has_the_actions_of_its_original_and_says_so() -> None:
    trastuzumab = mesh.descriptor("Trastuzumab")
    assert trastuzumab is not None
    found = {m.ui: m for m in mesh.within("C000631275") if m.basis == "mapped action"}
    assert set(mesh.actions(trastuzumab)) <= set(found)
    for member in found.values():
        assert member.path[:2] == ("C000631275", trastuzumab)
        assert member.path[2] in mesh.actions(trastuzumab)
    above = {up for action in mesh.actions(trastuzumab) for up in mesh.ancestors(action)}
    assert above
    assert above <= set(found)
    # its own action is told apart from those of its original
    bases = {(mesh.label(m.ui), m.basis) for m in mesh.within("C000712788")}
    assert ("Antineoplastic Agents", "action") in bases
    assert ("Antineoplastic Agents, Immunological", "mapped action") in bases


@pytest.mark.parametrize(
    ("name", "heading", "action"),
    [
        ("zileuton", "Hydroxyurea", "Antineoplastic Agents"),
        ("atosiban", "Vasotocin", "Oxytocics"),
        ("icatibant", "Bradykinin", "Vasodilator Agents"),
        ("roxadustat", "Glycine", "Glycine Agents"),
        ("montanide ISA 51", "Mannitol", "Diuretics, Osmotic"),
    ],
)
def test_what_is_mapped_to_a_drug_need_not_act_as_it_does(name: str, heading: str, action: str) -> None:
    """Each of these headings is a specific drug: that alone does not make the action pass on."""
    ui, head, group = mesh.substance(name), mesh.descriptor(heading), mesh.descriptor(action)
    assert ui is not None
    assert head is not None
    assert head in mesh.mapped_to(ui)
    assert mesh.is_specific_drug(head)
    assert group in mesh.actions(head)
    assert group not in {m.ui for m in mesh.within(ui)}


def test_only_biosimilars_of_one_drug_take_over_actions() -> None:
    taking = {row[0] for row in table(TABLES[2]) if mesh.original(row[0])}
    assert {row[0] for row in table(TABLES[2]) if mesh.BIOSIMILARS in row[2].split()} - taking == {
        "C000722909"  # CT-P17, mapped to a family of antibodies
    }
    assert len(taking) == 9


def test_tree_numbers_keep_apart_what_broader_descriptors_would_join() -> None:
    """A term that stands in two trees need not have its narrower terms in both."""

    def climbed(ui: str) -> set[str]:
        found: set[str] = set()
        waiting = [ui]
        while waiting:
            new = set(mesh.broader(waiting.pop())) - found
            found |= new
            waiting.extend(new)
        return found - {ui}

    sample = [row[0] for row in table(TABLES[0])][::50]
    exact = {ui: set(mesh.ancestors(ui)) for ui in sample}
    assert all(exact[ui] <= climbed(ui) for ui in sample)
    assert any(exact[ui] < climbed(ui) for ui in sample)


def test_hypertension_is_a_vascular_disease() -> None:
    path = {m.ui: m.path for m in mesh.within("D006973")}["D014652"]
    assert [mesh.label(ui) for ui in path] == ["Hypertension", "Vascular Diseases"]
    assert mesh.is_disease("D006973")
    assert mesh.is_disease("D001068")  # feeding and eating disorders, branch F03


def test_paths_are_chains_of_what_mesh_states() -> None:
    for ui in ("D000068258", "D000077210", "C000625192", "C531958", "D006973", "C000631275"):
        for member in mesh.within(ui):
            assert member.path[0] == ui
            assert member.path[-1] == member.ui
            for lower, upper in zip(member.path, member.path[1:], strict=False):
                assert upper in {*mesh.broader(lower), *mesh.mapped_to(lower), *mesh.actions(lower)}


@pytest.mark.parametrize(
    ("name", "ui"),
    [
        ("Hypertension", "D006973"),
        ("blood pressure, high", "D006973"),
        ("High Blood-Pressure", "D006973"),
        ("anti-angiogenic drugs", "D020533"),
        ("Antiangiogenic Drugs", "D020533"),
        ("BEVACIZUMAB", "D000068258"),
        ("VEGF trap - Regeneron", "C533178"),
        ("HMPL 013", "C000591844"),
        ("Behçet Syndrome", "D001528"),
    ],
)
def test_find_looks_through_case_punctuation_and_entry_terms(name: str, ui: str) -> None:
    assert mesh.find(name) == (ui,)


@pytest.mark.parametrize("name", ["", " - ", "patinib", "anlotinib plus placebo", "Hypertens", "tension"])
def test_find_never_answers_with_part_of_a_name(name: str) -> None:
    assert mesh.find(name) == ()


def test_find_keeps_numbers_apart() -> None:
    assert mesh.find("2,4-Dinitrophenol") == ("D019297",)
    assert mesh.find("24-Dinitrophenol") == ()


def test_apatinib_is_not_in_lapatinib() -> None:
    assert not set(mesh.find("apatinib")) & set(mesh.find("lapatinib"))
    assert mesh.find("lapatinib")


def test_find_lists_all_candidates_of_an_ambiguous_name() -> None:
    several = [uis for uis in mesh._by_name().values() if len(uis) > 1]
    assert several
    assert all(uis == tuple(sorted(set(uis))) for uis in several)


def names() -> Iterator[tuple[str, str]]:
    for name in (TABLES[0], TABLES[2]):
        for row in table(name)[::97]:
            yield row[0], row[1]
            yield from ((row[0], term) for term in row[4].split("|") if term)


@given(st.sampled_from(sorted(names())), st.sampled_from(["upper", "lower", "swapcase", "title"]))
def test_every_name_finds_its_own_term_in_any_case(pair: tuple[str, str], how: str) -> None:
    ui, name = pair
    assert ui in mesh.find(getattr(name, how)())


@given(st.text())
def test_no_text_breaks_the_lookup(text: str) -> None:
    assert isinstance(mesh.find(text), tuple)
    assert mesh.descriptor(text) is None or text


@pytest.mark.parametrize("ui", ["D999999", "C1", "Q1", "", "X", "D006973Q999999", "mesh:D006973"])
def test_an_unknown_identifier_is_no_term(ui: str) -> None:
    assert mesh.label(ui) is None
    with pytest.raises(LinkError, match="is not in the MeSH 2024"):
        mesh.within(ui)


@pytest.mark.parametrize(
    "function", [mesh.actions, mesh.ancestors, mesh.broader, mesh.mapped_to, mesh.tree_numbers]
)
def test_nothing_is_said_of_an_unknown_identifier(function: object) -> None:
    assert callable(function)
    with pytest.raises(LinkError, match="D999999"):
        function("D999999")
