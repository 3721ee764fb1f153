"""``yuzug analyze``: a line of JSON for each picture, or one table of them all."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from yuzug.commands import picture_table
from yuzug.commands.options import analyzer_of, loaded_of, model_options, person_of, person_option
from yuzug.commands.output import complain, emit
from yuzug.commands.parser import Parser
from yuzug.errors import ImageError, OptionError
from yuzug.texts import text

if TYPE_CHECKING:
    from yuzug.analysis import Analysis
    from yuzug.commands.heatmap_files import Overlays
    from yuzug.explain import Contrast
    from yuzug.models import Person
    from yuzug.pipeline import Analyzer
    from yuzug.recommender import Catalogue


def options(command: Parser) -> None:
    command.option("images", key="image", metavar="IMAGE", nargs="+")
    model_options(command)
    person_option(command)
    command.option("--crops", action="store_true")
    command.option("--cam", metavar="DIR", type=Path)
    command.option("--method", metavar="METHOD")
    command.option("--target", metavar="EMOTION")
    command.option("--against", metavar="EMOTION")
    command.option("--trust", action="store_true")
    command.option("--recommend", key="advise", action="store_true")
    command.option("--catalogue", metavar="DIR", type=Path)
    picture_table.options(command)


def run(options: Namespace) -> int:
    """Print one line for each picture as soon as it is read; 2 where one could not be."""
    from yuzug.commands.heatmap_files import Overlays
    from yuzug.folders import pictures_of

    _require_folder(options)
    if picture_table.is_wanted(options):
        return picture_table.run(options)
    person = person_of(options)
    images = pictures_of(options.images)
    analyzer = analyzer_of(options, detects=not options.crops)
    if person is not None:
        person.require(analyzer.classifier.checkpoint)
    overlays = Overlays.into(options.cam) if options.cam else None
    loaded = loaded_of(options.catalogue, options.lang) if options.recommend else None
    catalogue = loaded.catalogue if loaded else None
    results = [
        _analyze_one(image, analyzer, overlays, catalogue, person, options) for image in images
    ]
    failed = results.count(False)
    if failed:
        complain(text("cli.unread", options.lang, failed=failed, total=len(results)))
    return 2 if failed else 0


def _require_folder(options: Namespace) -> None:
    if options.against and not options.cam:
        raise OptionError(
            "option.invalid",
            must="--against draws a map, so it needs a folder for it",
            got="--against without --cam",
            do="add --cam DIR",
        )


def _analyze_one(
    image: str,
    analyzer: Analyzer,
    overlays: Overlays | None,
    catalogue: Catalogue | None,
    person: Person | None,
    options: Namespace,
) -> bool:
    from yuzug.records import AnalysisRecord, ErrorRecord

    try:
        analysis = analyzer.analyze(
            image,
            crops=options.crops,
            method=options.method,
            target=options.target,
            person=person,
        )
    except ImageError as error:
        emit(ErrorRecord.of(image, error, options.lang))
        return False
    suggestions = analysis.suggestions(options.lang, catalogue) if catalogue else []
    trusts = [analyzer.trust(face) for face in analysis.faces] if options.trust else []
    emit(AnalysisRecord.of(image, analysis, suggestions, trusts, options.lang))
    if overlays:
        overlays.write(image, analysis, _contrasts(analyzer, analysis, options))
    return True


def _contrasts(analyzer: Analyzer, analysis: Analysis, options: Namespace) -> list[Contrast | None]:
    """Evidence for the expression in question and not for ``--against``, one map a face.

    None for a face whose own expression is that one, where no other is asked for.
    """
    if not options.against:
        return []
    return [
        None
        if not options.target and face.emotion == options.against
        else analyzer.contrast(face, options.target or face.emotion, options.against)
        for face in analysis.faces
    ]
