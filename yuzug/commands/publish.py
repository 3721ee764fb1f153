"""``yuzug publish``: weights or a Space, pushed to a hub."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from yuzug.commands.parser import Parser
from yuzug.texts import text

if TYPE_CHECKING:
    from yuzug.lab.publish.push import Parcel

# What --dry-run is without a folder; no path that somebody could give.
_ONLY_TELL = Path("\0")


def options(command: Parser) -> None:
    command.option("what", choices=tuple(_PARCELS))
    command.option("--repo-id", key="repo_id", metavar="OWNER/NAME", required=True)
    command.option("--model", metavar="M")
    command.option("--private", action="store_true")
    # Without a folder it only tells.
    command.option(
        "--dry-run",
        key="dry_run",
        metavar="DIR",
        nargs="?",
        type=Path,
        const=_ONLY_TELL,
        default=None,
    )


def run(options: Namespace) -> int:
    """Tell what is about to be pushed, then push it, unless this is a dry run."""
    from yuzug.lab.publish.push import destination, push, unpack

    destination(options.repo_id)  # a wrong name is refused before anything else is done
    with TemporaryDirectory(prefix="yuzug-publish-") as scratch:
        parcel = _PARCELS[options.what](options, Path(scratch))
        _announce(parcel, options)
        if options.dry_run == _ONLY_TELL:
            return 0
        if options.dry_run is not None:
            unpack(parcel, options.dry_run)
            print(text("publish.written", options.lang, folder=options.dry_run))
            return 0
        pushed = push(parcel, options.repo_id, private=options.private)
    key = "publish.pushed" if pushed.changed else "publish.unchanged"
    print(text(key, options.lang, url=pushed.url, commit=pushed.commit))
    return 0


def _announce(parcel: Parcel, options: Namespace) -> None:
    from huggingface_hub import constants

    lang = options.lang
    kind = text(f"publish.{parcel.repo_type}", lang)
    who = text("publish.private" if options.private else "publish.public", lang)
    where = f"{constants.ENDPOINT}/{options.repo_id}"
    print(text("publish.about_to", lang, where=where, kind=kind, who=who))
    for name in parcel.files:
        print(f"  {name}  {(parcel.folder / name).stat().st_size:,} B")
    sent = "publish.nothing_sent" if options.dry_run is not None else "publish.sending"
    print(text(sent, lang), flush=True)


def _weights(options: Namespace, folder: Path) -> Parcel:
    """What ``publish weights`` pushes, written into this empty folder."""
    from yuzug.lab.publish.weights import weights_parcel
    from yuzug.models import DEFAULT_MODEL, resolve

    return weights_parcel(resolve(options.model or DEFAULT_MODEL), options.repo_id, folder)


def _space(options: Namespace, folder: Path) -> Parcel:
    """What ``publish space`` pushes, written into this empty folder."""
    from yuzug.errors import OptionError
    from yuzug.hub import Repository, is_address
    from yuzug.lab.publish.space import space_parcel

    model = options.model
    if model is not None and not is_address(model):
        raise OptionError(
            "option.invalid",
            must="the model of a Space must be owner/name on a hub; bundled ones are always there",
            got=repr(model),
            do="publish the weights first, or leave --model out",
        )
    return space_parcel(options.repo_id, folder, Repository.parse(model) if model else None)


_PARCELS: dict[str, Callable[[Namespace, Path], Parcel]] = {"weights": _weights, "space": _space}
