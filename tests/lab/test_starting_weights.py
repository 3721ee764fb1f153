"""Which weights a run starts from, which it keeps, and how it compares with its start."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Event, Thread

import numpy as np
import pytest
import torch
from drawn import drawn_faces, folder_of, tiny_recipe
from hub_server import Hub
from safetensors.torch import save as to_bytes
from safetensors.torch import save_file
from torchvision.models import resnet18

from yuzug.cli import main
from yuzug.errors import YuzugError
from yuzug.lab.evaluation.metrics import predict
from yuzug.lab.training import pretrained
from yuzug.lab.training.baseline import compare_with_start, known_columns
from yuzug.lab.training.recipe import OWN
from yuzug.lab.training.recipe_files import find_recipe, read_recipe
from yuzug.lab.training.results import Result
from yuzug.lab.training.schedule import keeps_last, kept_epoch
from yuzug.lab.training.trainer import Trainer
from yuzug.models import load, read_card, resolve

Capture = pytest.CaptureFixture[str]


def test_with_few_held_out_faces_the_last_weights_are_kept() -> None:
    scores = [0.125, 0.25, 0.25, *[0.5] * 6, 0.4]  # as a student's run with eleven faces had
    assert kept_epoch(scores, held_out=11) == len(scores)
    assert kept_epoch(scores, held_out=400) == 9
    assert kept_epoch([0.5, 0.7, 0.7, 0.7, 0.7], held_out=400) == 5  # the later one of a tie
    assert kept_epoch([0.5, 0.9, 0.5, 0.7, 0.7, 0.7], held_out=400) == 6  # 2 was luck
    assert not keeps_last([0.9, 0.9, 0.9, 0.2], held_out=400)


def test_own_labels_that_name_emotions_begin_with_what_the_start_knows() -> None:
    recipe = read_recipe(find_recipe("own"), ["start_from=cnn", "architecture=cnn"])
    names = {"happy": "Mutlu", "sad": "Üzgün", "angry": "Kızgın", "fear": "ilgisiz"}
    faces = drawn_faces(60)
    mine = replace(faces, labels=np.array([names.get(one, "") for one in faces.labels]))
    mine = mine.take(mine.labels != "")
    heads = recipe.heads(mine.labels)
    from yuzug.lab.training.beginning import begun

    network = begun(recipe, heads).eval()
    start = load(resolve("cnn"))
    head, columns = known_columns(start.card, heads[OWN])
    assert set(columns) == {"Mutlu", "Üzgün", "Kızgın"}
    ours = predict(network, mine.images, recipe.preprocessing)[OWN]
    served = start.card.heads[head].served_from
    theirs = predict(start.network, mine.images, start.card.preprocessing)[served]
    outputs = start.card.heads[served].labels
    for label, column in columns.items():
        row = outputs.index(start.card.heads[head].labels[column])
        place = heads[OWN].index(label)
        np.testing.assert_allclose(ours[:, place], theirs[:, row], atol=1e-3)


def test_a_run_says_how_it_compares_with_its_start(tmp_path: Path, capsys: Capture) -> None:
    """On faces whose brightness is their label the start knows nothing, so training must win."""
    names = {"happy": "Mutlu", "sad": "Üzgün", "angry": "Kızgın"}
    data = folder_of(drawn_faces(250), tmp_path / "data", names)
    out = tmp_path / "out"
    words = ["train", "own", "--data", str(data), "--out", str(out), "--set", "start_from=cnn",
             "architecture=cnn"]  # fmt: skip
    assert main([*words, "epochs=4", "learning_rate=0.02"]) == 0
    said = capsys.readouterr()
    one = Result.of(out).baseline
    assert one is not None
    assert one.start == "cnn"
    assert set(one.labels) == set(names.values())
    assert one.accuracy > one.start_accuracy + 0.2
    assert "Better than cnn" in said.err
    assert said.err.count("Epoch ") == 4
    again = compare_with_start("cnn", Path(said.out.strip()), drawn_faces(40))
    assert again is not None
    assert again.n == np.isin(drawn_faces(40).labels, list(names)).sum()
    # What only an unfinished run needs is gone, and the same command is done at once.
    files = {path.name: path.stat().st_size for path in out.iterdir()}
    assert set(files) == {"own.safetensors", "result.json", "run.json", "log.jsonl", "curves.png"}
    assert sum(files.values()) < 2 * files["own.safetensors"]
    before = (out / "own.safetensors").read_bytes()
    assert main([*words, "epochs=4", "learning_rate=0.02"]) == 0
    assert capsys.readouterr().out == said.out
    assert (out / "own.safetensors").read_bytes() == before
    assert main([*words, "epochs=5"]) == 2  # another recipe


def test_a_result_that_is_no_better_is_warned_of(tmp_path: Path, capsys: Capture) -> None:
    data = folder_of(drawn_faces(60), tmp_path / "data", {"happy": "happy", "sad": "sad"})
    words = ["train", "own", "--data", str(data), "--out", str(tmp_path / "out"), "--set",
             "start_from=cnn", "architecture=cnn", "epochs=1",
             "learning_rate=1e-9", "ema=0"]  # fmt: skip
    assert main(words) == 0
    said = capsys.readouterr().err
    one = Result.of(tmp_path / "out").baseline
    assert one is not None
    assert not one.is_better
    assert "Warning: no better than cnn" in said


def test_a_frozen_backbone_stays_as_it_was_and_thaws(tmp_path: Path) -> None:
    spec = read_card(resolve("cnn")).preprocessing.model_dump()
    recipe = tiny_recipe(preprocessing=spec, start_from="cnn", freeze_epochs=1)
    trainer = Trainer(recipe, drawn_faces(32), drawn_faces(8, seed=1), tmp_path)
    before = {key: value.clone() for key, value in trainer.network.state_dict().items()}
    trainer._one_epoch()
    now = trainer.network.state_dict()
    changed = {key for key in before if not torch.equal(before[key], now[key])}
    assert changed
    assert all(key.startswith("heads.") for key in changed)
    before = {key: value.clone() for key, value in now.items()}
    trainer._one_epoch()
    assert not torch.equal(before["stem.0.weight"], trainer.network.state_dict()["stem.0.weight"])


def backbone(seed: int = 0) -> dict[str, torch.Tensor]:
    torch.manual_seed(seed)
    return dict(resnet18(weights=None).state_dict())


def test_a_plain_resnet18_gives_its_backbone(tmp_path: Path) -> None:
    state = backbone()
    save_file(state, tmp_path / "timm.safetensors")
    recipe = tiny_recipe(architecture="resnet18", start_from=str(tmp_path / "timm.safetensors"))
    trainer = Trainer(recipe, drawn_faces(32), drawn_faces(8, seed=1), tmp_path / "run")
    stem = trainer.network.stem.state_dict()
    torch.testing.assert_close(stem["6.1.conv2.weight"], state["layer4.1.conv2.weight"])
    torch.testing.assert_close(stem["1.running_var"], state["bn1.running_var"])
    # A flat grey picture gives the response that it gave in three colours.
    flat = state["conv1.weight"].sum(dim=(1, 2, 3))
    torch.testing.assert_close(stem["0.weight"].sum(dim=(1, 2, 3)), flat, rtol=1e-3, atol=1e-4)
    other = tiny_recipe(start_from=str(tmp_path / "timm.safetensors"))
    with pytest.raises(YuzugError, match="must be a ResNet18"):
        Trainer(other, drawn_faces(32), drawn_faces(8), tmp_path / "other")


def test_a_backbone_of_timm_comes_from_a_hub(
    hub: Hub, at_hub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = backbone()
    files = {
        "config.json": json.dumps({"architecture": "resnet18", "num_classes": 1000}).encode(),
        "model.safetensors": to_bytes(state),
    }
    commit = hub.add("timm/resnet18.a1_in1k", files)
    recipe = tiny_recipe(architecture="resnet18", start_from="timm/resnet18.a1_in1k")
    trainer = Trainer(recipe, drawn_faces(32), drawn_faces(8, seed=1), tmp_path / "run")
    stem = trainer.network.stem.state_dict()
    torch.testing.assert_close(stem["6.1.conv2.weight"], state["layer4.1.conv2.weight"])
    # Configuration and weights are of one commit, and a pinned one is never asked for again.
    assert hub.asked(f"/resolve/{commit}/model.safetensors")
    before = len(hub.requests)
    assert pretrained.start_file(f"timm/resnet18.a1_in1k@{commit}").is_file()
    assert len(hub.requests) == before
    hub.add("timm/odd", {**files, "model.safetensors": to_bytes({"a": torch.ones(1)})})
    with pytest.raises(YuzugError, match="that is no ResNet18"):
        pretrained.start_file("timm/odd")
    hub.add("timm/vit", {"config.json": b'{"architecture": "vit_tiny"}'})
    with pytest.raises(YuzugError, match="must match its card"):
        pretrained.start_file("timm/vit")


def test_imagenet_is_fetched_once_and_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.save(backbone(1), tmp_path / "weights.pth")
    content = (tmp_path / "weights.pth").read_bytes()
    asked: list[str] = []
    stalls, over = Event(), Event()

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2 if stalls.is_set() else None])
            if stalls.is_set():
                over.wait()

        def log_message(self, *_: object) -> None:
            pass

    monkeypatch.delenv("HF_HUB_OFFLINE")
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path / "cache"))
    server = HTTPServer(("127.0.0.1", 0), Server)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        address = f"http://127.0.0.1:{server.server_address[1]}"
        name = f"resnet18-{sha256(content).hexdigest()[:8]}.pth"
        monkeypatch.setattr(pretrained, "_imagenet_url", lambda: f"{address}/{name}")
        recipe = tiny_recipe(architecture="resnet18", start_from="imagenet")
        for number in range(2):
            Trainer(recipe, drawn_faces(16), drawn_faces(8), tmp_path / str(number))
        assert len(asked) == 1
        monkeypatch.setattr(pretrained, "_imagenet_url", lambda: f"{address}/resnet18-00000000.pth")
        with pytest.raises(YuzugError, match="a file of sha256"):
            Trainer(recipe, drawn_faces(16), drawn_faces(8), tmp_path / "wrong")
        monkeypatch.setattr(pretrained, "_imagenet_url", lambda: f"{address}/{name}")
        file = tmp_path / "cache" / "checkpoints" / name
        file.write_bytes(content[:-1])
        assert pretrained.start_file("imagenet").read_bytes() == content, (
            "a damaged one is replaced"
        )
        file.unlink()
        stalls.set()
        monkeypatch.setattr(pretrained, "PATIENCE_S", 0.2)
        with pytest.raises(YuzugError, match="timed out"):
            pretrained.start_file("imagenet")
        assert [*file.parent.iterdir()] == []
    finally:
        over.set()
        server.shutdown()
        server.server_close()


def test_offline_imagenet_says_where_its_file_belongs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    with pytest.raises(YuzugError, match="HF_HUB_OFFLINE") as caught:
        pretrained.start_file("imagenet")
    assert str(tmp_path) in str(caught.value)
    monkeypatch.delenv("HF_HUB_OFFLINE")
    (tmp_path / "checkpoints").write_text("no folder")
    with pytest.raises(YuzugError, match="let TORCH_HOME name another folder"):
        pretrained.start_file("imagenet")


def test_weights_that_need_not_be_had_are_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    data = folder_of(drawn_faces(60), tmp_path / "data")
    (tmp_path / "recipe.yaml").write_text(
        "start_from: imagenet\nstart_required: false\nepochs: 1\nhead_weights: {7: 1}\n"
        "preprocessing: {size_px: 32, detail_px: 32}\n"
    )
    cache = tmp_path / "cache"
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(cache))
    words = ["train", str(tmp_path / "recipe.yaml"), "--data", str(data), "--out"]
    assert main([*words, str(tmp_path / "random")]) == 0
    assert "imagenet could not be fetched" in capsys.readouterr().err
    assert Result.of(tmp_path / "random").start_from is None
    (cache / "checkpoints").mkdir(parents=True)
    torch.save(backbone(), tmp_path / "weights.pth")
    file = f"resnet18-{sha256((tmp_path / 'weights.pth').read_bytes()).hexdigest()[:8]}.pth"
    (tmp_path / "weights.pth").replace(cache / "checkpoints" / file)
    monkeypatch.setattr(pretrained, "_imagenet_url", lambda: f"http://127.0.0.1:9/{file}")
    assert main([*words, str(tmp_path / "random")]) == 0  # done, and stays what it was
    capsys.readouterr()
    assert main([*words, str(tmp_path / "imagenet")]) == 0
    assert "could not be fetched" not in capsys.readouterr().err
    assert Result.of(tmp_path / "imagenet").start_from == "imagenet"
    assert read_recipe(find_recipe("resnet18-5")).start_from == "imagenet"


def test_minutes_and_seeds(tmp_path: Path, capsys: Capture) -> None:
    data = folder_of(drawn_faces(80), tmp_path / "data")
    recipe = tmp_path / "small.yaml"
    recipe.write_text(
        "architecture: cnn\npreprocessing: {size_px: 32, detail_px: 32}\nhead_weights: {7: 1}\n"
    )
    words = ["train", str(recipe), "--data", str(data)]
    out = tmp_path / "timed"
    assert main([*words, "--out", str(out), "--minutes", "0.001"]) == 0  # less than an epoch: one
    assert Result.of(out).epochs == 1
    assert not (out / "trial").exists()
    for never in ("-1", "nan", "inf"):
        assert main([*words, "--out", str(out), "--minutes", never]) == 2
    out = tmp_path / "seeds"
    assert main([*words, "--out", str(out), "--seeds", "0", "1", "--set", "epochs=1"]) == 0
    said = capsys.readouterr()
    assert [Path(line).parent.name for line in said.out.splitlines()[1:]] == ["seed-0", "seed-1"]
    (head,) = json.loads((out / "seeds.json").read_text())["heads"]
    summary = head["accuracy"]
    assert len(summary["each"]) == 2
    assert summary["mean"] == pytest.approx(np.mean(summary["each"]), abs=1e-4)
    assert "standard deviation" in said.err
    assert main([*words, "--out", str(tmp_path / "x"), "--device", "mps"]) == 2
    assert "choose among auto, cpu" in capsys.readouterr().err
