"""The HTTP endpoints of a running page, asked by a real client, curl and plain HTTP."""

from __future__ import annotations

import base64
import contextlib
import inspect
import io
import json
import os
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from jsonschema import Draft202012Validator

from yuzug.cli import main
from yuzug.faces import Detection
from yuzug.models import available_models
from yuzug.pipeline import Analyzer
from yuzug.records import AnalysisRecord, ExplanationRecord, ModelsRecord, RecommendationsRecord
from yuzug.ui.api.endpoints import MAX_IMAGES, Endpoints
from yuzug.ui.models import Analyzers
from yuzug.ui.server.uploads import DELETE_AFTER_S, FILE_ADDRESS

DOCS = Path(__file__).resolve().parents[3] / "docs" / "api.md"
NAMES = ("analyze", "explain", "models", "recommend")


def block(kind: str, after: str, url: str) -> str:
    """The first block of this kind under a heading of the documentation, for this server."""
    page = DOCS.read_text(encoding="utf-8").split(f"\n## {after}", 1)[1]
    found = re.findall(rf"^```{kind}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    return str(found[0]).replace("http://localhost:7860", url)


@pytest.fixture(scope="module")
def client(url: str) -> Client:
    return Client(url, verbose=False)


@pytest.fixture
def folder(tmp_path: Path, astronaut_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory of the documentation's examples."""
    shutil.copy(astronaut_path, tmp_path / "portrait.jpg")
    (tmp_path / "notes.txt").write_text("words")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def picture(astronaut_path: Path) -> str:
    return base64.b64encode(astronaut_path.read_bytes()).decode()


def ask(url: str, endpoint: str, values: dict[str, Any]) -> tuple[str, Any]:
    """The event that a call ends with, and what it carries."""
    call = f"{url}/gradio_api/call"
    event_id = httpx.post(f"{call}/v2/{endpoint}", json=values, timeout=60).json()["event_id"]
    said = httpx.get(f"{call}/{endpoint}/{event_id}", timeout=60).text
    event, data = re.findall(r"event: (complete|error)\ndata: (.*)", said)[-1]
    return event, json.loads(data)


def test_the_python_of_the_documentation_prints_what_it_says(folder: Path, url: str) -> None:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(block("python", "Python", url), DOCS.name, "exec"), {})
    assert out.getvalue() == block("text", "Python", url)


def test_the_curl_of_the_documentation_prints_what_it_says(folder: Path, url: str) -> None:
    if shutil.which("curl") is None or shutil.which("sh") is None:
        pytest.skip("no curl here")
    ran = subprocess.run(
        ["sh", "-eu"], input=block("sh", "curl", url), capture_output=True, text=True, check=True
    )
    assert ran.stdout.startswith(block("text", "curl", url).split(" …")[0])


@pytest.mark.parametrize("lang", ["en", "tr"])
def test_analyze_answers_the_lines_of_the_command_line(
    folder: Path, client: Client, capsys: pytest.CaptureFixture[str], lang: str
) -> None:
    (folder / "notes.jpg").write_text("no picture")
    names = ["portrait.jpg", "notes.jpg"]
    assert main(["analyze", *names, "--recommend", "--classes", "5", "--lang", lang]) == 2
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    answers = client.predict(
        images=[handle_file(name) for name in names],
        classes=5,
        recommend=True,
        lang=lang,
        api_name="/analyze",
    )
    assert len(lines) == 2
    for line, answer in zip(lines, answers, strict=True):
        assert list(line) == list(answer)
        assert list(line.pop("ms", [])) == list(answer.pop("ms", []))
    assert answers == lines
    AnalysisRecord.model_validate({**answers[0], "ms": {}})


def test_a_batch_answers_in_order_whatever_the_form_of_a_picture(
    folder: Path, client: Client, picture: str
) -> None:
    forms = [picture, f"data:image/jpeg;base64,{picture}", handle_file("portrait.jpg")]
    forms += ["no picture", "data:image/png;base64,aGk="]
    # As the program "base64" writes it, in lines.
    lines = base64.encodebytes(base64.b64decode(picture)).decode()
    forms += [lines, f"data:image/jpeg;base64,{lines}"]
    answers = client.predict(images=forms, api_name="/analyze")
    assert [answer["image"] for answer in answers] == [
        *("image-1", "image-2", "portrait.jpg", "image-4", "image-5", "image-6", "image-7")
    ]
    assert [len(answer.get("faces", [])) for answer in answers] == [1, 1, 1, 0, 0, 1, 1]
    assert all(answers[index]["faces"] == answers[0]["faces"] for index in (1, 2, 5, 6))
    assert answers[3]["error"]["type"] == answers[4]["error"]["type"] == "ImageError"


def test_the_other_endpoints_answer_their_records(
    client: Client, picture: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def printed(*words: str) -> Any:
        assert main(words) == 0
        return json.loads(capsys.readouterr().out)

    advised = client.predict("sad", lang="tr", minutes=10, goal="calm", api_name="/recommend")
    RecommendationsRecord.model_validate(advised)
    wish = ["sad", "--lang", "tr", "--minutes", "10", "--goal", "calm"]
    assert advised == printed("recommend", *wish)
    said = {"equipment": [], "accessible": ["seated", "one_hand"], "time": "night", "cost": "free"}
    past = {"before": ["fear", "sad"], "rejected": [advised["recommendations"][0]["id"]]}
    advised = client.predict("sad", **said, **past, api_name="/recommend")
    wish = "sad --equipment none --accessible seated,one_hand --time night --cost free"
    wish += f" --before fear,sad --rejected {past['rejected'][0]}"
    assert advised == printed("recommend", *wish.split())
    assert advised["help"]["contacts"]
    models = client.predict(api_name="/models")
    ModelsRecord.model_validate(models)
    assert models == printed("models", "--json")


def test_explain_says_where_and_how_far_to_trust_it(client: Client, picture: str) -> None:
    explained = client.predict(picture, model="cnn", classes=8, api_name="/explain")
    [face] = ExplanationRecord.model_validate(explained).faces
    assert face.heatmap.startswith("data:image/jpeg;base64,")
    assert face.target == face.emotion
    assert face.trust.sentence
    assert explained["classes"] == 8
    asked = {"target": "sad", "method": "eigencam", "lang": "tr"}
    [other] = client.predict(picture, **asked, api_name="/explain")["faces"]
    assert (other["target"], other["method"]) == ("sad", "eigencam")
    assert other["emotion"] == "happy"
    assert other["heatmap"] != face.heatmap
    assert re.search("[çğıöşüİ]", other["sentence"])


class Nine:
    """Finds nine faces in every picture, each a little smaller than the one before."""

    name = "nine"

    def detect(
        self, image: np.ndarray[Any, np.dtype[np.uint8]], *, thorough: bool = True
    ) -> tuple[Detection, ...]:
        return tuple(Detection((10.0 * n, 0.0, 60.0 - n, 60.0 - n), score=0.9) for n in range(9))


def test_both_read_by_a_person_that_comes_with_the_call(
    client: Client, picture: str, astronaut_path: Path, url: str
) -> None:
    cnn = Analyzer.load("cnn")
    person = json.loads(cnn.teach({"surprise": [astronaut_path] * 3}).to_json())
    asked = {"model": "cnn", "person": person}
    [read] = client.predict(images=[picture], **asked, api_name="/analyze")
    [plain] = client.predict(images=[picture], model="cnn", api_name="/analyze")
    assert (read["person"], plain["person"]) == (True, False)
    face, other = read["faces"][0], plain["faces"][0]
    assert face["probabilities"]["surprise"] > other["probabilities"]["surprise"]
    explained = client.predict(image=picture, **asked, api_name="/explain")
    assert explained["faces"][0]["person"] is True
    assert explained["faces"][0]["confidence"] == face["confidence"]
    event, answer = ask(url, "analyze", {"images": [picture], "person": person})
    assert event == "error"
    assert "taught with these weights of resnet18" in answer["error"]


def test_the_eight_largest_faces_are_explained_as_agents_and_readers_are_told(picture: str) -> None:
    endpoints = Endpoints(Analyzers({"cnn": Analyzer.load("cnn", 7, detector=Nine())}))
    sides = [face["box_xywh"][2] for face in endpoints.explain(picture, "cnn")["faces"]]
    assert sides == [60.0 - n for n in range(8)]
    assert "the eight largest" in (inspect.getdoc(Endpoints.explain) or "")
    assert "the eight largest" in DOCS.read_text(encoding="utf-8")


def test_agents_are_told_that_models_lists_the_bundled_ones(client: Client) -> None:
    assert "the bundled networks" in (inspect.getdoc(Endpoints.models) or "")
    listed = {model["name"] for model in client.predict(api_name="/models")["models"]}
    assert listed == {model.name for model in available_models()}


@pytest.mark.parametrize("lang", ["en", "tr"])
@pytest.mark.parametrize(
    ("endpoint", "values", "en", "tr"),
    [
        ("analyze", {"images": []}, "1 to 32 images", "1 ile 32 arasında görüntü"),
        (
            "analyze",
            {"images": ["aGk="] * (MAX_IMAGES + 1)},
            "1 to 32 images",
            "1 ile 32 arasında görüntü",
        ),
        ("analyze", {"images": "aGk="}, "images must be of its type", "images türüne uygun olmalı"),
        (
            "analyze",
            {"images": ["aGk="], "classes": "many"},
            "classes must be of its type",
            "classes türüne uygun olmalı",
        ),
        (
            "analyze",
            {"images": ["aGk="], "classes": 9},
            "must be one of 3, 4, 5, 6, 7, 8",
            "3, 4, 5, 6, 7, 8; gelen: 9",
        ),
        (
            "analyze",
            {"images": ["aGk="], "model": "gpt"},
            "must be one of resnet18, cnn",
            "biri olmalı: resnet18, cnn",
        ),
        (
            *("analyze", {"images": ["aGk="], "person": {}}),
            *("a person must be what `yuzug teach`", "kişi dosyası, `yuzug teach`"),
        ),
        (
            "analyze",
            {"images": ["aGk="], "person": [1]},
            "person must be of its type",
            "person türüne uygun olmalı",
        ),
        (
            *("explain", {"image": "aGk=", "person": {"schema": 1}}),
            *("a person must be what", "kişi dosyası, `yuzug teach`"),
        ),
        (
            "recommend",
            {"emotion": "hungry"},
            "an emotion must be one of",
            "duygu şunlardan biri olmalı",
        ),
        (
            "recommend",
            {"emotion": "sad", "energy": "huge"},
            "energy must be of its type",
            "energy türüne uygun olmalı",
        ),
        (
            "explain",
            {"image": "http://elsewhere.example/a.jpg"},
            "nothing is fetched",
            "nothing is fetched",
        ),
        (
            "explain",
            {"image": "aGk=", "method": "lime"},
            "one that answers at once",
            "hemen sonuç verenlerden",
        ),
        ("explain", {"image": "aGk="}, "the file must be a complete image", "dosya eksiksiz"),
    ],
)
def test_a_wrong_call_ends_in_one_sentence(
    url: str, endpoint: str, values: dict[str, Any], en: str, tr: str, lang: str
) -> None:
    event, answer = ask(url, endpoint, {**values, "lang": lang})
    assert event == "error"
    assert {"en": en, "tr": tr}[lang] in answer["error"]
    assert bool(re.search("[çğıöşüİ]", answer["error"])) == (lang == "tr")


@pytest.mark.parametrize(
    ("endpoint", "values", "status", "said"),
    [
        ("analyze", {}, 422, "No value provided for required argument: images"),
        ("analyze", {"images": [], "heatmaps": False}, 422, "`heatmaps` is not a valid"),
        ("nothing", {}, 404, "a call must be of a function that there is"),
    ],
)
def test_what_no_endpoint_takes_is_refused_in_one_sentence(
    url: str, endpoint: str, values: dict[str, Any], status: int, said: str
) -> None:
    answer = httpx.post(f"{url}/gradio_api/call/v2/{endpoint}", json=values, timeout=60)
    assert answer.status_code == status
    assert said in answer.json()["detail"]
    assert "click" not in answer.json()["detail"]


def test_no_file_of_the_server_is_read(url: str, uploads: Path, tmp_path: Path) -> None:
    for folder in (tmp_path, uploads):
        canary = folder / "canary.txt"
        canary.write_text("canary")
        around = f"{folder}/../{folder.name}/canary.txt"
        for path in (str(canary), around, os.path.relpath(canary), canary.as_uri(), ""):
            marked = {"path": path, "meta": {"_type": "gradio.FileData"}}
            address = f"{FILE_ADDRESS}{path}"
            for image in ({"path": path}, marked, address, url + address):
                event, [[answer]] = ask(url, "analyze", {"images": [image]})
                assert event == "complete"
                assert "nobody uploaded" in answer["error"]["message"]
        assert canary.read_text() == "canary"
        canary.unlink()


def test_nothing_is_fetched_from_an_address(url: str) -> None:
    there = "http://192.0.2.1/a.jpg"
    for image in ({"path": there, "meta": {"_type": "gradio.FileData"}}, {"path": there}, there):
        event, [[answer]] = ask(url, "analyze", {"images": [image]})
        assert event == "complete"
        assert "nothing is fetched" in answer["error"]["message"]


def test_an_upload_is_gone_soon_after_it_was_read(url: str, uploads: Path, client: Client) -> None:
    def on_disk() -> set[Path]:
        return {file for file in uploads.rglob("*") if file.is_file()}

    others = on_disk()  # another test's, on the same server
    [path] = httpx.post(
        f"{url}/gradio_api/upload", files={"files": ("a.txt", b"words")}, timeout=60
    ).json()
    address = f"{url}{FILE_ADDRESS}{path}"
    assert httpx.get(address, timeout=60).content == b"words"
    assert client.predict(images=[address], api_name="/analyze")
    [answer] = client.predict(images=[{"path": path}], api_name="/analyze")
    assert "an upload is deleted once it has been read" in answer["error"]["message"]
    deadline_s = time.monotonic() + DELETE_AFTER_S + 5
    while httpx.get(address, timeout=60).status_code == 200 and time.monotonic() < deadline_s:
        time.sleep(0.2)
    assert httpx.get(address, timeout=60).status_code == 404
    assert on_disk() <= others


def test_four_endpoints_are_public_and_no_other(url: str, client: Client) -> None:
    info = httpx.get(f"{url}/gradio_api/info", timeout=60).json()
    assert sorted(info["named_endpoints"]) == [f"/{name}" for name in NAMES]
    assert info["unnamed_endpoints"] == {}
    with pytest.raises((AppError, ValueError)):
        client.predict(None, api_name="/read")


def test_the_open_api_document_says_what_the_code_says(url: str) -> None:
    document = httpx.get(f"{url}/gradio_api/openapi.json", timeout=60).json()
    assert document["openapi"].startswith("3.")
    for name in NAMES:
        asks = document["paths"][f"/gradio_api/call/v2/{name}"]["post"]
        assert f"/gradio_api/call/{name}/{{event_id}}" in document["paths"]
        schema = asks["requestBody"]["content"]["application/json"]["schema"]
        parameters = inspect.signature(getattr(Endpoints, name)).parameters
        assert ["self", *schema["properties"]] == list(parameters)
        assert asks["summary"] == asks["description"][: len(asks["summary"])]
        Draft202012Validator.check_schema(schema)
    returns = httpx.get(f"{url}/gradio_api/info", timeout=60).json()["named_endpoints"]["/analyze"][
        "returns"
    ]
    Draft202012Validator.check_schema(returns[0]["type"])
    read, unread = returns[0]["type"]["items"]["anyOf"]
    assert read["properties"]["schema"]["const"] == 1
    assert set(read["properties"]) == {"schema", *AnalysisRecord.model_fields} - {"schema_version"}
    assert set(unread["properties"]) == {"schema", "image", "error"}
