"""``yuzug train``: a recipe becomes a weights file."""

from __future__ import annotations

import json
import os
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from yuzug.commands.extras import installed
from yuzug.commands.options import mapping_of
from yuzug.commands.output import complain
from yuzug.commands.parser import Parser
from yuzug.emotions import Language
from yuzug.errors import OptionError
from yuzug.texts import text
from yuzug.texts.numbers import percent_tenths

if TYPE_CHECKING:
    from yuzug.lab.data.training_data import Gathered
    from yuzug.lab.training.checkpointing import Progress
    from yuzug.lab.training.recipe import Recipe
    from yuzug.lab.training.results import Result


def options(command: Parser) -> None:
    command.option("recipe", metavar="RECIPE")
    command.option("--data", metavar="DATA", type=Path, required=True, nargs="+")
    command.option("--outside", metavar="DATA", type=Path, nargs="+", default=())
    command.option("--out", metavar="DIR", type=Path, required=True)
    command.option("--set", key="set", metavar="KEY=VALUE", nargs="+", default=())
    command.option("--map", metavar="A=B,...")
    command.option(
        "--near-copies", key="near_copies", choices=("drop", "keep", "report"), default="drop"
    )
    command.option("--minutes", key="train_minutes", metavar="M", type=float)
    command.option("--seeds", key="train_seeds", metavar="N", type=int, nargs="+")
    command.option("--device", choices=("auto", "cpu", "cuda", "mps"), default="auto")


def run(options: Namespace) -> int:
    """Train a recipe, once or with several seeds, and print where each weights file stands."""
    with installed("lab"):
        from yuzug.lab.training.recipe_files import find_recipe, read_recipe
    if options.minutes is not None and options.minutes <= 0:
        raise OptionError(
            "option.invalid",
            must="the minutes must be more than 0",
            got=str(options.minutes),
            do="give the time that there is",
        )
    file = find_recipe(options.recipe)
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


def _train(options: Namespace, recipe: Recipe, out: Path) -> Result:
    from yuzug.lab.training.run import Watch, train

    lang = options.lang

    def data(gathered: Gathered) -> None:
        _tell_data(gathered, lang)

    def epoch(progress: Progress, recipe: Recipe) -> None:
        from yuzug.lab.evaluation.charts import learning_curves

        complain(_epoch_line(progress, recipe, lang))
        learning_curves(progress, lang).savefig(out / "curves.png")

    done = train(
        recipe,
        options.data,
        out,
        outside=options.outside,
        mapping=mapping_of(options.map),
        near_copies=options.near_copies,
        minutes=options.minutes,
        device=options.device,
        watch=Watch(data, epoch) if _leads() else None,
    )
    if _leads():
        _tell_baseline(done.result, recipe, lang)
        print(done.weights, flush=True)
    return done.result


def _leads() -> bool:
    """Whether this is the process that speaks, of several that Accelerate started together."""
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
        score=percent_tenths(line.held_out_score, lang),
        rate=f"{line.learning_rate:.2g}",
        left=left,
    )


def _tell_baseline(result: Result, recipe: Recipe, lang: Language) -> None:
    one = result.baseline
    if one is None:
        if recipe.start_from is not None:
            complain(text("lab.not_compared", lang, start=recipe.start_from))
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
    from statistics import mean, stdev

    values: dict[str, list[float]] = {}
    for result in results.values():
        for head, metrics in result.heads.items():
            for one in metrics:
                values.setdefault(f"{head}, {one.data}", []).append(one.accuracy)
    summary = {
        name: {
            "mean": round(mean(each), 4),
            "spread": round(stdev(each), 4) if len(each) > 1 else None,
            "accuracy": each,
        }
        for name, each in values.items()
    }
    found = {"schema": 1, "seeds": list(results), "heads": summary}
    (out / "seeds.json").write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
    for name, each in summary.items():
        spread = each["spread"]
        complain(
            text(
                "lab.over_seeds",
                lang,
                head=name,
                mean=percent_tenths(float(str(each["mean"])), lang),
                spread="–" if spread is None else percent_tenths(float(str(spread)), lang),
            )
        )
