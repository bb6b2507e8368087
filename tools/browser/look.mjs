// Opens the page that dwell writes in a real browser and says what it saw there
// as one JSON object on standard output. Package internal/browser of dwell runs
// it and judges.
//
//   node look.mjs BROWSER PAGE.html [TERMINAL.ansi FOLDER]
//
// With a folder, pictures of the page in light and dark and of what a terminal
// showed are written there.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [executablePath, page, terminal, folder] = process.argv.slice(2);
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const url = pathToFileURL(page).href;

const browser = await chromium.launch({
  executablePath,
  // A name that cannot be resolved cannot be asked for, whatever asks.
  args: ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND", "--disable-background-networking", "--disable-lcd-text"],
});

// open shows an address in a window of its own; what it asks for and complains
// of goes to seen.
async function open(address, seen, options) {
  const context = await browser.newContext({ offline: true, reducedMotion: "reduce", ...options });
  const tab = await context.newPage();
  tab.on("request", (r) => { if (r.url() !== address) seen.requests.push(r.url()); });
  tab.on("console", (m) => { if (m.type() === "error" || m.type() === "warning") seen.complaints.push(m.text()); });
  tab.on("pageerror", (e) => seen.complaints.push(String(e)));
  await tab.goto(address);
  return tab;
}

// violations asks axe, with everything closed and with everything open.
async function violations(tab) {
  await tab.evaluate(axe);
  const found = [];
  for (const opened of [false, true]) {
    await tab.evaluate((opened) => document.querySelectorAll("details").forEach((d) => { d.open = opened; }), opened);
    const result = await tab.evaluate((tags) => axe.run(document, { runOnly: { type: "tag", values: tags } }), tags);
    for (const v of result.violations) {
      for (const n of v.nodes) found.push(`${v.id}: ${n.target.join(" ")}: ${n.failureSummary.replace(/\s+/g, " ")}`);
    }
    if (result.passes.length === 0) found.push("axe checked nothing");
  }
  await tab.evaluate(() => document.querySelectorAll("details").forEach((d) => { d.open = false; }));
  return found;
}

// keyboard presses Tab until the focus comes round and lists the controls that
// it did not reach, or reached without being seen.
async function keyboard(tab) {
  const all = await tab.evaluate(() => {
    const controls = Array.from(document.querySelectorAll("a[href],button,input,select,textarea,summary,[tabindex]"))
      .filter((e) => e.checkVisibility());
    controls.forEach((e, i) => { e.dataset.stop = String(i); });
    return controls.length;
  });
  const reached = new Set();
  const unseen = [];
  await tab.evaluate(() => { document.activeElement?.blur(); scrollTo(0, 0); });
  for (let i = 0; i < 2 * all + 10; i++) {
    await tab.keyboard.press("Tab");
    const at = await tab.evaluate(() => {
      const e = document.activeElement;
      if (!e || e.dataset.stop === undefined) return null;
      const style = getComputedStyle(e), box = e.getBoundingClientRect();
      const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
      const inView = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
      return { stop: e.dataset.stop, shown: outlined && inView, what: e.outerHTML.slice(0, 80) };
    });
    if (!at) continue;
    if (reached.has(at.stop)) break;
    reached.add(at.stop);
    if (!at.shown) unseen.push(at.what);
  }
  const missed = await tab.evaluate((reached) => Array.from(document.querySelectorAll("[data-stop]"))
    .filter((e) => !reached.includes(e.dataset.stop)).map((e) => e.outerHTML.slice(0, 80)), [...reached]);
  return { controls: all, missed, unseen };
}

// keys does what the page says its keys do, and returns what does not hold.
async function keys(tab) {
  const wrong = [];
  const expect = async (what, f) => { if (!(await tab.evaluate(f))) wrong.push(what); };
  await tab.evaluate(() => document.activeElement?.blur());
  await tab.keyboard.press("j");
  await expect("j goes to the first hit", () => document.activeElement.closest("li.group")?.id === "g1");
  await tab.keyboard.press("Enter");
  await expect("Enter opens it", () => document.querySelector("#g1 details").open);
  await tab.keyboard.press("j");
  await expect("j goes to the next hit", () => document.activeElement.closest("li.group")?.id === "g2");
  await tab.keyboard.press("k");
  await expect("k goes back", () => document.activeElement.closest("li.group")?.id === "g1");
  await tab.keyboard.press("/");
  await expect("/ goes to the filter", () => document.activeElement.id === "filter");
  await tab.keyboard.type("no hit has these words");
  await expect("the filter hides hits", () => Array.from(document.querySelectorAll("li.group")).every((g) => g.hidden));
  await expect("the filter says how many are left", () => document.getElementById("shown").textContent.startsWith("0 of "));
  await tab.evaluate(() => { const f = document.getElementById("filter"); f.value = ""; f.dispatchEvent(new Event("input")); });
  await tab.keyboard.press("Escape");
  await expect("Escape leaves the filter", () => document.activeElement.id !== "filter");
  await tab.evaluate(() => document.querySelectorAll("details").forEach((d) => { d.open = false; }));
  return wrong;
}

// overflows says whether something is wider than a window of this width.
async function overflows(seen, width) {
  const tab = await open(url, seen, { viewport: { width, height: 800 } });
  await tab.evaluate(() => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
  const wide = await tab.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  await tab.context().close();
  return wide ? [width] : [];
}

// The colours of a terminal by SGR parameter (ECMA-48 section 8.3.117).
const colours = { 30: "#6e7681", 31: "#ff7b72", 32: "#7ee787", 33: "#e3b341", 34: "#79c0ff", 35: "#d2a8ff", 36: "#76e3ea", 37: "#c9d1d9" };

// ansi turns what a terminal was sent into markup.
function ansi(text, columns) {
  const escape = (s) => s.replace(/[&<>]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[c]);
  let style = "", out = "";
  for (const part of text.replace(/\r/g, "").split(/(\x1b\[[0-9;]*m)/)) {
    const sgr = /^\x1b\[([0-9;]*)m$/.exec(part);
    if (!sgr) {
      out += style ? `<span style="${style}">${escape(part)}</span>` : escape(part);
      continue;
    }
    for (const p of sgr[1].split(";").map(Number)) {
      if (p === 0) style = "";
      else if (p === 1) style += "font-weight:bold;";
      else if (p === 2) style += "opacity:.65;";
      else if (colours[p]) style += `color:${colours[p]};`;
    }
  }
  return `<!DOCTYPE html><meta charset="utf-8"><body style="margin:0;background:#0d1117;display:inline-block">` +
    `<pre style="margin:0;padding:16px 20px;white-space:pre-wrap;overflow-wrap:anywhere;width:${columns}ch;box-sizing:content-box;color:#c9d1d9;font:13px/1.4 'DejaVu Sans Mono',monospace">${out}</pre>`;
}

const seen = { requests: [], complaints: [], violations: [], overflows: [] };
for (const colorScheme of ["light", "dark"]) {
  const tab = await open(url, seen, { colorScheme, viewport: { width: 1120, height: 1700 } });
  if (folder) {
    await tab.evaluate(() => { document.querySelector("#g1 details").open = true; });
    await tab.screenshot({ path: join(folder, `page-${colorScheme}.png`) });
    await tab.evaluate(() => { document.querySelector("#g1 details").open = false; });
  }
  seen.violations.push(...(await violations(tab)).map((v) => `${colorScheme}: ${v}`));
  if (colorScheme === "light") {
    seen.keyboard = await keyboard(tab);
    seen.keys = await keys(tab);
  }
  await tab.context().close();
}
// 320 CSS pixels: WCAG 2.1, success criterion 1.4.10.
for (const width of [320, 768]) seen.overflows.push(...await overflows(seen, width));
if (folder) {
  const context = await browser.newContext({ viewport: { width: 1400, height: 400 } });
  const tab = await context.newPage();
  await tab.setContent(ansi(await readFile(terminal, "utf8"), 151));
  await tab.locator("body").screenshot({ path: join(folder, "terminal.png") });
}
await browser.close();
console.log(JSON.stringify(seen, null, 1));
