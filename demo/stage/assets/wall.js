// What the wall does in a browser: it turns one beat into the next, with motion that says what
// happens, puts messages into the reading glass, and lets a room play: when the attack comes, and
// which trustees are robbed. Whatever is shown at rest came from the server, which measured it.
"use strict";

const sweepTime = 1500; // milliseconds in which an attack passes all tiles
const onWall = () => "wall" in main().dataset;
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const channel = new BroadcastChannel("doormat"); // to the speaker's window

// morph turns one beat of a wall into the next: what has the same id stays where it is, and only
// its look changes. It does nothing to other pages, and nothing if the two have not the same parts.
function morph(from, to) {
  if (!("wall" in from.dataset) || !("wall" in to.dataset)) return false;
  const parts = [...to.querySelectorAll("[id]")];
  const pairs = parts.map((b) => [document.getElementById(b.id), b]);
  if (parts.length !== from.querySelectorAll("[id]").length || pairs.some(([a]) => !a || !from.contains(a))) return false;
  const before = { numbers: numbers(), keys: usedKeys(), posed: posed(), step: from.className };
  const tiles = from.querySelectorAll(".world:first-child .tile").length || 1;
  let turned = false;
  for (const [a, b] of pairs) {
    if (b.matches("ol") && [...a.children].map((t) => t.id).join() !== [...b.children].map((t) => t.id).join()) {
      for (const tile of b.children) a.append(document.getElementById(tile.id)); // the moment has moved
    }
    if (a.className === b.className && a.innerHTML === b.innerHTML) continue;
    if (a.classList.contains("tile")) {
      const opens = !a.classList.contains("opened") && b.classList.contains("opened");
      turned ||= opens;
      a.style.transitionDelay = opens && !still() ? `${Math.round(sweepTime * [...a.closest(".tiles").querySelectorAll(".tile")].indexOf(a) / tiles)}ms` : "";
    }
    a.className = b.className;
    for (const name of ["aria-label", "aria-current", "data-proof", "data-says"]) if (b.hasAttribute(name)) a.setAttribute(name, b.getAttribute(name)); else a.removeAttribute(name);
    if (!b.matches("ol") && !b.querySelector("[id]")) a.innerHTML = b.innerHTML; // markup of the server's own templates
  }
  for (const name of Object.keys(from.dataset)) if (!(name in to.dataset)) delete from.dataset[name];
  Object.assign(from.dataset, to.dataset);
  from.className = to.className;
  const controls = from.querySelector(".controls"), next = to.querySelector(".controls");
  if (controls && next) controls.replaceWith(next);
  from.removeAttribute("aria-busy");
  if (!still()) requestAnimationFrame(() => move(before, turned));
  return true;
}

const numbers = () => new Map([...main().querySelectorAll(".number")].map((e) => [e.id, e.textContent]));
const usedKeys = () => new Set([...main().querySelectorAll(".key.used")].map((e) => e.id));

const posed = () => new Set([...main().querySelectorAll(".world:has(.false)")].map((e) => e.id));

// move shows how a beat came to be what it is: copies of key parts lift and join, the key or the
// order passes over the wall, and the number climbs with the tiles.
function move(before, turned) {
  for (const [id, was] of before.numbers) climb(document.getElementById(id), was);
  for (const world of main().querySelectorAll(".world:has(.false)")) if (!before.posed.has(world.id)) slide(world);
  if (turned) for (const tiles of main().querySelectorAll(".world:not(.calm) .tiles")) sweep(tiles);
  else if (!main().querySelector(".lawful")) join([...main().querySelectorAll(".key.used")].filter((e) => !before.keys.has(e.id)));
  if (before.step !== main().className) opening(main().className);
}

// climb counts from one number to another while the tiles turn.
function climb(e, was) {
  const text = e?.textContent ?? "", to = parseInt(text, 10), from = parseInt(was, 10);
  if (!(to > from)) return;
  const began = performance.now();
  const tick = (time) => {
    const share = Math.min((time - began) / (sweepTime + 300), 1);
    const now = share < 1 ? text.replace(String(to), String(Math.round(from + (to - from) * share))) : text;
    if (e.textContent !== now) e.textContent = now;
    if (share < 1 && e.isConnected) requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}

// floating is a figure over the wall, at the middle of an element.
function floating(figure, at) {
  const box = at.getBoundingClientRect(), e = document.createElement("div");
  e.className = "floating";
  e.setAttribute("aria-hidden", "true");
  e.append(figure.cloneNode(true));
  e.style.left = `${box.left + box.width / 2}px`;
  e.style.top = `${box.top + box.height / 2}px`;
  main().append(e);
  return e;
}

// join lifts copies of stolen key parts and lays them upon each other; the parts stay where they
// are. Under an order no part leaves its trustee, so nothing lifts.
function join(keys) {
  if (keys.length < 2) return;
  const home = keys[Math.floor(keys.length / 2)].getBoundingClientRect();
  for (const key of keys) {
    const from = key.getBoundingClientRect(), copy = floating(key.querySelector("svg"), key);
    const dx = home.left - from.left, up = -from.height * 1.3;
    copy.animate([{ translate: "-50% -50%" }, { translate: `-50% calc(-50% + ${up}px)`, offset: 0.4 },
      { translate: `calc(-50% + ${dx}px) calc(-50% + ${up}px)`, scale: 1.5, offset: 0.85 }, { translate: `calc(-50% + ${dx}px) calc(-50% + ${up}px)`, scale: 1.5, opacity: 0 }],
      { duration: 1600, easing: "ease-in-out" }).finished.then(() => copy.remove(), () => copy.remove());
  }
}

// slide passes false keys to two phones: each gets one that it takes for the other's.
function slide(world) {
  const from = world.querySelector(".false"), phones = [...world.querySelectorAll('[data-figure="phone"]')].slice(0, 2);
  const middle = from.getBoundingClientRect();
  for (const phone of phones) {
    const box = phone.getBoundingClientRect(), copy = floating(from.querySelector("svg"), from);
    const dx = box.left + box.width / 2 - middle.left - middle.width / 2, up = -middle.height * 0.9;
    copy.animate([{ translate: "-50% -50%" }, { translate: `-50% calc(-50% + ${up}px)`, scale: 1.3, offset: 0.35 },
      { translate: `calc(-50% + ${dx}px) calc(-50% + ${up}px)`, scale: 1.3, offset: 0.75 }, { translate: `calc(-50% + ${dx}px) -50%`, scale: 0.6, opacity: 0 }],
      { duration: 1600, easing: "ease-in-out" }).finished.then(() => copy.remove(), () => copy.remove());
  }
}

// sweep passes over all tiles of a world in the order of time, those that stay locked too.
function sweep(tiles) {
  const figure = main().querySelector(".glass.lawful") ? "agency" : tiles.closest(".world").querySelector(".key.used") ? "key" : "phone";
  const all = [...tiles.querySelectorAll(".tile")].map((t) => t.getBoundingClientRect());
  if (all.length === 0) return;
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg"), use = document.createElementNS(svg.namespaceURI, "use");
  svg.setAttribute("viewBox", figure === "key" ? "0 0 30 24" : "0 0 24 24");
  use.setAttribute("href", source.figures + figure);
  svg.append(use);
  const e = floating(svg, tiles.querySelector(".tile"));
  const steps = all.map((r) => ({ translate: `calc(-50% + ${r.left - all[0].left}px) calc(-50% + ${r.top - all[0].top}px)` }));
  e.animate(steps, { duration: sweepTime, easing: "linear" }).finished.then(() => e.remove(), () => e.remove());
}

// opening moves what the beats before the acts move: words are typed, the message flies past the
// provider into its tile, the others rain in, and a key is cut.
function opening(look) {
  const bubble = document.getElementById("bubble");
  if (!bubble || still()) return;
  const beat = Number(/\bo(\d)/.exec(look)?.[1]);
  for (const t of main().querySelectorAll(".tile")) t.style.transitionDelay = beat === 4 ? `${t.dataset.n * 14}ms` : "";
  if (beat === 1) type(bubble.querySelector("q"));
  if (beat === 3) {
    const own = bubble.getBoundingClientRect();
    const to = (e) => { const r = e.getBoundingClientRect(); return `calc(-50% + ${r.left + r.width / 2 - own.left - own.width / 2}px) calc(-50% + ${r.top + r.height / 2 - own.top - own.height / 2}px)`; };
    bubble.animate([{ opacity: 1, translate: "-50% -50%" }, { opacity: 1, scale: 0.25, translate: to(main().querySelector('[data-figure="provider"]')), offset: 0.5 },
      { opacity: 0.7, scale: 0.1, translate: to(main().querySelector(".tile.read")) }], { duration: 1800, easing: "ease-in-out" });
  }
  if (beat === 5) {
    const keys = [...main().querySelectorAll(".key")];
    keys.forEach((key, i) => key.animate([{ translate: `${-i * key.offsetWidth}px`, opacity: i ? 0 : 1 }, { translate: "0", opacity: 1 }], { duration: 900, delay: 500, fill: "backwards", easing: "ease-out" }));
  }
}

// type shows a text letter by letter; all of it is there from the beginning for whoever hears it.
function type(q) {
  const text = q.textContent, rest = document.createElement("span");
  rest.className = "untyped";
  let n = 0;
  const timer = setInterval(() => {
    rest.textContent = text.slice(++n);
    q.replaceChildren(text.slice(0, n), rest);
    if (n >= text.length || !q.isConnected) { clearInterval(timer); q.textContent = text; }
  }, 35);
}

// wallSettled tells the speaker's window where the wall is.
function wallSettled() {
  if (main().dataset.speaker) channel.postMessage(main().dataset.speaker);
}

// arrived plays the motion of a beat that was not turned from another one.
function arrived() {
  if (!onWall() || still()) return;
  opening(main().className);
  if (main().dataset.step === "2") for (const world of main().querySelectorAll(".world:has(.false)")) slide(world);
  if (main().dataset.step === "2" && !main().querySelector(".lawful")) join([...main().querySelectorAll(".key.used")]);
}

// read puts an opened tile of the wall into the reading glass.
function read(tile) {
  if (!tile?.dataset.says) return;
  for (const t of main().querySelectorAll(".tile.read")) t.classList.remove("read");
  tile.classList.add("read");
  const make = (name, look, text) => { const e = document.createElement(name); e.className = look; e.textContent = text; return e; };
  const words = document.createElement("p");
  words.append(make("q", "", tile.querySelector("i").textContent), " ", make("span", "who", tile.dataset.says));
  const face = make("span", "face", tile.querySelector("b").textContent);
  face.setAttribute("aria-hidden", "true");
  const parts = [face, words];
  if (tile.dataset.proof) {
    const proof = make("a", "tag", "How was it read?");
    proof.href = tile.dataset.proof;
    parts.push(proof);
  }
  const glass = document.getElementById("glass");
  glass.classList.add("reads");
  glass.replaceChildren(...parts);
  document.getElementById("said").textContent = words.textContent;
}

// browse reads the next opened tile, or the one before, in the world that is being read.
function browse(by) {
  const now = main().querySelector(".tile.read");
  const all = [...(now?.closest(".world") ?? main()).querySelectorAll(".tile.opened")];
  read(all[(all.indexOf(now) + by + all.length) % all.length]);
}

// moment is the number of the last message before the attack.
const moment = () => Number(main().querySelector(".tiles ol:last-of-type .tile")?.dataset.n ?? Number(main().dataset.messages) + 1) - 1;

// attackAt asks for the same beat of an attack that begins after message n.
function attackAt(n) {
  if (!(n >= 1 && n <= Number(main().dataset.messages))) return; // or it chooses its moment itself
  const url = source.here();
  url.searchParams.set("at", n);
  go(url, { push: false });
}

const wallKeys = {
  ArrowDown: () => browse(1),
  ArrowUp: () => browse(-1),
  Enter: () => { const tile = main().querySelector(".tile.read[data-proof]"); if (tile) go(tile.dataset.proof); },
  "[": () => attackAt(moment() - 1),
  "]": () => attackAt(moment() + 1),
  v: () => { if (main().dataset.speaker) open(source.write(main().dataset.speaker), "doormat-speaker", "width=700,height=900"); },
};

addEventListener("pointerover", (e) => read(e.target.closest?.(".wall .tile.opened")));

// The yellow line can be dragged to another moment: to the end of the row under the pointer.
let dragged = null;
addEventListener("pointerdown", (e) => {
  const line = e.target.closest?.(".moment");
  if (!line || !main().dataset.messages) return;
  e.preventDefault();
  dragged = { line, from: e.clientY, to: 0 };
  line.classList.add("dragged");
});
addEventListener("pointermove", (e) => {
  if (!dragged) return;
  const { line, from } = dragged;
  line.style.translate = `0 ${e.clientY - from}px`;
  const below = [...line.closest(".tiles").querySelectorAll(".tile")].find((t) => t.getBoundingClientRect().bottom > e.clientY);
  dragged.to = Math.max(Number(below?.dataset.n ?? Number(main().dataset.messages) + 1) - 1, 1);
  line.querySelector("span").textContent = `after message ${dragged.to}`;
});
addEventListener("pointerup", () => {
  if (!dragged) return;
  const { line, to } = dragged;
  dragged = null;
  line.classList.remove("dragged");
  line.style.translate = "";
  line.querySelector("span").textContent = "▲ older \u00a0 ▼ newer";
  if (to) attackAt(to);
});
addEventListener("pointercancel", () => { if (dragged) { dragged.line.style.translate = ""; dragged = null; } });

// A slider says its number while it moves.
addEventListener("input", (e) => { if (e.target.type === "range") e.target.nextElementSibling.textContent = e.target.value; });

// The speaker's window follows the wall, and its clock runs from the first beat that it saw.
channel.addEventListener("message", (e) => { if ("speaking" in main().dataset) go(e.data, { push: false }); });
setInterval(() => {
  const clock = document.getElementById("clock");
  if (!clock) return;
  const seconds = Math.floor((Date.now() - (began ??= Date.now())) / 1000);
  clock.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}, 500);
let began = null;
