import asyncio
import contextlib
import gc
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest
from npc_video.errors import WorkerError
from npc_video.worker import Worker

DEADLINE = 10.0


@pytest.fixture
def worker():
    worker = Worker()
    yield worker
    worker.stop(DEADLINE)


def threads():
    return [thread for thread in threading.enumerate() if thread.name == "npc_video"]


async def answer():
    return 42


async def fail():
    raise ValueError("no")


def test_runs_what_is_submitted(worker):
    assert worker.submit(answer()).result(DEADLINE) == 42


def test_hands_back_exceptions_and_goes_on(worker):
    with pytest.raises(ValueError, match="no"):
        worker.submit(fail()).result(DEADLINE)
    assert worker.submit(answer()).result(DEADLINE) == 42


def test_runs_everything_on_one_thread_of_its_own(worker):
    async def where():
        return threading.current_thread()

    used = {worker.submit(where()).result(DEADLINE) for _ in range(3)}
    assert used == set(threads())
    assert threading.current_thread() not in used


def test_cancelling_the_future_cancels_the_work(worker):
    begun, ended = threading.Event(), threading.Event()

    async def wait():
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    future = worker.submit(wait())
    assert begun.wait(DEADLINE)
    future.cancel()
    assert ended.wait(DEADLINE)


class TestStop:
    def test_while_busy_cancels_and_joins(self):
        worker = Worker()
        begun, order = threading.Event(), []

        async def wait():
            begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(0)
                order.append("cancelled")

        async def last():
            order.append("last")

        future = worker.submit(wait())
        assert begun.wait(DEADLINE)
        worker.stop(DEADLINE, last())
        assert order == ["cancelled", "last"]
        assert future.cancelled()
        assert threads() == []

    def test_waits_for_threads_of_the_loop(self):
        worker = Worker()
        begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()

        def work():
            begun.set()
            go_on.wait(DEADLINE)
            ended.set()

        worker.submit(asyncio.to_thread(work))
        assert begun.wait(DEADLINE)
        go_on.set()
        worker.stop(DEADLINE)
        assert ended.is_set()

    def test_twice_does_nothing(self):
        worker = Worker()
        worker.stop(DEADLINE)
        worker.stop(DEADLINE, answer())

    def test_then_submit_is_a_clear_error(self):
        worker = Worker()
        worker.stop(DEADLINE)
        with pytest.raises(WorkerError, match="has been stopped"):
            worker.submit(answer())

    def test_survives_a_last_word_that_fails(self, caplog):
        worker = Worker()
        worker.stop(DEADLINE, fail())
        assert threads() == []
        assert "clean up" in caplog.text

    def test_says_when_something_ignores_the_cancellation(self):
        worker = Worker()
        begun, let_go = threading.Event(), threading.Event()

        async def stubborn():
            begun.set()
            while not let_go.is_set():
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.sleep(0.01)

        worker.submit(stubborn())
        assert begun.wait(DEADLINE)
        with pytest.raises(WorkerError, match="did not end within"):
            worker.stop(0.05)
        let_go.set()
        worker.stop(DEADLINE)
        assert threads() == []

    def test_does_not_leave_out_the_last_word_for_who_ignores_the_cancellation(self):
        worker = Worker()
        begun, let_go, said = threading.Event(), threading.Event(), threading.Event()

        async def stubborn():
            begun.set()
            while not let_go.is_set():
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.sleep(0.01)

        async def last():
            said.set()

        worker.submit(stubborn())
        assert begun.wait(DEADLINE)
        with pytest.raises(WorkerError, match="did not end within"):
            worker.stop(1.0, last())
        assert said.wait(DEADLINE)
        let_go.set()
        worker.stop(DEADLINE)

    @pytest.mark.parametrize("is_on_loop", [True, False])
    def test_waits_in_vain_for_who_blocks_and_tells_nothing_of_it_later(self, caplog, is_on_loop):
        worker = Worker()
        begun, let_go, said = threading.Event(), threading.Event(), threading.Event()

        def block():
            begun.set()
            let_go.wait(DEADLINE)

        async def work():
            block() if is_on_loop else await asyncio.to_thread(block)
            raise ValueError("nobody asks any more")

        async def last():
            said.set()

        worker.submit(work())
        assert begun.wait(DEADLINE)
        with pytest.raises(WorkerError, match="did not end within"):
            worker.stop(1.0, last())
        assert said.is_set() is not is_on_loop
        let_go.set()
        worker.stop(DEADLINE)
        assert threads() == []
        assert caplog.text == ""

    @pytest.mark.skipif(os.name == "nt", reason="Windows halts no process from outside")
    def test_does_not_count_the_time_in_which_the_process_is_halted(self):
        program = """
            import asyncio
            from npc_video.worker import Worker

            async def slow():
                try:
                    await asyncio.sleep(60)
                finally:
                    await asyncio.sleep(0.4)

            async def last():
                print("said", flush=True)

            async def begin():
                asyncio.ensure_future(slow())

            worker = Worker()
            worker.submit(begin()).result()
            print("stopping", flush=True)
            worker.stop(0.8, last())
        """
        with subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(program)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        ) as process:
            assert process.stdout.readline() == "stopping\n"
            process.send_signal(signal.SIGSTOP)
            time.sleep(2)
            process.send_signal(signal.SIGCONT)
            assert process.communicate(timeout=DEADLINE) == ("said\n", "")

    def test_work_submitted_meanwhile_ends_or_is_refused(self):
        for _ in range(20):
            worker, futures = Worker(), []

            def submit(worker=worker, futures=futures):
                with contextlib.suppress(WorkerError):
                    while True:
                        futures.append(worker.submit(answer()))

            thread = threading.Thread(target=submit)
            thread.start()
            worker.stop(DEADLINE)
            thread.join(DEADLINE)
            assert all(future.done() for future in futures)


def test_what_is_left_to_do_may_take_longer_than_what_runs():
    worker = Worker()
    worker.submit(asyncio.to_thread(int)).result(DEADLINE)
    done = []

    async def tidy_up():
        await asyncio.sleep(0.3)
        done.append(True)
        asyncio.get_running_loop().run_in_executor(None, time.sleep, 0.05)

    worker.stop(0.2, tidy_up())
    assert done


@pytest.mark.filterwarnings("error")
def test_what_ends_the_thread_leaves_the_rest_in_silence(caplog):
    worker = Worker()
    begun, go_on = threading.Event(), threading.Event()

    async def leave():
        begun.set()
        go_on.wait(DEADLINE)
        raise SystemExit

    worker.submit(leave())
    assert begun.wait(DEADLINE)
    worker.submit(answer())  # never begins
    go_on.set()
    worker._thread.join(DEADLINE)
    worker.stop(DEADLINE, answer())
    del worker
    gc.collect()
    assert caplog.text == ""


@pytest.mark.parametrize("busy", ["", "worker.submit(asyncio.Event().wait())"])
def test_a_forgotten_worker_lets_the_interpreter_end(busy):
    script = f"""
        import asyncio
        from npc_video.worker import Worker
        worker = Worker()
        {busy}
    """
    ended = subprocess.run(
        [sys.executable, "-X", "dev", "-c", textwrap.dedent(script)],
        capture_output=True,
        text=True,
        errors="replace",
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
