"""The editor watches one NPC of all running games."""

from npc_video.live.games import LiveGames, Message
from npc_video.live.messages import LiveNpc

EMBER = LiveNpc("1", "Ember", "/root/Main/Ember", "res://ember.npcgraph.json", "aa")
GUARD = LiveNpc("2", "Guard", "/root/Main/Guard", "res://guard.npcgraph.json", "bb")


def games(*npcs):
    made = LiveGames()
    for game, npc in npcs:
        assert made.came(game, npc) == []
    return made


def test_nobody_is_watched_unasked():
    there = games((0, EMBER), (0, GUARD), (1, EMBER))
    assert there.npc is None
    assert [*there.npcs] == [(0, "1"), (0, "2"), (1, "1")]
    assert there.pause_when("mood", "cross") == there.resume() == there.replace_graph("{}") == []


def test_only_the_chosen_one_is_watched():
    there = games((0, EMBER), (0, GUARD), (1, EMBER))
    assert there.choose(1, "1") == [Message(1, "watch", ("1",))]
    assert there.choose(1, "1") == []
    assert there.choose(0, "2") == [Message(1, "leave", ("1",)), Message(0, "watch", ("2",))]
    assert there.npc == GUARD
    assert there.replace_graph("{}") == [Message(0, "graph", ("2", "{}"))]
    assert there.choose(0, "") == [Message(0, "leave", ("2",))]
    assert there.npc is None


def test_a_chosen_npc_is_watched_again_in_the_next_game():
    there = games((0, EMBER), (1, EMBER))
    there.choose(1, "1")
    there.pause_when("mood", "cross")
    there.ended(1)
    assert there.npc is None
    assert [*there.npcs] == [(0, "1")]
    again = LiveNpc("9", *EMBER.strings()[1:])
    assert there.came(0, again) == []
    assert there.came(1, again) == [
        Message(1, "watch", ("9",)),
        Message(1, "pause_when", ("9", "mood", "cross")),
    ]


def test_it_may_be_back_from_another_scene():
    there = games((0, EMBER))
    there.choose(0, "1")
    there.went(0, "1")
    assert there.npc is None
    assert there.came(0, EMBER) == [Message(0, "watch", ("1",))]


def test_another_graph_changes_nothing_else():
    there = games((0, EMBER))
    there.choose(0, "1")
    other = LiveNpc("1", "Ember", EMBER.path, EMBER.graph, "cc")
    assert there.came(0, other) == []
    assert there.npc == other


def test_what_pauses_one_npc_does_not_pause_another():
    there = games((0, EMBER), (0, GUARD))
    there.choose(0, "1")
    there.pause_when("mood", "cross")
    there.choose(0, "2")
    assert there.pause_at == ("", "")


def test_those_that_are_gone_go_twice_and_cannot_be_chosen():
    there = games((0, EMBER))
    there.went(0, "1")
    there.went(0, "1")
    assert there.choose(0, "1") == []
    assert not there.has_choice


def test_titles_tell_npcs_apart_as_far_as_they_must():
    assert games((0, EMBER), (0, GUARD)).titles() == {(0, "1"): "Ember", (0, "2"): "Guard"}
    assert games((1, EMBER), (0, EMBER)).titles() == {
        (0, "1"): "Ember (game 1)",
        (1, "1"): "Ember (game 2)",
    }
    twin = LiveNpc("3", "Ember", "/root/Main/Twin", "", "aa")
    nameless = LiveNpc("4", "", "/root/Main/Npc", "", "aa")
    assert games((0, EMBER), (0, twin), (0, nameless)).titles() == {
        (0, "1"): "Ember (Main/Ember)",
        (0, "3"): "Ember (Main/Twin)",
        (0, "4"): "Npc",
    }
