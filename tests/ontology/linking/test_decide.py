"""What is linked and what is not: on a handful of terms, each there for one trap."""

from decimal import Decimal

from trialweave.ontology.linking import Decision, Kind, Name, asked, index, link, mappings
from trialweave.ontology.linking.decision import TRUST
from trialweave.ontology.linking.kinds import TERMINOLOGIES
from trialweave.ontology.prefixes import compact, expand, namespace
from trialweave.records import Mapping

SEMAPV = namespace("semapv")
SKOS = namespace("skos")

NAMES = [
    ("mesh", "mesh:C553458", "apatinib", "label"),
    ("mesh", "mesh:D000077341", "Lapatinib", "label"),
    ("mesh", "mesh:D000077210", "Sunitinib", "label"),
    ("mesh", "mesh:D000068258", "Bevacizumab", "label"),
    ("mesh", "mesh:C410216", "Folfox protocol", "label"),
    ("mesh", "mesh:D001068", "Feeding and Eating Disorders", "label"),
    ("mesh", "mesh:D002289", "Carcinoma, Non-Small-Cell Lung", "label"),
    ("mesh", "mesh:D000437", "Ataxic thing", "label"),
    ("hp", "HP:0004396", "Poor appetite", "label"),
    ("hp", "HP:0004396", "Decreased appetite", "exact"),
    ("hp", "HP:0000010", "Recurrent urinary tract infections", "label"),
    ("hp", "HP:0000010", "Urinary tract infections", "exact"),
    ("hp", "HP:0002027", "Abdominal pain", "label"),
    ("hp", "HP:0002027", "Abdominal discomfort", "related"),
    ("hp", "HP:0002094", "Dyspnea", "label"),
    ("hp", "HP:0002094", "Shortness of breath", "exact"),
    ("hp", "HP:0000716", "Depression", "label"),
    ("hp", "HP:0000739", "Anxiety", "label"),
    ("mondo", "MONDO:0041086", "mixed anxiety and depressive disorder", "label"),
    ("mondo", "MONDO:0041086", "anxiety depression", "exact"),
    ("mondo", "MONDO:0000437", "cerebellar ataxia", "label"),
    ("mondo", "MONDO:0000437", "ataxia", "exact"),
    ("mondo", "MONDO:0100308", "atactic disorder", "label"),
    ("mondo", "MONDO:0100308", "ataxia", "exact"),
    ("mondo", "MONDO:0005233", "non-small cell lung carcinoma", "label"),
    ("mondo", "MONDO:0005233", "non-small cell lung cancer", "exact"),
    ("ncit", "NCIT:C7778", "Stage IIIB Non-small Cell Lung Cancer AJCC v7", "label"),
    ("doid", "DOID:3908", "lung carcinoma of no small cells", "label"),
    ("ctcae", "obo:CTCAE_anorexia", "Anorexia", "label"),
    ("hp", "HP:0009725", "Bladder neoplasm", "label"),
    ("hp", "HP:0009725", "Bladder cancer", "exact"),
    ("oae", "OAE:0000391", "somnolence AE", "label"),
]


def _mapping(
    one: str, relation: str, other: str, *, how: str = "ManualMappingCuration", negated: bool = False
) -> Mapping:
    return Mapping(
        subject=expand(one),
        predicate=SKOS[relation],
        object=expand(other),
        path="",
        justification=SEMAPV[how],
        negated=negated,
    )


def decide(label: str, kind: Kind, *published: Mapping) -> Decision:
    names = [Name(key, expand(term), text, role) for key, term, text, role in NAMES]  # type: ignore[arg-type]
    mapped = mappings(published)
    known = index(names, asked=asked([(label, kind)]), labelled={name.iri for name in names})
    drugs = {expand(f"mesh:{ui}") for ui in ("C553458", "D000077341", "D000077210", "D000068258", "C410216")}

    def allowed(name: Name, kind: Kind) -> bool:
        return name.terminology in TERMINOLOGIES[kind] and (name.iri in drugs) == (kind == "drug")

    return link(label, kind, known, guard=allowed, mapped=mapped)


def links(label: str, kind: Kind, *published: Mapping) -> set[tuple[str, str]]:
    return {(found.predicate, compact(found.iri)) for found in decide(label, kind, *published).links}


def test_only_whole_names_are_linked() -> None:
    assert links("apatinib", "drug") == {("exact", "mesh:C553458")}
    assert links("patinib", "drug") == set()
    assert links("apatinib mesylate tablets", "drug") == {("exact", "mesh:C553458")}


def test_a_drug_is_no_disease_and_an_event_no_drug() -> None:
    assert links("Sunitinib", "event") == links("Sunitinib", "condition") == set()
    assert links("Dyspnea", "drug") == set()


def test_a_regimen_is_linked_to_each_of_its_drugs_or_to_none() -> None:
    assert links("FOLFOX + bevacizumab", "drug") == {("part", "mesh:C410216"), ("part", "mesh:D000068258")}
    assert links("FOLFOX + novelumab", "drug") == set()
    assert links("Placebo to sunitinib", "drug") == set()
    assert links("sunitinib or bevacizumab", "drug") == set()


def test_brackets_that_name_another_drug_stop_the_link() -> None:
    decision = decide("Sunitinib (lapatinib)", "drug")
    assert decision.links == ()
    assert [candidate.reason for candidate in decision.candidates] == ["brackets name another drug"]
    assert links("Sunitinib (SU-0815)", "drug") == {("exact", "mesh:D000077210")}


def test_decreased_appetite_is_a_sign_and_the_heading_is_broader() -> None:
    found = links("Decreased appetite", "event")
    assert ("exact", "HP:0004396") in found
    assert ("broad", "mesh:D001068") in found
    assert ("exact", "mesh:D001068") not in found


def test_a_related_synonym_links_nothing_and_a_wider_one_neither() -> None:
    assert links("Abdominal discomfort", "event") == set()
    assert ("exact", "HP:0000010") not in links("Urinary tract infection", "event")


def test_two_terms_of_one_name_are_listed_and_not_picked() -> None:
    decision = decide("Ataxia", "event")
    assert {compact(candidate.iri) for candidate in decision.candidates} == {"MONDO:0000437", "MONDO:0100308"}
    assert decision.links == ()


def test_a_list_of_two_conditions_is_not_one_turned_round() -> None:
    assert ("exact", "MONDO:0041086") not in links("Depression, Anxiety", "condition")
    assert ("exact", "mesh:D002289") in links("Non-small cell lung carcinoma", "condition")


def test_a_stage_is_exact_where_the_term_exists_and_broader_elsewhere() -> None:
    found = links("Stage IIIB Non-small Cell Lung Cancer AJCC v7", "condition")
    assert ("exact", "NCIT:C7778") in found
    assert ("broad", "MONDO:0005233") in found
    assert ("exact", "MONDO:0005233") not in found


def test_a_cancer_is_not_the_same_as_a_neoplasm() -> None:
    assert links("Bladder cancer", "condition") == {("broad", "HP:0009725")}


def test_brackets_that_say_the_same_in_other_words_change_nothing() -> None:
    (found,) = decide("Dyspnea (shortness of breath)", "event").links
    assert (found.predicate, compact(found.iri), found.rules) == (
        "exact",
        "HP:0002094",
        ("gloss in brackets",),
    )


def test_mappings_reach_where_no_name_does() -> None:
    exact = _mapping("MONDO:0005233", "exactMatch", "DOID:3908")
    assert ("exact", "DOID:3908") in links("non-small-cell lung carcinoma", "condition", exact)
    predicted = _mapping("MONDO:0005233", "exactMatch", "DOID:3908", how="LexicalMatching")
    assert ("close", "DOID:3908") in links("non-small-cell lung carcinoma", "condition", predicted)
    broad = _mapping("MONDO:0005233", "broadMatch", "DOID:3908")
    assert ("broad", "DOID:3908") in links("non-small-cell lung carcinoma", "condition", broad)
    denied = _mapping("DOID:3908", "exactMatch", "MONDO:0005233", negated=True)
    assert "DOID:3908" not in {
        term for _, term in links("non-small-cell lung carcinoma", "condition", exact, denied)
    }


def test_a_mapping_decides_between_two_terms_of_one_name() -> None:
    names = (*NAMES, ("doid", "DOID:0001", "ataxia", "label"))
    chosen = _mapping("MONDO:0100308", "exactMatch", "DOID:0001")
    known = index(
        [Name(key, expand(term), text, role) for key, term, text, role in names],  # type: ignore[arg-type]
        asked=asked([("ataxia", "event")]),
    )
    decision = link("ataxia", "event", known, guard=lambda name, kind: True, mapped=mappings([chosen]))
    found = {compact(each.iri): each for each in decision.links}
    assert found.keys() == {"MONDO:0100308", "DOID:0001"}
    assert found["MONDO:0100308"].justification == "CompositeMatching"
    assert "chosen by mapping" in found["MONDO:0100308"].rules


def test_a_synonym_that_mappings_contradict_gives_way() -> None:
    names = [
        Name("mesh", expand("mesh:D012131"), "Respiratory Insufficiency", "label"),
        Name("mesh", expand("mesh:D001997"), "Bronchopulmonary Dysplasia", "label"),
        Name("doid", expand("DOID:11650"), "bronchopulmonary dysplasia", "label"),
        Name("doid", expand("DOID:11650"), "Respiratory insufficiency", "exact"),
    ]
    known = index(names, asked=asked([("respiratory insufficiency", "event")]))
    same = mappings([_mapping("DOID:11650", "exactMatch", "mesh:D001997")])
    decision = link("respiratory insufficiency", "event", known, guard=lambda name, kind: True, mapped=same)
    assert [compact(found.iri) for found in decision.links] == ["mesh:D012131"]
    assert [compact(candidate.iri) for candidate in decision.candidates] == ["DOID:11650"]


def test_confidence_is_the_product_of_the_rules() -> None:
    (found,) = decide("somnolence NOS", "event").links
    assert (found.rules, found.confidence, found.justification) == (
        ("NOS",),
        TRUST["NOS"].quantize(Decimal("0.001")),
        "LexicalMatching",
    )


def test_a_mapping_to_something_narrower_is_passed_over() -> None:
    names = [
        Name("mesh", expand("mesh:D008944"), "Mitral Valve Insufficiency", "label"),
        Name("mondo", expand("MONDO:0000001"), "congenital mitral valve insufficiency", "label"),
    ]
    wanted = asked([("mitral valve insufficiency", "condition")])
    known = index(names, asked=wanted, labelled={name.iri for name in names})
    same = mappings([_mapping("MONDO:0000001", "exactMatch", "mesh:D008944")])
    decision = link(
        "mitral valve insufficiency", "condition", known, guard=lambda name, kind: True, mapped=same
    )
    assert [compact(found.iri) for found in decision.links] == ["mesh:D008944"]


def test_a_rule_that_makes_a_link_less_than_exact_counts_in_its_confidence() -> None:
    names = [
        Name("mondo", expand("MONDO:0000002"), "carcinoma of the thing", "label"),
        Name("mondo", expand("MONDO:0000002"), "cancer of the thing", "exact"),
    ]
    known = index(names, asked=asked([("cancer of the thing", "condition")]))
    (found,) = link("cancer of the thing", "condition", known, guard=lambda name, kind: True).links
    assert found.predicate == "close"
    assert found.rules == ("synonym", "a carcinoma is a cancer")
    expected = TRUST["synonym"] * TRUST["a carcinoma is a cancer"]
    assert found.confidence == expected.quantize(Decimal("0.001"))
