// What the wall does in a browser: it turns one beat into the next, with motion that says what
// happens, puts messages into the reading glass, and lets a room play: when the attack comes, and
// which trustees are robbed. Whatever is shown at rest came from the server, which measured it.
"use strict";

const sweepTime = 1500; // milliseconds in which an attack passes all tiles
const onWall = () => "wall" in main().dataset;
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const channel = new BroadcastChannel("doormat"); // to the speaker's window

// What a beat still has to do: tiles that open in the order of time, and numbers that climb with them.
const scene = { tiles: [], numbers: [], began: 0, frame: 0 };

// morph turns one beat of a wall into the next: what has the same id stays where it is, and only
// its look changes. It does nothing to other pages, and nothing if the two have not the same parts.
function morph(from, to) {
  if (!("wall" in from.dataset) || !("wall" in to.dataset)) return false;
  const parts = [...to.querySelectorAll("[id]")];
  const pairs = parts.map((b) => [document.getElementById(b.id), b]);
  if (parts.length !== from.querySelectorAll("[id]").length || pairs.some(([a]) => !a || !from.contains(a))) return false;
  finish();
  const before = { numbers: numbers(), keys: usedKeys(), posed: posed(), step: from.className };
  for (const [a, b] of pairs) {
    if (b.matches("ol") && [...a.children].map((t) => t.id).join() !== [...b.children].map((t) => t.id).join()) {
      for (const tile of b.children) a.append(document.getElementById(tile.id)); // the moment has moved
    }
    if (a.isEqualNode(b)) continue;
    if (b.classList.contains("opened") && !a.classList.contains("opened")) scene.tiles.push({ tile: a, turn: () => turn(a, b) });
    else turn(a, b);
  }
  for (const name of Object.keys(from.dataset)) if (!(name in to.dataset)) delete from.dataset[name];
  Object.assign(from.dataset, to.dataset);
  if (from.className !== to.className) from.className = to.className;
  const controls = from.querySelector(".controls"), next = to.querySelector(".controls");
  if (controls && next) controls.replaceWith(next);
  from.removeAttribute("aria-busy");
  if (still()) fade(); else move(before);
  return true;
}

// turn gives a part of the wall the look of another.
function turn(a, b) {
  if (a.className !== b.className) a.className = b.className;
  for (const name of ["aria-label", "aria-current", "data-proof", "data-says"]) if (b.hasAttribute(name)) a.setAttribute(name, b.getAttribute(name)); else a.removeAttribute(name);
  if (!b.matches("ol") && !b.querySelector("[id]")) a.replaceChildren(...b.childNodes); // from the server's own templates
}

// fade turns all tiles at once, and lets the new look come in, where motion is unwelcome.
function fade() {
  const turned = new Set(scene.tiles.map(({ tile }) => tile.closest(".tiles")));
  finish();
  for (const tiles of turned) tiles.animate({ opacity: [0.4, 1] }, 250);
}

const numbers = () => new Map([...main().querySelectorAll(".number")].map((e) => [e.id, e.textContent]));
const usedKeys = () => new Set([...main().querySelectorAll(".key.used")].map((e) => e.id));

const posed = () => new Set([...main().querySelectorAll(".world:has(.false)")].map((e) => e.id));

// move shows how a beat came to be what it is: copies of key parts lift and join, the key or the
// order passes over the wall, and the number climbs with the tiles. It reads all places before it
// changes anything, so that the wall is laid out once.
function move(before) {
  const flights = [...main().querySelectorAll(".world:has(.false)")].filter((e) => !before.posed.has(e.id)).flatMap(slide);
  if (scene.tiles.length > 0) flights.push(...[...main().querySelectorAll(".world:not(.calm) .tiles")].flatMap(sweep));
  else if (!main().querySelector(".lawful")) flights.push(...join([...main().querySelectorAll(".key.used")].filter((e) => !before.keys.has(e.id))));
  fly(flights);
  for (const [id, was] of before.numbers) climb(document.getElementById(id), was);
  if (scene.tiles.length + scene.numbers.length > 0) begin();
  if (before.step !== main().className) opening(main().className);
}

// climb lets a number count from what it was while the tiles turn.
function climb(e, was) {
  const text = e?.textContent ?? "", to = parseInt(text, 10), from = parseInt(was, 10);
  if (to > from) scene.numbers.push({ e, text, from, to });
}

// begin plays the scene: each tile opens when the sweep has come to it.
function begin() {
  for (const tiles of main().querySelectorAll(".tiles")) [...tiles.querySelectorAll(".tile")].forEach((tile, i, all) => { tile.at = i / all.length; });
  scene.tiles.sort((x, y) => x.tile.at - y.tile.at);
  scene.began = performance.now();
  play(scene.began);
}

function play(time) {
  const share = (time - scene.began) / sweepTime;
  while (scene.tiles[0]?.tile.at <= share) scene.tiles.shift().turn();
  for (const { e, text, from, to } of scene.numbers) {
    const now = text.replace(String(to), String(Math.round(from + (to - from) * Math.max(share, 0))));
    if (share < 1 && e.firstChild.data !== now) e.firstChild.data = now;
  }
  if (share < 1) scene.frame = requestAnimationFrame(play); else finish();
}

// finish does at once what a scene has not done yet.
function finish() {
  cancelAnimationFrame(scene.frame);
  for (const { turn } of scene.tiles.splice(0)) turn();
  for (const { e, text } of scene.numbers.splice(0)) e.textContent = text;
}

// fly lets figures pass over the wall, each from the middle of a box.
function fly(flights) {
  for (const { figure, box, steps, ...options } of flights) {
    const e = document.createElement("div");
    e.className = "floating";
    e.setAttribute("aria-hidden", "true");
    e.append(figure);
    e.style.left = `${box.left + box.width / 2}px`;
    e.style.top = `${box.top + box.height / 2}px`;
    main().append(e);
    e.animate(steps, { duration: 1600, easing: "ease-in-out", ...options }).finished.then(() => e.remove(), () => e.remove());
  }
}

// join lifts copies of stolen key parts and lays them upon each other; the parts stay where they
// are. Under an order no part leaves its trustee, so nothing lifts.
function join(keys) {
  if (keys.length < 2) return [];
  const boxes = keys.map((key) => key.getBoundingClientRect()), home = boxes[Math.floor(keys.length / 2)];
  return boxes.map((box, i) => {
    const dx = home.left - box.left, up = -box.height * 1.3, there = `calc(-50% + ${dx}px) calc(-50% + ${up}px)`;
    return { figure: keys[i].querySelector("svg").cloneNode(true), box, steps: [{ translate: "-50% -50%" }, { translate: `-50% calc(-50% + ${up}px)`, offset: 0.4 },
      { translate: there, scale: 1.5, offset: 0.85 }, { translate: there, scale: 1.5, opacity: 0 }] };
  });
}

// slide passes false keys to two phones: each gets one that it takes for the other's.
function slide(world) {
  const from = world.querySelector(".false"), box = from.getBoundingClientRect(), up = -box.height * 0.9;
  return [...world.querySelectorAll('[data-figure="phone"]')].slice(0, 2).map((phone) => {
    const to = phone.getBoundingClientRect(), dx = to.left + to.width / 2 - box.left - box.width / 2;
    return { figure: from.querySelector("svg").cloneNode(true), box, steps: [{ translate: "-50% -50%" }, { translate: `-50% calc(-50% + ${up}px)`, scale: 1.3, offset: 0.35 },
      { translate: `calc(-50% + ${dx}px) calc(-50% + ${up}px)`, scale: 1.3, offset: 0.75 }, { translate: `calc(-50% + ${dx}px) -50%`, scale: 0.6, opacity: 0 }] };
  });
}

// sweep passes over all tiles of a world in the order of time, those that stay locked too.
function sweep(tiles) {
  const name = main().querySelector(".glass.lawful") ? "agency" : tiles.closest(".world").querySelector(".key.used") ? "key" : "phone";
  const all = [...tiles.querySelectorAll(".tile")].map((t) => t.getBoundingClientRect());
  if (all.length === 0) return [];
  const figure = document.createElementNS("http://www.w3.org/2000/svg", "svg"), use = document.createElementNS(figure.namespaceURI, "use");
  figure.setAttribute("viewBox", name === "key" ? "0 0 30 24" : "0 0 24 24");
  use.setAttribute("href", source.figures + name);
  figure.append(use);
  const steps = all.map((r) => ({ translate: `calc(-50% + ${r.left - all[0].left}px) calc(-50% + ${r.top - all[0].top}px)` }));
  return [{ figure, box: all[0], steps, duration: sweepTime, easing: "linear" }];
}

// opening moves what the beats before the acts move: words are typed, the message flies past the
// provider into its tile, the others rain in, and a key is cut.
function opening(look) {
  const bubble = document.getElementById("bubble");
  if (!bubble || still()) return;
  const beat = Number(/\bo(\d)/.exec(look)?.[1]);
  if (beat === 1) type(bubble.querySelector("q"));
  if (beat === 3) {
    const own = bubble.getBoundingClientRect();
    const to = (e) => { const r = e.getBoundingClientRect(); return `calc(-50% + ${r.left + r.width / 2 - own.left - own.width / 2}px) calc(-50% + ${r.top + r.height / 2 - own.top - own.height / 2}px)`; };
    bubble.animate([{ opacity: 1, translate: "-50% -50%" }, { opacity: 1, scale: 0.25, translate: to(main().querySelector('[data-figure="provider"]')), offset: 0.5 },
      { opacity: 0.7, scale: 0.1, translate: to(main().querySelector(".tile.read")) }], { duration: 1800, easing: "ease-in-out" });
  }
  if (beat === 4) {
    for (const t of main().querySelectorAll(".world:first-child .tile:not(.read)")) t.animate([{ opacity: 0, translate: "0 -80%" }, { opacity: 1, translate: "0 0" }], { duration: 400, delay: t.dataset.n * 14, fill: "backwards" });
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
  if (main().dataset.step === "2") move({ posed: new Set(), keys: new Set(), numbers: new Map(), step: main().className });
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
