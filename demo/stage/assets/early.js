// Before anything is painted: the type size and theme that this browser chose.
{
  const root = document.documentElement;
  const kept = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
  if (kept("size")) root.dataset.size = kept("size");
  if (kept("theme")) root.dataset.theme = kept("theme");
}
