// Shows the farm's state, which the gateway sends once a second.
// The token stays in this tab: it is in no address and in no cookie.
"use strict";

const place = (id) => document.getElementById(id);
const AGAIN_MS = 2000;

function element(name, text, ...classes) {
  const made = document.createElement(name);
  made.textContent = text;
  made.classList.add(...classes.filter(Boolean));
  return made;
}

function seconds(value) {
  if (value === undefined) return "–";
  if (value < 10) return `${value.toFixed(1)} s`;
  if (value < 120) return `${Math.round(value)} s`;
  return value < 7200 ? `${Math.round(value / 60)} min` : `${(value / 3600).toFixed(1)} h`;
}

function row(...cells) {
  const made = document.createElement("tr");
  made.append(...cells);
  return made;
}

const cell = (text, ...classes) => element("td", text, ...classes);
const number = (text) => cell(String(text), "number");

function fill(id, rows, none, columns) {
  const empty = () => {
    const made = cell(none, "none");
    made.colSpan = columns;
    return row(made);
  };
  place(id).replaceChildren(...(rows.length ? rows : [empty()]));
}

function showHealth(told) {
  const facts = [
    ["store", told.store, "store answers", "store is away"],
    ["brain", told.brain, "brain leads", "no brain"],
    ["workers", (told.workers || []).length > 0, `${(told.workers || []).length} workers`, "no workers"],
  ];
  place("health").replaceChildren(
    ...facts.map(([, good, yes, no]) => element("li", good ? yes : no, good ? "" : "bad")),
  );
}

function showQueue(told) {
  const most = Math.max(1, ...told.classes.map((each) => each.waiting));
  fill("classes", told.classes.map((each) => {
    const name = cell(each.name, "class");
    if (each.waiting) {
      const bar = element("div", "", "bar");
      bar.style.width = `${(100 * each.waiting) / most}%`;
      name.append(bar);
    }
    const [median, late] = told.waits[each.name] || [];
    return row(name, number(each.waiting), number(each.running), number(seconds(median)), number(seconds(late)));
  }), "", 5);
  const waiting = Object.entries(told.backlog || {}).filter(([, left]) => left >= 1);
  place("backlog").textContent = waiting
    .map(([name, left]) => `${name}: ${seconds(left)} of work waits`).join(" · ");
}

function showRequests(told) {
  const words = {
    hit: "Clip was there", ticket: "Got a ticket", limited: "Too many (429)",
    quota: "Day's quota used (402)", forbidden: "Not allowed (403)", invalid: "Not valid (422)",
    no_brain: "No brain (503)", no_worker: "No worker (503)",
  };
  const outcomes = told.outcomes;
  const all = Object.values(outcomes).reduce((sum, each) => sum + each, 0);
  const lines = [["All", all]];
  if (all) lines.push(["Hits", `${Math.round((100 * (outcomes.hit || 0)) / all)} %`]);
  for (const [name, count] of Object.entries(outcomes)) lines.push([words[name] || name, count]);
  const totals = told.totals || {};
  if (totals.joined) lines.push(["Shared another's job", totals.joined]);
  if (totals.lost_workers) lines.push(["Workers lost", totals.lost_workers]);
  place("requests").replaceChildren(
    ...lines.flatMap(([name, value]) => [element("dt", name), element("dd", String(value))]),
  );
}

function showWorkers(told) {
  fill("workers", told.workers.map((worker) => row(
    cell(worker.id),
    cell(worker.model || "–"),
    cell(worker.state, "state", worker.state),
    number(`${worker.running}/${worker.slots}`),
  )), "No worker is alive: start npc-video farm worker.", 4);
  place("wanted").textContent = Object.values(told.wanted || {}).flatMap(Object.entries)
    .map(([model, count]) => `${model || "no add-ons"}: ${count} wanted`).join(" · ");
}

function showTenants(told) {
  fill("tenants", (told.tenants || []).map((tenant) => row(
    cell(tenant.id), number(tenant.waiting), number(tenant.running), number(seconds(tenant.used)),
  )), "Nobody waits.", 4);
}

function showFailures(told) {
  const made = (told.failures || []).map((failure) => {
    const line = element("li", failure.error);
    const ago = seconds(Math.max(0, told.now - failure.at));
    const about = [`${ago} ago`, failure.kind, failure.generator, failure.preset, failure.tenant];
    line.append(element("span", about.filter(Boolean).join(" · "), "about"));
    return line;
  });
  place("failures").replaceChildren(...(made.length ? made : [element("li", "None.", "none")]));
}

function show(told) {
  showHealth(told);
  if (!told.classes) return;
  place("project").textContent = told.project;
  document.title = `Farm ${told.project}`;
  for (const part of [showQueue, showRequests, showWorkers, showTenants, showFailures]) part(told);
  place("farm").hidden = false;
  document.body.dataset.shown = "yes";
}

function askForToken(problem) {
  sessionStorage.removeItem("token");
  place("entry").hidden = false;
  place("farm").hidden = true;
  place("problem").textContent = problem;
}

async function follow() {
  const token = sessionStorage.getItem("token");
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  const response = await fetch("/api/overview/events", { headers });
  if (response.status === 401 || response.status === 403) {
    askForToken(token ? await response.text() : "");
    return false;
  }
  if (!response.ok) throw new Error(response.statusText);
  place("entry").hidden = true;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ""; ;) {
    const { value, done } = await reader.read();
    if (done) return true;
    const events = (text + value).split("\n\n");
    text = events.pop();
    for (const event of events) if (event.startsWith("data: ")) show(JSON.parse(event.slice(6)));
  }
}

async function stay() {
  for (;;) {
    try {
      if (!(await follow())) return;
    } catch (error) {
      place("health").replaceChildren(element("li", "gateway does not answer", "bad"));
    }
    await new Promise((go) => setTimeout(go, AGAIN_MS));
  }
}

place("entry").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem("token", place("token").value.trim());
  place("token").value = "";
  stay();
});
stay();
