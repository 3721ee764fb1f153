"""Weights from a hub: the real client against the hub of the tests, whole, faulty and hostile."""

from __future__ import annotations

import json
import os
import pickle
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hub_server import STRANGER, TOKEN, Fault, Hub, running, sha256
from huggingface_hub import constants

from yuzug.cli import main
from yuzug.errors import HubError
from yuzug.hub import Repository, is_address
from yuzug.models import load_model, resolve
from yuzug.models.hub_layout import CONFIG, WEIGHTS, Published
from yuzug.pipeline import Analyzer
from yuzug.records import sentence_of
from yuzug.ui import about
from yuzug.ui.serve import default_model, load_all
from yuzug.ui.session import Settings

ROOT = Path(__file__).resolve().parents[2]
REPO = "ada/faces"
Bytes = dict[str, bytes]


@pytest.fixture(scope="module")
def model() -> Bytes:
    """A repository as it should be: the smaller of the bundled models."""
    path = resolve("cnn")
    return {WEIGHTS: path.read_bytes(), CONFIG: Published.of(path).to_json().encode()}


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the client would have waited, in seconds; here nobody waits."""
    waits: list[float] = []
    hurried = SimpleNamespace(**{**vars(time), "sleep": waits.append})
    for module in (
        "yuzug.hub.files",
        "huggingface_hub.file_download",
        "huggingface_hub.utils._http",
    ):
        monkeypatch.setattr(f"{module}.time", hurried)
    return waits


def in_cache(cache: Path) -> list[str]:
    """Every file that a program could take for a file of the repository, and every leftover."""
    places = (path for path in cache.rglob("*") if "/snapshots/" in path.as_posix())
    whole = [path.name for path in places if path.is_file()]
    return sorted(whole + [path.name for path in cache.rglob("*incomplete*")])


# Fetched


def test_fetched_byte_for_byte_and_called_by_its_address(
    hub: Hub, at_hub: Path, model: Bytes, astronaut: np.ndarray
) -> None:
    hub.add(REPO, model)
    assert resolve(REPO).read_bytes() == model[WEIGHTS]
    fetched, ours = (Analyzer.load(name, 7) for name in (REPO, "cnn"))
    assert fetched.model == REPO
    one, other = (
        each.analyze(astronaut, crops=True).faces[0].probabilities for each in (fetched, ours)
    )
    assert one == other
    assert in_cache(at_hub) == [CONFIG, WEIGHTS]


def test_both_files_come_from_one_commit(hub: Hub, at_hub: Path, model: Bytes) -> None:
    """Its owner publishes other weights between the two questions."""
    first = hub.add(REPO, model)
    later = {WEIGHTS: b"later", CONFIG: b"later"}
    seen = Fault(
        rf"GET /{REPO}/resolve/main/{CONFIG}", forge=lambda body: hub.add(REPO, later) and body
    )
    hub.faults.append(seen)
    assert resolve(REPO).parent.name == first


def test_a_pinned_revision_is_asked_for_once(hub: Hub, at_hub: Path, model: Bytes) -> None:
    commit = hub.add(REPO, model)
    hub.add(REPO, {"README.md": b"nothing else is left"})
    assert resolve(f"{REPO}@{commit}").read_bytes() == model[WEIGHTS]
    hub.requests.clear()
    assert resolve(f"{REPO}@{commit}").read_bytes() == model[WEIGHTS]
    assert hub.requests == []
    assert kind_of(REPO) == "hub.file"


def test_a_tag_and_a_revision_that_is_not_there(hub: Hub, at_hub: Path, model: Bytes) -> None:
    commit = hub.add(REPO, model)
    hub.stored[f"models/{REPO}"].tags["v1"] = commit
    hub.add(REPO, {"README.md": b"nothing else is left"})
    assert load_model(f"{REPO}@v1").card.name == f"{REPO}@v1"
    assert kind_of(f"{REPO}@v2") == "hub.revision"


def test_the_token_goes_to_the_hub_and_nowhere_else(
    hub: Hub, at_hub: Path, model: Bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    hub.add(REPO, model, private=True)
    assert resolve(REPO).is_file()
    assert {one.token for one in hub.asked("/resolve/")} == {TOKEN}
    assert {one.token for one in hub.asked("/cdn/")} == {None}


def test_the_cache_will_do_where_the_hub_cannot_be_had(
    hub: Hub, at_hub: Path, model: Bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.add(REPO, model)
    path = resolve(REPO)
    hub.faults.append(Fault("", times=-1, status=503))
    assert resolve(REPO) == path
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert resolve(REPO) == path
    assert kind_of("ada/other") == "hub.offline"


def test_a_damaged_cache_is_mended(hub: Hub, at_hub: Path, model: Bytes) -> None:
    hub.add(REPO, model)
    path = resolve(REPO)
    path.resolve().write_bytes(model[WEIGHTS][:-1] + b"?")
    assert resolve(REPO).read_bytes() == model[WEIGHTS]


# Refused to us


@pytest.mark.parametrize(
    ("how", "token", "kind"),
    [
        ({}, "hf_expired", "hub.denied"),
        ({"private": True}, None, "hub.missing"),
        ({"private": True}, STRANGER, "hub.missing"),
        ({"private": True}, TOKEN, None),
        ({"gated": True}, None, "hub.gated"),
        ({"gated": True}, STRANGER, "hub.gated"),
        ({"gated": True}, TOKEN, None),
    ],
)
def test_private_and_gated(
    how: dict[str, bool],
    token: str | None,
    kind: str | None,
    hub: Hub,
    at_hub: Path,
    model: Bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if token:
        monkeypatch.setenv("HF_TOKEN", token)
    hub.add(REPO, model, **how)
    assert kind_of(REPO) == kind
    if kind:
        assert "HF_TOKEN" in str(caught(REPO))
        assert in_cache(at_hub) == []


def test_a_repository_that_is_not_there(hub: Hub, at_hub: Path) -> None:
    assert kind_of("ada/nothing") == "hub.missing"


# Faults


def flip(body: bytes) -> bytes:
    return body[:-9] + bytes([body[-9] ^ 1]) + body[-8:]


HEAD = rf"HEAD /{REPO}"
LARGE = "GET /cdn/"
SMALL = rf"GET /{REPO}/resolve/.*{CONFIG}"
BUSY = {"Retry-After": "2"}
RATE = {"RateLimit": '"resolvers";r=0;t=3'}
HOUR = {"Retry-After": "3600"}
PAGE = {"Content-Type": "text/html"}

FAULTS: dict[str, tuple[Fault, str | None]] = {
    "429 once, with Retry-After": (Fault(HEAD, status=429, headers=BUSY), None),
    "429 once, with a rate limit": (Fault(HEAD, status=429, headers=RATE), None),
    "429 for an hour": (Fault(HEAD, times=-1, status=429, headers=HOUR), "hub.busy"),
    "429 at the large file": (Fault(LARGE, status=429, headers=BUSY), None),
    "503 twice": (Fault(HEAD, times=2, status=503), None),
    "503 for ever": (Fault(HEAD, times=-1, status=503), "hub.busy"),
    "500 at the large file, once": (Fault(LARGE, status=500), None),
    "502 at the large file, for ever": (Fault(LARGE, times=-1, status=502), "hub.busy"),
    "connection cut, once": (Fault(LARGE, cut_at=700_000), None),
    "connection cut early, for ever": (Fault(LARGE, times=-1, cut_at=0), "hub.unreachable"),
    "configuration cut, once": (Fault(SMALL, cut_at=20), None),
    "too slow to answer": (Fault(HEAD, times=-1, wait_s=0.6), "hub.unreachable"),
    "slow once in the large file": (Fault(LARGE, wait_s=0.6), None),
    "one bit flipped": (Fault(LARGE, times=-1, forge=flip), "hub.content"),
    "fewer bytes than promised": (
        Fault(LARGE, times=-1, forge=lambda body: body[:-100]),
        "hub.content",
    ),
    "more bytes than promised": (
        Fault(LARGE, times=-1, forge=lambda body: body * 2),
        "hub.content",
    ),
    "a configuration that is none": (Fault(SMALL, times=-1, forge=lambda _: b"{}"), "hub.content"),
    "a page instead of a file": (
        Fault(HEAD, times=-1, status=200, headers=PAGE),
        "hub.unreachable",
    ),
    "no such page": (Fault(HEAD, times=-1, status=404), "hub.missing"),
    "forbidden": (Fault(HEAD, times=-1, status=403), "hub.denied"),
    "a teapot": (Fault(HEAD, times=-1, status=418), "hub.unreachable"),
    "an ETag that climbs": (
        Fault(HEAD, times=-1, headers={"ETag": '"../../../escaped"'}),
        "hub.content",
    ),
    "a commit that climbs": (
        Fault(HEAD, times=-1, headers={"X-Repo-Commit": "../../../escaped"}),
        "hub.content",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_ends_in_a_sentence_or_a_right_result(
    name: str,
    hub: Hub,
    at_hub: Path,
    model: Bytes,
    slept: list[float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fault, kind = FAULTS[name]
    monkeypatch.setattr(constants, "HF_HUB_ETAG_TIMEOUT", 0.3)
    monkeypatch.setattr(constants, "HF_HUB_DOWNLOAD_TIMEOUT", 0.3)
    hub.add(REPO, model)
    hub.faults.append(Fault(**vars(fault)))
    if kind is None:
        assert resolve(REPO).read_bytes() == model[WEIGHTS]
        assert hub.faults[0].times == 0, "the fault struck"
    else:
        error = caught(REPO)
        assert error.kind == kind
        for lang in ("en", "tr"):
            assert len(sentence_of(error, lang).splitlines()) == 1
        assert WEIGHTS not in in_cache(at_hub)
    assert sum(slept) < 60, "nobody is kept waiting for long"
    # Whatever it was, it leaves nothing behind that stands in the way.
    hub.faults.clear()
    assert resolve(REPO).read_bytes() == model[WEIGHTS]
    assert in_cache(at_hub) == [CONFIG, WEIGHTS]
    assert not list(at_hub.parent.rglob("escaped*"))


def test_a_busy_hub_is_asked_again_after_the_time_it_names(
    hub: Hub, at_hub: Path, model: Bytes, slept: list[float]
) -> None:
    hub.add(REPO, model)
    hub.faults += [Fault(HEAD, status=429, headers={"Retry-After": "7"}), Fault(HEAD, status=503)]
    assert resolve(REPO).is_file()
    assert slept == [7.0, 3.0]


def test_a_download_that_is_cut_goes_on_where_it_stopped(
    hub: Hub, at_hub: Path, model: Bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The client keeps what came in pieces of this size.
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 100_000)
    hub.add(REPO, model)
    hub.faults += [Fault(LARGE, cut_at=700_000), Fault(LARGE, cut_at=300_000)]
    assert resolve(REPO).read_bytes() == model[WEIGHTS]
    ranges = [one.range for one in hub.asked("/cdn/")]
    assert ranges == [None, "bytes=700000-", "bytes=1000000-"]


def test_nobody_listens(at_hub: Path, monkeypatch: pytest.MonkeyPatch, slept: list[float]) -> None:
    with running() as gone:
        address = gone.url
    monkeypatch.setattr(constants, "ENDPOINT", address)
    template = address + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    assert kind_of(REPO) == "hub.unreachable"
    assert address in str(caught(REPO))
    assert slept == []


def test_a_cache_that_cannot_be_written(
    hub: Hub, at_hub: Path, model: Bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.add(REPO, model)
    at_hub.write_text("a file where a folder must be")
    error = caught(REPO)
    assert error.kind == "hub.cache"
    assert str(at_hub) in str(error)


# Hostile repositories


class Bomb:
    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (Path("pickle-was-run"),)


def with_header(weights: bytes, change: Callable[[dict[str, object]], object]) -> bytes:
    """The same weights behind another safetensors header."""
    size = struct.unpack("<Q", weights[:8])[0]
    header = json.loads(weights[8 : 8 + size])
    change(header)
    changed = json.dumps(header).encode()
    return struct.pack("<Q", len(changed)) + changed + weights[8 + size :]


def with_card(model: Bytes, change: Callable[[dict[str, object]], object]) -> Bytes:
    """The same weights with another card, in both places, and the right hash."""

    def rewrite(header: dict[str, object]) -> None:
        note = header["__metadata__"]
        assert isinstance(note, dict)
        card = json.loads(note["yuzug_card"])
        change(card)
        note["yuzug_card"] = json.dumps(card)

    config = json.loads(model[CONFIG])
    change(config["card"])
    return promised(with_header(model[WEIGHTS], rewrite), config)


def promised(weights: bytes, config: dict[str, object]) -> Bytes:
    config["weights"] = {"sha256": sha256(weights), "size_bytes": len(weights)}
    return {WEIGHTS: weights, CONFIG: json.dumps(config).encode()}


def of_weights(model: Bytes, weights: bytes) -> Bytes:
    return promised(weights, json.loads(model[CONFIG]))


def many_heads(card: dict[str, object]) -> None:
    heads = card["heads"]
    assert isinstance(heads, dict)
    heads |= {f"h{n}": heads["7"] for n in range(60)}


def huge_face(card: dict[str, Any]) -> None:
    """The dense layer would read 32 × 32 places of 128 channels instead of 3 × 3."""
    card["preprocessing"]["size_px"] = 512
    card["parameters"] += 128 * (32 * 32 - 3 * 3) * 512


def huge_tensor(header: dict[str, object]) -> None:
    name = next(name for name in header if name != "__metadata__")
    header[name] = {"dtype": "F32", "shape": [10**9, 10**9], "data_offsets": [0, 4 * 10**18]}


HOSTILE: dict[str, Callable[[Bytes], Bytes]] = {
    "a pickle by another name": lambda m: of_weights(m, pickle.dumps(Bomb())),
    "nothing": lambda m: {**m, WEIGHTS: b""},
    "weights cut short": lambda m: of_weights(m, m[WEIGHTS][:-1000]),
    "another hash": lambda m: {**m, WEIGHTS: flip(m[WEIGHTS])},
    "a tensor of a quintillion": lambda m: of_weights(m, with_header(m[WEIGHTS], huge_tensor)),
    "a header of exabytes": lambda m: of_weights(m, b"\xff" * 8 + m[WEIGHTS]),
    "a card with a huge face": lambda m: with_card(
        m, lambda card: card["preprocessing"].update(size_px=512)
    ),
    "a card with a huge face, counted right": lambda m: with_card(m, huge_face),
    "a face beyond all bounds": lambda m: with_card(
        m, lambda card: card["preprocessing"].update(size_px=10**9)
    ),
    "sixty heads": lambda m: with_card(m, many_heads),
    "a head that climbs": lambda m: with_card(
        m, lambda card: card["heads"].update({"../../x": card["heads"]["7"]})
    ),
    "a head named as a method": lambda m: with_card(
        m, lambda card: card["heads"].update({"items": card["heads"]["7"]})
    ),
    "another architecture": lambda m: with_card(
        m, lambda card: card.update(architecture="resnet18")
    ),
    "an unknown architecture": lambda m: with_card(m, lambda card: card.update(architecture="os")),
    "more parameters than there are": lambda m: with_card(
        m, lambda card: card.update(parameters=10**12)
    ),
    "a temperature that is no number": lambda m: with_card(
        m, lambda card: card["heads"]["7"].update(temperature=float("nan"))
    ),
    "two cards that differ": lambda m: {
        **m,
        CONFIG: m[CONFIG].replace(b'"licence": "Apache-2.0"', b'"licence": "free"'),
    },
    "a file that leads elsewhere": lambda m: {
        **m,
        CONFIG: m[CONFIG].replace(b'"size_bytes"', b'"file": "../../../x", "size_bytes"'),
    },
    "a configuration without end": lambda m: {**m, CONFIG: m[CONFIG] + b" " * 1_100_000},
    "no configuration": lambda m: {WEIGHTS: m[WEIGHTS]},
    "weights as pickles alone": lambda m: {CONFIG: m[CONFIG], "pytorch_model.bin": b"\x80\x02."},
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_repository_is_refused_and_never_installed(
    name: str, hub: Hub, at_hub: Path, model: Bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = HOSTILE[name](model)
    assert files != model
    hub.add(REPO, files)
    kind = kind_of(REPO)
    lacks = {WEIGHTS, CONFIG} - set(files)
    assert kind == ("hub.file" if lacks else "hub.content")
    assert WEIGHTS not in in_cache(at_hub)
    assert not Path("pickle-was-run").exists()
    hub.add(REPO, model)
    assert resolve(REPO).read_bytes() == model[WEIGHTS]


def test_weights_that_are_no_numbers(hub: Hub, at_hub: Path, model: Bytes) -> None:
    """What only loading shows."""
    hub.add(REPO, of_weights(model, model[WEIGHTS][:-4000] + b"\xff" * 4000))
    with pytest.raises(HubError, match="no number"):
        load_model(REPO)
    assert WEIGHTS not in in_cache(at_hub)


@pytest.mark.parametrize(
    "address",
    [
        "ada/..",
        "ada/faces@../../x",
        "ada/faces@",
        "ada/a--b",
        "ada/faces@a/../b",
        "ada/.git",
        "a b/c",
    ],
)
def test_an_address_leads_nowhere_else(address: str) -> None:
    with pytest.raises(HubError) as caught:
        Repository.parse(address)
    assert caught.value.kind == "hub.name"


@pytest.mark.parametrize(
    "path",
    [
        *("../ada", "./faces", "/etc/passwd", "~/faces", "a/b/c", "cnn"),
        *("runs/mine.safetensors", "weights/ensemble.json"),
    ],
)
def test_a_path_is_no_address(path: str) -> None:
    assert not is_address(path)


# As a program sees it


def test_the_environment_holds(
    hub: Hub, model: Bytes, tmp_path: Path, astronaut_path: Path
) -> None:
    """Programs of their own, since the library reads its settings when it is imported."""
    hub.add(REPO, model, private=True)
    online = {"HF_ENDPOINT": hub.url, "HF_TOKEN": TOKEN, "HF_HUB_OFFLINE": "0"}
    first = analyze(astronaut_path, tmp_path, online)
    assert first["model"] == REPO
    hub.requests.clear()
    assert analyze(astronaut_path, tmp_path, {"HF_HUB_OFFLINE": "1"})["faces"] == first["faces"]
    assert hub.requests == []


def analyze(photo: Path, home: Path, settings: dict[str, str]) -> dict[str, object]:
    command = [sys.executable, "-m", "yuzug.cli", "analyze", str(photo), "--crops"]
    ran = subprocess.run(
        [*command, "--model", REPO],
        cwd=ROOT,
        env={**os.environ, "HF_HOME": str(home), **settings},
        capture_output=True,
        text=True,
        check=True,
    )
    line: dict[str, object] = json.loads(ran.stdout)
    return line


def test_the_command_line_says_in_one_line_what_is_wrong(
    hub: Hub,
    at_hub: Path,
    model: Bytes,
    astronaut_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    hub.add(REPO, model, gated=True)
    assert main(["analyze", str(astronaut_path), "--model", REPO, "--lang", "tr"]) == 2
    out, err = capsys.readouterr()
    assert (out, len(err.splitlines())) == ("", 1)
    assert err.startswith("yuzug: Bu depo için izin gerekiyor")


# In the app


def test_a_repository_joins_the_bundled_models(
    hub: Hub, at_hub: Path, model: Bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YUZUG_HUB_REPO", REPO)
    hub.add(REPO, model)
    analyzers = load_all(default_model(), 7, "en")
    assert analyzers.models == (REPO, "resnet18", "cnn", "ensemble")
    said = {name: about.page(analyzers, Settings(model=name)) for name in analyzers.models}
    assert f"The weights come from {REPO} on {hub.url}" in said[REPO]
    assert "28,709" not in said[REPO], "our words about our data are not its owner's"
    assert "The weights came with Yuzug" in said["cnn"]


def test_the_bundled_models_stand_in_and_the_page_says_so(
    hub: Hub, at_hub: Path, model: Bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.add(REPO, HOSTILE["another hash"](model))
    analyzers = load_all(REPO, 7, "en")
    assert analyzers.models == ("resnet18", "cnn", "ensemble")
    assert REPO in capsys.readouterr().out
    page = about.page(analyzers, Settings())
    assert f"{REPO} was requested" in page
    assert "it was discarded" in page
    assert "The weights came with Yuzug" in page


def caught(address: str) -> HubError:
    with pytest.raises(HubError) as error:
        resolve(address)
    return error.value


def kind_of(address: str) -> str | None:
    """Which fault there is, or None where the model is found."""
    try:
        resolve(address)
    except HubError as error:
        return error.kind
    return None
