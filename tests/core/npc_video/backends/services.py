"""Video services for tests, as their public documentation describes them.

Each answers on two servers: its interface, and the one that clips are fetched from. What the
documentation does not allow is refused, so that a recipe that sends it does not pass.
"""

import base64
import json
from abc import ABC, abstractmethod
from contextlib import asynccontextmanager

from npc_video.backends.http.settings import http_backend

from .contract import video
from .serving import answer, serving

SECRET = "s3cret"
MODERATED = "The prompt was flagged by the content policy"


class Service(ABC):
    """One service.

    Attributes:
        what: how the next jobs go: "clip", "slow" (for ever) or "moderated".
        polls: how often a job is asked for until it is done.
        sent: what was asked for, as JSON.
        looks: how often a job was asked for.
        cancels: method and path of what gave jobs up.
        downloads: headers of the questions for clips.
        broken: answers to the first questions for a clip, before it comes.
    """

    name = ""
    token_env = ""
    authorization = f"Bearer {SECRET}"
    model = ""
    tells_progress = False

    def __init__(self):
        self.what = "clip"
        self.polls = 2
        self.sent = []
        self.looks = 0
        self.cancels = []
        self.downloads = []
        self.broken = []
        self.jobs = {}
        self.api = self.cdn = ""

    @asynccontextmanager
    async def running(self, **more):
        """The generator that its recipe makes, pointed at this service."""
        async with serving(self._ask) as api, serving(self._fetch) as cdn:
            self.api, self.cdn = api.url, cdn.url
            settings = {"service": self.name, "url": api.url, "poll_seconds": 0.01}
            settings |= {"model": self.model} if self.model else {}
            settings |= {"allowed_origins": [cdn.url], **more}
            backend = http_backend(settings)
            try:
                yield backend
            finally:
                await backend.close()

    async def _ask(self, question):
        if question.headers.get("authorization") != self.authorization:
            return answer(401, self.unauthorized())
        return self.handle(question)

    async def _fetch(self, question):
        self.downloads.append(question.headers)
        if self.broken:
            return self.broken.pop(0)(question)
        return answer(body=video(), media_type="video/webm")

    @abstractmethod
    def handle(self, question):
        """The answer of the interface."""

    def unauthorized(self):
        return {"detail": "Unauthorized"}

    def begin(self, body, problems):
        """The id of a new job, or None where the documentation does not allow what was sent."""
        self.sent.append(body)
        if problems:
            return None
        job = f"job-{len(self.jobs)}"
        self.jobs[job] = self.what
        return job

    def asked(self, job):
        """How a job is: "waiting", "clip", "moderated" or "cancelled"."""
        state = self.jobs[job]
        self.looks += 1
        if state in ("slow", "cancelled"):
            return "waiting" if state == "slow" else state
        self.polls -= 1
        return "waiting" if self.polls > 0 else state

    def cancel(self, question, job):
        self.cancels.append((question.method, question.path))
        self.jobs[job] = "cancelled"

    def clip_url(self, job):
        return f"{self.cdn}/files/{job}.webm?signature=abc"


def problems_of(body, known, needed):
    """What is wrong with the fields of a question."""
    return sorted(set(body) - set(known)) + sorted(set(needed) - set(body))


class Fal(Service):
    """https://fal.ai/docs/documentation/model-apis/inference/queue"""

    name = "fal"
    token_env = "FAL_KEY"
    authorization = f"Key {SECRET}"
    model = "fal-ai/wan-i2v"

    def handle(self, question):
        path = question.path.removeprefix("/fal-ai/wan-i2v")
        if question.method == "POST" and not path:
            assert question.headers["x-fal-queue-priority"] in ("normal", "low")
            body = question.json
            problems = problems_of(body, ("prompt", "image_url", "seed"), ("prompt",))
            job = self.begin(body, problems)
            if job is None:
                return answer(422, {"detail": [{"loc": ["body", *problems], "msg": "Invalid"}]})
            return answer(body={"status": "IN_QUEUE", "queue_position": 0, **self.urls(job)})
        job, _, step = path.removeprefix("/requests/").partition("/")
        if (question.method, step) == ("PUT", "cancel"):
            self.cancel(question, job)
            return answer(202, {"status": "CANCELLATION_REQUESTED"})
        if step == "status":
            state = self.asked(job)
            words = {"waiting": "IN_PROGRESS"}
            status = 202 if state == "waiting" else 200
            said = {"status": words.get(state, "COMPLETED"), "logs": None, **self.urls(job)}
            return answer(status, said)
        state = self.asked(job)
        if state == "waiting":
            return answer(400, {"detail": "Request is still in progress"})
        if state == "moderated":
            reason = {"loc": ["body"], "msg": MODERATED, "type": "content_policy_violation"}
            return answer(422, {"detail": [reason]})
        file = {"url": self.clip_url(job), "content_type": "video/webm", "file_size": 1}
        return answer(body={"video": file, "seed": 11})

    def urls(self, job):
        base = f"{self.api}/fal-ai/wan-i2v/requests/{job}"
        return {
            "request_id": job,
            "response_url": base,
            "status_url": f"{base}/status",
            "cancel_url": f"{base}/cancel",
        }


class FalSync(Service):
    """https://fal.ai/docs/documentation/model-apis/inference/synchronous"""

    name = "fal-sync"
    token_env = "FAL_KEY"
    authorization = f"Key {SECRET}"
    model = "fal-ai/wan-i2v"

    async def _ask(self, question):
        if self.what == "slow" and question.method == "POST":
            self.sent.append(question.json)
            await question.reader.read()  # until it is left
            return None
        return await super()._ask(question)

    def handle(self, question):
        assert (question.method, question.path) == ("POST", "/fal-ai/wan-i2v")
        self.begin(question.json, ())
        if self.what == "moderated":
            return answer(422, {"detail": [{"msg": MODERATED}]})
        return answer(body={"video": {"url": self.clip_url("job-0")}, "seed": 11})


class Replicate(Service):
    """https://replicate.com/docs/reference/http"""

    name = "replicate"
    token_env = "REPLICATE_API_TOKEN"
    model = "wan-video/wan-2.2-i2v-fast"

    def handle(self, question):
        if question.path == "/v1/models/wan-video/wan-2.2-i2v-fast/predictions":
            body = question.json
            job = self.begin(body, problems_of(body, ("input",), ("input",)))
            if job is None:
                return answer(422, {"title": "Input validation failed", "status": 422})
            return answer(201, self.prediction(job, "starting"))
        job = question.path.removeprefix("/v1/predictions/")
        if question.method == "POST" and job.endswith("/cancel"):
            job = job.removesuffix("/cancel")
            self.cancel(question, job)
            return answer(body=self.prediction(job, "canceled"))
        return answer(body=self.prediction(job, self.asked(job)))

    def prediction(self, job, state):
        words = {
            "waiting": "processing",
            "clip": "succeeded",
            "moderated": "failed",
            "cancelled": "canceled",
        }
        base = f"{self.api}/v1/predictions/{job}"
        return {
            "id": job,
            "status": words.get(state, state),
            "input": {},
            "output": self.clip_url(job) if state == "clip" else None,
            "error": MODERATED if state == "moderated" else None,
            "urls": {"get": base, "cancel": f"{base}/cancel"},
        }


class Runway(Service):
    """https://docs.dev.runwayml.com/api/"""

    name = "runway"
    token_env = "RUNWAYML_API_SECRET"
    tells_progress = True

    def handle(self, question):
        if question.headers.get("x-runway-version") != "2024-11-06":
            return answer(400, {"error": "X-Runway-Version is missing"})
        if question.path == "/v1/image_to_video":
            body = question.json
            known = ("promptImage", "promptText", "model", "ratio", "duration", "seed")
            problems = problems_of(body, known, ("model", "ratio", "duration"))
            problems += ["duration"] * (body.get("duration") not in (5, 10))
            problems += ["ratio"] * (body.get("ratio") != "960:960")
            job = self.begin(body, problems)
            if job is None:
                return answer(400, {"error": "Validation of body failed", "issues": problems})
            return answer(body={"id": job})
        job = question.path.removeprefix("/v1/tasks/")
        if question.method == "DELETE":
            self.cancel(question, job)
            return answer(204)
        state = self.asked(job)
        if state == "cancelled":
            return answer(404, {"error": "Task not found"})
        said = {"id": job, "createdAt": "2026-01-01T00:00:00Z"}
        if state == "waiting":
            return answer(body=said | {"status": "RUNNING", "progress": 0.4})
        if state == "moderated":
            failed = {"failure": MODERATED, "failureCode": "SAFETY.INPUT.TEXT"}
            return answer(body=said | {"status": "FAILED"} | failed)
        return answer(body=said | {"status": "SUCCEEDED", "output": [self.clip_url(job)]})

    def unauthorized(self):
        return {"error": "Unauthorized"}


class Luma(Service):
    """https://docs.lumalabs.ai/docs/video-generation"""

    name = "luma"
    token_env = "LUMAAI_API_KEY"

    def handle(self, question):
        path = question.path.removeprefix("/dream-machine/v1/generations")
        if question.method == "POST":
            body = question.json
            known = ("prompt", "model", "duration", "aspect_ratio", "resolution", "keyframes")
            problems = problems_of(body, known, ("prompt", "model"))
            problems += ["duration"] * (body.get("duration") not in ("5s", "9s"))
            problems += ["aspect_ratio"] * (body.get("aspect_ratio") != "1:1")
            problems += ["resolution"] * (body.get("resolution") not in ("540p", "720p", "1080p"))
            job = self.begin(body, problems)
            if job is None:
                return answer(400, {"detail": f"Invalid: {problems}"})
            return answer(201, self.generation(job, "queued"))
        job = path.removeprefix("/")
        if question.method == "DELETE":
            self.cancel(question, job)
            return answer(204)
        state = self.asked(job)
        if state == "cancelled":
            return answer(404, {"detail": "Generation not found"})
        return answer(body=self.generation(job, state))

    def generation(self, job, state):
        words = {"waiting": "dreaming", "clip": "completed", "moderated": "failed"}
        return {
            "id": job,
            "state": words.get(state, state),
            "failure_reason": MODERATED if state == "moderated" else None,
            "assets": {"video": self.clip_url(job)} if state == "clip" else None,
            "request": {},
        }


class OpenAi(Service):
    """https://developers.openai.com/api/docs/guides/video-generation"""

    name = "openai"
    token_env = "OPENAI_API_KEY"
    tells_progress = True

    def handle(self, question):
        if question.method == "POST":
            assert question.path == "/v1/videos"
            body = question.json
            known = ("model", "prompt", "size", "seconds", "input_reference")
            problems = problems_of(body, known, ("model", "prompt"))
            problems += ["seconds"] * (body.get("seconds") not in ("4", "8", "12"))
            problems += ["size"] * (body.get("size") not in ("720x1280", "1280x720"))
            job = self.begin(body, problems)
            if job is None:
                said = {"message": f"Unknown parameter: {problems}", "code": "unknown_parameter"}
                return answer(400, {"error": said})
            return answer(body=self.video(job, "queued"))
        assert question.method == "GET"
        job, _, step = question.path.removeprefix("/v1/videos/").partition("/")
        state = self.asked(job)
        if not step:
            return answer(body=self.video(job, state))
        self.downloads.append({})
        if self.broken:
            return self.broken.pop(0)(question)
        return answer(body=video(), media_type="video/webm")

    def video(self, job, state):
        words = {"waiting": "in_progress", "clip": "completed", "moderated": "failed"}
        said = {"code": "moderation_blocked", "message": MODERATED}
        return {
            "id": job,
            "object": "video",
            "status": words.get(state, state),
            "progress": 100 if state == "clip" else 40,
            "error": said if state == "moderated" else None,
        }

    def unauthorized(self):
        return {"error": {"message": "Incorrect API key provided", "code": "invalid_api_key"}}


class RunPod(Service):
    """https://docs.runpod.io/serverless/endpoints/operation-reference"""

    name = "runpod"
    token_env = "RUNPOD_API_KEY"
    model = "my-endpoint"
    output = "base64"

    def handle(self, question):
        path = question.path.removeprefix("/v2/my-endpoint/")
        if path == "run":
            job = self.begin(question.json, problems_of(question.json, ("input",), ("input",)))
            assert job is not None
            return answer(body={"id": job, "status": "IN_QUEUE"})
        step, _, job = path.partition("/")
        if (question.method, step) == ("POST", "cancel"):
            self.cancel(question, job)
            return answer(body={"id": job, "status": "CANCELLED"})
        state = self.asked(job)
        if state == "clip":
            return answer(body={"id": job, "status": "COMPLETED", "output": self.made(job)})
        words = {"waiting": "IN_PROGRESS", "moderated": "FAILED", "cancelled": "CANCELLED"}
        said = {"id": job, "status": words[state], "delayTime": 10}
        return answer(body=said | ({"error": MODERATED} if state == "moderated" else {}))

    def made(self, job):
        text = base64.b64encode(video()).decode()
        return {
            "base64": {"video": text},
            "data": {"video": f"data:video/webm;base64,{text}"},
            "url": {"video": self.clip_url(job)},
            "text": self.clip_url(job),
            "json": json.dumps({"video": self.clip_url(job)}),
        }[self.output]

    def unauthorized(self):
        return {}


SERVICES = {each.name: each for each in (Fal, FalSync, Luma, OpenAi, Replicate, RunPod, Runway)}
