from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from trialweave.graph.quads import GraphWriter, Literal, content_hash, decimal_lexical, to_term

NODE = "http://example.org/n"


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_decimals_keep_their_value_and_have_one_form(value: Decimal) -> None:
    text = decimal_lexical(value)
    assert Decimal(text) == value
    assert "e" not in text.lower()
    assert decimal_lexical(Decimal(text)) == text


def test_booleans_are_not_integers() -> None:
    assert to_term(True) == Literal("true", datatype=to_term(True).datatype)
    assert to_term(1) != to_term(True)


def test_a_string_is_never_read_as_an_iri() -> None:
    assert isinstance(to_term("http://example.org"), Literal)


def test_the_hash_does_not_depend_on_order() -> None:
    one, two = GraphWriter("http://example.org/g"), GraphWriter("http://example.org/g")
    node = one.node(NODE)
    for value in (1, 2, 3):
        one.add(node, NODE, value)
    for value in (3, 1, 2, 2):
        two.add(node, NODE, value)
    assert content_hash(one.quads()) == content_hash(two.quads())
    two.add(node, NODE, 4)
    assert content_hash(one.quads()) != content_hash(two.quads())
