"""The codecs that a clip may have; FFmpeg opens no others."""

__all__ = ["SOUND_CODECS", "VIDEO_CODECS"]

VIDEO_CODECS = ("vp8", "vp9", "av1", "libdav1d", "h264", "hevc", "mpeg4")
"""FFmpeg's names of the decoders of pictures."""

SOUND_CODECS = (
    "opus", "libopus", "vorbis", "libvorbis", "aac", "mp3", "mp3float", "mp2", "mp2float",
    "ac3", "eac3", "flac", "alac", "wavpack", "tta", "amrnb",
    "pcm_u8", "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_s32be",
    "pcm_f32le", "pcm_f32be", "pcm_f64le", "pcm_f64be", "pcm_alaw", "pcm_mulaw",
)  # fmt: skip
"""FFmpeg's names of the decoders of sound that recorders, editors and muxers write."""
