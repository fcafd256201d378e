"""SHACL shapes: a graph of a record passes, and each single fault in it is named by its own message."""

import re
from importlib.resources import files

import pyshacl
import pytest
import rdflib

from trialweave.ontology.prefixes import PREFIXES

SH = rdflib.Namespace(PREFIXES["sh"])
HEAD = "".join(f"@prefix {p}: <{iri}> .\n" for p, iri in PREFIXES.items())
SHAPES = rdflib.Graph().parse(str(files("trialweave.ontology") / "shapes.ttl"))

# A record in the form that our graphs have; each line is a statement that a fault may replace.
RECORD = """
pubmed:33586360 a fabio:JournalArticle ; dcterms:title "A trial of anlotinib" .
pubmed:33586360 fabio:hasPubMedId "33586360" .
pubmed:33586360 fabio:hasPrimarySubjectTerm mesh:D020533Q000627 .
pubmed:33586360 fabio:hasSubjectTerm mesh:D006973Q000139 , mesh:D000328 .
pubmed:33586360 tw:mentionsSubstance mesh:C000625192 .
pubmed:33586360 tw:reportsTrial nct:NCT02649361 ; tw:sourceText twid:text .
twid:text a tw:SourceText ; tw:content "17 [16%] hypertension" .
nct:NCT02649361 a tw:Trial ; tw:registryId "NCT02649361" ; tw:siteCount 13 ; tw:phase "2" .
nct:NCT02649361 tw:hasArm twid:a , twid:b ; tw:hasEndpoint twid:pfs .
twid:a a tw:Arm ; rdfs:label "anlotinib" .
twid:b a tw:Arm ; rdfs:label "placebo" ; tw:armRole "placebo comparator" .
twid:pfs a tw:Endpoint ; rdfs:label "progression-free survival" ; tw:endpointRole "primary" .
twid:i tw:hasRegimen twid:r .
twid:r a tw:Regimen ; schema:doseValue 12.0 ; schema:doseUnit "mg" .
twid:span a oa:SpecificResource ; oa:hasSource twid:text ; oa:hasSelector twid:q , twid:p .
twid:q a oa:TextQuoteSelector ; oa:exact "17 [16%]" .
twid:p a oa:TextPositionSelector ; oa:start 0 ; oa:end 8 .
twid:n a tw:ParticipantCount ; tw:count 110 ; tw:ofGroup twid:a ; tw:evidence twid:span .
twid:m a tw:ArmResult ; tw:statistic tw:MedianTime ; tw:ofGroup twid:a ; tw:evidence twid:span .
twid:m tw:value 3.02 ; tw:ciLow 2.63 ; tw:ciHigh 3.65 ; tw:ciLevel 95.0 .
twid:x a tw:ArmResult ; tw:statistic tw:Rate ; tw:ofGroup twid:a ; tw:evidence twid:span .
twid:x tw:n 9 ; tw:denominator 110 .
twid:o a tw:ArmResult ; tw:statistic tw:MedianTime ; tw:ofGroup twid:a ; tw:evidence twid:span .
twid:o tw:notReached true .
twid:e a tw:EffectEstimate ; tw:ofTrial nct:NCT02649361 ; tw:evidence twid:span .
twid:e tw:measure tw:HazardRatio .
twid:e tw:ofGroup twid:a ; tw:comparator twid:b .
twid:e tw:value 0.46 ; tw:pOperator "<" ; tw:pValue 0.001 .
twid:c a tw:AdverseEventCount ; tw:ofGroup twid:a ; tw:evidence twid:span .
twid:c tw:event twid:hypertension .
twid:c tw:affected 17 ; tw:atRisk 110 ; tw:percent 16.0 .
twid:c tw:gradeLow 3 ; tw:gradeHigh 4 .
twid:f a tw:Finding ; tw:about twid:c ; tw:check "percent-of-arm" .
twid:f tw:message "17 of 110 is 15 %, not 16 %" ; tw:certainty "certain" .
twid:l a tw:DrugToxicityLink ; tw:drug mesh:C000625192 ; tw:toxicity mesh:D006973 .
twid:l tw:evidenceKind "MeSH qualifier pair" ; tw:trust "substance" .
twgraph:x a tw:SourceRecord ; tw:file "page.txt" ; tw:format "pubmed-page" ; tw:position 1 .
twgraph:x tw:sha256 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" .
"""

# What stands in the record, what stands there instead, and how the message begins.
FAULTS = [
    (' ; dcterms:title "A trial of anlotinib"', "", "A publication must have exactly one title"),
    ('"33586360" .', '"PMC33586360" .', "A PubMed id must"),
    ("mesh:D020533Q000627", "mesh:Q000627", "A starred heading must"),
    ("mesh:D006973Q000139", '"Hypertension"', "A heading must"),
    ("mesh:C000625192 .\npubmed", "mesh:Q000139 .\npubmed", "A substance must"),
    ('tw:registryId "NCT02649361"', 'tw:registryId ""', "A registry id must"),
    ("tw:siteCount 13", "tw:siteCount 0", "The number of sites must"),
    ('tw:phase "2"', 'tw:phase "2", "3"', "One record must state at most one phase"),
    (' ; tw:content "17 [16%] hypertension"', "", "A source text must"),
    ("nct:NCT02649361 a tw:Trial", "twid:i tw:ofTrial _:t . nct:NCT02649361 a tw:Trial", "A trial must"),
    (' ; rdfs:label "anlotinib"', "", "An arm must have exactly one name"),
    ('"placebo comparator"', '"placebo comparator" , "experimental"', "An arm must have at most one role"),
    ("tw:hasArm twid:a , twid:b", "tw:hasArm twid:a", "An arm must belong"),
    ('rdfs:label "progression-free survival" ; ', "", "An endpoint must have"),
    ('tw:endpointRole "primary"', 'tw:endpointRole "Primary"', "The role of an endpoint"),
    ("schema:doseValue 12.0", "schema:doseValue 12.0 ; tw:doseHigh 8.0", "A dose must be one decimal"),
    (' ; schema:doseUnit "mg"', "", "A dose must have a unit"),
    ("oa:hasSource twid:text ; ", "", "A quote must name"),
    (' ; oa:exact "17 [16%]"', "", "A quote must have its words"),
    ("oa:start 0 ; ", "", "A quote must say where its words begin"),
    (" ; oa:end 8", "", "A quote must say where its words end"),
    ("oa:start 0", "oa:start 8", "The words of a quote must begin"),
    ("tw:count 110 ; ", "", "A participant count must"),
    ("tw:count 110", 'tw:count "110"', "A participant count must"),
    ("tw:ofGroup twid:a ; tw:evidence twid:span .\ntwid:m a", "tw:ofGroup twid:a .\ntwid:m a",
     "A fact must have evidence"),
    ("tw:count 110 ; tw:ofGroup twid:a ; ", "tw:count 110 ; ", "A fact must belong to a group or to a trial"),
    ("tw:count 110 ; tw:ofGroup twid:a", "tw:count 110 ; tw:ofGroup twid:a , twid:b",
     "A fact must belong to at most one group"),
    ("tw:ofTrial nct:NCT02649361", "tw:ofTrial nct:NCT02649361 , nct:NCT02649362",
     "A fact must belong to at most one trial"),
    ("tw:statistic tw:Rate ; ", "", "An arm result must say which"),
    ("tw:n 9", "tw:n 111", "A number with the outcome must"),
    ("tw:notReached true", "tw:notReached false", "An arm result must have a number"),
    ("tw:notReached true", "tw:notReached true ; tw:value 4.0", "A value that was not reached"),
    ("tw:value 3.02", "tw:value 3.02 , 3.03", "A fact must have at most one value"),
    ("tw:ciLow 2.63", "tw:ciLow 3.66", "The lower limit"),
    ("tw:ciHigh 3.65", "tw:ciHigh 3.65 , 3.66", "The upper limit"),
    ("tw:ciLevel 95.0", "tw:ciLevel 100.0", "A confidence level"),
    ("tw:pValue 0.001", "tw:pValue 1.001", "A p-value must be a decimal"),
    ('tw:pOperator "<" ; ', "", "A p-value must come with one operator"),
    ("twid:e tw:measure tw:HazardRatio .", "", "An effect estimate must say which"),
    ("tw:comparator twid:b", "tw:comparator twid:a", "An effect estimate must compare"),
    ('twid:e tw:value 0.46 ; tw:pOperator "<" ; tw:pValue 0.001 .', "",
     "An effect estimate must have a value"),
    ("twid:c tw:event twid:hypertension .", "", "An adverse event count must name"),
    ("tw:event twid:hypertension", "tw:event twid:hypertension , twid:rash",
     "An adverse event count must name"),
    ("tw:affected 17", "tw:affected 111", "The affected must"),
    ("tw:affected 17", "tw:affected -1", "The affected must"),
    ("tw:atRisk 110", "tw:atRisk 110.5", "The number at risk must"),
    ("tw:percent 16.0", "tw:percent 160.0", "A percentage must"),
    ("tw:affected 17 ; tw:atRisk 110 ; tw:percent 16.0", "tw:atRisk 110",
     "An adverse event count must state"),
    ("tw:gradeLow 3", "tw:gradeLow 5", "The lowest grade must"),
    ("tw:gradeLow 3", "tw:gradeLow 0", "The lowest grade must"),
    ("tw:gradeHigh 4", "tw:gradeHigh 6", "The highest grade must"),
    ("tw:about twid:c ; ", "", "A finding must be about"),
    (' ; tw:check "percent-of-arm"', "", "A finding must name its check"),
    ('tw:message "17 of 110 is 15 %, not 16 %" ; ', "", "A finding must say"),
    ('tw:certainty "certain"', 'tw:certainty "sure"', "A finding must be certain"),
    ("tw:drug mesh:C000625192 ; ", "", "A drug-toxicity link must have exactly one drug"),
    (" ; tw:toxicity mesh:D006973", "", "A drug-toxicity link must have exactly one toxicity"),
    ('tw:evidenceKind "MeSH qualifier pair" ; ', "", "A drug-toxicity link must say"),
    ('tw:trust "substance"', 'tw:trust "high"', "The trust in an indexed link"),
    ('tw:file "page.txt" ; ', "", "A source record must name the file"),
    ('tw:format "pubmed-page" ; ', "", "A source record must name its format"),
    ("tw:position 1", "tw:position 0", "A source record must have its place"),
    ('"0123456789abcdef', '"', "A source record must have the SHA-256"),
]  # fmt: skip


def messages(record: str) -> set[str]:
    data = rdflib.Graph().parse(data=HEAD + record, format="turtle")
    _, report, _ = pyshacl.validate(data, shacl_graph=SHAPES, advanced=False)
    assert isinstance(report, rdflib.Graph)
    return {str(message) for message in report.objects(None, SH.resultMessage)}


def test_the_shapes_are_shacl_themselves() -> None:
    data = rdflib.Graph().parse(data=HEAD + RECORD, format="turtle")
    conforms, _, text = pyshacl.validate(data, shacl_graph=SHAPES, meta_shacl=True)
    assert conforms, text


@pytest.mark.parametrize(("stands", "instead", "message"), FAULTS)
def test_a_fault_is_named_by_its_own_message_alone(stands: str, instead: str, message: str) -> None:
    assert RECORD.count(stands) == 1, stands
    found = messages(RECORD.replace(stands, instead))
    assert len(found) == 1, found
    assert found.pop().startswith(message)


def test_a_registry_fact_has_its_evidence_in_its_iri() -> None:
    fact = f"<{PREFIXES['twid']}ctgov/NCT1#/resultsSection/x/0>"
    count = f"{fact} tw:event twid:e ; tw:affected 0 ; tw:ofGroup twid:g ."
    assert messages(count) == set()
    assert len(messages(count.replace("#/", "/"))) == 1


def test_every_message_of_the_shapes_is_tested() -> None:
    stated = {str(message) for message in SHAPES.objects(None, SH.message)}
    assert {m for m in stated if not any(m.startswith(begin) for _, _, begin in FAULTS)} == set()


def test_every_property_constraint_has_a_message_of_its_own() -> None:
    messages_of = [set(SHAPES.objects(shape, SH.message)) for shape in SHAPES.subjects(SH.path)]
    bare = [shape for shape in SHAPES.subjects(SH.path) if not SHAPES.value(shape, SH.message)]
    # Those without are the alternatives of an sh:or, whose shape has the message.
    alternatives = {
        SHAPES.value(member, SH.property)
        for head in SHAPES.objects(None, SH["or"])
        for member in rdflib.collection.Collection(SHAPES, head)
    }
    assert all(len(found) <= 1 for found in messages_of)
    assert set(bare) <= alternatives


def test_the_shapes_use_declared_terms_and_the_packages_prefixes() -> None:
    text = files("trialweave.ontology").joinpath("shapes.ttl").read_text("utf-8")
    vocabulary = files("trialweave.ontology").joinpath("trialweave.ttl").read_text("utf-8")
    used = set(re.findall(r"\btw:(\w+)", text))
    declared = set(re.findall(r"^tw:(\w+)", vocabulary, re.MULTILINE))
    assert {term for term in used - declared if not term.endswith("Shape")} == set()
    prefixes = dict(re.findall(r"^@prefix (\w+): +<([^>]+)> \.$", text, re.MULTILINE))
    assert prefixes == {prefix: PREFIXES[prefix] for prefix in prefixes}
