"use strict";
(() => {
  const filter = document.getElementById("filter");
  const groups = Array.from(document.querySelectorAll("li.group"));
  if (!filter) return;
  const shown = document.getElementById("shown");
  const visible = () => groups.filter((g) => !g.hidden);
  filter.addEventListener("input", () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const g of groups) {
      const text = g.textContent.toLowerCase();
      g.hidden = !words.every((w) => text.includes(w));
    }
    shown.textContent = words.length ? visible().length + " of " + groups.length : "";
  });
  const step = (by) => {
    const all = visible();
    if (!all.length) return;
    const at = all.findIndex((g) => g.contains(document.activeElement));
    const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1);
    const to = all[next].querySelector("summary");
    to.focus();
    to.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.target === filter) {
      if (e.key === "Escape") filter.blur();
      return;
    }
    if (e.key === "j") step(1);
    else if (e.key === "k") step(-1);
    else if (e.key === "/") { e.preventDefault(); filter.focus(); }
  });
  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
})();
