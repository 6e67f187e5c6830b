"""The doctor on the bridge that was built, which its other tests have stand-ins for."""

from npc_video.doctor import bridge
from npc_video.doctor.finding import State
from npc_video.shipping.interpreter import MINOR_VERSION


def test_the_bridge_of_this_checkout_is_fine() -> None:
    found = bridge.examine()
    assert found.state is State.FINE, found.problems
    assert found.facts["made for"] == f"Python {MINOR_VERSION}"
