// What the stage does in a browser: keys, swapping pages in, following runs. Every
// page works without it; it fetches what links and forms would load and swaps in
// its <main>, so that a step is no blink.
"use strict";

const root = document.documentElement;
const main = () => document.getElementById("main");
let stream = null, heard = "", boot = null, asked = 0;

// source is where pages come from, and how their addresses are written: here a server and its
// paths. In a folder that was put somewhere, a program in the same tab answers (demo/site).
const source = globalThis.tab ?? {
  figures: "/assets/figures.svg#",
  here: () => new URL(location.href),
  ask: async (url) => (await fetch(url.pathname + url.search, { headers: { Accept: "text/html" } })).text(),
  events: (address) => new EventSource(address),
  note: (url, push) => history[push ? "pushState" : "replaceState"]({}, "", url),
  write: (address) => address,
  read: (href) => href.startsWith("/") && !href.startsWith("/assets/") ? new URL(href, location.href) : null,
};

const ask = async (url) => new DOMParser().parseFromString(await source.ask(url), "text/html");

// The next beat of an act is asked for before somebody wants it, once nothing moves. It is measured
// already, and a page is a function of its address.
let ahead = {}, rest = 0;
function prepare() {
  clearTimeout(rest);
  ahead = {};
  if (!onWall() || !source.events) return; // in a folder, the program of the tab does one thing after the other
  const url = new URL(main().dataset.next, source.here());
  if (url.pathname === source.here().pathname) rest = setTimeout(() => { ahead = { href: url.href, page: ask(url).catch(() => null) }; }, still() ? 0 : sweepTime);
}

// go shows another page of the stage. Steps replace the address, so that Back leaves
// the act; everything else is a new entry.
async function go(url, { push = true, focus = "" } = {}) {
  const mine = ++asked;
  const target = new URL(url, source.here());
  main().setAttribute("aria-busy", "true");
  let page;
  try {
    page = target.href === ahead.href && await ahead.page || await ask(target);
  } catch {
    main().removeAttribute("aria-busy");
    if (mine === asked) lost(true);
    return;
  }
  if (mine !== asked) return; // somebody has gone on meanwhile
  const next = page.getElementById("main");
  if (!next) { location.assign(target); return; }
  if (onWall() && "waiting" in next.dataset) { // the wall stays until the next one is measured
    source.note(target, push);
    main().dataset.waiting = "";
    listen(next.dataset.events);
    return;
  }
  const from = source.here();
  const moved = target.pathname + target.search !== from.pathname + from.search;
  source.note(target, push);
  show(page, focus || target.hash.slice(1));
  if (moved && !focus && !target.hash) scrollTo(0, 0);
}

// show puts a page in the place of this one, and keeps the place of reader and focus.
function show(page, focus) {
  const open = [...document.querySelectorAll("details[open]")].map((d) => d.className);
  const held = document.activeElement?.closest("[id]:not(main)")?.id || "";
  const label = document.activeElement?.textContent?.trim();
  const inside = main().contains(document.activeElement);
  document.title = page.title;
  const top = document.querySelector("header.top"), bar = page.querySelector("header.top");
  if (!top.isEqualNode(bar)) top.replaceWith(bar);
  if (!morph(main(), page.getElementById("main"))) { main().replaceWith(page.getElementById("main")); arrived(); }
  for (const d of document.querySelectorAll("details")) if (d.className && open.includes(d.className)) d.open = true;
  const place = document.getElementById(held);
  const next = document.getElementById(focus) || (place?.matches("li") ? place.querySelector("a") : place) ||
    (inside && [...main().querySelectorAll("a.button, button")].find((b) => b.textContent.trim() === label));
  if (next) { next.tabIndex = next.tabIndex < 0 ? -1 : next.tabIndex; next.focus({ preventScroll: !focus }); }
  settle();
  document.getElementById("said").textContent = [...main().querySelectorAll("h1, .number, .glass")].map((e) => e.textContent.trim()).join(". ");
}

// settle is what every new page needs.
function settle() {
  buttons();
  wallSettled();
  listen();
  prepare();
}

function buttons() {
  for (const b of document.querySelectorAll('[data-do="large"]')) b.setAttribute("aria-pressed", String(root.dataset.size === "large"));
}

// listen follows the run that the page waits for, or just whether the server lives.
function listen(address = main().dataset.events || "/events") {
  if (!source.events || (address === heard && stream.readyState !== EventSource.CLOSED)) return;
  stream?.close();
  stream = source.events(heard = address);
  const data = (e) => JSON.parse(e.data);
  stream.addEventListener("boot", (e) => {
    lost(false);
    if (boot && boot !== data(e)) { boot = data(e); go(source.here(), { push: false }); }
    boot = data(e);
  });
  stream.addEventListener("restarted", () => { boot = null; lost(false); go(source.here(), { push: false }); });
  stream.addEventListener("progress", (e) => progress(data(e)));
  stream.addEventListener("cell", (e) => cell(data(e)));
  stream.addEventListener("end", () => {
    const waits = main().querySelector("[data-waiting], [data-progress], [data-made]") || "waiting" in main().dataset;
    if (waits && address !== "/events") refresh();
    if (address !== "/events") listen("/events"); else stream.close();
  });
  const mine = stream;
  stream.addEventListener("error", () => {
    lost(true);
    if (mine === stream && stream.readyState === EventSource.CLOSED) setTimeout(refresh, 3000); // refused: ask the page why
  });
}

// refresh loads the page anew, once nobody is typing in it.
function refresh() {
  if (!onWall() && document.activeElement?.closest("details.settings form")) setTimeout(refresh, 1000);
  else go(source.here(), { push: false });
}

function progress(p) {
  for (const e of main().querySelectorAll("[data-progress]")) e.textContent = p.what;
  for (const e of main().querySelectorAll("progress")) { e.max = p.total || 1; e.value = p.done; }
}

// cell puts a finished cell into the matrix; its markup was made by the server's
// templates.
function cell(c) {
  const places = main().querySelectorAll(`td[data-attack="${CSS.escape(c.attack)}"][data-design="${CSS.escape(c.design)}"]`);
  for (const place of places) place.replaceChildren(...new DOMParser().parseFromString(c.html, "text/html").body.childNodes);
}

// lost says that the server is gone, if it is for more than a moment.
let gone = 0;
function lost(is) {
  clearTimeout(gone);
  if (is && !document.hidden) gone = setTimeout(say, 1000, true); else say(false);
}

function say(is) {
  const note = document.getElementById("lost");
  note.hidden = !is;
  note.textContent = is ? "doormat has stopped. Start “doormat stage” again: this page goes on where it was." : "";
}

// step goes where an attribute of the page says.
function step(which) {
  const url = main().dataset[which];
  if (!url) return false;
  const same = new URL(url, source.here()).pathname === source.here().pathname;
  go(url, { push: !same });
  return true;
}

function choose(name, value) {
  if (value) root.dataset[name] = value; else delete root.dataset[name];
  try { if (value) localStorage.setItem(name, value); else localStorage.removeItem(name); } catch { /* a private window */ }
  buttons();
}

const doings = {
  large: () => choose("size", root.dataset.size === "large" ? "" : "large"),
  theme: () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    choose("theme", dark ? "light" : "dark");
  },
  keys: () => {
    const keys = document.getElementById("keys");
    keys.hidden = !keys.hidden;
    for (const b of document.querySelectorAll('[data-do="keys"]')) b.setAttribute("aria-expanded", String(!keys.hidden));
  },
  settings: () => {
    const d = document.querySelector("details.settings");
    if (!d) return;
    d.open = !d.open;
    if (d.open) d.querySelector("input:not([type=hidden])")?.focus();
  },
  next: () => step("next"),
  back: () => step("back"),
  restart: () => step("restart"),
  black: () => { if ("black" in root.dataset) delete root.dataset.black; else root.dataset.black = ""; },
  zero: () => { began = Date.now(); },
  full: () => { if (document.fullscreenElement) document.exitFullscreen(); else root.requestFullscreen?.(); },
};

// escape leaves a field, and closes what was opened.
function escape(target) {
  target.blur?.();
  delete root.dataset.black;
  for (const d of document.querySelectorAll("details.settings")) d.open = false;
  if (!document.getElementById("keys").hidden) doings.keys();
}

const keys = {
  ArrowRight: "next", PageDown: "next", " ": "next", n: "next", ArrowLeft: "back", PageUp: "back",
  b: "black", f: "full", 0: "restart", Home: "restart", l: "large", d: "theme", "?": "keys", c: "settings",
};

addEventListener("keydown", (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey) return;
  if (e.key === "Escape") { escape(e.target); return; }
  const field = e.target.closest("input, select, textarea");
  if (field && !(/^(radio|number)$/.test(field.type) && /^[a-z?]$/.test(e.key))) return;
  const onControl = e.target.closest("a, button, summary, [role=region]");
  if (onControl && (e.key === " " || e.key === "Enter")) return; // theirs
  const doing = doings[keys[e.key]] ?? (onWall() ? wallKeys[e.key] : undefined);
  const link = main().querySelector(`a[data-key="${CSS.escape(e.key)}"]`) ??
    document.querySelector(`[data-act="${CSS.escape(e.key)}"], a[data-key="${CSS.escape(e.key)}"]`);
  if (!doing && !link) return;
  e.preventDefault();
  if (doing) { doing(); return; }
  const url = source.read(link.getAttribute("href"));
  if (url) go(url, { focus: url.hash.slice(1) });
});

addEventListener("click", (e) => {
  if (e.defaultPrevented || e.button !== 0 || e.ctrlKey || e.metaKey || e.shiftKey || e.altKey) return;
  const button = e.target.closest("[data-do]");
  if (button) { doings[button.dataset.do](); return; }
  const link = e.target.closest("a[href]");
  if (!link) return;
  const url = source.read(link.getAttribute("href"));
  if (!url) return;
  e.preventDefault();
  go(url, { push: url.pathname !== source.here().pathname });
});

addEventListener("submit", (e) => {
  const form = e.target;
  if (!form.matches("[data-swap-form]")) return;
  e.preventDefault();
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value !== "") query.append(name, value);
  go(form.getAttribute("action") + "?" + query);
});

// A changed control runs again by itself.
addEventListener("change", (e) => {
  const form = e.target.closest("form[data-auto]");
  if (form && form.reportValidity()) form.requestSubmit();
});

// A page that nobody sees holds no connection: browsers allow six to one server.
document.addEventListener("visibilitychange", () => {
  if (document.hidden && !("waiting" in main().dataset)) stream?.close(); else if (!document.hidden) listen();
});

addEventListener("popstate", () => go(source.here(), { push: false }));
arrived();
settle();
