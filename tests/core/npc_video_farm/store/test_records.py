import json

import pytest
from npc_video_farm.jobs import WorkerState, WorkerView
from npc_video_farm.store.records import read_worker, write_worker

WORKER = WorkerView("faces-1", "faces", model="red", state=WorkerState.BUSY, running=("a", "b"))


def test_a_worker_is_as_it_was():
    assert read_worker(write_worker(WORKER).encode()) == WORKER


def test_what_a_newer_worker_says_besides_is_left_out():
    told = {**json.loads(write_worker(WORKER)), "warmth": 3}
    assert read_worker(json.dumps(told).encode()) == WORKER


@pytest.mark.parametrize("record", [b"", b"{}", b"[1]", b"\xff", b'{"id": "a", "state": "asleep"}'])
def test_a_record_that_cannot_be_read_is_no_worker(record):
    assert read_worker(record) is None
