"""Numbers that describe the people and not what happened to them: age, sex, stage, performance status."""

from __future__ import annotations

import re

from trialweave.loaders.abstract.quantities.beside import Quantity
from trialweave.loaders.abstract.scene import Scene
from trialweave.loaders.abstract.text.cued import cued
from trialweave.loaders.abstract.topics.find import Topic

_BASELINE = cued(
    re.compile(
        r"\b(?:median|mean)(?: ?[\[(][^\])]{2,24}[\])])? (?:patient )?age\b"
        r"|\baged? |\bages? |years of age|baseline characteristics|\bwere (?:women|men|male|female|white"
        r"|black|Asian)\b",
        re.IGNORECASE,
    ),
    "age|baseline characteristics|were women|were men|were male|were female|were white|were black|were asian",
)
_WHO = re.compile(
    r"[ )\]]*(?:of (?:the )?(?:patients|participants) )?(?:were |was )?(?:women|men|male|female|males"
    r"|females|white|black|asian|hispanic|caucasian|african)\b",
    re.IGNORECASE,
)
_DEMOGRAPHIC = cued(
    re.compile(
        r"\b(?:women|men|males?|females?|girls|boys|(?:current |former |never[- ])?smokers|whites|blacks"
        r"|asians)"
        r" (?:made up|accounted for|comprised|constituted|represented|formed)\b"
        r"|\b(?:ECOG|Karnofsky|WHO) (?:performance )?(?:status|score)\b|\bperformance status\b"
        r"|\bstage (?:0|I{1,3}V?|IV|[1-4])(?:[A-C]\b|\b)[^;,]{0,80}$|\b(?:current|former) smokers\b",
        re.IGNORECASE,
    ),
    "women|men|male|girls|boys|smokers|whites|blacks|asians|status|score|stage",
)
_WERE_WHO = re.compile(
    r"(?:[^;.]|\.(?=[0-9])){0,120}? were (?:women|men|male|female|white|black|Asian"
    r"|(?:current |former )?smokers)\b"
)


def is_demographic(scene: Scene, quantity: Quantity, topic: Topic | None) -> bool:
    """True for a share of women, of smokers or of a stage that the sentence gives as the people it counts."""
    near = scene.text[quantity.end : min(scene.sentence.end, quantity.end + 150)]
    if " were " in near and _WERE_WHO.match(scene.text, quantity.end, scene.sentence.end):
        return True
    said = topic is not None and scene.sentence.start <= topic.start and not _STATUS.search(topic.name)
    if said and topic is not None and topic.kind != "efficacy":
        return False
    begin = scene.clause(quantity.start)
    return not said and bool(_DEMOGRAPHIC.search(scene.text, begin, quantity.start))


_STATUS = re.compile(r"performance status|\bECOG\b|\bstage\b", re.IGNORECASE)


def is_baseline(scene: Scene, quantity: Quantity) -> bool:
    """True for ages and for shares of women, men or people of some origin."""
    inner = scene.around(quantity.start)
    begin = inner[0][0] if inner else scene.clause(quantity.start)
    if _WHO.match(scene.text, quantity.end):
        return True
    noun = quantity.noun or ""
    if (
        noun in (" women", " men", " males", " females", " girls", " boys")
        and "age" in scene.text[scene.sentence.start : quantity.end]
    ):
        return True
    return bool(_BASELINE.search(scene.text, begin, min(scene.sentence.end, quantity.end + 22)))
