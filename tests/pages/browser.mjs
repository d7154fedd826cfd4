// A browser before the node's pages: people in it, what is looked at on every page, and
// pictures of it.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { chromium } from "playwright-core";

const axe = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** The folder for pictures; without it none are made, which takes a fifth of the time. */
export const pictures = process.env.RECAPD_TEST_PICTURES;
const program = process.env.RECAPD_TEST_BROWSER ?? "/usr/bin/chromium-headless-shell";

export const sizes = { phone: { width: 360, height: 780 }, desktop: { width: 1280, height: 900 } };
/** How long is waited for anything: a busy machine takes many times as long. */
const longest_ms = 180_000;
const laptop = { width: 1366, height: 768 };
const narrowest = { width: 320, height: 640 };

/** Returns a browser with an empty profile of its own; `back_forward`: one that keeps pages
 * as they are left, for the way back, as people's browsers do. */
export const launch = ({ back_forward = false } = {}) => chromium.launch({
  executablePath: program,
  ...(back_forward ? { ignoreDefaultArgs: ["--disable-back-forward-cache"] } : {}),
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

/** Notes what the browser complains about; answers that the server refused or could not
 * give are the tests' own business. */
function watch(page) {
  page.troubles = [];
  page.on("pageerror", (error) => page.troubles.push(String(error.stack ?? error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
      page.troubles.push(message.text());
  });
  return page;
}

/** Returns somebody's browser: `who` is ROLE:ID, chosen in trial mode; null for nobody. */
export async function person(browser, node, who, { size = sizes.phone, ...options } = {}) {
  const context = await browser.newContext({
    viewport: size, baseURL: node.url, locale: "en-US", timezoneId: "America/New_York", ...options });
  context.setDefaultTimeout(longest_ms);
  if (who) {
    await context.addInitScript((one) => {
      if (!sessionStorage.getItem("recapd.act_as")) sessionStorage.setItem("recapd.act_as", JSON.stringify(one));
    }, who);
  }
  return context;
}

/** Opens an address in a new tab of somebody's browser. */
export async function open(context, address) {
  const page = watch(await context.newPage());
  await page.goto(address);
  return page;
}

const all_rules = { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] };
/** Those that a theme makes a difference to. */
const colours = { runOnly: { type: "rule", values: ["color-contrast", "link-in-text-block"] } };

/** Returns the accessibility rules that the page breaks, as texts; of what stands behind a
 * dialog, which nobody reaches then, none. */
async function violations(page, rules) {
  if (await page.evaluate(() => globalThis.axe === undefined)) await page.evaluate(axe);
  const found = await page.evaluate((options) =>
    globalThis.axe.run(document.querySelector("dialog[open]") ?? document, options),
    { ...rules, resultTypes: ["violations"] });
  return found.violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}: ${node.html} ${node.failureSummary}`));
}

/** Ends what changes a colour or a place bit by bit, which axe would see half done; the end
 * of one begins that of what inherits from it. */
const end_transitions = (page) => page.evaluate(async () => {
  for (let quiet = 0; quiet < 2;) {
    await new Promise(requestAnimationFrame);
    const changing = document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime < Infinity);
    changing.forEach((one) => one.finish());
    quiet = changing.length ? 0 : quiet + 1;
  }
});

/** Returns the badges of one word that stand in two lines. */
const broken_badges = (page) => page.evaluate(() => [...document.querySelectorAll(".badge")].filter((badge) => {
  const range = document.createRange();
  range.selectNodeContents(badge);
  const tops = [...range.getClientRects()].map(({ top }) => top);
  return !/\S\s+\S+\s+\S/.test(badge.textContent) && Math.max(...tops) - Math.min(...tops) > 8;
}).map((badge) => badge.textContent));

/** Looks at a page as it is: accessible in both themes, on a phone and a desktop, never
 * wider than the screen, and without complaints. Keeps pictures where they are asked for. */
export async function look(page, name) {
  const before = page.viewportSize();
  if (pictures) fs.mkdirSync(pictures, { recursive: true });
  for (const [size, viewport] of Object.entries(sizes)) {
    await page.setViewportSize(viewport);
    for (const theme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
      await end_transitions(page);
      if (pictures) await page.screenshot({ path: path.join(pictures, `${name}.${size}.${theme}.png`), fullPage: true });
      // Each size and each theme once by all rules: only some differ by both.
      const rules = (size === "phone") === (theme === "light") ? all_rules : colours;
      assert.deepEqual(await violations(page, rules), [], `${name}, ${size}, ${theme}`);
    }
  }
  for (const viewport of [laptop, narrowest]) {
    await page.setViewportSize(viewport);
    assert.deepEqual(await broken_badges(page), [], `${name}: badges in two lines, ${viewport.width} px`);
  }
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert(wider <= 0, `${name} is ${wider} px wider than ${narrowest.width} px`);
  await page.emulateMedia({ colorScheme: null });
  await page.setViewportSize(before);
  assert.deepEqual(page.troubles, [], `${name}: what the browser says`);
}

/** Waits until the condition holds; `what` is what was waited for. */
export async function wait_until(condition, what, ms = longest_ms) {
  for (const end = Date.now() + ms; ;) {
    const found = await condition();
    if (found) return found;
    assert(Date.now() < end, `waited for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
