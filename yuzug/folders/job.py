"""Many pictures into one table, in parts that survive a kill.

The pictures are cut into parts of a fixed size. Each part is written to a file of its own, which
takes its place at once when it is whole; what is not there after a kill is read again. At the end
the parts become one table, or stay as they are where a folder was asked for.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from yuzug.analysis import Analysis
from yuzug.errors import ImageError, YuzugError
from yuzug.models import Person
from yuzug.pipeline import Analyzer
from yuzug.pipeline_batches import BATCH
from yuzug.records.tables import Columns, Row, arrow, error_row, format_of, picture_rows, table

# A part: some seconds of work, and a multiple of the batch, so that batches never depend on where
# a job was killed. Ten thousand files in a folder are enough, so large jobs have larger parts.
MIN_PART = 32 * BATCH
MAX_PARTS = 10_000
_JOB = "_job.json"
# A part, its mark, and what a kill leaves of either.
_PART_FILE = re.compile(r"part-\d{6}\.\w+|_part-\d{6}\.json|\._?part-\d{6}\.\w+\.part")


@dataclass(frozen=True)
class Part:
    """What became of one part: how many pictures it has, and how many could not be read."""

    pictures: int
    unread: int


@dataclass(frozen=True)
class Job:
    """A table that is to be made of many pictures.

    Attributes:
        images: paths of the pictures, in the order of the table.
        out: the table, ``.parquet``, ``.csv`` or ``.jsonl``; without an ending a folder, whose
            Parquet files are one table to pandas and to everything that reads Arrow data sets.
        model: as for :meth:`Analyzer.load`.
        classes: as for :meth:`Analyzer.load`.
        crops: whether each picture already is one cropped face.
        columns: what the table holds.
        fingerprint: what else the numbers depend on: weights and detector.
        person: somebody who was taught, or None.
    """

    images: Sequence[str]
    out: Path
    model: str
    classes: int | str
    crops: bool
    columns: Columns
    fingerprint: str
    person: Person | None = None

    @classmethod
    def of(
        cls,
        images: Sequence[str],
        out: Path,
        analyzer: Analyzer,
        *,
        model: str,
        crops: bool,
        person: Person | None = None,
    ) -> Job:
        """The job of this analyzer, which was loaded by the name ``model``.

        Raises:
            OptionError: ``option.invalid`` where ``out`` has another ending.
            PersonError: ``person.weights`` where the person was taught with other weights.
        """
        classifier = analyzer.classifier
        if person is not None:
            person.require(classifier.checkpoint)
        # What is missing fails now, not after an hour of work.
        if not _is_file(out) or format_of(out) == "parquet":
            arrow()
        return cls(
            images=images,
            out=out,
            model=model,
            classes=classifier.head_name,
            crops=crops,
            columns=Columns.of_pictures(classifier.head.labels),
            fingerprint=fingerprint_of(analyzer, crops=crops),
            person=person,
        )

    @property
    def folder(self) -> Path:
        """Where the parts are."""
        return self.out.with_name(f"{self.out.name}.parts") if _is_file(self.out) else self.out

    @property
    def part_size(self) -> int:
        """Pictures in a part."""
        batches = -(-len(self.images) // (MAX_PARTS * BATCH))
        return max(MIN_PART, batches * BATCH)

    @property
    def parts(self) -> range:
        """The numbers of the parts."""
        return range(-(-len(self.images) // self.part_size))

    def images_of(self, part: int) -> Sequence[str]:
        """The pictures of a part."""
        return self.images[part * self.part_size : (part + 1) * self.part_size]

    def begin(self, *, resume: bool) -> list[int]:
        """Make the folder of the parts; the numbers of those that are still to be read.

        Without ``resume``, parts of an earlier job at this place are removed.

        Raises:
            YuzugError: ``table.other`` where the parts there belong to another job,
                ``table.unwritable``.
        """
        key = self._key()
        try:
            known = json.loads((self.folder / _JOB).read_text("utf-8"))
        except (OSError, ValueError):
            known = None
        if resume and known is not None and known != key:
            changed = sorted(name for name in key if known.get(name) != key[name])
            raise YuzugError(
                "table.other",
                must="a job can be resumed only with the same pictures and options",
                got=f"{self.folder} of another job ({', '.join(changed)})",
                do="give what was given before, or start anew without --resume",
            )
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if known is None and any(
                not path.name.startswith(".") for path in self.folder.iterdir()
            ):
                raise YuzugError(
                    "table.unwritable",
                    must="the folder of the parts must be new, empty or that of an earlier table",
                    got=f"{self.folder} with other files",
                    do="name another place",
                )
            if not (resume and known is not None):
                self._remove_parts()
                _write(self.folder / _JOB, key)
        except OSError as error:
            raise YuzugError(
                "table.unwritable",
                must="the place of the table must be one that can be written to",
                got=f"{self.folder} ({error.strerror})",
                do="name another place",
            ) from error
        return [part for part in self.parts if self.done(part) is None]

    def without_images(self) -> Job:
        """The same, light enough to travel; it can write parts and nothing more."""
        return replace(self, images=())

    def done(self, part: int) -> Part | None:
        """Outcome of a part; None while it is not complete."""
        try:
            values = json.loads(self._mark(part).read_text("utf-8"))
            return Part(**values) if self.path_of(part).is_file() else None
        except (OSError, ValueError):
            return None

    def path_of(self, part: int) -> Path:
        """The file of a part."""
        ending = self.out.suffix.lower() if _is_file(self.out) else ".parquet"
        return self.folder / f"part-{part:06d}{ending}"

    def write(
        self, part: int, images: Sequence[str], results: Iterable[Analysis | ImageError]
    ) -> Part:
        """Write a part from what was read in its pictures."""
        rows: list[Row] = []
        unread = 0
        for image, result in zip(images, results, strict=True):
            if isinstance(result, ImageError):
                rows.append(error_row(self.columns, image, result))
                unread += 1
            else:
                rows += picture_rows(self.columns, image, result)
        with table(self.path_of(part), self.columns, header=False) as written:
            written.write(rows)
        made = Part(len(images), unread)
        _write(self._mark(part), vars(made))
        return made

    def finish(self) -> Part:
        """Join the parts to the table and remove them; the sum of all parts.

        Raises:
            YuzugError: ``table.unwritable``.
        """
        made = [self.done(part) for part in self.parts]
        if None in made:
            raise AssertionError("every part must be whole before they are joined")
        if _is_file(self.out):
            with table(self.out, self.columns) as joined:
                for part in self.parts:
                    joined.append(self.path_of(part))
            self._remove_parts()
            (self.folder / _JOB).unlink(missing_ok=True)
            with suppress(OSError):  # something of somebody else's is in it
                self.folder.rmdir()
        pairs = [(one.pictures, one.unread) for one in made if one]
        return Part(sum(first for first, _ in pairs), sum(second for _, second in pairs))

    def _key(self) -> dict[str, Any]:
        names = hashlib.sha256("\0".join(self.images).encode("utf-8", "surrogateescape"))
        return {
            "pictures": len(self.images),
            "names": names.hexdigest(),
            "model": self.fingerprint,
            "classes": str(self.classes),
            "crops": self.crops,
            "person": self._person_key,
            "format": self.out.suffix.lower(),
            "part": self.part_size,
            "columns": list(self.columns.kinds),
        }

    @property
    def _person_key(self) -> str | None:
        # A sha256 alone: what was learned of somebody is not left behind in a folder.
        return hashlib.sha256(self.person.to_json().encode()).hexdigest() if self.person else None

    def _mark(self, part: int) -> Path:
        # Readers of data sets pass over names that begin so.
        return self.folder / f"_part-{part:06d}.json"

    def _remove_parts(self) -> None:
        for path in self.folder.iterdir():
            if _PART_FILE.fullmatch(path.name):
                path.unlink()


def read(job: Job, analyzer: Analyzer, parts: Sequence[int], workers: int) -> Iterator[Part]:
    """Read parts of a job one after another in this process; each is written once complete."""
    images = (image for part in parts for image in job.images_of(part))
    quick = analyzer.with_packed_weights()
    results = quick.analyze_many(images, crops=job.crops, workers=workers, person=job.person)
    for part in parts:
        count = len(job.images_of(part))
        yield job.write(part, job.images_of(part), list(islice(results, count)))


def fingerprint_of(analyzer: Analyzer, *, crops: bool) -> str:
    """What the numbers depend on: a sha256 of the weights, and the detector where one runs."""
    digest = hashlib.sha256()
    for name, values in sorted(analyzer.classifier.checkpoint.network.state_dict().items()):
        digest.update(name.encode())
        digest.update(values.detach().cpu().contiguous().numpy().tobytes())
    detector = "crops" if crops else analyzer.detector_name
    return f"{digest.hexdigest()} {detector}"


def _is_file(out: Path) -> bool:
    return bool(out.suffix) and not out.is_dir()


def _write(path: Path, values: dict[str, Any]) -> None:
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.write_text(json.dumps(values), "utf-8")
    os.replace(unfinished, path)
