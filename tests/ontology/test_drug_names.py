"""The curated names: known terms, no name that MeSH has itself, none said twice."""

from importlib.resources import files

from trialweave.ontology import drug_names, mesh

ROWS = [
    line.split("\t")
    for line in files("trialweave.ontology").joinpath("drug_names.tsv").read_text("utf-8").splitlines()[1:]
]


def test_each_row_names_a_term_that_is_known_and_a_name_that_mesh_lacks() -> None:
    for name, ui, kind in ROWS:
        assert mesh.label(ui) is not None, name
        assert mesh.find(name) in ((), (ui,)), f"{name}: MeSH says {mesh.find(name)}"
        assert kind in ("brand", "code", "generic")
    assert drug_names.rows() == tuple((name, ui) for name, ui, _ in ROWS)


def test_the_table_is_sorted_and_says_everything_once() -> None:
    names = [name for name, _, _ in ROWS]
    assert names == sorted(names)
    assert len({name.casefold() for name in names}) == len(names)
