"""The sound of clips: at its time, as fast as the picture, from where the game wants it."""

from __future__ import annotations

import io
import math
from typing import Any

import av
import numpy as np
from clips import clip_of, grey, make_clip
from ears import Ears, loudness, pitch
from engine_tests import EngineTest, Steps, until
from godot import (
    AudioServer,
    AudioStreamPlayer,
    AudioStreamPlayer2D,
    AudioStreamPlayer3D,
    AudioStreamWAV,
    Camera2D,
    Camera3D,
    Engine,
    Node2D,
    NodePath,
    Vector2,
    Vector3,
    is_instance_valid,
)
from npc_video import GeneratedClip, VideoParams
from npc_video_player import NpcVideoPlayer
from npc_video_player.player import director
from numpy.typing import NDArray
from players import BARE, player_in

TONE, TONE_HERTZ = "tone.mp4", 400.0


def listener(test: EngineTest, ears: Ears | None = None, **properties: Any) -> NpcVideoPlayer:
    """A player that is heard by `ears`, and shows what a test opens."""
    bus = "Master" if ears is None else ears.bus
    player = player_in(test, **(BARE | {"sound_bus": bus} | properties))
    player.cancel()
    return player


def sounding(player: NpcVideoPlayer, clip: GeneratedClip) -> Steps:
    """Opens it, and waits until it is heard."""
    player._director.screen.open(clip)
    yield from until(lambda: sound_of(player, clip) is not None)
    yield from until(lambda: abs(ahead(player)) < 0.04)


def sound_of(player: NpcVideoPlayer, clip: GeneratedClip | None = None) -> Any:
    layer = player._director.screen.clip
    if layer is None or layer.sound is None or layer.sound._voice is None:
        return None
    return layer.sound if clip is None or layer.reel.clip is clip else None


def ahead(player: NpcVideoPlayer) -> float:
    sound = sound_of(player)
    return sound.ahead(player.get_playback_position())


def as_ffmpeg_has_it(clip: GeneratedClip) -> tuple[NDArray[np.float32], int]:
    """Its sound from the first picture on, as long as the pictures."""
    with av.open(io.BytesIO(clip.data)) as file:
        frames = list(file.decode(audio=0))
    with av.open(io.BytesIO(clip.data)) as file:
        pictures = [frame.time for frame in file.decode(video=0)]
    rate = frames[0].sample_rate
    samples = np.zeros((round(2.0 * rate), 1), np.float32)
    for frame in frames:
        at = round((frame.time - pictures[0]) * rate)
        part = frame.to_ndarray()[0]
        fits = part[max(0, -at) : len(samples) - at]
        samples[max(0, at) : max(0, at) + len(fits), 0] = fits
    return samples, rate


def undisturbed(player: NpcVideoPlayer, ears: Ears, seconds: float) -> Any:
    """What is heard while nothing holds up the picture, to which the sound then goes back."""
    for _ in range(10):
        before = sound_of(player).jumps
        heard: list[Any] = []
        yield from ears.listen(seconds, heard)
        if sound_of(player).jumps == before:
            return np.concatenate(heard)
    raise AssertionError("the picture is held up again and again, or the sound loses it")


def three_loops_of(test: EngineTest, name: str) -> Steps:
    ears = Ears()
    player = listener(test, ears)
    clip = clip_of(name)
    yield from sounding(player, clip)
    wanted = np.tile(loudness(*as_ffmpeg_has_it(clip)), 3)
    for _ in range(3):
        # From somewhere in one loop to the same place in the next.
        heard = yield from undisturbed(player, ears, 2.2)
        found = loudness(heard, ears.rate)
        apart = [np.abs(found - wanted[shift : shift + len(found)]) for shift in range(200)]
        # At the edge of a tone, a block holds more or less of it.
        best = min(apart, key=np.mean)
        assert (best > 0.1).sum() <= 6, np.flatnonzero(best > 0.1)
    ears.close()


def test_three_loops_are_what_ffmpeg_decodes(test: EngineTest) -> Steps:
    yield from three_loops_of(test, "vfr_s.mp4")


def test_three_loops_of_what_has_gaps(test: EngineTest) -> Steps:
    yield from three_loops_of(test, "gap.webm")


def test_three_loops_of_another_codec(test: EngineTest) -> Steps:
    yield from three_loops_of(test, "ac3.mp4")


def test_three_loops_of_a_fragmented_file(test: EngineTest) -> Steps:
    yield from three_loops_of(test, "frag_b.mp4")


def test_three_loops_without_a_break(test: EngineTest) -> Steps:
    yield from three_loops_of(test, TONE)


def test_pitch_follows_time(test: EngineTest) -> Steps:
    ears = Ears()
    player = listener(test, ears)
    yield from sounding(player, clip_of(TONE))
    try:
        for time_scale, speed, engine_speed in (
            (1.0, 1.0, 1.0),
            (0.5, 1.0, 1.0),
            (2.0, 1.0, 1.0),
            (1.0, 2.0, 1.0),
            (2.0, 0.25, 1.0),
            (0.5, 1.0, 0.5),
        ):
            Engine.time_scale, player.speed_scale = time_scale, speed
            AudioServer.playback_speed_scale = engine_speed
            yield from until(lambda: abs(ahead(player)) < 0.04)
            yield from ears.listen(0.2, [])
            samples = yield from undisturbed(player, ears, 1.5)
            rate = time_scale * speed
            assert abs(pitch(samples, ears.rate) - rate * TONE_HERTZ) < 3.0, (rate, engine_speed)
            level = loudness(samples, ears.rate)
            assert level.min() > 0.6 * np.median(level), rate
    finally:
        Engine.time_scale, AudioServer.playback_speed_scale = 1.0, 1.0
    ears.close()


def test_where_time_stands_still_nothing_is_heard(test: EngineTest) -> Steps:
    ears = Ears()
    player = listener(test, ears)
    yield from sounding(player, clip_of(TONE))
    try:
        for name, owner in (("time_scale", Engine), ("speed_scale", player)):
            setattr(owner, name, 0.0)
            yield from ears.listen(0.3, [])
            position = player.get_playback_position()
            heard: list[Any] = []
            yield from ears.listen(0.3, heard)
            assert np.abs(np.concatenate(heard)).max() == 0.0, name
            assert player.get_playback_position() == position
            setattr(owner, name, 1.0)
            yield from until(lambda at=position: player.get_playback_position() != at)
            yield from until(lambda: abs(ahead(player)) < 0.04)
            yield from ears.listen(0.2, [])
            yield from ears.listen(0.3, heard)
            assert np.abs(heard[-1]).max() > 0.3, name
    finally:
        Engine.time_scale = 1.0
    ears.close()


def test_volume_and_mute(test: EngineTest) -> Steps:
    ears = Ears()
    player = listener(test, ears)
    yield from sounding(player, clip_of(TONE))

    def level() -> Any:
        """Of what is heard when it has become steady, as changes come late on a busy machine."""
        found, before = -1.0, -2.0
        for _ in range(30):
            heard: list[Any] = []
            yield from ears.listen(0.3, heard)
            found, before = float(np.median(loudness(np.concatenate(heard), ears.rate))), found
            if abs(found - before) < 0.004:
                break
        levels.append(found)

    levels: list[float] = []
    yield from level()
    player.volume_db = -12.0
    yield from level()
    player.mute = True
    yield from level()
    player.mute = False
    yield from until(lambda: sound_of(player) is not None)
    yield from level()
    full, quiet, mute, again = levels
    assert abs(quiet / full - 10 ** (-12 / 20)) < 0.05, levels
    assert mute == 0.0
    assert abs(again - quiet) < 0.05
    ears.close()


def test_a_negative_speed_is_refused(test: EngineTest) -> None:
    player = listener(test)
    player.speed_scale = 0.5
    for value, text in ((-1.0, "-1"), (math.nan, "nan"), (math.inf, "inf")):
        test.expect_error(f"speed_scale: {text} is refused; use 0 or more.")
        player.speed_scale = value
    assert player.speed_scale == 0.5
    test.expect_error("volume_db: nan is refused; use a number.")
    player.volume_db = math.nan
    player.volume_db = -math.inf
    assert player.volume_db == -math.inf


def test_position_and_length(test: EngineTest) -> Steps:
    player = listener(test)
    assert (player.get_playback_position(), player.get_length()) == (0.0, 0.0)
    yield from sounding(player, clip_of("vfr_s.mp4"))
    assert player.get_length() == 2.0
    seen = []
    for _ in range(30):
        seen.append(player.get_playback_position())
        yield
    assert all(0.0 <= at < 2.0 for at in seen)
    assert len(set(seen)) > 5
    test.remove_child(player)
    assert (player.get_playback_position(), player.get_length()) == (0.0, 0.0)
    player.free()


def test_two_players_of_one_clip_play_at_their_own_speed(test: EngineTest) -> Steps:
    clip = make_clip(grey(lambda index: 9 * index), expression="both")
    one, other = listener(test), listener(test)
    for player in (one, other):
        player._director.screen.open(clip)
        yield from until(lambda player=player: player._director.screen.clip is not None)
    assert one._director.screen.clip.reel is other._director.screen.clip.reel
    one.speed_scale = 0.0
    yield from until(lambda: one._director.screen.clip.reel is not other._director.screen.clip.reel)
    at = one.get_playback_position()
    yield from until(lambda: other._director.screen.clip.reel.playback.loops > 1, 12.0)
    assert one.get_playback_position() == at
    # Who was alone already goes on with the same.
    reel = one._director.screen.clip.reel
    one.speed_scale = 3.0
    yield from until(lambda: one.get_playback_position() != at)
    assert one._director.screen.clip.reel is reel


def test_what_is_heard_of_two_who_show_the_same(test: EngineTest) -> Steps:
    """One of them; when nobody hears that one any more, the other."""
    ears = Ears()
    clip = clip_of(TONE)
    first, second = listener(test, ears), listener(test, ears)
    yield from sounding(first, clip)
    second._director.screen.open(clip)
    yield from until(lambda: second._director.screen.clip is not None)
    assert first._director.screen.clip.reel is second._director.screen.clip.reel
    assert sound_of(second) is None
    first.mute = True
    yield from until(lambda: sound_of(second) is not None)
    first.mute = False
    second.free()
    yield from until(lambda: sound_of(first) is not None)
    ears.close()


def test_sound_that_cannot_be_played_is_told_once(test: EngineTest) -> Steps:
    player = listener(test)
    clip = make_clip(grey(lambda index: index), sound=None, expression="odd")
    data = with_sound(clip, "adpcm_ima_qt")
    clip = GeneratedClip(
        data, "video/mp4", 8, 8, 8.0, 1.0, "realtime", VideoParams(expression="odd"), 0.0
    )
    told: list[str] = []
    push_warning, director.push_warning = director.push_warning, told.append
    for _ in range(3):
        player._director.screen.open(clip)
        yield from until(lambda: is_shown(player, clip))
        yield from until(lambda: player._director.screen.clip.reel.sound_problem)
        yield
        tone = clip_of(TONE)
        player._director.screen.open(tone)
        yield from until(lambda tone=tone: is_shown(player, tone))
    director.push_warning = push_warning
    assert told == [
        "A clip of an NPC (odd, idle) plays without its sound. The sound's codec adpcm_ima_qt is"
        " not supported: use Opus or AAC."
    ]


def is_shown(player: NpcVideoPlayer, clip: GeneratedClip) -> bool:
    layer = player._director.screen.clip
    return layer is not None and layer.reel.clip is clip


def with_sound(clip: GeneratedClip, codec: str) -> bytes:
    """The clip's file with sound of another codec."""
    file = io.BytesIO()
    with (
        av.open(io.BytesIO(clip.data)) as source,
        av.open(file, "w", format="mov") as output,
    ):
        picture = output.add_stream_from_template(source.streams.video[0])
        voice = output.add_stream(codec, rate=48_000, layout="mono")
        for packet in source.demux():
            if packet.size:
                packet.stream = picture
                output.mux(packet)
        tone = av.AudioFrame.from_ndarray(np.zeros((1, 48_000), np.int16), "s16", "mono")
        tone.rate = 48_000
        output.mux(voice.encode(tone))
        output.mux(voice.encode(None))
    return file.getvalue()


# ---- From where the game wants it ----


def sides(ears: Ears, into: list[tuple[float, float]]) -> Steps:
    """How loud it is on the left and on the right."""
    yield from ears.listen(0.3, [])
    heard: list[Any] = []
    yield from ears.listen(0.3, heard)
    left, right = np.abs(np.concatenate(heard)).max(axis=0)
    into.append((float(left), float(right)))


def voice_2d(test: EngineTest, ears: Ears) -> AudioStreamPlayer2D:
    camera = Camera2D()
    test.add_child(camera)
    node = AudioStreamPlayer2D()
    node.name, node.bus, node.panning_strength = "Voice", ears.bus, 3.0
    test.add_child(node)
    return node


def test_heard_from_a_node_in_2d(test: EngineTest) -> Steps:
    ears = Ears()
    node = voice_2d(test, ears)
    player = listener(test, audio_player=NodePath("../Voice"))
    yield from sounding(player, clip_of(TONE))
    found: list[tuple[float, float]] = []
    for x in (-190.0, 190.0):
        node.position = Vector2(x, 0.0)
        yield from sides(ears, found)
    node.volume_db = -80.0
    yield from sides(ears, found)
    (left, right), (left_2, right_2), silent = found
    assert left > 2.0 * right
    assert right_2 > 2.0 * left_2
    assert max(silent) < 0.001
    assert node.stream is None
    assert node.get_child_count() == 0
    ears.close()


def test_heard_from_a_node_in_3d(test: EngineTest) -> Steps:
    ears = Ears()
    camera = Camera3D()
    test.add_child(camera)
    node = AudioStreamPlayer3D()
    node.bus, node.name = ears.bus, "Voice"
    test.add_child(node)
    player = listener(test, audio_player=NodePath("../Voice"))
    yield from sounding(player, clip_of(TONE))
    found: list[tuple[float, float]] = []
    for place in (Vector3(-2.0, 0.0, -0.1), Vector3(2.0, 0.0, -0.1), Vector3(0.0, 0.0, -200.0)):
        node.position = place
        yield from sides(ears, found)
    (left, right), (left_2, right_2), far = found
    assert left > 1.5 * right
    assert right_2 > 1.5 * left_2
    assert max(far) < 0.3 * left
    ears.close()


def test_the_game_s_node_plays_its_own_meanwhile(test: EngineTest) -> Steps:
    ears = Ears()
    node = voice_2d(test, ears)
    stream = AudioStreamWAV()
    stream.format, stream.mix_rate = AudioStreamWAV.FORMAT_16_BITS, 44100
    stream.data = bytes(2 * 441_000)
    node.stream = stream
    node.play()
    player = listener(test, audio_player=NodePath("../Voice"))
    yield from sounding(player, clip_of(TONE))
    yield from sounding(player, clip_of("vfr_s.mp4"))
    assert node.playing
    assert node.stream == stream
    player.free()
    yield
    yield
    assert node.playing
    assert node.stream == stream
    assert node.get_child_count(True) == 0
    ears.close()


def test_the_node_may_come_go_and_move(test: EngineTest) -> Steps:
    everywhere, there = Ears(), Ears()
    player = listener(test, everywhere, audio_player=NodePath("../Mouth/Voice"))
    yield from sounding(player, clip_of(TONE))

    def bus() -> str:
        voice = sound_of(player)._voice
        return str(voice.bus) if is_instance_valid(voice) else ""

    assert bus() == everywhere.bus
    mouth, voice = Node2D(), AudioStreamPlayer()
    mouth.name, voice.name, voice.bus = "Mouth", "Voice", there.bus
    mouth.add_child(voice)
    test.add_child(mouth)
    yield from until(lambda: bus() == there.bus)
    voice.bus = everywhere.bus
    yield from until(lambda: bus() == everywhere.bus)
    voice.bus = there.bus
    other = Node2D()
    test.add_child(other)
    voice.reparent(other)
    yield from until(lambda: bus() == everywhere.bus)
    voice.reparent(mouth)
    yield from until(lambda: bus() == there.bus)
    voice.free()
    yield from until(lambda: bus() == everywhere.bus)
    yield from until(lambda: abs(ahead(player)) < 0.04)
    found: list[tuple[float, float]] = []
    yield from sides(everywhere, found)
    assert min(found[0]) > 0.3
    everywhere.close()
    there.close()


def test_both_clips_are_heard_while_one_fades_into_the_other(test: EngineTest) -> Steps:
    ears = Ears()
    node = voice_2d(test, ears)
    player = listener(test, audio_player=NodePath("../Voice"), crossfade=1.0)
    yield from sounding(player, clip_of(TONE))
    player._director.screen.open(clip_of("vfr_s.mp4"))
    yield from until(lambda: node.get_child_count(True) == 2)
    first, second = (node.get_child(index, True) for index in range(2))
    assert first.volume_linear + second.volume_linear < 1.01
    yield from until(lambda: node.get_child_count(True) == 1)
    assert not first.is_queued_for_deletion() if first == node.get_child(0, True) else True
    ears.close()


def test_what_is_warned_of(test: EngineTest) -> Steps:
    node = Node2D()
    node.name = "Wrong"
    test.add_child(node)
    player = listener(test, npc_name="Ember", audio_player=NodePath("../Wrong"))
    yield
    assert any("Audio Player" in text for text in player._get_configuration_warnings())
    player.audio_player = NodePath()
    assert not any("Audio Player" in text for text in player._get_configuration_warnings())


def test_nothing_is_left_when_all_goes_at_once(test: EngineTest) -> Steps:
    """Quick changes, a node that is freed in a fade, a scene that is left while it sounds."""
    ears = Ears()
    for end in ("node", "player", "both"):
        node = voice_2d(test, ears)
        node.name = f"Voice{end}"
        player = listener(test, audio_player=NodePath(f"../Voice{end}"), crossfade=0.5)
        yield from sounding(player, clip_of(TONE))
        for name in ("vfr_s.mp4", "ac3.mp4", TONE, "gap.webm") * 3:
            player._director.screen.open(clip_of(name))
            yield
            yield
        yield from until(lambda player=player: len(player._director.screen.layers) > 1)
        if end != "player":
            node.free()
        yield
        if end == "node":
            yield from until(lambda player=player: len(player._director.screen.layers) == 1)
        player.free()
        yield
        yield
        if end == "player":
            assert node.get_child_count(True) == 0
    ears.close()
