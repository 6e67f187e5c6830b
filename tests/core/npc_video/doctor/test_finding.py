import pytest
from npc_video.doctor.finding import Finding, State, guarded, report, sentences, to_dict
from npc_video.shipping.console import Failure

FULL = Finding(
    "export templates", {"folder": "/f", "made for": "x"}, ("A: do b.",), ("C: do d.",), "mine"
)


@pytest.mark.parametrize(
    ("problems", "advice", "state"),
    [((), (), "fine"), ((), ("a",), "advice"), (("p",), ("a",), "wrong"), (("p",), (), "wrong")],
)
def test_the_worst_counts(problems, advice, state):
    assert Finding("engine", {}, problems, advice).state == State(state)


def test_as_text():
    assert report(FULL) == (
        "export templates mine: wrong\n"
        "  folder          /f\n"
        "  made for        x\n"
        "  problem         A: do b.\n"
        "  advice          C: do d.\n"
    )


def test_for_json():
    assert to_dict(FULL) == {
        "part": "export_templates",
        "name": "mine",
        "state": "wrong",
        "facts": {"folder": "/f", "made_for": "x"},
        "problems": ["A: do b."],
        "advice": ["C: do d."],
    }


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (Failure("This is wrong: mend it."), "This is wrong: mend it."),
        (KeyError("x"), "It cannot be examined (KeyError: 'x'): install"),
        (RecursionError(), "It cannot be examined (RecursionError): install"),
        (ImportError("No module named 'av'"), "ImportError: No module named 'av'"),
    ],
)
def test_whatever_breaks_is_a_finding(error, told):
    def look():
        raise error

    found = guarded("codecs", look)
    assert (found.part, found.state) == ("codecs", State.WRONG)
    assert told in found.problems[0]


def test_each_check_has_its_say():
    def fail(text):
        raise Failure(text)

    assert sentences(lambda: fail("a"), lambda: None, lambda: fail("b")) == ("a", "b")
