"""Publishing to the hub of the tests and fetching it elsewhere; the commands of docs/hub.md."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hub_server import STRANGER, TOKEN, Fault, Hub
from huggingface_hub import HfApi, ModelCard, PyTorchModelHubMixin, constants
from torch import nn

from yuzug.cli import main
from yuzug.errors import HubError, YuzugError
from yuzug.lab.publish.golden import Golden
from yuzug.lab.publish.push import Parcel, push, unpack
from yuzug.lab.publish.weights import GOLDENS, weights_parcel
from yuzug.models import load, load_model, resolve
from yuzug.models.card import Card
from yuzug.models.hub_layout import CONFIG, WEIGHTS, Published
from yuzug.models.networks import build

ROOT = Path(__file__).resolve().parents[2]
REPO = "ada/faces"
FILES = {WEIGHTS, CONFIG, GOLDENS, "README.md"}
Capture = pytest.CaptureFixture[str]
# huggingface_hub 2.4 hands an open file to its client in the old way when it uploads by LFS.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


@pytest.fixture(autouse=True)
def _signed_in(at_hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)


def publish(*words: str) -> int:
    return main(["publish", "weights", "--repo-id", REPO, "--model", "cnn", *words])


def test_published_and_fetched_elsewhere_byte_for_byte(
    hub: Hub, at_hub: Path, capsys: Capture
) -> None:
    assert publish() == 0
    said = capsys.readouterr().out
    assert said.index("About to publish") < said.index(WEIGHTS) < said.index("Published: ")
    assert set(hub.files(REPO)) == FILES
    elsewhere = resolve(REPO)
    assert elsewhere.is_relative_to(at_hub)
    assert elsewhere.read_bytes() == resolve("cnn").read_bytes() == hub.files(REPO)[WEIGHTS]
    assert load(elsewhere).card == load(resolve("cnn")).card
    assert load_model(REPO).card.name == REPO


def test_the_second_time_there_is_nothing_to_do(hub: Hub, capsys: Capture) -> None:
    assert publish() == 0
    capsys.readouterr()
    assert publish() == 0
    assert "Nothing to do" in capsys.readouterr().out
    assert len(hub.stored[f"models/{REPO}"].commits) == 1
    assert len(hub.asked("PUT /upload/")) == 1


def test_other_weights_make_one_more_commit(hub: Hub) -> None:
    assert publish() == 0
    assert main(["publish", "weights", "--repo-id", REPO, "--model", "resnet18"]) == 0
    first, second = hub.stored[f"models/{REPO}"].commits
    assert resolve(f"{REPO}@{first[0]}").read_bytes() == resolve("cnn").read_bytes()
    assert resolve(f"{REPO}@{second[0]}").read_bytes() == resolve("resnet18").read_bytes()


def test_a_dry_run_writes_exactly_what_is_pushed(hub: Hub, tmp_path: Path, capsys: Capture) -> None:
    folder = tmp_path / "upload"
    assert publish("--dry-run", str(folder)) == 0
    assert publish("--dry-run", str(folder)) == 0
    assert hub.requests == []
    assert "Nothing is sent" in capsys.readouterr().out
    assert publish() == 0
    written = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert written == hub.files(REPO)


def test_a_dry_run_without_a_folder_only_tells(hub: Hub, capsys: Capture) -> None:
    assert publish("--dry-run", "--lang", "tr") == 0
    assert "Bu bir deneme çalıştırmasıdır" in capsys.readouterr().out
    assert hub.requests == []


def test_a_dry_run_into_this_folder_writes(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert publish("--dry-run", ".") == 0
    assert (tmp_path / "model.safetensors").is_file()


def test_a_dry_run_touches_no_folder_of_somebody_else(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    assert publish("--dry-run", str(tmp_path)) == 2
    assert "mine.txt" in capsys.readouterr().err
    assert [path.name for path in tmp_path.glob("*.*")] == ["mine.txt"]


def test_an_ensemble_has_no_weights_to_publish(hub: Hub, capsys: Capture) -> None:
    assert main(["publish", "weights", "--repo-id", REPO, "--model", "ensemble"]) == 2
    assert "resnet18 and cnn" in capsys.readouterr().err
    assert hub.requests == []


def test_a_new_repository_is_private_where_asked_for(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert publish("--private") == 0
    assert hub.stored[f"models/{REPO}"].private
    assert resolve(REPO).is_file()
    shutil.rmtree(constants.HF_HUB_CACHE)
    monkeypatch.setenv("HF_TOKEN", STRANGER)
    with pytest.raises(HubError) as caught:
        resolve(REPO)
    assert caught.value.kind == "hub.missing"


@pytest.mark.parametrize("token", ["", STRANGER, "hf_nobody"])
def test_who_may_not_write_is_told(
    token: str, hub: Hub, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("HF_TOKEN", token)
    assert publish() == 2
    err = capsys.readouterr().err
    assert len(err.splitlines()) == 1
    assert "HF_TOKEN" in err
    assert hub.stored == {}


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault("POST /api/repos/create", status=503), "hub.busy"),
        (Fault("POST .*/preupload/", times=-1, status=429), "hub.busy"),
        (Fault("PUT /upload/", status=500), None),
        (Fault("PUT /upload/", times=-1, status=403), "hub.denied"),
        (Fault("POST .*/commit/", status=500), "hub.busy"),
        (Fault("POST /verify", times=-1, status=404), "hub.missing"),
    ],
    ids=["create", "preupload", "upload, once", "upload", "commit", "verify"],
)
def test_a_fault_leaves_a_whole_commit_or_none(
    fault: Fault, kind: str | None, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda _: None)
    parcel = weights_parcel(resolve("cnn"), REPO, tmp_path)
    hub.faults.append(Fault(**vars(fault)))
    if kind is None:
        assert push(parcel, REPO, private=False).changed
    else:
        with pytest.raises(HubError) as caught:
            push(parcel, REPO, private=False)
        assert caught.value.kind == kind
        assert not any(stored.commits for stored in hub.stored.values())
    hub.faults.clear()
    assert push(parcel, REPO, private=False).changed == (kind is not None)
    assert set(hub.files(REPO)) == FILES


@pytest.mark.parametrize("name", ["faces", "ada/faces@main", "ada/../x"])
def test_a_wrong_name_is_told_first(name: str, hub: Hub, capsys: Capture) -> None:
    assert main(["publish", "weights", "--repo-id", name]) == 2
    out, err = capsys.readouterr()
    assert (out, len(err.splitlines())) == ("", 1)
    assert hub.requests == []


def test_a_space_replaces_what_it_wrote_and_keeps_the_rest(hub: Hub, tmp_path: Path) -> None:
    """The other kind of repository, with files that fall away."""
    folder = tmp_path / "space"
    (folder / "yuzug").mkdir(parents=True)
    (folder / "README.md").write_text("---\nsdk: gradio\n---\n")
    (folder / "yuzug" / "old.py").write_text("1")
    assert push(Parcel(folder, "space", "one"), "ada/demo", private=False).changed
    (folder / "yuzug" / "old.py").rename(folder / "yuzug" / "new.py")
    pushed = push(Parcel(folder, "space", "two", replaces=("yuzug/*",)), "ada/demo", private=False)
    assert pushed.changed
    assert pushed.url == f"{hub.url}/spaces/ada/demo"
    assert set(hub.files("ada/demo", "spaces")) == {"README.md", "yuzug/new.py"}


def test_the_page_is_pushed_as_its_dry_run_writes_it(
    hub: Hub, tmp_path: Path, capsys: Capture
) -> None:
    space = ["publish", "space", "--repo-id", "ada/demo"]
    assert main([*space, "--dry-run", str(tmp_path / "space")]) == 0
    assert main(space) == 0
    assert main(space) == 0
    assert "Nothing to do" in capsys.readouterr().out
    written = Parcel(tmp_path / "space", "space", "")
    pushed = hub.files("ada/demo", "spaces")
    assert set(pushed) == set(written.files)
    assert all((written.folder / name).read_bytes() == body for name, body in pushed.items())
    assert len(hub.stored["spaces/ada/demo"].commits) == 1


def test_unpacking_over_an_earlier_version_with_more_files(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "a").write_text("a")
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "b").write_text("b")
    with pytest.raises(YuzugError, match="b"):
        unpack(Parcel(tmp_path / "new", "model", "m"), tmp_path / "there")


# What is published


@pytest.fixture
def parcel(tmp_path: Path) -> Parcel:
    folder = tmp_path / "parcel"
    folder.mkdir()
    return weights_parcel(resolve("cnn"), REPO, folder)


def test_the_model_card_is_one_that_the_hub_reads(parcel: Parcel) -> None:
    card = ModelCard((parcel.folder / "README.md").read_text(encoding="utf-8"))
    ours = load(resolve("cnn")).card
    assert card.data.license == "apache-2.0"
    assert card.data.pipeline_tag == "image-classification"
    measured = {
        (one.dataset_config, one.metric_type): one.metric_value for one in card.data.eval_results
    }
    for name, head in ours.heads.items():
        (metrics,) = head.metrics
        assert measured[f"{name} classes, {metrics.labels}", "accuracy"] == metrics.accuracy
        assert measured[f"{name} classes, {metrics.labels}", "f1"] == metrics.macro_f1
    assert len(measured) == 4 * len(ours.heads)


def test_the_model_card_tells_what_must_be_told_in_both_languages(parcel: Parcel) -> None:
    text = (parcel.folder / "README.md").read_text(encoding="utf-8")
    english, turkish = text.split("\n# Türkçe\n")
    for words in ("Results", "Intended use", "Limits", "Biases", "How to use it"):
        assert f"\n## {words}\n" in english
    for words in ("Sonuçlar", "Kullanım amacı", "Sınırlar", "Yanlılıklar"):
        assert f"\n## {words}\n" in turkish
    card = load(resolve("cnn")).card
    for limit in card.limits:
        assert limit in english
    assert "prohibited" in english
    assert f'Analyzer.load("{REPO}", classes=7)' in english
    weak = [name for name, one in card.heads["8"].metrics[0].per_class.items() if one.recall < 0.5]
    assert weak
    assert "contempt" in english


def test_the_turkish_half_has_turkish_limits_and_numbers(parcel: Parcel) -> None:
    text = (parcel.folder / "README.md").read_text(encoding="utf-8")
    english, turkish = text.split("\n# Türkçe\n")
    card = load(resolve("cnn")).card
    for limit in card.limits:
        assert limit not in turkish
    assert "küçümsemede zayıftır" in turkish
    assert f"{card.parameters:,} parameters" in english
    assert f"{card.parameters:,} parametre".replace(",", ".") in turkish
    assert "validation (label), n = 3,589" in english
    assert "doğrulama (etiket), n = 3.589" in turkish


def test_the_configuration_says_what_the_weights_are(parcel: Parcel) -> None:
    config = json.loads((parcel.folder / CONFIG).read_text())
    assert Published.model_validate(config) == Published.of(parcel.folder / WEIGHTS)
    assert config["weights"]["size_bytes"] == (parcel.folder / WEIGHTS).stat().st_size


def test_the_layout_is_the_one_of_the_hubs_own_class(parcel: Parcel) -> None:
    """Which falls back to pickles, so it reads here and nowhere in the package."""

    class Loaded(nn.Module, PyTorchModelHubMixin):  # type: ignore[misc]
        def __init__(self, card: dict[str, Any], **_: object) -> None:
            super().__init__()
            spec = Card.model_validate(card)
            size_px = spec.preprocessing.size_px
            built = build(spec.architecture, channels=1, size_px=size_px, heads=spec.head_sizes)
            for name, module in built.named_children():
                self.add_module(name, module)

    theirs = Loaded.from_pretrained(str(parcel.folder))
    ours = load(resolve("cnn")).network.state_dict()
    for name, value in theirs.state_dict().items():
        assert torch.equal(value, ours[name].contiguous()), name


def test_goldens_of_weights_that_have_none_are_made(tmp_path: Path) -> None:
    mine, folder = tmp_path / "mine.safetensors", tmp_path / "parcel"
    shutil.copyfile(resolve("cnn"), mine)
    folder.mkdir()
    weights_parcel(mine, REPO, folder)
    made, ours = (
        Golden.model_validate_json(path.read_text())
        for path in (folder / GOLDENS, resolve("cnn").parent / "goldens" / "cnn.json")
    )
    for head, logits in ours.photo_logits.items():
        np.testing.assert_allclose(made.photo_logits[head], logits, atol=0.15)


def test_the_client_reads_the_repository(hub: Hub) -> None:
    """The parts of the protocol that fetching alone does not need."""
    assert publish() == 0
    api = HfApi(endpoint=hub.url)
    assert api.whoami()["name"] == "ada"
    assert {one.rfilename for one in api.model_info(REPO).siblings or ()} == FILES
    tree = {one.path: one for one in api.list_repo_tree(REPO)}
    assert set(tree) == FILES
    assert tree[WEIGHTS].lfs.size == resolve("cnn").stat().st_size  # type: ignore[union-attr]


# The page about it


def commands(page: str) -> list[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


def test_the_page_says_commands_that_do_what_it_says(
    hub: Hub,
    tmp_path: Path,
    astronaut_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
) -> None:
    page = (ROOT / "docs" / "hub.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs").mkdir()
    shutil.copyfile(astronaut_path, "portrait.jpg")
    shutil.copyfile(resolve("cnn"), "runs/mine.safetensors")
    served: list[tuple[object, ...]] = []
    monkeypatch.setattr("yuzug.ui.serve.serve", lambda *given: served.append(given))
    ran = [one for one in map(shlex.split, commands(page)) if one[0] == "yuzug"]
    assert len(ran) >= 7
    for words in ran:
        assert main(words[1:]) == 0, (words, capsys.readouterr().err)
    assert (tmp_path / "upload" / WEIGHTS).is_file()
    assert hub.stored[f"models/{REPO}"].private
    assert REPO in {given[2] for given in served}
    python = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    for block in python:
        exec(block, {})
    settings = set(re.findall(r"`((?:HF|YUZUG)_[A-Z_]+)`", page))
    assert {"HF_ENDPOINT", "HF_HUB_OFFLINE", "HF_TOKEN", "YUZUG_HUB_REPO"} <= settings
