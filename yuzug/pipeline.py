"""``Analyzer``: detection, alignment, classification and heat maps of one image."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from pathlib import Path

from yuzug.analysis import Analysis, Face, largest_sure
from yuzug.errors import ImageError, PersonError
from yuzug.explain import Contrast, Heatmap, Trust
from yuzug.explainer import Explainer
from yuzug.faces import Detector, default_detector
from yuzug.images import ImageSource, load_image
from yuzug.models import (
    DEFAULT_MODEL,
    Checkpoint,
    Classifier,
    Example,
    Person,
    Stem,
    check_classes,
    load_model,
    packed_features,
    teach_example,
)
from yuzug.pipeline_batches import crop_or_faces, read_many
from yuzug.pipeline_steps import Steps, Stopwatch
from yuzug.teaching import is_alone, label_named, neutral_label


class Analyzer:
    """A detector and a classifier; holds no state of a visitor, so threads may share it.

    >>> import numpy as np
    >>> analyzer = Analyzer.load("cnn", classes=3)
    >>> analyzer.analyze(np.zeros((64, 64, 3), np.uint8)).faces
    ()
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        classes: int | str | None,
        detector: Detector | None = None,
        stem: Stem | None = None,
    ) -> None:
        self.classifier = Classifier(checkpoint, classes, stem)
        self.explainer = Explainer(self.classifier)
        self.detector = detector
        #: What :meth:`analyze` runs one after another, for programs that need one step alone.
        self.steps = Steps(self.classifier, self.explainer, detector)

    @classmethod
    def load(
        cls,
        model: str | Path = DEFAULT_MODEL,
        classes: int | str | None = None,
        *,
        detector: Detector | None = None,
        crops_only: bool = False,
        shared: MutableMapping[Path, Checkpoint] | None = None,
    ) -> Analyzer:
        """An analyzer with a model, and the best detector to be had.

        With ``crops_only`` no detector is loaded: each picture must be one cropped face.

        ``model`` is the name of a bundled model, a weights file, or ``"owner/name"`` on a hub,
        pinned as ``"owner/name@revision"``. ``classes`` is the number of emotions, or the name of
        a head of your own; unless given, seven emotions, or else the labels of the file.
        ``shared`` holds the weights that other analyzers loaded: :func:`yuzug.models.load`.

        Raises:
            ModelError: ``model.unknown`` or ``model.classes``.
            WeightsError: ``weights.damaged``.
            HubError: where a repository cannot be had or is to be refused.
        """
        checkpoint = load_model(model, shared)
        check_classes(checkpoint.card, classes)  # before a detector is fetched
        if detector is None and not crops_only:
            detector = default_detector().detector
        return cls(checkpoint, classes, detector)

    @property
    def model(self) -> str:
        """Name of the model, as its card says it."""
        return self.classifier.checkpoint.card.name

    @property
    def detector_name(self) -> str:
        """Name of the detector as the JSON has it: "yunet" or "haar", "none" without one."""
        return self.detector.name if self.detector else "none"

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of a prediction, in the order of its probabilities."""
        return tuple(self.classifier.head.labels)

    @property
    def classes(self) -> int:
        """How many labels a prediction has."""
        return len(self.labels)

    def with_classes(self, classes: int | str) -> Analyzer:
        """The same weights and detector with another label set; costs next to nothing.

        Raises:
            ModelError: ``model.classes``.
        """
        return Analyzer(self.classifier.checkpoint, classes, self.detector, self.classifier.stem)

    def with_stem(self, stem: Stem) -> Analyzer:
        """The same, with the heavy part of the network computed elsewhere: see ``Classifier``."""
        return Analyzer(self.classifier.checkpoint, self.classifier.head_name, self.detector, stem)

    def with_packed_weights(self) -> Analyzer:
        """The same, with the network's weights laid out once for this processor.

        Takes about 0.3 s and as much memory as the weights. For many faces read one by one, as in
        Live: measured, `resnet18` then takes half the time. See :mod:`yuzug.models.packed`.

        >>> Analyzer.load("cnn").with_packed_weights().model
        'cnn'
        """
        checkpoint = self.classifier.checkpoint
        return self.with_stem(packed_features(checkpoint.network, checkpoint.card.preprocessing))

    def analyze(
        self,
        image: ImageSource,
        *,
        heatmaps: bool = True,
        crops: bool = False,
        method: str | None = None,
        target: str | None = None,
        person: Person | None = None,
    ) -> Analysis:
        """Find and read every face of a photo; with ``crops`` the picture is one cropped face.

        With a ``person``, the largest face is read, and explained, as that person was taught; the
        others keep the plain reading. Whether it is that person, nobody checks.

        The heat maps are made by ``method``, a name in :data:`yuzug.explain.METHODS` (the one
        that the model's card names, unless given), for the label ``target`` (the one that each
        face is read as, unless given).

        Raises:
            ImageError: where the picture cannot be read.
            ModelError: ``model.target`` where the model has no such label.
            OptionError: ``option.invalid`` where there is no such method.
            PersonError: ``person.weights`` where the person was taught with other weights.
        """
        clock = Stopwatch()
        photo = load_image(image)
        clock.lap("decode")
        located = crop_or_faces(self.steps, photo, crops=crops)
        clock.lap("detect")
        read = self.steps.classify(located, person)
        clock.lap("classify")
        tops = [reading.top for reading in read.predictions]
        targets = tops if target is None else [self.explainer.column(target)] * len(tops)
        maps = read.maps(targets, method) if heatmaps else [None] * len(located)
        faces = tuple(
            self.steps.face(place, reading, reading.top, heatmap, person=person, plain=plain)
            for place, reading, heatmap, plain in zip(
                located, read.predictions, maps, read.plain, strict=True
            )
        )
        clock.lap("explain")
        return self.steps.analysis(photo, faces, largest_sure(faces), clock)

    def analyze_many(
        self,
        images: Iterable[ImageSource],
        *,
        heatmaps: bool = True,
        crops: bool = False,
        workers: int | None = None,
        person: Person | None = None,
    ) -> Iterator[Analysis | ImageError]:
        """Read many pictures, faster than one by one, with the same results in the same order.

        Images are decoded and searched for faces ahead, in threads; the faces of 8 images are
        classified in one batch. Only these few images are in memory at a time.

        Args:
            images: as for :meth:`analyze`; may be endless.
            heatmaps: whether heat maps are made.
            crops: whether each picture already is one cropped face.
            workers: how many threads work ahead; one for each core, unless given.
            person: somebody who was taught: as for :meth:`analyze`.

        Yields:
            An analysis a picture; in place of one that cannot be read, its :class:`ImageError`.

        >>> import numpy as np
        >>> analyzer = Analyzer.load("cnn")
        >>> grey = np.zeros((64, 64, 3), np.uint8)
        >>> [type(found).__name__ for found in analyzer.analyze_many([grey, "nowhere.jpg"])]
        ['Analysis', 'ImageError']
        """
        return read_many(
            self.steps, images, heatmaps=heatmaps, crops=crops, workers=workers, person=person
        )

    def example(self, image: ImageSource, *, crops: bool = False) -> Example:
        """The numbers of a picture with one face, for :meth:`Person.with_example`; keeps nothing.

        Raises:
            ImageError: where the picture cannot be read.
            PersonError: ``person.picture`` where it does not show one face.
        """
        photo = load_image(image)
        located = crop_or_faces(self.steps, photo, crops=crops)
        areas = [place.detection.area_px for place in located]
        if not is_alone(areas):
            raise PersonError(
                "person.picture",
                must="a picture to teach with must show exactly one face",
                got=f"{len(areas)} faces" if areas else "none",
                do="choose another picture",
            )
        return teach_example(self.classifier.checkpoint, located[0].crop)

    def teach(self, images: Mapping[str, Sequence[ImageSource]], *, crops: bool = False) -> Person:
        """Learn one person's expressions from a few pictures: a list of them for each label.

        A label is one of the model's, or another name of its emotion ("joy", "Mutlu"): the names
        that the recommendations know. One picture of the relaxed face ("neutral") helps already;
        one of each expression helps most. The pictures are read and forgotten.

        >>> from yuzug._resources import PORTRAIT
        >>> analyzer = Analyzer.load("cnn", classes=7)
        >>> me = analyzer.teach({"joy": [PORTRAIT]})
        >>> me.examples, analyzer.analyze(PORTRAIT, person=me).faces[0].emotion
        ({'happy': 1}, 'happy')

        Raises:
            ImageError: where a picture cannot be read.
            PersonError: ``person.label``, or ``person.picture`` where one shows not one face.
        """
        person = self.new_person()
        for name, pictures in images.items():
            label = label_named(name, self.labels)
            for picture in pictures:
                person = person.with_example(label, self.example(picture, crops=crops))
        return person

    def new_person(self) -> Person:
        """Somebody of whom nothing is known yet, to be taught with these weights."""
        return Person.new(self.classifier.checkpoint, neutral_label(self.labels))

    def explain(self, face: Face, target: str | None = None, method: str | None = None) -> Heatmap:
        """Another heat map of a face that was read: :meth:`Explainer.face`."""
        return self.explainer.face(face, target, method)

    def contrast(self, face: Face, first: str, second: str) -> Contrast:
        """Why a face looks ``first`` and not ``second``: :meth:`Explainer.contrast`."""
        return self.explainer.contrast(face, first, second)

    def trust(self, face: Face, heatmap: Heatmap | None = None) -> Trust:
        """Whether a heat map of a face can be relied on: :meth:`Explainer.trust`."""
        return self.explainer.trust(face, heatmap)
