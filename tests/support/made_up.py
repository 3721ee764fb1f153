"""Pieces of catalogues that tests write into folders of their own."""

from __future__ import annotations

TEA = """\
- id: tea
  title: {en: Tea, tr: Çay}
  steps:
    - {en: Put the kettle on, tr: Çaydanlığı ocağa koyun}
  kind: pleasure
  emotions:
    sad: {lift: 0.5}
  minutes: 10
  energy: low
  place: indoor
  company: any
"""
MAGIC = """\
kinds:
  magic:
    family: regulation
    name: {en: Magic, tr: Sihir}
    because: {en: It works, tr: İşe yarar}
    effect: {en: none, tr: yok}
    sources: [webb-2012]
"""
