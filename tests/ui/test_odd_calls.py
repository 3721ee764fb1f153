"""Calls with wrong bodies: each is answered soon, and told what is wrong with it."""

from __future__ import annotations

import httpx
from odd_calls import call, outcome

COUNT = 250
NO_HANG_S = 20.0


def test_every_odd_call_is_answered_and_told_what_is_wrong(url: str) -> None:
    """The server's fixture sees to it that no trace of an error stands in its log."""
    with httpx.Client(base_url=url, timeout=NO_HANG_S) as web:
        for number in range(COUNT):
            assert not outcome(web, call(number)).startswith("unsaid"), number
        assert httpx.get(url, timeout=NO_HANG_S).status_code == 200


def test_a_call_that_is_no_json_is_refused_by_its_kind(url: str) -> None:
    for kind in ("text/plain", "", "multipart/form-data; boundary=x"):
        for path in ("run/analyze", "call/recommend", "queue/join"):
            answer = httpx.post(
                f"{url}/gradio_api/{path}",
                content=b'"\xdd',
                headers={"Content-Type": kind},
                timeout=60,
            )
            assert answer.status_code == 415, (kind, path)
            assert "application/json" in answer.json()["detail"]


def test_a_function_that_is_a_script_of_the_page_cannot_be_called(url: str) -> None:
    functions = httpx.get(f"{url}/config", timeout=60).json()["dependencies"]
    scripts = [one for one in functions if not one["backend_fn"]]
    assert scripts
    for one in scripts:
        body = {"data": [], "fn_index": one["id"], "session_hash": "abcd"}
        assert httpx.post(f"{url}/gradio_api/queue/join", json=body, timeout=60).status_code == 404
