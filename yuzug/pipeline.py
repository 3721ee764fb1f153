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
    """Finds faces in an image, classifies their expressions and explains the predictions.

    Threads may share an analyzer: it holds nothing of the images that it has read. Make one with
    :meth:`load`.

    Args:
        checkpoint: network, weights and card, from :func:`yuzug.models.load_model`.
        classes: number of emotions (3 to 8), or the name of a head of the checkpoint; None for
            seven emotions, or else the only head.
        detector: finds faces; without one, every image must be one cropped face (``crops``).
        stem: computes the convolutional features in place of the checkpoint's network.

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
        """Load a model and a face detector.

        Args:
            model: name of a bundled model, path of a weights file, or ``"owner/name"`` on a hub,
                pinned as ``"owner/name@revision"``.
            classes: number of emotions (3 to 8), or the name of a head of your own; unless given,
                seven emotions, or else the labels of the file.
            detector: finds faces; unless given, YuNet, or OpenCV's cascade where YuNet's file
                cannot be had within three seconds.
            crops_only: load no detector; each image must then be one cropped face.
            shared: weights that other analyzers loaded, by path; they are used again.

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
        """The same model with its convolutional features computed by ``stem``.

        Args:
            stem: inputs (N, C, S, S) → features (N, K, h, w), such as on another device.
        """
        return Analyzer(self.classifier.checkpoint, self.classifier.head_name, self.detector, stem)

    def with_packed_weights(self) -> Analyzer:
        """The same, with the network's weights laid out once for this processor.

        Takes up to 0.1 s and as much memory as the weights. For many faces: `resnet18` then takes
        half the time where they are read one by one, as in Live, and four fifths of it in batches.
        A network that is computed elsewhere stays there. See :mod:`yuzug.models.packed`.

        >>> Analyzer.load("cnn").with_packed_weights().model
        'cnn'
        """
        checkpoint = self.classifier.checkpoint
        if self.classifier.stem != checkpoint.network.features:
            return self
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
        """Detect every face of an image, classify its expression and make its heat map.

        Args:
            image: a path, bytes, a binary file, a PIL image, or a uint8 array (H, W), RGB
                (H, W, 3) or RGBA (H, W, 4): see :func:`yuzug.images.load_image`.
            heatmaps: whether heat maps are made; without them a face takes less time.
            crops: whether the image is one cropped face, so that no detector runs.
            method: how heat maps are made, a key of :data:`yuzug.explain.METHODS`; unless given,
                the one that the model's card names.
            target: the label that the heat maps explain; unless given, each face's prediction.
            person: somebody who was taught (:meth:`teach`): the largest face is classified and
                explained as theirs, the others as without. Nobody is recognised.

        Returns:
            The faces, largest first, each with its box, probabilities and heat map; no face is no
            error.

        Raises:
            ImageError: where the image cannot be read.
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
        """Analyze many images, faster than one by one, with the same results in the same order.

        Images are decoded and searched for faces ahead, in threads; the faces of 8 images are
        classified in one batch. Only these few images are in memory at a time.

        Args:
            images: as for :meth:`analyze`; may be endless.
            heatmaps: whether heat maps are made.
            crops: whether each image is one cropped face.
            workers: how many threads work ahead; one for each core, unless given.
            person: as for :meth:`analyze`.

        Yields:
            An analysis an image; in place of one that cannot be read, its :class:`ImageError`.

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
        """The embedding of an image with one face, for :meth:`Person.with_example`.

        Args:
            image: as for :meth:`analyze`; not kept.
            crops: whether it is one cropped face.

        Raises:
            ImageError: where the image cannot be read.
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
        """Adapt the predictions to one person from a few images of each expression.

        One image of the relaxed face ("neutral") helps already; one of each expression helps
        most. No weight changes, and the images are not kept: see :mod:`yuzug.models.adaptation`.

        Args:
            images: images by label; a label is one of the model's or another name of its emotion
                that the recommendations know ("joy", "Mutlu").
            crops: whether each image is one cropped face.

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
        """A person without examples, for these weights."""
        return Person.new(self.classifier.checkpoint, neutral_label(self.labels))

    def explain(self, face: Face, target: str | None = None, method: str | None = None) -> Heatmap:
        """Another heat map of a face of this analyzer.

        Args:
            face: a face of :attr:`Analysis.faces`.
            target: the label to explain; unless given, the face's prediction.
            method: a key of :data:`yuzug.explain.METHODS`; unless given, the card's.

        Raises:
            ModelError: ``model.target`` where the model has no such label.
            OptionError: ``option.invalid`` where there is no such method.
        """
        return self.explainer.face(face, target, method)

    def contrast(self, face: Face, first: str, second: str) -> Contrast:
        """A signed heat map of the evidence for label ``first`` and against label ``second``.

        Raises:
            ModelError: ``model.target`` where the model has no such label, or both are the same.
        """
        return self.explainer.contrast(face, first, second)

    def trust(self, face: Face, heatmap: Heatmap | None = None) -> Trust:
        """Faithfulness of a heat map of a face, by ROAD: see :class:`yuzug.explain.Trust`.

        Args:
            face: a face of :attr:`Analysis.faces`.
            heatmap: one of its maps; unless given, ``face.explanation``.
        """
        return self.explainer.trust(face, heatmap)
