// A document: its lines and what was made of them light up together; a click shows the rule and offers a correction.
"use strict";

const at = (id) => document.getElementById(id);
const list = "../../index.html";
const source = at("source");
const inspector = at("inspector");
const fields = new Map();
const segments = new Map();
for (const one of document.querySelectorAll(".reading [data-f]")) fields.set(one.dataset.f, one);
for (const one of document.querySelectorAll(".raw [data-f]")) segments.set(one.dataset.f, [...(segments.get(one.dataset.f) ?? []), one]);
const wide = matchMedia("(min-width: 1181px)");
let pinned = null;
let line = null;

function light(id, follow) {
  for (const one of document.querySelectorAll(".on")) one.classList.remove("on");
  if (id === null) return;
  const field = fields.get(id);
  const behind = segments.get(id) ?? [];
  for (const one of [field, ...behind]) one?.classList.add("on");
  for (const one of behind) one.closest("li").classList.add("on");
  if (follow === "raw" && behind.length) show(behind[0], behind);
  if (follow === "reading" && field) show(field, [field]);
}

// Scroll the pane so that these show, the first above all; leave it be where they all show already.
function show(first, all) {
  const pane = first.closest(".pane");
  const box = pane.getBoundingClientRect();
  const seen = all.every((one) => { const b = one.getBoundingClientRect(); return b.top >= box.top + 40 && b.top <= box.bottom - 40; });
  if (seen) return;
  const top = pane.scrollTop + first.getBoundingClientRect().top - box.top - box.height / 4;
  pane.scrollTo({ top, behavior: calm.matches ? "auto" : "smooth" });
}

const fieldAt = (target) => target.closest?.("[data-f]")?.dataset.f ?? target.closest?.(".lines li")?.querySelector("[data-f]")?.dataset.f;
const sideOf = (target) => (target.closest(".raw") ? "reading" : "raw");

function pick(id, from) {
  pinned = id;
  light(id, sideOf(from));
  const lines = [...new Set((segments.get(id) ?? []).map((one) => one.closest("li")))];
  line = from.closest(".lines li") ?? lines[0] ?? null;
  inspector.querySelector(".pick").hidden = true;
  inspector.querySelector(".picked").hidden = false;
  inspector.classList.add("open");
  const field = fields.get(id);
  if (!wide.matches && field) field.closest(".pane").scrollTo({ top: field.offsetTop - 40 }); // not behind what comes up from below
  tell(lines);
}

function tell(lines) {
  const buttons = lines.map((one) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button line";
    button.textContent = one.id.slice(1);
    button.setAttribute("aria-pressed", String(one === line));
    button.addEventListener("click", () => { line = one; show(one, [one]); tell(lines); });
    return button;
  });
  const label = document.createElement("span");
  label.textContent = word(lines.length > 1 ? "lines" : "line");
  at("picked-lines").replaceChildren(label, ...buttons);
  const { role, rule, sure, went, start, end } = line?.dataset ?? {};
  const facts = { role: role && word(`role.${role}`), rule, sure, went, offsets: line && `${start}\u2013${end}` };
  at("facts").replaceChildren(...Object.entries(facts).filter(([, value]) => value).flatMap(([key, value]) => {
    const [term, said] = [document.createElement("dt"), document.createElement("dd")];
    [term.textContent, said.textContent] = [word(key), value];
    if (key === "rule") said.className = "code";
    return [term, said];
  }));
  at("correct-box").hidden = !role;
  if (!role) return;
  at("correct-box").open ||= wide.matches;
  at("role").value = role === "body" ? "caption" : "body";
  paste();
}

// A place of a correction: the number of the line and how it begins, so that it is known again.
const quoted = (text) => JSON.stringify(text).replaceAll("\u007f", "\\u007f");
function place(one) {
  return one?.dataset.begins ? `{ line = ${one.id.slice(1)}, text = ${quoted(one.dataset.begins)} }` : null;
}

function before(one) {
  for (let other = one.previousElementSibling; other; other = other.previousElementSibling) if (other.dataset.role) return other;
  return null;
}

function paste() {
  const kind = at("kind").value;
  const own = place(line);
  const otherLine = place(document.getElementById(`L${at("other").value}`)) ?? "0";
  at("role-label").hidden = kind !== "role";
  at("other-label").hidden = !["join", "order", "heading"].includes(kind);
  const says = {
    role: () => `role = "${at("role").value}"\nat = [${own}]`,
    join: () => `join = [${otherLine}, ${own}]`,
    break: () => `break = [${place(before(line)) ?? "0"}, ${own}]`,
    order: () => `order = [${otherLine}, ${own}]`,
    heading: () => `heading = ${own}\nover = ${otherLine}`,
    title: () => `title = ${own}`,
  };
  at("paste").textContent = `[[correction]]\nsource = ${quoted(source.dataset.source)}\n${says[kind]()}\n`;
}

function turn(by) {
  let order = window.ORDER ?? [];
  try {
    const kept = (sessionStorage.getItem("order") ?? "").split(" ");
    if (kept.includes(source.dataset.name)) order = kept;
  } catch { /* this browser keeps nothing for pages from disk: all documents, then */ }
  const next = order[order.indexOf(source.dataset.name) + by];
  return next && `../${next.slice(0, 2)}/${next}.html`;
}

for (const [id, key, by] of [["previous", "k", -1], ["next", "j", 1]]) {
  const url = turn(by);
  keys[key] = () => { if (url) location.href = url; };
  at(id).disabled = !url;
  at(id).addEventListener("click", keys[key]);
}
keys.u = () => { location.href = list; };
keys["/"] = () => { location.href = `${list}#search`; };
keys.Escape = () => does.unpick();
does.unpick = () => {
  pinned = line = null;
  light(null);
  inspector.classList.remove("open");
  inspector.querySelector(".pick").hidden = false;
  inspector.querySelector(".picked").hidden = true;
};
does.copy = async (button) => {
  const text = at("paste").textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    getSelection().selectAllChildren(at("paste"));
    document.execCommand("copy");
  }
  button.firstElementChild.textContent = word("copied");
  setTimeout(() => { button.firstElementChild.textContent = word("copy"); }, 1500);
};

document.querySelector(".panes").addEventListener("pointerover", (event) => {
  const id = fieldAt(event.target);
  if (event.pointerType === "mouse" && id !== undefined) light(id, sideOf(event.target));
});
document.querySelector(".panes").addEventListener("pointerleave", () => light(pinned));
document.querySelector(".panes").addEventListener("focusin", (event) => {
  if (event.target.matches(".field")) light(event.target.dataset.f, "raw");
});
document.querySelector(".panes").addEventListener("click", (event) => {
  const id = event.target.closest(".inspector") ? undefined : fieldAt(event.target);
  if (id !== undefined) pick(id, event.target);
});
document.querySelector(".panes").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches(".field")) pick(event.target.dataset.f, event.target);
});
at("correct").addEventListener("input", paste);
at("correct").addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("language", () => { if (line) tell([...new Set((segments.get(pinned) ?? []).map((one) => one.closest("li")))]); });
