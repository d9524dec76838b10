// What all pages share: the language of the interface, light and dark, the keys.
"use strict";

const root = document.documentElement;
const stored = {
  get(key) { try { return localStorage.getItem(key); } catch { return null; } },
  set(key, value) { try { localStorage.setItem(key, value); } catch { /* this browser keeps nothing for pages from disk */ } },
};
const calm = matchMedia("(prefers-reduced-motion: reduce)");

let chinese = (stored.get("language") ?? navigator.language).startsWith("zh");
const word = (key) => (window.WORDS[key] ?? [key, key])[chinese ? 1 : 0];

function translate(within = document) {
  for (const one of within.querySelectorAll("[data-t]")) one.textContent = word(one.dataset.t);
  for (const one of within.querySelectorAll("[data-label]")) one.setAttribute("aria-label", word(one.dataset.label));
  for (const one of within.querySelectorAll("[data-placeholder]")) one.placeholder = word(one.dataset.placeholder);
  root.lang = chinese ? "zh-Hans" : "en";
}

function theme(name) {
  if (name) root.dataset.theme = name;
}

const does = {
  language() {
    chinese = !chinese;
    stored.set("language", chinese ? "zh" : "en");
    translate();
    document.dispatchEvent(new Event("language"));
  },
  theme() {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    theme(dark ? "light" : "dark");
    stored.set("theme", root.dataset.theme);
  },
  keys() { document.getElementById("keys").showModal(); },
};

// Keys that do something, unless one is writing or a dialog is open.
const keys = { "?": does.keys };

theme(stored.get("theme"));
root.lang = chinese ? "zh-Hans" : "en";
document.addEventListener("DOMContentLoaded", () => translate());
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) does[button.dataset.do]?.(button);
});
document.addEventListener("keydown", (event) => {
  const writing = event.target.closest("input, select, textarea");
  if (event.key === "Escape" && writing) writing.blur();
  if (writing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const action = keys[event.key];
  if (action) {
    event.preventDefault();
    action();
  }
});
