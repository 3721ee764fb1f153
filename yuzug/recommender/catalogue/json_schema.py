"""The files of a catalogue as a JSON Schema, for completion and errors in an editor.

One schema serves all three: a list holds activities, ``kinds`` or ``sources`` tell kinds.yaml,
and anything else is a policy, which may hold only what it changes.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic.json_schema import models_json_schema

from yuzug.recommender.catalogue.load import KindsFile
from yuzug.recommender.catalogue.models import Activity
from yuzug.recommender.catalogue.moods import NamedMood
from yuzug.recommender.catalogue.policy import (
    HelpPolicy,
    HelpSentences,
    LongStreak,
    Policy,
    Scores,
    Unsure,
    Variety,
)

# Sections of the policy that may be given in part, over those of ours.
_PARTIAL = (Policy, NamedMood, Scores, Variety, Unsure, HelpPolicy, HelpSentences, LongStreak)


def schema() -> dict[str, Any]:
    """The schema, draft 2020-12."""
    _, schemas = models_json_schema(
        [(model, "validation") for model in (Activity, KindsFile, Policy)],
        ref_template="#/$defs/{model}",
    )
    definitions = schemas["$defs"]
    for model in _PARTIAL:
        del definitions[model.__name__]["required"]
    why = definitions["Risk"]["properties"]["why"]
    why["anyOf"] = [{"$ref": why.pop("$ref")}, {"type": "string"}]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A file of a YUZUG catalogue",
        "if": {"type": "array"},
        "then": {"type": "array", "items": {"$ref": "#/$defs/Activity"}},
        "else": {
            "if": {"anyOf": [{"required": ["kinds"]}, {"required": ["sources"]}]},
            "then": {"$ref": "#/$defs/KindsFile"},
            "else": {"$ref": "#/$defs/Policy"},
        },
        "$defs": definitions,
    }


def as_text() -> str:
    """The schema as ``recommendations/schema.json`` holds it."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"
