"""Nodes and edges of the Biolink Model 4, as KGX TSV: `nodes.tsv` and `edges.tsv`.

Nodes are trials, what an arm is given (`biolink:Treatment`), drugs, diseases and events, publications. A
local concept that is linked exactly to a term bears the term's id, the preferred one of several; the others
are its `xref`. Edges:

```
trial        related_to              drug, condition     what the trial studies
trial        has_part                treatment           an arm's; `has_part` again to each of its drugs
drug         in_clinical_trials_for  condition           given in an experimental arm of a trial of it
treatment    has_adverse_event       event               one count of one arm: has_count of has_total
drug         has_adverse_event       event               MeSH qualifier pair, but for indexing artefacts
publication  mentions                trial               reports it, or cites its number
```

What the model has no word for is not said: no estimates, no grades but in an edge's `description`. A count
of a group that is no one arm, or of nobody's, is left out and counted. No edge says that a drug causes what
was seen in an arm. Format: https://github.com/biolink/kgx/blob/master/specification/kgx-format.md
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from trialweave.graph.catalog import Entry, is_registry, read_entries
from trialweave.graph.derive.mesh_pairs import PAIRS
from trialweave.graph.derive.subjects import SUBJECTS
from trialweave.graph.export import biolink
from trialweave.graph.export.described import Described
from trialweave.graph.export.whole import whole_folder
from trialweave.graph.quads import NamedNode, words
from trialweave.graph.store import Graph
from trialweave.ontology.prefixes import namespace
from trialweave.records import Record

DCTERMS = namespace("dcterms")
FABIO = namespace("fabio")
OA = namespace("oa")
PRISM = namespace("prism")
RDF = namespace("rdf")
RDFS = namespace("rdfs")
SKOS = namespace("skos")
TW = namespace("tw")

NODE_COLUMNS = (
    "id",
    "category",
    "name",
    "iri",
    "xref",
    "provided_by",
    "clinical_trial_phase",
    "clinical_trial_overall_status",
    "clinical_trial_start_date",
    "has_drug",
    "publication_type",
    "authors",
    "mesh_terms",
    "creation_date",
)

EDGE_COLUMNS = (
    "id",
    "subject",
    "predicate",
    "object",
    "category",
    "knowledge_level",
    "agent_type",
    "primary_knowledge_source",
    "original_predicate",
    "original_object",
    "has_count",
    "has_total",
    "has_percentage",
    "has_supporting_studies",
    "publications",
    "supporting_text",
    "description",
)

Slot = str | list[str] | None
Row = dict[str, Slot]

REGISTRY, PUBMED, OURS = "infores:clinicaltrials", "infores:pubmed", biolink.OURS
JOURNAL_ARTICLE = "fabio:JournalArticle"


class KgxReport(Record, frozen=True):
    """What was written. `left_out`: counts of adverse events whose group is no one arm."""

    folder: str
    nodes: int
    edges: int
    left_out: int


def export_kgx(graph: Graph, folder: Path) -> KgxReport:
    """Write `nodes.tsv` and `edges.tsv` into `folder`, sorted by id; lists are joined by `|`.

    The folder appears whole or not at all. Raises StoreError if it cannot be written.
    """
    nodes, edges = _Nodes(graph), _Edges()
    left_out = 0
    for _, entry in sorted(read_entries(graph).items()):
        left_out += _record(graph, entry, nodes, edges)
    _indexed(graph, nodes, edges)
    _paired(graph, nodes, edges)
    with whole_folder(folder) as part:
        for name, columns, rows in (
            ("nodes.tsv", NODE_COLUMNS, nodes.rows),
            ("edges.tsv", EDGE_COLUMNS, edges.rows),
        ):
            with (part / name).open("w", encoding="utf-8", newline="") as file:
                _write(file, columns, (rows[key] for key in sorted(rows)))
    return KgxReport(folder=str(folder), nodes=len(nodes.rows), edges=len(edges.rows), left_out=left_out)


def _write(file: IO[str], columns: tuple[str, ...], rows: Iterable[Row]) -> None:
    file.write("\t".join(columns) + "\n")
    for row in rows:
        file.write("\t".join(_cell(row.get(column)) for column in columns) + "\n")


def _cell(value: Slot) -> str:
    """A cell: no tab or line end in it, and `|` only between the values of a list."""
    if isinstance(value, list):
        return "|".join(sorted({_cell(one).replace("|", "/") for one in value}))
    return " ".join(value.split()) if value else ""


# ── rows ─────────────────────────────────────────────────────────────────────────────────


def _fill(row: Row, slots: dict[str, Slot]) -> None:
    """Add to a row what it lacks; lists grow."""
    for slot, value in slots.items():
        held = row.get(slot)
        if isinstance(held, list) and isinstance(value, list):
            row[slot] = held + value
        elif value and not held:
            row[slot] = value


class _Nodes:
    """The nodes, by id."""

    def __init__(self, graph: Graph) -> None:
        self.rows: dict[str, Row] = {}
        self._graph = graph
        self._terms: dict[str, str] = {}
        joined = graph.quads_of(predicate=TW["sameTrial"])
        self._joined = {words(quad.subject): words(quad.object) for quad in joined}

    def add(self, iri: str, category: str, slots: dict[str, Slot]) -> str:
        """Add a node, or to one that is there what it lacks; its id."""
        identifier = biolink.curie(iri)
        row = self.rows.setdefault(identifier, {"id": identifier, "iri": iri, "provided_by": OURS})
        _fill(row, {"category": [category]})
        _fill(row, slots)
        return identifier

    def trial(self, iri: str, slots: dict[str, Slot] | None = None) -> str:
        """A trial, under its name in the registry where it has two names."""
        return self.add(self._joined.get(iri, iri), biolink.TRIAL, slots or {})

    def concept(self, iri: str, category: str) -> str:
        """A local concept, or a term: under the id of its preferred term, where it has one."""
        if iri in self._terms:
            return self.add(self._terms[iri], category, {})
        told = Described(self._graph.quads_of(subject=NamedNode(iri)))
        term = told.one(iri, TW["preferredTerm"]) or iri
        of_term = Described(self._graph.quads_of(subject=NamedNode(term)))
        name = told.one(iri, TW["preferredName"])
        name = name or of_term.one(term, SKOS["prefLabel"]) or of_term.one(term, RDFS["label"])
        same = [biolink.curie(other) for other in told.all(iri, SKOS["exactMatch"]) if other != term]
        self._terms[iri] = term
        return self.add(term, category, {"name": name, "xref": list(same)})


class _Edges:
    """The edges, by id."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}

    def add(
        self, triple: tuple[str, str, str], category: str, slots: dict[str, Slot], *, key: str = ""
    ) -> None:
        """Add an edge; one that several records state has the first one's source and all publications."""
        subject, predicate, object_ = triple
        key = key or f"{OURS}:edge-{hashlib.sha256(' '.join(triple).encode()).hexdigest()[:16]}"
        row = self.rows.setdefault(
            key,
            {"id": key, "subject": subject, "predicate": predicate, "object": object_, "category": category},
        )
        _fill(row, slots)


def _source(entry: Entry, level: str = "knowledge_assertion") -> dict[str, Slot]:
    """Who says so: people who fill in a registry, or our reading of an abstract."""
    if is_registry(entry.source):
        return {"knowledge_level": level, "agent_type": "manual_agent", "primary_knowledge_source": REGISTRY}
    return {
        "knowledge_level": level,
        "agent_type": "text_mining_agent",
        "primary_knowledge_source": PUBMED,
        "publications": [biolink.curie(entry.topic)],
    }


# ── what a record says ───────────────────────────────────────────────────────────────────


def _record(graph: Graph, entry: Entry, nodes: _Nodes, edges: _Edges) -> int:
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
            slots = {**_source(entry), "original_predicate": "trialweave:reportsTrial"}
            edges.add(
                (biolink.curie(entry.topic), biolink.MENTIONS, node), biolink.MENTION_ASSOCIATION, slots
            )
        _design(trial, node, told, entry, nodes, edges)
    return _counts(told, entry, nodes, edges)


def _publication(iri: str, told: Described, nodes: _Nodes) -> None:
    named: dict[str, Slot] = {"name": "journal article", "category": [biolink.CLASS]}
    nodes.add(FABIO["JournalArticle"], biolink.THING, named)
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


def _design(trial: str, node: str, told: Described, entry: Entry, nodes: _Nodes, edges: _Edges) -> None:
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
        part = {**_source(entry), "original_predicate": "trialweave:hasArm"}
        edges.add((node, biolink.HAS_PART, treatment), biolink.ASSOCIATION, part)
        for drug in sorted(drugs):
            part = {**_source(entry), "original_predicate": "trialweave:hasIntervention"}
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
        _related(node, "studiesDrug", drug, _source(entry), edges)
    for condition in sorted(conditions):
        _related(node, "studiesCondition", condition, _source(entry), edges)
        for drug, roles in sorted(given.items()):
            if "experimental" in roles:
                tested = {**_source(entry), "has_supporting_studies": [node]}
                edges.add((drug, biolink.IN_TRIALS_FOR, condition), biolink.TESTED_ASSOCIATION, tested)


def _related(trial: str, name: str, other: str, source: dict[str, Slot], edges: _Edges) -> None:
    slots = {**source, "original_predicate": f"trialweave:{name}"}
    edges.add((trial, biolink.RELATED, other), biolink.ASSOCIATION, slots)


def _counts(told: Described, entry: Entry, nodes: _Nodes, edges: _Edges) -> int:
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
            **_source(entry, "observation"),
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


def _indexed(graph: Graph, nodes: _Nodes, edges: _Edges) -> None:
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


def _paired(graph: Graph, nodes: _Nodes, edges: _Edges) -> None:
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
