"""The pictures to try show what they say, and the model is as sure of them as it should be."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from yuzug.images import MIN_SIDE_PX
from yuzug.ui.models import Analyzers
from yuzug.ui.photo.examples import NAMES, THUMBNAIL_PX, example, thumbnail

# Faces that are found in each, and whether the first reading is sure.
READ = {
    "portrait": (1, True),
    "group": (3, True),
    "covered": (0, None),
    "one_side": (1, True),
    "sideways": (1, False),
    "cartoon": (0, None),
}


@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_a_picture_with_a_small_copy(name: str) -> None:
    picture = example(name)
    assert picture is not None
    assert picture.dtype == np.uint8
    assert min(picture.shape[:2]) > MIN_SIDE_PX
    small = thumbnail(name)
    assert small is not None
    assert Image.open(io.BytesIO(small)).size == (THUMBNAIL_PX, THUMBNAIL_PX)
    assert len(small) < 5000


@pytest.mark.parametrize("name", READ)
def test_the_model_reads_an_example_as_it_should(analyzers: Analyzers, name: str) -> None:
    faces = analyzers.live("resnet18", 7).analyze(example(name)).faces
    count, sure = READ[name]
    assert len(faces) == count
    assert sure is None or faces[0].sure is sure


def test_there_is_no_other_example() -> None:
    assert example("../portrait") is None
    assert thumbnail("nothing") is None
