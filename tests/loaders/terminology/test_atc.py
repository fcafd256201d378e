"""ATC from a licensed user's files: the names below are invented, the codes are only of ATC's form."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialweave.loaders.terminology import atc
from trialweave.ontology.prefixes import PREFIXES
from trialweave.records import Rejected, Term, Terminology

# WHO's XML is an ADO rowset: https://atcddd.fhi.no
XML = """<xml xmlns:s='uuid:BDC6E3F0-6DA3-11d1-A2A3-00AA00C14882' xmlns:rs='urn:schemas-microsoft-com:rowset'
 xmlns:z='#RowsetSchema'>
<s:Schema id='RowsetSchema'><s:ElementType name='row' content='eltOnly'/></s:Schema>
<rs:data>
<z:row ATCCode='X' Name='COLOURS'/>
<z:row ATCCode='X01' Name='WARM COLOURS' Comment='not &lt;cold&gt;'/>
<z:row ATCCode='X01A' Name='REDS'/>
<z:row ATCCode='X01AA' Name='Reds &amp; pinks'/>
<z:row ATCCode='X01AA01' Name='cinnabar'/>
</rs:data></xml>
"""


def read(text: str, file: str = "2025_ATC.xml") -> list[Terminology | Term | Rejected]:
    assert atc.matches(text)
    return list(atc.read(io.BytesIO(text.encode()), file=file))


def test_who_xml() -> None:
    header, *terms = read(XML)
    assert isinstance(header, Terminology)
    assert (header.key, header.version, header.redistributable) == ("atc", "2025", False)
    assert header.notice is not None
    found = [(t.notations[0], t.label, t.parents) for t in terms if isinstance(t, Term)]
    base = PREFIXES["atc"]
    assert found == [
        ("X", "COLOURS", ()),
        ("X01", "WARM COLOURS", (base + "X",)),
        ("X01A", "REDS", (base + "X01",)),
        ("X01AA", "Reds & pinks", (base + "X01A",)),
        ("X01AA01", "cinnabar", (base + "X01AA",)),
    ]


@pytest.mark.parametrize(
    "header",
    [
        "atc_code,atc_name,ddd,uom",
        "ATC code,ATC level name,DDD,Unit",
        '"ATCCode","Name",a,b',
        "\ufeffatc_code,atc_name,a,b",
    ],
)
def test_csv_under_its_various_headers(header: str) -> None:
    _, *terms = read(
        f'{header}\nX01AA01,cinnabar,1,g\nX01AA01,cinnabar,2,mg\nX01AA02,"ochre, red",,\n', "atc.csv"
    )
    assert [(t.label, t.path) for t in terms if isinstance(t, Term)] == [
        ("cinnabar", "line 2"),
        ("ochre, red", "line 4"),
    ]
    assert len(terms) == 2


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("X1,red", 'the code is "X1"'),
        ("x01AA02,red", "the code is"),
        ("X01AA02,", "has no name"),
        ("X01AA01,vermilion", '"vermilion" here, "cinnabar" in an earlier row'),
        ("X01AA02", "has no name"),
    ],
)
def test_a_bad_row_is_set_aside(row: str, words: str) -> None:
    _, first, rejected, last = read(f"atc_code,atc_name\nX01AA01,cinnabar\n{row}\nX01AA09,ochre\n", "atc.csv")
    assert isinstance(first, Term)
    assert isinstance(rejected, Rejected)
    assert words in rejected.reason
    assert rejected.position == 3
    assert isinstance(last, Term)


def test_a_bad_element_is_set_aside() -> None:
    _, *items = read(XML.replace("Name='REDS'/>", "Name=REDS/>"))
    assert [type(item) for item in items] == [Term, Term, Rejected, Term, Term]


@given(st.from_regex(r"[A-Z](\d\d([A-Z]([A-Z](\d\d)?)?)?)?", fullmatch=True))
def test_every_code_stands_below_the_one_it_begins_with(code: str) -> None:
    _, term = read(f"atc_code,atc_name\n{code},colour\n", "atc.csv")
    assert isinstance(term, Term)
    above = [iri.removeprefix(PREFIXES["atc"]) for iri in term.parents]
    assert len(above) == (len(code) > 1)
    assert all(code.startswith(one) and len(one) < len(code) for one in above)


@pytest.mark.parametrize("head", ["", "code,name\n", "<a/>", "<z:row Name='x'/>"])
def test_other_files_are_not_taken_for_it(head: str) -> None:
    assert atc.matches(head) is False
