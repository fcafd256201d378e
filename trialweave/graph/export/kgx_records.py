"""What a KGX export says of each record, and of what follows from the indexing of publications."""

from __future__ import annotations

from trialweave.graph.catalog import Entry, is_registry
from trialweave.graph.derive.mesh_pairs import PAIRS
from trialweave.graph.derive.subjects import SUBJECTS
from trialweave.graph.export import biolink
from trialweave.graph.export.described import Described
from trialweave.graph.export.kgx_rows import PUBMED, Edges, Nodes, Slot, source_slots
from trialweave.graph.store import Graph
from trialweave.ontology.prefixes import namespace

DCTERMS = namespace("dcterms")
FABIO = namespace("fabio")
OA = namespace("oa")
PRISM = namespace("prism")
RDF = namespace("rdf")
RDFS = namespace("rdfs")
TW = namespace("tw")

JOURNAL_ARTICLE = "fabio:JournalArticle"


def add_record(graph: Graph, entry: Entry, nodes: Nodes, edges: Edges) -> int:
    """The nodes and edges of one record; how many counts of it were left out."""
    told = Described(graph.quads(entry.graph))
    trials = [entry.topic] if is_registry(entry.source) else told.all(entry.topic, TW["reportsTrial"])
    if not is_registry(entry.source):
        _publication(entry.topic, told, nodes)
    for trial in trials:
        status = told.one(trial, TW["status"])
        node = nodes.trial(
            trial,
            {
                "name": told.one(trial, DCTERMS["title"]),
                "clinical_trial_phase": biolink.PHASES.get(told.one(trial, TW["phase"]) or ""),
                "clinical_trial_overall_status": biolink.status(status) if status else None,
                "clinical_trial_start_date": told.one(trial, TW["startDate"]),
            },
        )
        if not is_registry(entry.source):
            slots = {**source_slots(entry), "original_predicate": "trialweave:reportsTrial"}
            edges.add(
                (biolink.curie(entry.topic), biolink.MENTIONS, node), biolink.MENTION_ASSOCIATION, slots
            )
        _design(trial, node, told, entry, nodes, edges)
    return _counts(told, entry, nodes, edges)


def _publication(iri: str, told: Described, nodes: Nodes) -> None:
    nodes.add(FABIO["JournalArticle"], biolink.THING, {"name": "journal article"})
    headings = (*told.all(iri, FABIO["hasPrimarySubjectTerm"]), *told.all(iri, FABIO["hasSubjectTerm"]))
    doi = told.one(iri, PRISM["doi"])
    nodes.add(
        iri,
        biolink.PUBLICATION,
        {
            "name": told.one(iri, DCTERMS["title"]),
            "publication_type": [JOURNAL_ARTICLE],
            "authors": list(told.all(iri, DCTERMS["creator"])),
            "mesh_terms": [biolink.curie(heading) for heading in headings],
            "creation_date": told.one(iri, DCTERMS["issued"]),
            "xref": [f"doi:{doi}"] if doi and biolink.curie(iri) != f"doi:{doi}" else [],
        },
    )


def _design(trial: str, node: str, told: Described, entry: Entry, nodes: Nodes, edges: Edges) -> None:
    """Arms, what each is given, what the trial is of, and which drug is tried for which condition."""
    given: dict[str, set[str]] = {}
    for arm in told.all(trial, TW["hasArm"]):
        drugs = {
            nodes.concept(drug, biolink.DRUG)
            for intervention in told.all(arm, TW["hasIntervention"])
            for drug in told.all(intervention, TW["drug"])
        }
        slots: dict[str, Slot] = {"name": told.one(arm, RDFS["label"]), "has_drug": sorted(drugs)}
        treatment = nodes.add(arm, biolink.TREATMENT, slots)
        part = {**source_slots(entry), "original_predicate": "trialweave:hasArm"}
        edges.add((node, biolink.HAS_PART, treatment), biolink.ASSOCIATION, part)
        for drug in sorted(drugs):
            part = {**source_slots(entry), "original_predicate": "trialweave:hasIntervention"}
            edges.add((treatment, biolink.HAS_PART, drug), biolink.ASSOCIATION, part)
            given.setdefault(drug, set()).add(told.one(arm, TW["armRole"]) or "")
    listed = {
        nodes.concept(drug, biolink.DRUG)
        for intervention in told.all(trial, TW["listsIntervention"])
        for drug in told.all(intervention, TW["drug"])
    }
    of_mesh = {nodes.concept(term, biolink.DRUG) for term in told.all(trial, TW["interventionTerm"])}
    conditions = {
        nodes.concept(term, biolink.CONDITION)
        for predicate in (TW["condition"], TW["conditionTerm"])
        for term in told.all(trial, predicate)
    }
    for drug in sorted(given.keys() | listed | of_mesh):
        _related(node, "studiesDrug", drug, source_slots(entry), edges)
    for condition in sorted(conditions):
        _related(node, "studiesCondition", condition, source_slots(entry), edges)
        for drug, roles in sorted(given.items()):
            if "experimental" in roles:
                tested = {**source_slots(entry), "has_supporting_studies": [node]}
                edges.add((drug, biolink.IN_TRIALS_FOR, condition), biolink.TESTED_ASSOCIATION, tested)


def _related(trial: str, name: str, other: str, source: dict[str, Slot], edges: Edges) -> None:
    slots = {**source, "original_predicate": f"trialweave:{name}"}
    edges.add((trial, biolink.RELATED, other), biolink.ASSOCIATION, slots)


def _counts(told: Described, entry: Entry, nodes: Nodes, edges: Edges) -> int:
    """One edge for each count of an arm; how many counts are of no one arm."""
    left_out = 0
    for fact, event in told.pairs(TW["event"]):
        group = told.one(fact, TW["ofGroup"])
        arm = (told.one(group, TW["isArm"]) or group) if group else None
        trial = arm and told.one(arm, TW["ofTrial"])
        if not arm or not trial or arm not in told.all(trial, TW["hasArm"]):
            left_out += 1
            continue
        slots = {
            **source_slots(entry, "observation"),
            "has_count": told.one(fact, TW["affected"]),
            "has_total": told.one(fact, TW["atRisk"]) or told.one(group or "", TW["atRisk"]),
            "has_percentage": told.one(fact, TW["percent"]),
            "has_supporting_studies": [nodes.trial(trial)],
            "supporting_text": _quotes(fact, told),
            "original_object": biolink.curie(event),
            "description": _in_words(fact, group or "", told),
        }
        subject, object_ = biolink.curie(arm), nodes.concept(event, biolink.CONDITION)
        triple = (subject, biolink.HAS_ADVERSE_EVENT, object_)
        edges.add(triple, biolink.EVENT_ASSOCIATION, slots, key=biolink.curie(fact))
    return left_out


def _quotes(fact: str, told: Described) -> list[str]:
    return [
        quote
        for span in told.all(fact, TW["evidence"])
        for selector in told.all(span, OA["hasSelector"])
        for quote in told.all(selector, OA["exact"])
    ]


def _in_words(fact: str, group: str, told: Described) -> str | None:
    """What the model has no slot for, as `name: value`."""
    named = [
        (name, told.one(fact, TW[predicate]))
        for name, predicate in (
            ("seriousness", "seriousness"),
            ("lowest grade", "gradeLow"),
            ("highest grade", "gradeHigh"),
            ("attribution", "attribution"),
            ("time point", "timepoint"),
            ("events", "events"),
        )
    ]
    named += [("group", told.one(group, RDFS["label"])), ("kind of group", told.one(group, TW["groupKind"]))]
    return "; ".join(f"{name}: {value}" for name, value in named if value) or None


# ── what follows from indexing ───────────────────────────────────────────────────────────


def add_indexed(graph: Graph, nodes: Nodes, edges: Edges) -> None:
    """Drugs and conditions that a heading of a trial's publication names."""
    told = Described(graph.quads(SUBJECTS))
    source: dict[str, Slot] = {
        "knowledge_level": "prediction",
        "agent_type": "automated_agent",
        "primary_knowledge_source": PUBMED,
    }
    for statement, basis in told.pairs(TW["basis"]):
        if basis.startswith("MeSH heading"):
            name = (told.one(statement, RDF["predicate"]) or "").removeprefix(TW[""])
            category = biolink.CONDITION if name == "studiesCondition" else biolink.DRUG
            trial = nodes.trial(told.one(statement, RDF["subject"]) or "")
            other = nodes.concept(told.one(statement, RDF["object"]) or "", category)
            _related(trial, name, other, {**source, "description": basis}, edges)


def add_pairs(graph: Graph, nodes: Nodes, edges: Edges) -> None:
    """Drug-toxicity links of MeSH qualifiers, but for headings that stand there as artefacts."""
    told = Described(graph.quads(PAIRS))
    for link, trust in told.pairs(TW["trust"]):
        if trust == "indexing-artefact":
            continue
        drug = nodes.concept(told.one(link, TW["drug"]) or "", biolink.CHEMICAL)
        harm = nodes.concept(told.one(link, TW["toxicity"]) or "", biolink.CONDITION)
        slots: dict[str, Slot] = {
            "knowledge_level": "prediction",
            "agent_type": "automated_agent",
            "primary_knowledge_source": PUBMED,
            "publications": [biolink.curie(iri) for iri in told.all(link, TW["inPublication"])],
            "description": f"MeSH qualifier pair; trust: {trust}",
        }
        triple = (drug, biolink.HAS_ADVERSE_EVENT, harm)
        edges.add(triple, biolink.HARM_ASSOCIATION, slots, key=biolink.curie(link))
