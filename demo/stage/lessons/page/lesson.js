// Keys turn the pages, but not while a number is typed.
"use strict";
document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, button, a") && event.key !== "PageDown" && event.key !== "PageUp") return;
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const to = { ArrowRight: "next", PageDown: "next", " ": "next", n: "next", ArrowLeft: "back", PageUp: "back", b: "back" }[event.key];
  const link = to && document.getElementById(to);
  if (link) { event.preventDefault(); link.click(); }
});
