"""A job that waits; tests change what they are about."""

from npc_video.records import Purpose
from npc_video_farm.jobs import JobState, JobView

JOB = JobView(
    key="k",
    state=JobState.WAITING,
    purpose=Purpose.URGENT,
    due_at=None,
    asked_at=0.0,
    begun_at=None,
    ended_at=None,
    tenants=("studio",),
    generator="faces",
    model="",
    preset="fast",
    seconds=4.0,
    body=b"",
    worker="",
    token="",
    attempts=0,
    kills=0,
    displaced=0,
    progress=0.0,
    is_paid=False,
    clip="",
    generated=0.0,
    error="",
    error_kind="",
)
