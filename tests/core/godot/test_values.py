"""Value types outside the engine: their own numbers, and nothing that only the engine knows."""

import pytest
from godot import Color, GodotError, Vector2, Vector3


def test_what_a_vector_is_needs_no_engine():
    assert Vector2(1, 2) + Vector2(3, 4) == Vector2(4, 6)
    assert Vector2(1, 2) * 2 == Vector2(2, 4)
    assert Vector3().x == 0.0


@pytest.mark.parametrize(
    "ask",
    [
        lambda: Color.RED,
        lambda: Color("red"),
        lambda: Vector2(1, 2).length(),
        lambda: Vector2(1, 2) * Vector3(),
    ],
)
def test_what_the_engine_knows_is_said_to_be_there(ask):
    with pytest.raises(GodotError, match="only inside the engine"):
        ask()
