// The list of documents: filtered, sorted, shown a hundred at a time.
"use strict";

const STEP = 100;
const [NAME, SOURCE, TITLE, STATE, ARTICLES, CONFIDENCE, REMOVED, , UNRESOLVED, RULES_OF] = Array(10).keys();
const rows = window.ROWS ?? [];
const rules = window.RULES ?? [];
const at = (id) => document.getElementById(id);
const number = new Intl.NumberFormat("en");
const orders = {
  confidence: (a, b) => a[CONFIDENCE] - b[CONFIDENCE],
  source: (a, b) => (a[SOURCE] < b[SOURCE] ? -1 : 1),
  removed: (a, b) => b[REMOVED] - a[REMOVED],
  unresolved: (a, b) => b[UNRESOLVED] - a[UNRESOLVED],
  articles: (a, b) => b[ARTICLES] - a[ARTICLES],
};
let chosen = [];
let shown = 0;

for (const row of rows) row.words = `${row[SOURCE]}\n${row[TITLE]}`.toLowerCase();

function filter() {
  const words = at("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const state = at("state").value;
  const wanted = at("rule").value.trim();
  const ids = new Set(wanted ? rules.flatMap(([name], id) => (name.startsWith(wanted) ? [id] : [])) : []);
  chosen = rows.filter((row) =>
    (!state || row[STATE] === state)
    && words.every((one) => row.words.includes(one))
    && (!wanted || row[RULES_OF].some((id) => ids.has(id))));
  chosen.sort(orders[at("sort").value]);
  shown = 0;
  at("rows").replaceChildren();
  more();
}

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function line(row) {
  const link = element("a", { href: `documents/${row[NAME].slice(0, 2)}/${row[NAME]}.html` },
    element("span", { class: "name", lang: "zh" }, row[TITLE] || row[SOURCE]), element("span", { class: "source" }, row[SOURCE]));
  const state = element("span", { class: "state", "data-state": row[STATE], "data-t": `state.${row[STATE]}` }, word(`state.${row[STATE]}`));
  const sure = element("td", { class: "sure" });
  if (row[STATE] !== "quarantined") {
    const meter = element("meter", { min: 0, max: 1, low: 0.6, high: 0.85, optimum: 1, value: row[CONFIDENCE], "aria-hidden": "true" });
    sure.append(meter, row[CONFIDENCE].toFixed(2));
  }
  const amounts = [["articles_short", ARTICLES], ["removed_short", REMOVED], ["open_ends", UNRESOLVED]].map(([unit, key]) =>
    element("td", { class: "amount" }, element("span", { class: "unit", "data-t": unit }, word(unit)), ` ${number.format(row[key])}`));
  return element("tr", {}, element("td", {}, link), element("td", {}, state), sure, ...amounts);
}

function more() {
  at("rows").append(...chosen.slice(shown, shown + STEP).map(line));
  shown = Math.min(chosen.length, shown + STEP);
  at("more").hidden = shown >= chosen.length;
  at("none").hidden = chosen.length > 0;
  at("count").textContent = `${number.format(chosen.length)} ${word("of")} ${number.format(rows.length)}`;
}

function step(by) {
  const links = [...at("rows").querySelectorAll("a")];
  const now = links.indexOf(document.activeElement);
  const next = links[now < 0 ? 0 : Math.min(links.length - 1, Math.max(0, now + by))];
  if (now + by >= links.length && !at("more").hidden) more();
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function remember() {
  const choice = Object.fromEntries(["search", "rule", "state", "sort"].map((id) => [id, at(id).value]));
  try {
    sessionStorage.setItem("choice", JSON.stringify(choice));
    sessionStorage.setItem("order", chosen.map((row) => row[NAME]).join(" "));
  } catch { /* this browser keeps nothing for pages from disk: j and k go through all documents */ }
}

function recall() {
  try {
    const choice = JSON.parse(sessionStorage.getItem("choice") ?? "{}");
    for (const [id, value] of Object.entries(choice)) at(id).value = value;
  } catch { /* as above */ }
}

function listRules() {
  const most = rules.toSorted((a, b) => b[2] - a[2]);
  at("rule-names").append(...most.slice(0, 500).map(([name]) => element("option", { value: name })));
  const box = at("all-rules")?.querySelector("div");
  at("all-rules")?.addEventListener("toggle", () => {
    if (box.firstChild) return;
    const body = most.map(([name, fired, documents]) => {
      const button = element("button", { type: "button", class: "link", "data-rule": name }, name);
      return element("tr", {}, element("td", {}, button), element("td", { class: "amount" }, number.format(documents)),
        element("td", { class: "amount" }, number.format(fired)));
    });
    const head = ["rule", "documents", "fired"].map((key) => element("th", { scope: "col", "data-t": key }, word(key)));
    box.append(element("table", {}, element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...body)));
  });
  box?.addEventListener("click", (event) => {
    const rule = event.target.closest("[data-rule]")?.dataset.rule;
    if (!rule) return;
    at("rule").value = rule;
    filter();
    at("list-title").scrollIntoView({ behavior: calm.matches ? "auto" : "smooth" });
  });
}

keys.j = () => step(1);
keys.k = () => step(-1);
keys["/"] = () => { at("search").focus(); at("search").select(); };
at("filters").addEventListener("input", filter);
at("filters").addEventListener("submit", (event) => event.preventDefault());
at("search").addEventListener("keydown", (event) => { if (event.key === "Enter") at("rows").querySelector("a")?.focus(); });
at("more").addEventListener("click", more);
at("rows").addEventListener("click", remember);
document.addEventListener("language", () => { at("count").textContent = `${number.format(chosen.length)} ${word("of")} ${number.format(rows.length)}`; });
recall();
listRules();
filter();
if (location.hash === "#search") keys["/"]();
