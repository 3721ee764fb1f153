"""``yuzug train``: a recipe becomes a weights file."""

from __future__ import annotations

import json
import math
import os
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from yuzug.commands.options import mapping_of
from yuzug.commands.output import complain
from yuzug.commands.parser import Parser
from yuzug.emotions import Language
from yuzug.errors import OptionError
from yuzug.extras import needs_extra
from yuzug.texts import text
from yuzug.texts.numbers import percent_tenths

if TYPE_CHECKING:
    from yuzug.lab.data.duplicates import NearCopies
    from yuzug.lab.data.training_data import Gathered
    from yuzug.lab.training.devices import Device
    from yuzug.lab.training.recipe import Recipe
    from yuzug.lab.training.repeats import Over, Spread
    from yuzug.lab.training.results import Result
    from yuzug.lab.training.resume import Progress
    from yuzug.lab.training.run import Watch

_MOST_FOLDS = 20
# Below so many measured faces an accuracy is too uncertain: of 100 faces it is ± 10 points.
_FEW_MEASURED = 100


def options(command: Parser) -> None:
    command.option("recipe", metavar="RECIPE")
    command.option("--data", metavar="DATA", type=Path, required=True, nargs="+")
    command.option("--outside", metavar="DATA", type=Path, nargs="+", default=[])
    command.option("--out", metavar="DIR", type=Path, required=True)
    command.option("--set", key="set", metavar="KEY=VALUE", nargs="+", default=[])
    command.option("--map", metavar="A=B,...")
    command.option(
        "--near-copies", key="near_copies", choices=("drop", "keep", "report"), default="drop"
    )
    command.option("--minutes", key="train_minutes", metavar="M", type=float)
    command.option("--seeds", key="train_seeds", metavar="N", type=int, nargs="+")
    command.option("--folds", key="train_folds", metavar="K", type=int)
    command.option("--subject", key="train_subject", metavar="REGEX")
    command.option(
        "--log", key="train_log", nargs="+", choices=("tensorboard", "trackio"), default=[]
    )
    command.option("--device", choices=("auto", "cpu", "cuda", "mps"), default="auto")


def run(options: Namespace) -> int:
    """Train a recipe, once or with several seeds, and print where each weights file stands.

    With folds it is first measured over them; the weights file comes from a last run on all data.
    """
    with needs_extra("lab"):
        from yuzug.lab.training.recipe_files import find_recipe, read_recipe
    if options.minutes is not None and not 0 < options.minutes < math.inf:
        raise OptionError(
            "option.invalid",
            must="the minutes must be a number above 0",
            got=str(options.minutes),
            do="give the time that there is",
        )
    _check_repeats(options)
    for tracker in options.log:
        with needs_extra(tracker):
            from yuzug.lab.training.experiment_tracking import check_installed

            check_installed([tracker])
    file = find_recipe(options.recipe)
    if options.folds is not None:
        _fold(options, read_recipe(file, options.set))
    if options.seeds is None:
        _train(options, read_recipe(file, options.set), options.out)
        return 0
    results = {}
    for seed in dict.fromkeys(options.seeds):
        recipe = read_recipe(file, [*options.set, f"seed={seed}"])
        complain(text("lab.seed", options.lang, seed=seed))
        results[seed] = _train(options, recipe, options.out / f"seed-{seed}")
    _summarise(results, options.out, options.lang)
    return 0


def _check_repeats(options: Namespace) -> None:
    wrong, do = "", ""
    if options.folds is not None and not 2 <= options.folds <= _MOST_FOLDS:
        wrong, do = f"--folds {options.folds}", "5 is usual"
    if options.folds is not None and options.seeds is not None:
        wrong, do = "--folds with --seeds", "leave out one of them"
    if options.subject is not None and options.folds is None:
        wrong, do = "--subject without --folds", "add --folds 5, or give --subject to yuzug prepare"
    if wrong:
        raise OptionError(
            "option.invalid",
            must=f"--folds must be 2 to {_MOST_FOLDS}, without --seeds; --subject belongs to it",
            got=wrong,
            do=do,
        )


def _watch(recipe: Recipe, options: Namespace) -> Watch | None:
    """Progress messages of a run; None in every process but the first."""
    from yuzug.lab.training.experiment_tracking import Tracking
    from yuzug.lab.training.run import Watch

    if not _leads():
        return None
    lang, tracking = options.lang, Tracking(options.log)

    def data(gathered: Gathered) -> None:
        _tell_data(gathered, lang)

    def epoch(progress: Progress, recipe: Recipe, out: Path) -> None:
        from yuzug.lab.evaluation.charts import learning_curves

        complain(_epoch_line(progress, recipe, lang))
        learning_curves(progress, lang).savefig(out / "curves.png")
        tracking.epoch(progress, recipe, out)

    def fold(number: int, result: Result | None) -> None:
        if result is None:
            complain(text("lab.fold", lang, number=number, folds=options.folds))
        else:
            _tell_baseline(result, recipe, lang)

    def no_start(start: str) -> None:
        complain(text("lab.no_start", lang, start=start))

    return Watch(data, epoch, fold, tracking.close, no_start)


class _Settings(TypedDict):
    """What one run and the folds are called with alike."""

    mapping: dict[str, str]
    near_copies: NearCopies
    minutes: float | None
    device: Device
    watch: Watch | None


def _settings(recipe: Recipe, options: Namespace) -> _Settings:
    return {
        "mapping": mapping_of(options.map),
        "near_copies": options.near_copies,
        "minutes": _minutes_each(options),
        "device": options.device,
        "watch": _watch(recipe, options),
    }


def _train(options: Namespace, recipe: Recipe, out: Path) -> Result:
    from yuzug.lab.training.run import train

    lang = options.lang

    done = train(
        recipe,
        options.data,
        out,
        outside=options.outside,
        **_settings(recipe, options),
    )
    if _leads():
        _tell_baseline(done.result, recipe, lang)
        measured = done.result.counts.measured if done.result.counts else _FEW_MEASURED
        if measured < _FEW_MEASURED and options.folds is None:
            complain(text("lab.few_measured", lang, n=measured))
        print(done.weights, flush=True)
    return done.result


def _leads() -> bool:
    """Whether this process prints, of several that Accelerate started together."""
    return os.environ.get("RANK", "0") == "0"


def _tell_data(gathered: Gathered, lang: Language) -> None:
    counts = gathered.counts
    complain(text("lab.faces_went", lang, **counts.model_dump()))
    if counts.near_copies_kept:
        complain(text("lab.near_kept", lang, n=counts.near_copies_kept))
    if counts.unknown_labels:
        each = ", ".join(f"{label} ({n})" for label, n in counts.unknown_labels.items())
        complain(text("lab.unknown_labels", lang, labels=each))
    if gathered.mapping:
        pairs = ", ".join(f"{one} → {other}" for one, other in gathered.mapping.items())
        complain(text("lab.report_mapping", lang, pairs=pairs))


def _epoch_line(progress: Progress, recipe: Recipe, lang: Language) -> str:
    line = progress.epochs[-1]
    each = sum(one.seconds for one in progress.epochs) / len(progress.epochs)
    seconds = round(each * (recipe.epochs - line.epoch))
    hours, rest = divmod(seconds, 3600)
    left = f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"
    return text(
        "lab.epoch_line",
        lang,
        epoch=line.epoch,
        epochs=recipe.epochs,
        loss=f"{line.loss:.3f}",
        held_loss="–" if line.held_out_loss is None else f"{line.held_out_loss:.3f}",
        training_score="–"
        if line.training_score is None
        else percent_tenths(line.training_score, lang),
        score=percent_tenths(line.held_out_score, lang),
        rate=f"{line.learning_rate:.2g}",
        left=left,
    )


def _tell_baseline(result: Result, recipe: Recipe, lang: Language) -> None:
    one = result.baseline
    if one is None:
        if result.start_from is not None:
            complain(text("lab.not_compared", lang, start=result.start_from))
        return
    key = "lab.compared" if one.is_better else "lab.compared_worse"
    complain(
        text(
            key,
            lang,
            start=one.start,
            n=one.n,
            before=percent_tenths(one.start_accuracy, lang),
            after=percent_tenths(one.accuracy, lang),
        )
    )


def _summarise(results: dict[int, Result], out: Path, lang: Language) -> None:
    """Mean and standard deviation over seeds of what each head was measured to give."""
    from yuzug.lab.training.repeats import over_runs

    found = over_runs(results.values())
    heads = [one.model_dump() for one in found]
    record = {"schema": 2, "seeds": list(results), "heads": heads}
    (out / "seeds.json").write_text(
        json.dumps(record, ensure_ascii=False, indent=1) + "\n", "utf-8"
    )
    for one in found:
        _tell_spread(one, lang)


def _tell_spread(one: Over, lang: Language) -> None:
    complain(
        text(
            "lab.over_runs",
            lang,
            head=f"{one.head}, {one.data}",
            mean=percent_tenths(one.accuracy.mean, lang),
            spread=_spread(one.accuracy, lang),
        )
    )


def _spread(figure: Spread, lang: Language) -> str:
    return "–" if figure.spread is None else percent_tenths(figure.spread, lang)


def _fold(options: Namespace, recipe: Recipe) -> None:
    """Measure a recipe over folds and say what came out."""
    from yuzug.lab.training.run import cross_validate

    lang = options.lang
    found = cross_validate(
        recipe,
        options.data,
        options.out,
        options.folds,
        subject=options.subject,
        **_settings(recipe, options),
    )
    if not _leads():
        return
    key = "lab.folds_people" if found.people else "lab.folds"
    complain(text(key, lang, folds=found.folds, n=found.n, people=found.people))
    for one in found.heads:
        _tell_spread(one, lang)
    if found.start is None or found.start_accuracy is None or found.accuracy is None:
        return
    complain(
        text(
            "lab.folds_compared",
            lang,
            start=found.start,
            before=percent_tenths(found.start_accuracy.mean, lang),
            after=percent_tenths(found.accuracy.mean, lang),
            better=found.better_folds,
            folds=found.folds,
        )
    )


def _minutes_each(options: Namespace) -> float | None:
    """The time of one run: the folds and the last run share what there is."""
    if options.minutes is None:
        return None
    return float(options.minutes) / (1 if options.folds is None else options.folds + 1)
