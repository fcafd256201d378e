"""Labels of conditions and events: what they may be looked up as, and which words only narrow them."""

from __future__ import annotations

import re

from trialweave.ontology.linking.forms import Form, distinct

HEAD = "head of the phrase"
"""The rule that takes the last words of a phrase for what it is."""

_NOS = re.compile(r"[\s,(\[-]+(?:NOS|not otherwise specified|unspecified)[)\]]?\s*$", re.IGNORECASE)
_BRACKETS = re.compile(r"\s*(?:\(([^()]*)\)|\[([^\[\]]*)\])")

_STAGE = (
    r"(?:(?:clinical|pathologic(?:al)?|prognostic|anatomic|AJCC|FIGO|ISS|TNM|Dukes)[\s-]+)*"
    r"stages?\s*:?\s*(?:0|IV|I{1,3}|[1-4])(?:[ABC]\d?|[abc]\d?)?(?:\d)?"
    r"(?:\s*(?:,|/|-|to|and|or|through)\s*(?:stage\s*)?(?:0|IV|I{1,3}|[1-4])(?:[ABC]\d?|[abc]\d?)?)*\b"
)
_EDITION = r"AJCC\s*(?:v\.?\s*\d|\d+th(?:\s+edition)?)(?:\s*(?:and|or|/|,)\s*v\.?\s*\d)*"
_WORDS = (
    r"(?:stage|grade|type) (?:unspecified|unknown)|locally[\s-]+(?:advanced|recurrent)|newly[\s-]+diagnosed|"
    r"previously[\s-]+(?:treated|untreated)|treatment[\s-]+(?:naive|experienced|resistant|refractory)|"
    r"hormone[\s-]+(?:sensitive|refractory|resistant)|castration[\s-]+(?:resistant|sensitive)|"
    r"platinum[\s-]+(?:sensitive|resistant|refractory)|(?:early|late|end|extensive|limited)[\s-]+stage|"
    r"(?:high|low|intermediate)[\s-]+risk|moderate[\s-]+to[\s-]+severe|mild[\s-]+to[\s-]+moderate|"
    r"in remission|in relapse|"
    r"advanced|metastatic|recurrent|refractory|relapsed|relapsing|unresectable|inoperable|resectable|"
    r"resected|untreated|progressive|residual|incurable|active|stable|uncontrolled|persistent|"
    r"severe|moderate|mild|acute|chronic|intermittent|transient|aggravated|worsening|worsened|exacerbated|"
    r"bilateral|unilateral|left|right|symptomatic|asymptomatic|viral|bacterial|fungal|infectious|infective|"
    r"toxic|traumatic|positional|upper|lower|locali[sz]ed|generali[sz]ed|unspecified|protocol specific|"
    r"secondary(?! to)|idiopathic|obstructive|h(?:a)?emorrhagic|NYHA class (?:I{1,3}V?|[1-4])|"
    r"adults?|childhood|p(?:a)?ediatric|juvenile|neonatal|elderly|postoperative|post-operative|post-procedural"
)
_QUALIFIER = re.compile(
    rf"(?:^|(?<=[\s,(;/]))(?:{_EDITION}|{_STAGE}|(?:{_WORDS}))(?=$|[\s,);/])[\s,;/]*(?:or|and)?(?=\s|$)",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\s*,?\s+(?:due to|secondary to|caused by|induced by|associated with|related to|following|after|"
    r"during|in|with|without|from|on|by|for|at|as|requiring)\s+.*$",
    re.IGNORECASE,
)
_COLON = re.compile(
    r"([A-Za-z][A-Za-z -]*?)\s*(?::+\s*|\s-+\s*|-(?=[Oo]ther)|,\s*(?=[Oo]ther|GI\b|GU\b|CNS\b|pulmonary)).+$"
)
_BEFORE = re.compile(r"([A-Z][A-Za-z]{1,6})\s*(?:-|–|:)\s+(.+)")
_EYE = re.compile(r"\s*\((?:study|fellow|left|right|treated) eye\)|\s+(?:OD|OS|OU)$", re.IGNORECASE)
_DANGLING = re.compile(r"^(?:or|and|of|with|the|a)\s+|\s+(?:or|and|of|with|the|by|in|to)$", re.IGNORECASE)
_NEGATED = re.compile(
    r"\bnon[\s-]+(?:metastatic|resectable|refractory|advanced|severe|active|relapsed|progressive|acute|chronic)"
    r"\b|"
    r"\b(?:no|not|without|absence of|history|risk|prevention|suspected|possible|negative|healthy|exposure|"
    r"survivors?|"
    r"normal|fear|screening|vaccin\w+|prophylaxis|caregivers?|donors?)\b",
    re.IGNORECASE,
)


def forms(label: str) -> tuple[Form, ...]:
    """What a label of a condition or event may be looked up as, in order of trust.

    Words of stage, course, severity, age and side narrow what the rest names: without them a form is
    broader, unless the term with them exists, which is asked first. A label that denies something is
    looked up as it stands only.

    >>> [form.text for form in forms("Stage IIIB Non-small Cell Lung Cancer AJCC v7")][:3]
    ['Stage IIIB Non-small Cell Lung Cancer AJCC v7', 'Non-small Cell Lung Cancer', 'Cell Lung Cancer']
    >>> [(form.text, form.sense) for form in forms("Chronic Obstructive Pulmonary Disease (COPD)")][1]
    ('Chronic Obstructive Pulmonary Disease', 'exact')
    >>> [form.text for form in forms("Non-metastatic cancer")]
    ['Non-metastatic cancer']
    """
    found = [Form(label)]
    bare = label
    if _NOS.search(bare):
        bare = _NOS.sub("", bare)
        found.append(Form(bare, ("NOS",)))
    before = _BEFORE.match(bare)
    if before and is_abbreviation(before[1], before[2]):
        bare = before[2]
        found.append(Form(bare, ("abbreviation before",)))
    outside = _BRACKETS.sub("", bare)
    insides = [first or second for first, second in _BRACKETS.findall(bare)]
    if insides and all(is_abbreviation(inside, outside) for inside in insides):
        found.append(Form(outside, ("abbreviation in brackets",)))
        bare = outside
    if _NEGATED.search(label):
        return distinct(found)
    rules: tuple[str, ...] = ()
    for rule, pattern in (
        ("without the eye", _EYE),
        ("without brackets", _BRACKETS),
        ("without qualifiers", _QUALIFIER),
        ("without what it comes with", _TAIL),
    ):
        shorter = _trimmed(pattern.sub("" if pattern is not _QUALIFIER else " ", bare))
        if shorter and shorter != _trimmed(bare):
            bare, rules = shorter, (*rules, rule)
            found.append(Form(bare, rules, "broad"))
    colon = _COLON.match(bare)
    if colon and _is_head(colon[1].split()[-1]):
        bare, rules = _trimmed(colon[1]), (*rules, "before the colon")
        found.append(Form(bare, rules, "broad"))
    found += [Form(head, (*rules, HEAD), "broad") for head in _heads(bare)]
    return distinct(found)


_JOINT = re.compile(
    r"^(?:of|in|to|for|from|with|without|after|before|by|on|at|and|or|about|as|than|like|no|non|pre|pseudo)$"
)
_HEADS = {
    "infection", "pain", "fracture", "hemorrhage", "haemorrhage", "bleeding", "failure", "cancer", "leukemia",
    "leukaemia", "neoplasm", "tumor", "tumour", "abscess", "ulcer", "sepsis", "pneumonia", "edema", "oedema",
    "thrombosis", "embolism", "stenosis", "arrhythmia", "rash", "hypertension", "hypotension", "pruritus",
    "ulceration", "polyp", "cyst", "hernia", "laceration", "contusion", "effusion", "infarction", "ischemia",
    "ischaemia", "dystonia", "dysplasia", "necrosis", "perforation", "obstruction", "fistula", "stroke",
    "seizure", "anxiety", "depression", "headache", "nausea", "vomiting", "fatigue", "swelling",
    "inflammation",
    "allergy", "hypersensitivity", "diabetes", "asthma", "anemia", "anaemia", "sprain", "burn", "wound",
    "malignancy", "bronchospasm", "aneurysm", "dementia", "cataract", "psychosis", "mania",
}  # fmt: skip
_HEAD_ENDINGS = ("itis", "oma", "emia", "penia", "pathy", "algia", "uria", "rrhea", "rrhoea", "rrhage")


def _is_head(word: str) -> bool:
    one = word.casefold().removesuffix("s")
    return one in _HEADS or word.casefold() in _HEADS or one.endswith(_HEAD_ENDINGS)


def _heads(text: str) -> list[str]:
    """Ends of a phrase that begin with no preposition's object and end in the name of a disease or a sign.

    The last noun of an English phrase says what it is: "Candida sepsis" is a sepsis.

    >>> _heads("Central venous catheter infection"), _heads("Quality of life in cancer")
    (['venous catheter infection', 'catheter infection', 'infection'], [])
    """
    if re.search(r"[,;:/()\[\]]|\s-|-\s", text):
        return []
    told = text.split()
    last = told[-1].casefold() if told else ""
    if not _is_head(last):
        return []
    if any(_JOINT.match(word.casefold()) for word in told):
        return []
    return [" ".join(told[start:]) for start in range(1, len(told))]


def without_qualifiers(label: str) -> str:
    """A name without the words that only narrow it; the name itself where nothing would be left.

    >>> without_qualifiers("Recurrent urinary tract infections"), without_qualifiers("Chronic")
    ('urinary tract infections', 'Chronic')
    """
    return _trimmed(_QUALIFIER.sub(" ", label)) or label


def in_brackets(label: str) -> tuple[str, ...]:
    """What stands in brackets.

    >>> in_brackets("Dyspnea (shortness of breath)")
    ('shortness of breath',)
    """
    return tuple(first or second for first, second in _BRACKETS.findall(label))


def without_brackets(label: str) -> str:
    """A label without what stands in brackets."""
    return _trimmed(_BRACKETS.sub("", label))


def is_abbreviation(short: str, long: str) -> bool:
    """Whether `short` is made of letters of `long` in their order, the first first.

    >>> is_abbreviation("NSCLC", "Non-Small Cell Lung Cancer"), is_abbreviation("M6a", "Erythroleukemia")
    (True, False)
    """
    letters = re.sub(r"[^A-Z]", "", short.removesuffix("s"))
    if len(letters) < 2 or " " in short.strip() or len(letters) * 2 < len(short):
        return False
    skipped = iter(long.upper())
    return long[:1].upper() == letters[0] and all(letter in skipped for letter in letters)


def _trimmed(text: str) -> str:
    before = None
    text = " ".join(text.split()).strip(" ,;:-/")
    while text != before:
        before = text
        text = _DANGLING.sub("", text).strip(" ,;:-/")
    return text
