"""The closed vocabularies of a catalogue, and what a sentence in one may be."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

from yuzug.emotions import Language
from yuzug.texts import text

Goal = Literal[
    "match",  # stay with the feeling, in a way that is good for one
    "lift",
    "calm",
    "connect",  # be with other people
    "energise",
    "focus",
    "wind_down",  # towards sleep
]
Energy = Literal["low", "medium", "high"]
Place = Literal["indoor", "outdoor"]
Company = Literal["alone", "together"]
Cost = Literal["free", "cheap"]
Need = Literal[
    "paper",  # something to write on and with
    "phone",
    "music",  # something that plays music
    "book",
    "kitchen",
    "craft",  # scissors, glue, paint, fabric
    "bath",  # a shower, a bath or a basin
    "ball",
    "plants",
    "bicycle",
    "game",  # cards or a board game
    "instrument",
    "computer",
]
Time = Literal["morning", "afternoon", "evening", "night"]
Caution = Literal[
    "injury",
    "pregnancy",
    "heart",  # a heart condition, high blood pressure or asthma
    "food",  # allergies, diets, fasting; drinks too
    "minors",
    "conflict",  # not where somebody hurts or threatens the person
    "night",  # outdoors where it may be dark
    "height_or_water",  # near an edge or water
]
Guide = Literal[
    "steps",  # one step after another
    "timer",  # minutes of one thing
    "breath",  # a breathing pacer
    "count",  # a number of things or times
    "write",  # a prompt with a text box
]
Access = Literal["seated", "one_hand", "no_hearing", "no_sight", "no_speech"]

GOALS: tuple[Goal, ...] = get_args(Goal)
ENERGIES: tuple[Energy, ...] = get_args(Energy)
PLACES: tuple[Place, ...] = get_args(Place)
COMPANIES: tuple[Company, ...] = get_args(Company)
COSTS: tuple[Cost, ...] = get_args(Cost)
NEEDS: tuple[Need, ...] = get_args(Need)
TIMES: tuple[Time, ...] = get_args(Time)
CAUTIONS: tuple[Caution, ...] = get_args(Caution)
GUIDES: tuple[Guide, ...] = get_args(Guide)
ACCESSES: tuple[Access, ...] = get_args(Access)


def misfit(key: str, **values: str) -> PydanticCustomError:
    """What a validator raises: a key of ``texts/findings.yaml`` and its values."""
    return PydanticCustomError(key, text(key, "en"), values)


def _is_text(value: object) -> object:
    if not isinstance(value, str):
        raise misfit("findings.not_text", value=repr(value))
    return value


def _is_readable(value: str) -> str:
    if "<" in value or ">" in value:
        raise misfit("findings.markup")
    if not value.isprintable():
        raise misfit("findings.not_on_a_line")
    return value


Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Sentence = Annotated[
    str,
    BeforeValidator(_is_text),
    StringConstraints(strip_whitespace=True, min_length=1, max_length=400),
    AfterValidator(_is_readable),
    Field(json_schema_extra={"pattern": r"^[^<>\u0000-\u001f]*$"}),
]


class Strict(BaseModel):
    """A model that forbids unknown keys and does not change.

    What stands under a field is its description in the schema.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Words(Strict):
    """One sentence in both languages, side by side."""

    en: Sentence
    tr: Sentence

    def of(self, lang: Language) -> str:
        """The sentence in this language."""
        return self.en if lang == "en" else self.tr
