"""The parts of a job on the machines of a Ray cluster, by actors that keep the model.

Every machine must see the pictures and the place of the table under the same paths, as on a
shared disk: an actor reads the pictures and writes its part, and only counts travel back. A part
that an actor has begun when it dies is read again by another one.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from yuzug.errors import OptionError, YuzugError
from yuzug.extras import needs_extra
from yuzug.folders.job import Job, Part, fingerprint_of
from yuzug.pipeline import Analyzer


def read_with_ray(
    job: Job, parts: Sequence[int], *, address: str | None = None, workers: int | None = None
) -> Iterator[Part]:
    """Read parts of a job on a Ray cluster; yields each once complete, in any order.

    Args:
        job: what is to be read.
        parts: the numbers of its parts that are to be read.
        address: of a cluster that runs, such as ``ray://head:10001`` or ``auto``; without one a
            cluster is started on this machine, and stopped at the end.
        workers: how many actors, each on one core; as many as the cluster has cores, unless
            given.

    Raises:
        YuzugError: ``extra.missing`` where Ray is not installed, ``option.invalid`` where there
            is no cluster at the address.
    """
    ray = _ray()
    from ray.util import ActorPool

    started = not ray.is_initialized()
    if started:
        _connect(ray, address, workers)
    cores = int(ray.cluster_resources().get("CPU", 1))
    count = max(1, min(workers or cores, cores, len(parts)))
    # A machine may go at any time: its actors begin again elsewhere, with the part they had.
    reader = ray.remote(num_cpus=1, max_restarts=-1, max_task_retries=-1)(_PartReader)
    # The list of all pictures stays here: each part brings its own.
    light = job.without_images()
    actors: list[Any] = []
    try:
        actors += [reader.remote(light) for _ in range(count)]
        made = ActorPool(actors).map_unordered(
            lambda actor, part: actor.read.remote(part, list(job.images_of(part))), parts
        )
        for one in made:
            yield _part(one)
    finally:
        for actor in actors:
            with suppress(Exception):  # a cluster that is gone cannot be left
                ray.kill(actor)
        if started:
            with suppress(Exception):
                ray.shutdown()


class _PartReader:
    """An actor: loads the model once and reads part after part.

    What must not be, such as other weights on its machine, travels back as a value: an exception
    would be repeated by Ray and buried in its own.
    """

    def __init__(self, job: Job) -> None:
        import cv2
        import torch

        cv2.setNumThreads(1)
        torch.set_num_threads(1)
        self._job = job
        self._fault: YuzugError | None = None
        try:
            self._analyzer = _loaded(job).with_packed_weights()
        except YuzugError as error:
            self._fault = error

    def read(self, part: int, images: list[str]) -> str:
        """A part as JSON, or the fault that kept it from being read."""
        fault = self._fault
        if fault is None:
            try:
                results = self._analyzer.analyze_many(
                    images, crops=self._job.crops, workers=1, person=self._job.person
                )
                return json.dumps(vars(self._job.write(part, images, results)))
            except YuzugError as error:
                fault = error
        described = ("kind", "must", "got", "do", "cause", "values")
        return json.dumps({"fault": {name: getattr(fault, name) for name in described}})


def _part(made: str) -> Part:
    values = json.loads(made)
    if "fault" in values:
        raise YuzugError(**values["fault"])
    return Part(**values)


def _loaded(job: Job) -> Analyzer:
    analyzer = Analyzer.load(job.model, job.classes, crops_only=job.crops)
    if fingerprint_of(analyzer, crops=job.crops) != job.fingerprint:
        raise YuzugError(
            "table.other",
            must="every machine must have the same weights and the same face detector",
            got=f"{analyzer.model} with {analyzer.detector_name}, or other weights",
            do="install the same version there, and fetch the detector once",
        )
    return analyzer


def _connect(ray: Any, address: str | None, workers: int | None) -> None:
    try:
        ray.init(
            address=address,
            num_cpus=workers if address is None else None,
            include_dashboard=False if address is None else None,
            logging_level=logging.ERROR,
            log_to_driver=False,
        )
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise OptionError(
            "option.invalid",
            must="--address must be that of a Ray cluster that runs",
            got=f"{address} ({' '.join(str(error).split())[:200]})",
            do="start one with: ray start --head, or leave --address out",
        ) from error


def _ray() -> Any:
    with needs_extra("ray", "the engine ray", "leave --engine out"):
        import ray
    return ray
