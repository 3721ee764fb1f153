"""What each command of the command line does; the heavy parts are imported by those in need."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from yuzug.emotions import Language
from yuzug.errors import ImageError, YuzugError
from yuzug.texts import text

if TYPE_CHECKING:
    from yuzug.lab.faceset import FaceSet
    from yuzug.overlays import Overlays
    from yuzug.pipeline import Analyzer, Face
    from yuzug.recommend import Suggestion
    from yuzug.records import Record


def serve(options: Namespace) -> int:
    """Start the page and stay until it is interrupted."""
    from yuzug.models import DEFAULT_CLASSES, DEFAULT_MODEL, Classifier, find, load
    from yuzug.ui.serve import serve as serve_page

    model, classes = options.model or DEFAULT_MODEL, options.classes or DEFAULT_CLASSES
    Classifier(load(find(model)), classes)  # a wrong choice is told before progress is
    serve_page(options.host, options.port, model, classes, options.lang)
    return 0


def analyze(options: Namespace) -> int:
    """Print one line for each picture as soon as it is read; 2 where one could not be."""
    from yuzug.overlays import Overlays

    analyzer = _analyzer(options, detects=not options.crops)
    overlays = Overlays.into(options.cam) if options.cam else None
    results = [_analyze_one(image, analyzer, overlays, options) for image in options.images]
    failed = results.count(False)
    if failed:
        _complain(text("cli.unread", options.lang, failed=failed, total=len(results)))
    return 2 if failed else 0


def _analyze_one(
    image: str, analyzer: Analyzer, overlays: Overlays | None, options: Namespace
) -> bool:
    from yuzug.records import AnalysisRecord, ErrorRecord

    try:
        analysis = analyzer.analyze(image, crops=options.crops)
    except ImageError as error:
        _emit(ErrorRecord.of(image, error, options.lang))
        return False
    if overlays:
        overlays.write(image, analysis)
    suggestions = _advice(analysis.dominant, options.lang) if options.recommend else []
    _emit(AnalysisRecord.of(image, analysis, suggestions))
    return True


def _advice(face: Face | None, lang: Language) -> list[Suggestion]:
    from yuzug.recommend import recommend as suggest

    return suggest(face.probabilities, lang=lang, sure=face.sure) if face else []


def recommend(options: Namespace) -> int:
    """Print activities for an expression, or with ``--check`` the faults of a catalogue."""
    from yuzug.recommend import recommend as suggest
    from yuzug.records import RecommendationsRecord

    if options.check:
        return _check(options.check, options.lang)
    if options.emotion is None:
        raise YuzugError(
            "option.invalid",
            must="recommend must be given an expression, or --check with a folder",
            got="neither",
            do="say for instance yuzug recommend sad",
        )
    suggestions = suggest(
        options.emotion,
        lang=options.lang,
        minutes=options.minutes,
        energy=options.energy,
        place=options.place,
        company=options.company,
        goal=options.goal,
        count=options.count,
        seed=options.seed,
        catalogue=options.catalogue,
    )
    _emit(RecommendationsRecord.of(options.emotion, options.lang, suggestions))
    return 0


def _check(folder: Path, lang: Language) -> int:
    from yuzug.recommend import check
    from yuzug.records import CheckRecord

    findings = check(folder)
    _emit(CheckRecord.of(str(folder), findings))
    if findings:
        _complain(text("cli.faults", lang, folder=folder, count=len(findings)))
    return 2 if findings else 0


def models(options: Namespace) -> int:
    """Print the models there are, as a table or as JSON."""
    from yuzug.models import DEFAULT_MODEL, available_models
    from yuzug.records import ModelsRecord
    from yuzug.tables import plain

    found = available_models()
    if options.json:
        _emit(ModelsRecord.of(found, DEFAULT_MODEL))
    else:
        print(plain(found, options.lang))
    return 0


def doctor(options: Namespace) -> int:
    """Print what stands here and how long an analysis takes; 1 where something is missing."""
    from yuzug.doctor import examine

    healthy = True
    for line, good in examine(options.lang):
        print(line, flush=True)
        healthy &= good
    return 0 if healthy else 1


def train(options: Namespace) -> int:
    """Train a recipe, fit and measure the result, and print where its file stands."""
    with _lab_installed():
        from yuzug.lab.faceset import read
        from yuzug.lab.finish import finish
        from yuzug.lab.recipe import read_recipe
        from yuzug.lab.train import Trainer, split_for
    recipe = read_recipe(_recipe_path(options.recipe))
    faces = read(options.data, recipe.preprocessing.detail_px)
    measured = _part(faces, "validation")
    rest, held = split_for(_part(faces, "train"), measured, recipe)
    best = Trainer(recipe, rest, held, options.out).run()
    print(finish(recipe, best, held, measured, options.data.name))
    return 0


def evaluate(options: Namespace) -> int:
    """Measure a model on one split of labelled faces and print the summary as JSON."""
    with _lab_installed():
        from yuzug.lab.evaluate import evaluate as measure
        from yuzug.lab.faceset import read
    analyzer = _analyzer(options, detects=False)
    detail_px = analyzer.classifier.checkpoint.card.preprocessing.detail_px
    faces = _part(read(options.data, detail_px), options.split)
    result = measure(
        analyzer, faces, data=options.data.name, split=options.split, labels=options.labels
    )
    print(result.model_dump_json(by_alias=True))
    return 0


def _recipe_path(recipe: str) -> Path:
    ours = Path(__file__).parent / "lab" / "recipes" / f"{recipe}.yaml"
    return ours if ours.is_file() else Path(recipe)


def _part(faces: FaceSet, split: str) -> FaceSet:
    part = faces.split(split)
    if not len(part):
        known = ", ".join(sorted({str(name) for name in faces.splits} - {""}))
        raise YuzugError(
            "option.invalid",
            must=f"the data must have faces in the split {split!r}",
            got=f"the splits {known}" if known else "no splits",
            do="name another split, or other data",
        )
    return part


def _analyzer(options: Namespace, *, detects: bool) -> Analyzer:
    from yuzug.faces import NoDetector
    from yuzug.models import DEFAULT_CLASSES, DEFAULT_MODEL
    from yuzug.pipeline import Analyzer

    # Crops are not searched for faces, so nobody should wait for the better detector.
    detector = None if detects else NoDetector()
    return Analyzer.load(
        options.model or DEFAULT_MODEL, options.classes or DEFAULT_CLASSES, detector=detector
    )


@contextmanager
def _lab_installed() -> Iterator[None]:
    """Say which extra is missing where an import fails for want of it."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("yuzug"):
            raise
        raise YuzugError(
            "extra.missing",
            must="train and evaluate need the packages of the extra 'lab'",
            got=f"no {error.name}",
            do="install them with: pip install '.[lab]'",
        ) from error


def _emit(record: Record) -> None:
    print(record.to_json(), flush=True)


def _complain(sentence: str) -> None:
    sys.stdout.flush()
    print(sentence, file=sys.stderr)
