"""The command line: its JSON, its exit codes, and one clear line where something is wrong."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from yuzug.cli import main, parser
from yuzug.commands import COMMANDS
from yuzug.emotions import LABEL_SETS, Emotion
from yuzug.images import png_bytes
from yuzug.models import DEFAULT_CLASSES, DEFAULT_MODEL, available_models

Capture = pytest.CaptureFixture[str]
ROOT = Path(__file__).resolve().parents[2]


def lines(capture: Capture, *words: object) -> tuple[int, list[dict[str, Any]], str]:
    """Exit code, objects on stdout, text on stderr."""
    code = main([str(word) for word in words])
    out, err = capture.readouterr()
    return code, [json.loads(line) for line in out.splitlines()], err


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pictures") / "blank.png"
    Image.new("RGB", (64, 48), "grey").save(path)
    return path


def test_analyze_prints_what_the_design_promises(capsys: Capture, astronaut_path: Path) -> None:
    code, [line], err = lines(capsys, "analyze", astronaut_path)
    assert (code, err) == (0, "")
    assert list(line) == [
        *("schema", "image", "width", "height", "model", "classes", "detector"),
        *("faces", "dominant", "recommendations", "ms", "person"),
    ]
    assert line["schema"] == 1
    assert line["image"] == str(astronaut_path)
    assert (line["width"], line["height"]) == (512, 512)
    assert (line["model"], line["classes"]) == (DEFAULT_MODEL, DEFAULT_CLASSES)
    assert line["detector"] == "haar"
    assert line["recommendations"] == []
    assert {"detect", "classify"} <= set(line["ms"])
    face = line["faces"][line["dominant"]]
    assert list(face) == [
        *("box_xywh", "score", "emotion", "confidence", "sure", "probabilities", "regions"),
        *("explanation", "doubts", "landmarks", "track", "person"),
    ]
    assert face["explanation"]["target"] == face["emotion"]
    assert face["explanation"]["trust"] is None
    assert face["score"] is None
    x, y, w, h = face["box_xywh"]
    assert x < 224 < x + w, "the box holds her nose"
    assert y < 120 < y + h
    assert set(face["probabilities"]) == set(LABEL_SETS[7].names)
    assert sum(face["probabilities"].values()) == pytest.approx(1, abs=1e-3)
    assert face["confidence"] == face["probabilities"][face["emotion"]]
    assert sum(face["regions"].values()) == pytest.approx(1, abs=1e-3)
    assert all(value == round(value, 4) for value in face["probabilities"].values())


def test_analyze_explains_what_it_is_asked(capsys: Capture, astronaut_path: Path) -> None:
    wanted = ("--method", "layercam", "--target", "surprise", "--trust")
    code, [line], err = lines(capsys, "analyze", astronaut_path, *wanted)
    assert (code, err) == (0, "")
    told = line["faces"][line["dominant"]]["explanation"]
    assert (told["method"], told["target"]) == ("layercam", "surprise")
    assert set(told["trust"]) == {"score", "random", "centre", "level", "sentence"}
    for wrong in (("--method", "tea-leaves"), ("--target", "hungry")):
        code, [], err = lines(capsys, "analyze", astronaut_path, *wrong)
        assert code == 2
        assert wrong[1] in err


def test_one_expression_is_held_against_another(
    capsys: Capture, astronaut_path: Path, tmp_path: Path
) -> None:
    shift = []
    photo = np.array(Image.open(astronaut_path).convert("RGB"), int)
    for target, other in (("happy", "surprise"), ("surprise", "happy")):
        folder = tmp_path / target
        words = ["analyze", str(astronaut_path), "--target", target, "--against", other]
        assert main([*words, "--cam", str(folder)]) == 0
        change = np.array(Image.open(folder / "astronaut_cam.png"), int) - photo
        shift.append((change[..., 0] - change[..., 2]).sum())
    # Orange speaks for the first, blue for the other; a smile speaks for happy either way.
    assert shift[0] > 0 > shift[1]
    capsys.readouterr()
    assert main(words) == 2
    assert "--cam" in capsys.readouterr().err
    assert main([*words[:-1], "hungry", "--cam", str(tmp_path)]) == 2
    assert "hungry" in capsys.readouterr().err


def test_no_face_is_no_error(capsys: Capture, blank: Path) -> None:
    code, [line], err = lines(capsys, "analyze", blank, "--recommend")
    assert (code, err) == (0, "")
    assert (line["faces"], line["dominant"], line["recommendations"]) == ([], None, [])


@pytest.mark.parametrize("classes", LABEL_SETS)
def test_crops_are_read_whole_with_any_label_set(
    capsys: Capture, blank: Path, classes: int
) -> None:
    code, [line], _ = lines(capsys, "analyze", blank, "--crops", "--classes", classes)
    assert code == 0
    assert [face["box_xywh"] for face in line["faces"]] == [[0, 0, 64, 48]]
    assert list(line["faces"][0]["probabilities"]) == list(LABEL_SETS[classes].names)
    assert line["classes"] == classes


def test_advice_comes_from_a_folder_of_ones_own(
    capsys: Capture, blank: Path, tmp_path: Path
) -> None:
    for name in ("kinds.yaml", "policy.yaml"):
        (tmp_path / name).write_bytes((ROOT / "recommendations" / name).read_bytes())
    social = ROOT / "recommendations" / "activities" / "social.yaml"
    (tmp_path / "mine.yaml").write_bytes(social.read_bytes())
    (tmp_path / "bad.yaml").write_text("- tea", encoding="utf-8")
    words = ["analyze", blank, "--crops", "--recommend", "--catalogue", tmp_path]
    code, [line], err = lines(capsys, *words)
    assert code == 0
    assert {one["kind"] for one in line["recommendations"]} == {"social"}
    assert "bad.yaml:1: must hold keys" in err


def test_advice_comes_in_the_language_asked_for(capsys: Capture, astronaut_path: Path) -> None:
    both = [
        lines(capsys, "analyze", astronaut_path, "--recommend", "--lang", lang)[1][0]
        for lang in ("en", "tr")
    ]
    english, turkish = (line["recommendations"] for line in both)
    assert [one["id"] for one in english] == [one["id"] for one in turkish]
    assert english[0]["title"] != turkish[0]["title"]
    assert english[0]["why"]


def test_a_model_may_be_a_path(capsys: Capture, blank: Path, tmp_path: Path) -> None:
    copy = tmp_path / "mine.safetensors"
    copy.write_bytes(available_models()[1].path.read_bytes())
    code, [line], _ = lines(capsys, "analyze", blank, "--crops", "--model", copy)
    assert (code, line["model"]) == (0, available_models()[1].name)


def test_heat_maps_are_painted_on_copies(
    capsys: Capture, astronaut_path: Path, blank: Path, tmp_path: Path
) -> None:
    twin = tmp_path / "other" / astronaut_path.name
    twin.parent.mkdir()
    twin.write_bytes(astronaut_path.read_bytes())
    folder = tmp_path / "new" / "cam"
    code, [line, _, _], _ = lines(capsys, "analyze", astronaut_path, twin, blank, "--cam", folder)
    assert code == 0
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["astronaut_cam-2.png", "astronaut_cam.png"]
    photo = np.array(Image.open(astronaut_path).convert("RGB"))
    changed = (photo != np.array(Image.open(folder / "astronaut_cam.png"))).any(axis=2)
    rows, columns = np.nonzero(changed)
    boxes = [face["box_xywh"] for face in line["faces"]]
    assert rows.size, "something was painted"
    for row, column in zip(rows[::97], columns[::97], strict=True):
        assert any(x - 1 <= column <= x + w and y - 1 <= row <= y + h for x, y, w, h in boxes), (
            "and only on faces"
        )


def test_each_line_comes_as_soon_as_it_is_ready(yuzug_command: list[str], blank: Path) -> None:
    """Ended after its first line, the command has not yet read the other pictures."""
    many = 2000
    command = [*yuzug_command, "analyze", "--crops", "--model", "cnn", *[str(blank)] * many]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert json.loads(running.stdout.readline())["image"] == str(blank)
        running.terminate()
        assert len(running.stdout.read().splitlines()) < many - 1


def test_names_on_stdin_that_are_no_utf8_are_read(
    capsys: Capture, blank: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = os.fsencode(tmp_path) + b"/caf\xe9.png"
    shutil.copy(blank, os.fsdecode(odd))
    for name, code in ((odd, 0), (odd + b"2", 2)):
        given = io.TextIOWrapper(io.BytesIO(name + b"\n"), "utf-8")
        monkeypatch.setattr(sys, "stdin", given)
        found, [one], _ = lines(capsys, "analyze", "-", "--crops", "--model", "cnn")
        assert (found, "error" in one) == (code, code == 2)


def test_nothing_but_json_is_printed(yuzug_command: list[str], astronaut_path: Path) -> None:
    ran = subprocess.run(
        [*yuzug_command, "analyze", str(astronaut_path), "--recommend", "--model", "cnn"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert len(ran.stdout.splitlines()) == 1


def test_a_reader_who_has_had_enough_is_no_error(yuzug_command: list[str], blank: Path) -> None:
    command = [*yuzug_command, "analyze", "--crops", "--model", "cnn", *[str(blank)] * 300]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.readline()
        running.stdout.close()
        assert running.stderr.read() == b""
    assert running.returncode == 0


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ([], "COMMAND"),
        (["analyse", "a.jpg"], "analyse"),
        (["analyze"], "IMAGE"),
        (["analyze", "a.jpg", "--model", "vgg"], "resnet18"),
        (["analyze", "a.jpg", "--classes", "2"], "3, 4, 5, 6, 7, 8"),
        (["analyze", "a.jpg", "--classes", "9"], "3, 4, 5, 6, 7, 8"),
        (["analyze", "a.jpg", "--classes", "many"], "3, 4, 5, 6, 7, 8"),
        (["analyze", "a.jpg", "--lang", "de"], "--lang"),
        (["analyze", "a.jpg", "--mod", "cnn"], "--mod"),
        (["analyze", "a.jpg", "--model", "README.md"], "README.md"),
        (["recommend"], "--check"),
        (["recommend", "joyful-ish"], "angry, disgust"),
        (["recommend", "sad", "--minutes", "0"], "minutes"),
        (["recommend", "sad", "--minutes", "ten"], "--minutes"),
        (["recommend", "sad", "--energy", "huge"], "low, medium, high"),
        (["recommend", "sad", "--count", "-1"], "count"),
        (["recommend", "sad", "--catalogue", "nowhere"], "nowhere"),
        (["recommend", "--check", "nowhere"], "nowhere"),
        (["train", "cnn", "--data", "nowhere", "--out", "runs"], "nowhere"),
        (["train", "nothing", "--data", "nowhere", "--out", "runs"], "nothing"),
        (["evaluate", "nowhere"], "nowhere"),
        (["serve", "--port", "many"], "--port"),
        (["serve", "--classes", "9"], "3, 4, 5, 6, 7, 8"),
        (["serve", "--model", "vgg"], "resnet18"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(
    capsys: Capture, words: list[str], hint: str
) -> None:
    code = exit_code(words)
    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert err.endswith("\n")
    assert len(err.splitlines()) == 1
    assert err.startswith("yuzug: ")
    assert hint in err


def test_a_complaint_is_turkish_where_turkish_was_asked_for(capsys: Capture) -> None:
    assert exit_code(["--lang", "tr", "analyze", "a.jpg", "--model", "vgg"]) == 2
    assert "Bu adda bir model yok." in capsys.readouterr().err
    assert exit_code(["analyze", "--lang=tr"]) == 2
    assert "anlaşılamadı" in capsys.readouterr().err


def exit_code(words: list[str]) -> int:
    try:
        return main(words)
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else 1


@pytest.mark.parametrize("emotion", Emotion)
def test_recommend_answers_with_reasons(capsys: Capture, emotion: Emotion) -> None:
    code, [line], err = lines(
        capsys, "recommend", emotion.value, "--lang", "tr", "--minutes", 15, "--count", 2
    )
    assert (code, err) == (0, "")
    assert (line["schema"], line["emotion"], line["lang"]) == (1, emotion.value, "tr")
    assert len(line["recommendations"]) == 2
    for one in line["recommendations"]:
        assert one["minutes"] <= 15
        assert one["id"]
        assert one["title"]
        assert one["why"]


def test_recommend_passes_every_wish_on(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: dict[str, Any] = {}
    folder = sys.modules["yuzug.recommender"]

    def recommend(*given: Any, **more: Any) -> list[Any]:
        asked.update(more, given=given)
        return []

    monkeypatch.setattr(folder, "recommend", recommend)
    (tmp_path / "policy.yaml").write_text("labels: {sad: [blue]}", encoding="utf-8")
    words = (
        "blue --minutes 9 --energy low --place indoor --company alone --goal calm --seed 4 "
        "--cost free --equipment paper,music --time night --accessible seated,one_hand "
        "--avoid injury --recent a,b --rejected c --helped d --did e,f --favourites g --count 2 "
        "--unsure"
    )
    code, [line], _ = lines(capsys, "recommend", *words.split(), "--catalogue", tmp_path)
    assert (code, line["emotion"], line["recommendations"]) == (0, "blue", [])
    assert asked.pop("catalogue").policy.emotion_of("blue") is Emotion.SAD
    emotion, filters = asked.pop("given")
    assert emotion == "blue"
    assert filters.given() == {
        "minutes": 9,
        "energy": "low",
        "place": "indoor",
        "company": "alone",
        "goal": "calm",
        "cost": "free",
        "equipment": {"paper", "music"},
        "time_of_day": "night",
        "accessible": {"seated", "one_hand"},
        "cautions": {"injury"},
    }
    assert asked == {
        "lang": "en",
        "count": 2,
        "seed": 4,
        "recent": ("a", "b"),
        "rejected": ("c",),
        "helped": ("d",),
        "did": ("e", "f"),
        "favourites": ("g",),
        "mood": None,
        "sure": False,
        "people_first": False,
    }


@pytest.mark.parametrize("lang", ["en", "tr"])
def test_recommend_asks_when_unsure_and_offers_help_first(capsys: Capture, lang: str) -> None:
    _, [line], _ = lines(capsys, "recommend", "sad", "--unsure", "--lang", lang)
    assert line["ask"].endswith("?")
    assert line["help"] is None
    words = ["recommend", "sad", "--before", "angry,fear", "--equipment", "none", "--lang", lang]
    code, [line], _ = lines(capsys, *words)
    assert (code, line["ask"]) == (0, None)
    assert "112" in {contact["number"] for contact in line["help"]["contacts"]}
    assert line["recommendations"][0]["kind"] == "social"


def test_a_fault_in_a_folder_is_said_and_the_rest_is_used(capsys: Capture, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("- id: tea\n  minutes:\tsoon\n- [", encoding="utf-8")
    (tmp_path / "policy.yaml").write_text("scores: {mood: much}", encoding="utf-8")
    code, [line], err = lines(capsys, "recommend", "sad", "--catalogue", tmp_path)
    assert (code, len(line["recommendations"])) == (0, 3)
    assert [one.split(str(tmp_path))[1][:14] for one in err.splitlines()] == [
        ": bad.yaml:4: ",
        ": policy.yaml:",
    ]


def test_the_schema_is_printed_as_it_ships(capsys: Capture) -> None:
    assert main(["recommend", "--schema"]) == 0
    ours = ROOT / "recommendations" / "schema.json"
    assert capsys.readouterr().out == ours.read_text(encoding="utf-8")


def test_check_passes_our_catalogue_and_names_every_fault_of_another(
    capsys: Capture, tmp_path: Path
) -> None:
    code, [line], err = lines(capsys, "recommend", "--check", ROOT / "recommendations")
    assert (code, line["findings"], err) == (0, [], "")
    (tmp_path / "bad.yaml").write_text("- id: tea\n  minutes: soon\n", encoding="utf-8")
    code, [line], err = lines(capsys, "recommend", "--check", tmp_path)
    assert code == 2
    assert line["schema"] == 1
    assert {"bad.yaml"} <= {finding["file"] for finding in line["findings"]}
    assert any("minutes" in finding["key"] for finding in line["findings"])
    assert len(err.splitlines()) == 1


def test_models_as_json_holds_the_cards(capsys: Capture) -> None:
    code, [line], _ = lines(capsys, "models", "--json")
    assert (code, line["schema"]) == (0, 1)
    assert [model["name"] for model in line["models"] if model["default"]] == [DEFAULT_MODEL]
    for model, info in zip(line["models"], available_models(), strict=True):
        assert model["card"] == info.card.model_dump(mode="json", by_alias=True)
        assert model["size_mb"] == round(info.size_mb, 2)


def test_models_as_a_table_has_a_row_a_label_set(capsys: Capture) -> None:
    assert main(["models"]) == 0
    title, *rows = capsys.readouterr().out.splitlines()
    assert title.startswith("model ")
    assert len(rows) == sum(len(info.card.heads) for info in available_models())
    assert main(["models", "--lang", "tr"]) == 0
    assert "doğruluk" in capsys.readouterr().out


def test_doctor_tells_what_is_there(capsys: Capture) -> None:
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert all(info.name in out for info in available_models())
    assert "Haar" in out
    assert "torch" in out
    assert "huggingface" in out.lower()
    assert "ms (" in out


def test_serve_hands_its_options_to_the_page(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import yuzug.ui.serve as page

    got: list[Any] = []
    monkeypatch.setattr(page, "serve", lambda *given: got.append(given))
    assert main(["serve", "--host", "0.0.0.0", "--port", "81", "--lang", "tr"]) == 0
    assert main(["serve", "--model", "cnn", "--classes", "3"]) == 0
    (tmp_path / "bad.yaml").write_text("- tea", encoding="utf-8")
    assert main(["serve", "--catalogue", str(tmp_path)]) == 0
    # Without --classes, a file of own labels serves its one head, ours seven classes.
    assert [given[:5] for given in got] == [
        ("0.0.0.0", 81, DEFAULT_MODEL, None, "tr"),
        (None, None, "cnn", 3, "en"),
        (None, None, DEFAULT_MODEL, None, "en"),
    ]
    assert [len(given[5].findings) for given in got] == [0, 0, 1]
    assert "bad.yaml:1: must hold keys" in capsys.readouterr().err


def test_a_missing_extra_is_named(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("yuzug.lab")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    assert main(["evaluate", "data.parquet"]) == 2
    assert "yuzug[lab]" in capsys.readouterr().err


def test_train_then_evaluate_on_drawn_faces(capsys: Capture, tmp_path: Path) -> None:
    data = tmp_path / "drawn.parquet"
    rows = draw_faces(data)
    recipe = tmp_path / "tiny.yaml"
    recipe.write_text(
        "name: tiny\narchitecture: cnn\nbatch: 8\n"
        "cycles: [{epochs: 4, learning_rate: 0.05}]\nheld_out: 0.3\nema: 0.8\n"
        "preprocessing: {channels: 1, size_px: 32, detail_px: 32, mean: 0.5, std: 0.25}\n",
        encoding="utf-8",
    )
    out = tmp_path / "run"
    assert main(["train", str(recipe), "--data", str(data), "--out", str(out)]) == 0
    weights = capsys.readouterr().out.strip().splitlines()[-1]
    assert weights == str(out / "tiny.safetensors")
    code, [line], _ = lines(capsys, "evaluate", data, "--model", weights, "--classes", 3)
    assert code == 0
    assert (line["schema"], line["classes"], line["split"]) == (1, 3, "validation")
    assert line["n"] + line["n_dropped"] == rows["validation"]
    assert {"accuracy", "balanced_accuracy", "macro_f1", "weighted_f1", "ece"} <= set(line)
    assert {"precision", "recall", "specificity", "f1", "support"} <= set(
        line["per_class"]["happy"]
    )
    assert exit_code(["evaluate", str(data), "--split", "test"]) == 2
    assert "train, validation" in capsys.readouterr().err


def draw_faces(path: Path) -> dict[str, int]:
    """Noise around another grey for each label: enough to train on, nothing to learn from."""
    random = np.random.default_rng(0)
    table: dict[str, list[Any]] = {"image": [], "label": [], "split": []}
    labels = LABEL_SETS[7].names
    for split, count in (("train", 16), ("validation", 6)):
        for level, label in enumerate(labels):
            for _ in range(count):
                noise = (random.integers(0, 90, (32, 32)) + 20 * level).astype(np.uint8)
                table["image"].append(png_bytes(noise))
                table["label"].append(label)
                table["split"].append(split)
    votes = {f"votes_{name}": [9 * (name == label) for label in table["label"]] for name in labels}
    pq.write_table(pa.table({**table, **votes}), path)
    return dict(Counter(table["split"]))


def test_an_option_of_several_values_that_is_given_again_adds_to_them() -> None:
    words = ["train", "own", "--data", "a", "--data", "b", "c", "--out", "o"]
    words += ["--set", "epochs=1", "--set", "batch=2", "--log", "trackio", "--log", "tensorboard"]
    given = parser("en").parse_args([*words, "--outside", "x", "--outside", "y", "--seeds", "1"])
    assert given.data == [Path("a"), Path("b"), Path("c")]
    assert given.set == ["epochs=1", "batch=2"]
    assert given.log == ["trackio", "tensorboard"]
    assert given.outside == [Path("x"), Path("y")]
    again = parser("en").parse_args([*words, "--seeds", "1", "--seeds", "2"])
    assert (again.seeds, again.outside) == ([1, 2], [])


def test_help_imports_nothing_heavy() -> None:
    heavy = (
        "import sys, yuzug.cli as cli; cli.parser('tr').format_help();"
        "assert not {'numpy', 'torch', 'pydantic', 'cv2', 'gradio'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", heavy], cwd=ROOT, check=True)


def test_help_is_whole_in_both_languages(capsys: Capture) -> None:
    for lang, word in (("en", "usage: "), ("tr", "kullanım: ")):
        with pytest.raises(SystemExit, match="0"):
            main(["analyze", "--help", "--lang", lang])
        assert capsys.readouterr().out.startswith(word)


def test_every_command_of_the_design_is_there() -> None:
    promised = "serve analyze recommend models prepare train evaluate export publish doctor"
    assert set(promised.split()) <= set(COMMANDS)


def test_version(capsys: Capture) -> None:
    import yuzug

    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out == f"yuzug {yuzug.__version__}\n"


def test_quiet_and_verbose_say_less_and_more_on_stderr(capsys: Capture, tmp_path: Path) -> None:
    missing = tmp_path / "missing.jpg"
    code, [line], err = lines(capsys, "analyze", missing)
    assert (code, line["error"]["type"]) == (2, "ImageError")
    assert "1 of 1" in err
    assert lines(capsys, "analyze", missing, "-q") == (2, [line], "")
    _, _, err = lines(capsys, "-v", "analyze", missing)
    assert "loading " in err
    assert "1 of 1" in err
    assert "--classes" not in lines(capsys, "-q", "analyze", missing, "--classes", "9")[2]
    assert "must be one of" in lines(capsys, "-q", "analyze", missing, "--classes", "9")[2]


def test_the_package_runs_as_a_module() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "yuzug", "--version"], capture_output=True, text=True, check=True
    )
    assert ran.stdout.startswith("yuzug 0.2.")


def test_a_picture_with_the_longest_name_there_is_gets_a_heat_map(
    capsys: Capture, astronaut_path: Path, tmp_path: Path
) -> None:
    """Two that differ at their end only are numbered; a longer name is one that is not there."""
    faces = [tmp_path / f"{'y' * 250}{number}.jpg" for number in range(2)]
    for face in faces:
        shutil.copy(astronaut_path, face)
    maps, none = tmp_path / "maps", tmp_path / f"{'y' * 300}.jpg"
    code, read, _ = lines(capsys, "analyze", none, *faces, "--cam", maps)
    assert code == 2
    assert ["error" in one for one in read] == [True, False, False]
    assert len(list(maps.iterdir())) == 2


def test_a_heat_map_that_cannot_be_written_is_one_line(
    capsys: Capture, astronaut_path: Path, tmp_path: Path
) -> None:
    """A folder of its name is stepped over; a full disk or a closed folder ends in one line."""
    (tmp_path / f"{astronaut_path.stem}_cam.png").mkdir()
    code, [_], err = lines(capsys, "analyze", astronaut_path, "--cam", tmp_path)
    assert (code, err) == (0, "")
    assert (tmp_path / f"{astronaut_path.stem}_cam-2.png").is_file()
    full = tmp_path / "full"
    full.mkdir()
    (full / f"{astronaut_path.stem}_cam.png").symlink_to(tmp_path / "no" / "such" / "folder.png")
    code, [line], err = lines(capsys, "analyze", astronaut_path, "--cam", full)
    assert (code, len(line["faces"])) == (2, 1)
    assert len(err.splitlines()) == 1
    assert "can be written to" in err


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [("en", "is a file; a folder is needed here."), ("tr", "bir dosya; burada klasör gerekiyor.")],
)
@pytest.mark.parametrize(
    "words",
    [
        ["publish", "weights", "--repo-id", "ada/faces", "--model", "cnn", "--dry-run"],
        ["evaluate", "no-data-is-read-before", "--model", "cnn", "--out"],
    ],
    ids=lambda words: words[0],
)
def test_a_file_where_a_folder_is_needed_is_one_line(
    capsys: Capture, tmp_path: Path, words: list[str], lang: str, sentence: str
) -> None:
    file = tmp_path / "file"
    file.write_text("not a folder")
    assert main([*words, str(file), "--lang", lang]) == 2
    assert capsys.readouterr().err.strip() == f"yuzug: {file} {sentence}"


def test_verbose_shows_where_the_system_refused(capsys: Capture, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    words = ["evaluate", "none", "--model", "cnn", "--out", str(tmp_path / "file"), "--verbose"]
    assert main(words) == 2
    assert "FileExistsError" in capsys.readouterr().err
