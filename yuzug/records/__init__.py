"""What leaves as JSON: the records that the command line prints and the API answers with.

Every object carries ``"schema": 1``; numbers are rounded to what they can mean.
"""

from yuzug.records.advice import CheckRecord, RecommendationsRecord
from yuzug.records.analysis import (
    AnalysisRecord,
    ExplanationRecord,
    FaceExplanation,
    FaceRecord,
    MapRecord,
    TrustRecord,
)
from yuzug.records.models import ModelRecord, ModelsRecord
from yuzug.records.record import ErrorDetail, ErrorRecord, FilmErrorRecord, Record, sentence_of
from yuzug.records.teaching import TeachingRecord

__all__ = [
    "AnalysisRecord",
    "CheckRecord",
    "ErrorDetail",
    "ErrorRecord",
    "ExplanationRecord",
    "FaceExplanation",
    "FaceRecord",
    "FilmErrorRecord",
    "MapRecord",
    "ModelRecord",
    "ModelsRecord",
    "RecommendationsRecord",
    "Record",
    "TeachingRecord",
    "TrustRecord",
    "sentence_of",
]
