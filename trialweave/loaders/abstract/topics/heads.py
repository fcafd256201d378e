"""The head words of endpoints and events, by kind: "survival", "response", "neutropenia"."""

from __future__ import annotations

import re
from functools import lru_cache

_HEADS = {
    "death": r"deaths?|died|mortality|fatalit(?:y|ies)",
    "survival": r"survival|PFS|OS|DFS|EFS|RFS|MFS|DMFS|IDFS|iDFS|DDFS|LRFS|TTP|TTF|FFS|CSS|BCSS"
    r"|time to (?:[a-z-]+ ){0,4}?(?:progression|failure|recurrence|relapse|deterioration|treatment"
    r"|worsening|event|metastasis|death|response|discontinuation)",
    "follow-up": r"follow-?[ ]?up|observation time|followed",
    "harm": (
        r"[a-z]*(?:penias?|a?emias?|(?<!hepat)(?<!arthr)itis|algia|neuropath(?:y|ies)|rrho?ea|toxicit(?:y"
        r"|ies)|toxic effects|thrombosis|embolism|embolic events?|oedema|edema|dynia|phagia|pno?ea"
        r"|thyroidism|kal[ae]emia|esthesia|cytosis)|"
        r"(?:(?:serious|severe|adverse|toxic|treatment-emergent|side|unwanted|immune-related|cardiac"
        r"|cardiovascular|bleeding|skeletal-related|thrombotic|infectious|hepatic"
        r"|vascular) (?:drug )?(?:events?|effects?|reactions?))|(?:TR|TE|S|ir|IR)?AEs?(?:SIs?)?|"
        r"pain|rash|fatigue|asthenia|nausea|vomiting|emesis|headaches?|dizziness|pruritus|cough|fever"
        r"|pyrexia|chills|hypertension|hypotension|bleeding|ha?emorrhages?|infections?|sepsis|pneumonia"
        r"|perforations?|fistulas?|leaks?|leakage|"
        r"fractures?|strokes?|infarctions?|heart failure|alopecia|anorexia|appetite|weight (?:loss|gain)"
        r"|constipation|insomnia|(?:re-?)?admissions? to (?:the )?hospital"
        r"|hospital (?:re)?admissions?|hot flashes|hot flushes|xerostomia|dry mouth|erythema|flushing"
        r"|incontinence|dysfunction|complications?|morbidity|syndrome|"
        r"thromboembolism|VTE|discontinuations?|withdrawals?|dose reductions?|hospitali[sz]ations?|spasms?"
        r"|cramps|tinnitus|lymph(?:o)?edema|ulcers?|ulceration|seizures?|depression|falls|lipase|amylase"
        r"|gyna?ecomastia|myelosuppression|cardiotoxicity|"
        r"mucositis|stomatitis|transaminases?|aminotransferases?|creatinine(?: levels?)?|bilirubin"
        r"|hepatitis|arthritis|neuropathy|reactions?|scaling|pneumonitis|reoperations?|transfusions?"
        r"|malignanc(?:y|ies)|second(?:ary)? (?:primary )?cancers?|obstruction|injur(?:y|ies)"
        r"|thromboembolic events?|arrhythmias?|hypoxia|sweats?|DLTs?|HFS|ILD"
    ),
    "efficacy": (
        r"responses?|responders?|responded|remissions?|ORR|OR(?= rate)|CRR?|PR(?= rate)|pCR|MPR|DCR|CBR"
        r"|DOR|DoR|control(?!s| group| arm| patients| participants| regimen| and | \(|,|\.)|progressions?"
        r"|progressed|recurrences?|recurred|relapses?|relapsed|metastas[ie]s|cure|clearance|success"
        r"|failures?|eradication|"
        r"benefit|scores?|QoL|QOL|quality[- ]of[- ]life|adherence|compliance|completion|completed"
        r"|stable disease|disease progression|live births?|pregnanc(?:y|ies)|concentrations?|levels?"
        r"|duration|shedding|lesions?|"
        r"conversion|resection|resections|preservation|resolution|detection|engraftment|seroconversion"
        r"|seroresponse|efficacy|satisfaction|consumption|requirements?|length of (?:hospital )?stay"
        r"|hospital stay|blood loss|operative time|operating time|"
        r"outcome events?|outcomes?|end ?points?|alive|diagnosis|diagnoses|weight|pressure|volume|density"
        r"|reductions?|improvements?|decreases?|increases?|change|changes|uptake|screening|participation"
        r"|rates?|events?|incidence|symptoms?|intensity|ratings?|use|function|healing|dependence"
        r"|independence|abstinence|cessation|recovery|opioids?|interventions|excretion|AUC"
    ),
}
HEAD = re.compile(
    r"(?<![\w])(?:"
    + "|".join(f"(?P<k{number}>(?:{words.lower()})(?![\\w]))" for number, words in enumerate(_HEADS.values()))
    + ")"
)
"""A head word, in a text in lower case."""
KINDS = list(_HEADS)
_BEGINS_SEVERAL = frozenset(
    "time toxic serious severe adverse treatment side unwanted immune cardiac cardiovascular"
    " bleeding skeletal thrombotic infectious hepatic "
    "vascular heart weight hot dry dose second secondary stable disease quality length hospital"
    " blood operative operating outcome end live admission admissions readmission readmissions re "
    "follow observation creatinine thromboembolic or pr".split()
)


@lru_cache(maxsize=1 << 16)
def may_begin(word: str) -> bool:
    """True if an endpoint's head can begin with this word."""
    return word.lower() in _BEGINS_SEVERAL or bool(HEAD.match(word.lower()))
