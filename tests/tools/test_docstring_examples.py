"""Examples of docstrings become code on the documentation site."""

from __future__ import annotations

import docstring_examples


def test_every_example_is_fenced_and_nothing_else() -> None:
    docstring = "Do.\n\nArgs:\n    a: one\n\n    >>> f(1)\n    2\n\nRaises:\n    E: never\n"
    assert docstring_examples.fenced(docstring) == (
        "Do.\n\nArgs:\n    a: one\n\n    ```pycon\n    >>> f(1)\n    2\n    ```\n\n"
        "Raises:\n    E: never\n"
    )
