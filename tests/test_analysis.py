"""Results as values: compared, hashed, printed, turned into JSON and shown in a notebook."""

from __future__ import annotations

import os
import pickle
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from yuzug import Analysis, Analyzer
from yuzug._resources import PORTRAIT_FACE
from yuzug.records import AnalysisRecord


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer.load("cnn")


@pytest.fixture(scope="module")
def analysis(analyzer: Analyzer, astronaut: np.ndarray) -> Analysis:
    return analyzer.analyze(astronaut)


def test_results_are_compared_by_identity(analyzer: Analyzer, analysis: Analysis) -> None:
    again = analyzer.analyze(analysis.image)
    face = analysis.faces[0]
    batch = analyzer.classifier.classify([face.crop])
    for one, other in (
        (analysis, again),
        (face, again.faces[0]),
        (face.explanation, again.faces[0].explanation),
        (analyzer.contrast(face, "happy", "sad"), analyzer.contrast(face, "happy", "sad")),
        (batch, analyzer.classifier.classify([face.crop])),
        (batch.predictions[0], analyzer.classifier.classify([face.crop]).predictions[0]),
    ):
        assert one == one
        assert one != other
        assert len({one, other}) == 2


def test_results_are_printed_on_one_line(analyzer: Analyzer, analysis: Analysis) -> None:
    face = analysis.faces[0]
    batch = analyzer.classifier.classify([face.crop])
    contrast = analyzer.contrast(face, "happy", "sad")
    forward = analyzer.explainer.forward_pass(batch)
    for value in (analysis, face, face.explanation, contrast, batch, batch.predictions[0], forward):
        assert len(repr(value)) < 250
        assert "array" not in repr(value)
        assert "\n" not in repr(value)
    assert re.match(
        r"Analysis\(512x512, cnn, faces=\[Face\(happy 0\.\d\d, box_xywh=", repr(analysis)
    )


def test_to_dict_is_the_json_of_the_command_line(analysis: Analysis) -> None:
    found = analysis.to_dict("astronaut.jpg")
    assert AnalysisRecord.model_validate(found) == AnalysisRecord.of("astronaut.jpg", analysis)
    assert found["faces"] == [face.to_dict() for face in analysis.faces]
    assert found["faces"][0]["doubts"] == []
    assert found["faces"][0]["landmarks"] is None
    assert found["faces"][0]["track"] is None


def test_a_bright_face_says_in_the_json_why_it_is_not_sure(
    analyzer: Analyzer, astronaut: np.ndarray
) -> None:
    bright = np.minimum(astronaut.astype(int) * 2, 255).astype(np.uint8)
    (face,) = analyzer.analyze(bright[PORTRAIT_FACE], crops=True).to_dict()["faces"]
    assert not face["sure"]
    assert face["doubts"]


def test_a_notebook_shows_picture_map_and_probabilities(analysis: Analysis) -> None:
    shown = analysis._repr_html_()
    assert shown.count("data:image/jpeg;base64,") == 3
    assert shown.count("<rect") == 1
    assert all(label in shown for label in analysis.faces[0].probabilities)


def test_the_main_face_goes_by_its_old_name_too(analysis: Analysis) -> None:
    assert analysis.main_face is analysis.faces[0]
    assert analysis.dominant is analysis.main_face  # no warning: the suite makes errors of them


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_photo_on_its_side_is_read_upright_and_not_sure(
    analyzer: Analyzer, analysis: Analysis, turns: int
) -> None:
    turned = np.ascontiguousarray(np.rot90(analysis.image, turns))
    face = analyzer.analyze(turned).main_face
    assert face is not None
    upright = analysis.faces[0]
    assert face.emotion == upright.emotion == "happy"
    assert face.doubts == ("tilted",)
    x, y, w, h = (round(value) for value in face.box_xywh)
    mask = np.zeros(turned.shape[:2], bool)
    mask[y : y + h, x : x + w] = True
    back = np.argwhere(np.rot90(mask, -turns))
    top, left, _, _ = (upright.box_xywh[index] for index in (1, 0, 2, 3))
    np.testing.assert_allclose(back.min(axis=0), (top, left), atol=12)


def test_an_analyzer_can_be_pickled(analyzer: Analyzer, analysis: Analysis) -> None:
    other = pickle.loads(pickle.dumps(analyzer)).analyze(analysis.image)
    assert other.faces[0].probabilities == analysis.faces[0].probabilities


FORK = """
import os, signal
from yuzug import Analyzer
from yuzug._resources import PORTRAIT
analyzer = Analyzer.load("cnn")
analyzer.analyze(PORTRAIT)
child = os.fork()
if child == 0:
    signal.alarm(60)
    found = analyzer.analyze(PORTRAIT)
    os._exit(0 if found.faces else 3)
raise SystemExit(os.waitpid(child, 0)[1])
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_child_analyzes_too(tmp_path: Path) -> None:
    several = {**os.environ, "OMP_NUM_THREADS": "2"}
    ran = subprocess.run([sys.executable, "-c", FORK], env=several, timeout=240, check=False)
    assert ran.returncode == 0, "the child hung, as it does with more threads than one"
