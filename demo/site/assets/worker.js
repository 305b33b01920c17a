// The worker, after wasm_exec.js in the same script: it gets the compiled program, and has nothing
// left to send anything with, but for messages to its own page.
"use strict";
for (const name of ["fetch", "XMLHttpRequest", "WebSocket", "WebSocketStream", "WebTransport", "EventSource", "importScripts", "Worker", "BroadcastChannel", "indexedDB", "caches"]) {
  Object.defineProperty(self, name, { value: undefined });
}

// die is heard by the page, as an error in a promise is not.
const die = (why) => setTimeout(() => { throw new Error(why); });

onmessage = async (e) => {
  const go = new Go();
  onmessage = (e) => self.ask(e.data[0], e.data[1]);
  const early = [];
  self.ask = (...args) => early.push(args); // until the program takes over
  try {
    const instance = await WebAssembly.instantiate(e.data, go.importObject);
    go.run(instance).then(() => die("out of memory, or nested too deeply"), (e) => die(e.message)); // it has no end of its own
    for (const args of early) self.ask(...args);
  } catch (e) { die(e.message); }
};
