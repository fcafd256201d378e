import io

import pytest

from trialweave.errors import LoadError
from trialweave.loaders.terminology import heading
from trialweave.loaders.terminology.laid_out import laid_out
from trialweave.loaders.terminology.notices import NOTICES
from trialweave.records import Terminology

OBO = "http://purl.obolibrary.org/obo/"


def made(iri: str | None, **stated: list[str]) -> Terminology:
    with laid_out(io.BytesIO(b"")) as whole:
        return heading.terminology(
            whole,
            file="folder/File Name.owl.gz",
            member=None,
            format_name="x",
            iri=iri,
            version=None,
            stated={heading.OWL[name]: values for name, values in stated.items()},
        )


@pytest.mark.parametrize(
    ("iri", "key", "noticed", "partial"),
    [
        (f"{OBO}mondo.owl", "mondo", "mondo", False),
        (f"{OBO}hp/hp-international.owl", "hp-international", "hp", False),
        (f"{OBO}doid/subsets/DO_cancer_slim.owl", "do_cancer_slim", "doid", True),
        (f"{OBO}OAE/ontorat/new_OAE_terms_2022.owl", "new_oae_terms_2022", "oae", False),
        ("http://example.org/vocab/drugs#", "drugs", None, False),
        (None, "file-name", None, False),
    ],
)
def test_keys_and_notices(iri: str | None, key: str, noticed: str | None, partial: bool) -> None:
    found = made(iri)
    assert (found.key, found.partial) == (key, partial)
    assert found.notice == (NOTICES[noticed].text if noticed else None)
    assert found.redistributable == (True if noticed else None)


def test_a_version_that_is_only_stated_as_a_text() -> None:
    assert made(None, versionInfo=["", "Vision Release; 1.1.247"]).version == "Vision Release; 1.1.247"
    assert made(None).version is None


def test_what_hpo_asks_for_is_said() -> None:
    text = NOTICES["hp"].text
    assert all(word in text for word in ("cite", "version", "do not change"))


def test_of_a_stream_that_breaks_off_what_came_before_is_laid_out() -> None:
    class Broken(io.BytesIO):
        def read1(self, size: int | None = -1) -> bytes:
            data = super().read1(3)
            if not data:
                raise LoadError("gone")
            return data

    with laid_out(Broken(b"abcdefg")) as whole:
        assert (whole.data.read(), whole.problem) == (b"abcdefg", "gone")
