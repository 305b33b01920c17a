// What stands between the stage's page and the program that is its server here. stage.js asks
// `tab` for pages, and tab has them from the program in a worker or, where they were made ahead,
// from a file. Addresses of pages are fragments: #COLUMNS/PATH?QUERY, no columns for the story's.
"use strict";

globalThis.tab = (() => {
  const base = "http://tab.invalid"; // to take addresses apart; nothing is ever asked there
  const $ = (id) => document.getElementById(id);
  const bar = $("tab");
  const superseded = new Error("somebody went on");

  // Where the page is.
  let columns = "";
  const parts = (fragment) => /^#([^/?]*)(\/.*)$/.exec(fragment);
  const here = () => {
    const p = parts(location.hash);
    columns = p ? decodeURIComponent(p[1]) : "";
    return new URL(p ? p[2] : "/", base);
  };
  const path = (url) => url.pathname + url.search;
  const write = (address) => "#" + columns + address;
  const read = (href) => { const p = parts(href ?? ""); return p && new URL(p[2], base); };

  // load gets a packed file and tells how far it is.
  async function load(name, total) {
    const answer = await fetch(name);
    if (!answer.ok) throw new Error(`${name}: status ${answer.status}`);
    let done = 0;
    const count = new TransformStream({ transform(part, to) { done += part.length; if (total) progress(done, total, "Loading the program"); to.enqueue(part); } });
    return answer.body.pipeThrough(count).pipeThrough(new DecompressionStream("gzip"));
  }

  const ahead = load("ahead.bin").then((s) => new Response(s).json()).catch(() => ({}));
  const program = load("program.bin", Number(bar.dataset.bytes))
    .then((s) => WebAssembly.compileStreaming(new Response(s, { headers: { "Content-Type": "application/wasm" } })));
  // The text of a worker is kept, so that another one can start when nothing can be loaded any more.
  const text = Promise.all(["wasm_exec.js", "worker.js"].map(async (name) => (await fetch(name)).text()))
    .then((texts) => URL.createObjectURL(new Blob(texts, { type: "text/javascript" })));

  // The worker, and what it was asked: one thing at a time, and the last wish after it.
  let worker = null, spawned = 0, ready = false, busy = null, next = null, number = 0, broken = null;
  let mine = "", chat = null;
  const known = new Map(); // by columns: under which name the program has the chat

  async function spawn() {
    worker?.terminate();
    ready = false;
    known.clear();
    const mine = ++spawned;
    let module, script;
    try { [module, script] = await Promise.all([program, text]); } catch (e) { progress(0, 0, ""); fail(e); return; }
    if (mine !== spawned) return;
    progress(0, 0, "Starting the program");
    const w = worker = new Worker(script);
    w.onmessage = (e) => { if (w === worker) hear(JSON.parse(e.data)); };
    w.onerror = (e) => {
      e.preventDefault();
      if (w !== worker) return;
      const why = "The program ended: " + e.message.replace(/^Uncaught Error: /, "");
      if (ready) ended(why); else fail(new Error(why)); // one that does not even begin would do so for ever
    };
    w.postMessage(module);
  }

  // fail says that there will be no program, now and whenever it is asked.
  function fail(e) {
    broken = new Error(location.protocol === "file:" ? "The program needs a web server, of any kind: python3 -m http.server in this folder is one." : `The program cannot be loaded: ${e.message}`);
    says(broken.message);
    for (const job of [busy, next]) job?.reject(broken);
    busy = next = null;
    stopping();
  }

  // ended puts another worker in the place of one that is no more.
  function ended(why) {
    const jobs = [busy, next];
    busy = next = null;
    stopping();
    progress(0, 0, "");
    spawn();
    if (mine) send({ script: mine }).catch(() => {});
    for (const job of jobs) job?.reject(new Error(why));
  }

  function stop() { ended(""); says("Stopped. The program was started anew."); }

  function hear(a) {
    if (a.ready) { ready = true; progress(0, 0, ""); marked(); if (busy) post(busy); return; }
    if (a.printed) { print(a.printed); return; }
    if (!a.id) { progress(a.done, a.total, a.what); return; }
    if (!busy || a.id !== busy.id) return;
    const job = busy;
    busy = null;
    progress(0, 0, "");
    stopping();
    if (next) { const n = next; next = null; begin(n); }
    if (a.error) job.reject(new Error(a.error)); else job.resolve({ ...a, seconds: (performance.now() - job.began) / 1000 });
  }

  // send asks the program. Of wishes that wait only the last one counts.
  function send(q, body = new Uint8Array(0)) {
    return new Promise((resolve, reject) => {
      if (broken) { reject(broken); return; }
      const job = { id: ++number, q, body, resolve, reject, began: 0 };
      if (busy) { next?.reject(superseded); next = job; } else begin(job);
    });
  }

  function begin(job) {
    busy = job;
    if (ready) post(job);
  }

  function post(job) {
    job.began = performance.now();
    stopping();
    worker.postMessage([JSON.stringify({ id: job.id, columns, ...job.q }), job.body]);
  }

  // The bar.
  function says(text) { if ($("tab-says").textContent !== text) $("tab-says").textContent = text; }
  function progress(done, total, what) {
    const p = $("tab-bar");
    p.hidden = !total;
    p.max = total || 1;
    p.value = done;
    $("tab-what").textContent = what;
  }
  const stopping = () => { $("tab-stop").hidden = !(busy && ready); };

  let shown = ""; // address that was made ahead, "" if the page was measured here
  function marked() {
    if (shown) says("Made ahead with this program, for the default settings.");
    $("tab-measure").hidden = !(shown && ready && !shown.startsWith("/wall"));
  }
  const measured = (seconds) => says(`Measured in this tab, in ${seconds.toFixed(1)} s.`);

  function settled() {
    const url = here(), pair = columns ? columns.split(",") : [bar.dataset.left, bar.dataset.right];
    const form = $("tab-columns").elements;
    form.left.value = pair[0];
    form.right.value = pair[1] ?? pair[0];
    form.seed.value = url.searchParams.get("seed") ?? form.seed.defaultValue;
    $("tab-edit").href = write("/own");
  }

  // page asks the program for a page, with the chat that it is about.
  async function page(url) {
    const address = path(url);
    if (!chat || url.searchParams.get("chat") !== chat.shown) return send({ method: "GET", page: address });
    if (!known.has(columns)) await upload(chat); // a worker that was started since, or another pair
    const a = await send({ method: "GET", page: address.replaceAll(chat.shown, known.get(columns)) });
    a.answer.html = a.answer.html.replaceAll(known.get(columns), chat.shown);
    return a;
  }

  async function upload(c) {
    const q = new URLSearchParams({ name: c.name, "date-order": c.order });
    const a = await send({ method: "POST", page: "/chat?" + q }, c.bytes);
    const id = new URL(a.answer.location || "/", base).searchParams.get("chat");
    if (id) known.set(columns, id);
    return { ...a, id };
  }

  async function ask(url) {
    const address = path(url);
    if (url.pathname === "/own") { shown = ""; says(""); return from("tab-own"); }
    const made = columns || mine ? undefined : (await ahead)[address];
    shown = made ? address : "";
    marked();
    if (made) {
      if (url.pathname.startsWith("/wall")) again(url).catch(() => {});
      return made;
    }
    says("");
    try {
      const a = await page(url);
      measured(a.seconds);
      return a.answer.html;
    } catch (e) {
      if (e === superseded) throw e;
      return e.message ? from("tab-failed", e.message) : from("tab-stopped");
    }
  }

  // again measures what was made ahead, and puts it in its place.
  async function again(url) {
    const a = await page(url);
    if (path(here()) !== path(url) || columns) return;
    shown = "";
    marked();
    measured(a.seconds);
    show(new DOMParser().parseFromString(a.answer.html, "text/html"), "");
  }

  // from makes a page of a template of index.html.
  function from(id, why = "") {
    const copy = $(id).content.cloneNode(true);
    const p = copy.querySelector("#tab-why");
    if (p) p.textContent = why;
    const title = document.createElement("title");
    title.textContent = copy.querySelector("main").dataset.title + " · doormat";
    const page = document.createElement("div");
    page.append(copy);
    return `${title.outerHTML}${document.querySelector("header.top").outerHTML}${page.innerHTML}`;
  }

  const visit = (address) => { history.pushState({}, "", write(address)); go(here(), { push: false }); };

  // A chat goes to the worker, and nowhere else. A form of the stage's page would send it.
  addEventListener("submit", async (e) => {
    const form = e.target;
    if (form === $("tab-columns")) { e.preventDefault(); return; }
    if (form.method !== "post") return;
    e.preventDefault();
    if (form.getAttribute("action") === "/chat/forget") {
      chat = null;
      ended(""); // with its memory
      visit("/");
      return;
    }
    const file = form.elements.file.files[0];
    const c = { name: file.name, order: form.elements["date-order"].value, bytes: new Uint8Array(await file.arrayBuffer()) };
    try {
      const a = await upload(c);
      if (a.id) { chat = { ...c, shown: a.id }; visit(a.answer.location); } else show(new DOMParser().parseFromString(a.answer.html, "text/html"), "");
    } catch (e) { if (e !== superseded) says(e.message || "Stopped."); }
  });

  $("tab-columns").addEventListener("change", () => {
    const form = $("tab-columns").elements, url = here();
    if (!$("tab-columns").reportValidity()) return;
    const pair = [...new Set([form.left.value, form.right.value])].join(",");
    columns = pair === `${bar.dataset.left},${bar.dataset.right}` ? "" : pair;
    if (form.seed.value === form.seed.defaultValue) url.searchParams.delete("seed"); else url.searchParams.set("seed", form.seed.value);
    visit(path(url));
  });

  // The editor.
  function lines(wrong = 0) {
    const n = $("own-text").value.split("\n").length, list = $("own-lines");
    while (list.children.length < n) list.append(document.createElement("li"));
    while (list.children.length > n) list.lastChild.remove();
    for (const li of list.querySelectorAll(".wrong")) li.classList.remove("wrong");
    list.children[wrong - 1]?.classList.add("wrong");
    list.scrollTop = $("own-text").scrollTop;
  }

  function print(text) {
    const p = document.createElement("p");
    p.className = "printed";
    p.textContent = text;
    $("own-said")?.append(p);
  }

  function tell(texts, line = 0) {
    $("own-said").replaceChildren(...texts.map((text) => { const p = document.createElement("p"); p.className = "problem"; p.textContent = text; return p; }));
    lines(line);
    if (!line) return;
    const field = $("own-text"), at = field.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    field.focus();
    field.setSelectionRange(at, at + field.value.split("\n")[line - 1].length);
    field.scrollTop = (line - 5) * parseFloat(getComputedStyle(field).lineHeight);
  }

  async function take() {
    tell([]);
    const text = $("own-text").value;
    const { own } = await send({ script: text });
    known.clear();
    if (own.error) { tell([own.error], own.line); return null; }
    mine = text;
    return own;
  }

  const doings = {
    "own-run": async () => { const own = await take(); if (own) visit(`/replay/${own.id}`); },
    "own-check": async () => {
      if (!await take()) return;
      const { findings } = await send({ check: true, columns: columns || `${bar.dataset.left},${bar.dataset.right}` });
      tell(findings?.length ? findings.map((f) => `${f.design}: ${f.text}`) : ["Nothing is wrong with it in these columns."]);
    },
    "own-save": async () => {
      const a = document.createElement("a");
      a.href = URL.createObjectURL(new Blob([$("own-text").value], { type: "text/plain" }));
      a.download = "my-attack.star";
      a.click();
      URL.revokeObjectURL(a.href);
    },
    "tab-stop": stop,
    "tab-again": () => go(here(), { push: false }),
    "tab-measure": () => { $("tab-measure").hidden = true; again(here()).catch(() => {}); },
  };

  addEventListener("click", (e) => {
    if (e.target.closest(".skip")) { e.preventDefault(); const m = $("main"); m.tabIndex = -1; m.focus(); return; } // the fragment is the page's address
    const doing = doings[e.target.closest("button")?.id];
    Promise.resolve(doing?.()).catch((e) => { if (e !== superseded) tell([e.message || "Stopped."]); });
  });
  document.addEventListener("input", (e) => { if (e.target.id === "own-text") lines(); });
  document.addEventListener("scroll", (e) => { if (e.target.id === "own-text") $("own-lines").scrollTop = e.target.scrollTop; }, true);
  document.addEventListener("change", async (e) => {
    if (e.target.id !== "own-from" || !e.target.value) return;
    $("own-text").value = (await send({ source: e.target.value })).text;
    lines();
  });

  let kept = ""; // the text of the editor, while another page is shown
  new MutationObserver(() => {
    settled();
    const field = $("own-text");
    if (!field || field.dataset.begun) return;
    field.dataset.begun = "";
    if (kept) field.value = kept;
    field.addEventListener("input", () => { kept = field.value; });
    lines();
  }).observe(document.body, { childList: true });

  addEventListener("DOMContentLoaded", () => {
    spawn();
    settled();
    const url = here();
    if (columns || path(url) !== "/") go(url, { push: false });
    else { shown = "/"; marked(); }
  });

  return { figures: "#figure-", here, ask, write, read, note: (url, push) => { history[push ? "pushState" : "replaceState"]({}, "", write(path(url))); settled(); } };
})();
