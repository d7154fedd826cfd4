// The reference for people.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { look, open, person, sizes } from "./browser.mjs";
import { Node, tokens_of } from "./node.mjs";
import { browser, node } from "./world.mjs";

const shown = (page) => page.locator(".opblock:visible");
/** Waits until only so many blocks are shown: all are there for a moment first. */
const found = (page, n) => page.getByText(new RegExp(`^${n} of \\d+ have all of these words\\.$`)).waitFor();

test("all calls and messages are there, are found by words, and nothing comes from elsewhere", async () => {
  const reader = await person(browser, node, null, { size: sizes.desktop });
  const asked = [];
  reader.on("request", (request) => asked.push(request.url()));
  const page = await open(reader, "/docs");
  await page.getByText(/^All \d+ are shown\.$/).waitFor();
  const { paths, webhooks } = await node.get("/openapi.json");
  const calls = Object.values(paths).flatMap((path) => Object.keys(path).filter((key) => /^(get|put|post|delete)$/.test(key)));
  const { operations } = await node.get("/asyncapi.json");
  const sent = new Set(Object.values(operations).filter(({ action }) => action === "send")
    .flatMap(({ messages }) => messages.map(({ $ref }) => $ref.split("/").pop())));
  assert.equal(await shown(page).count(), calls.length + Object.keys(webhooks).length + sent.size);
  await look(page, "docs");
  await page.getByLabel("Search", { exact: true }).fill("session.paid stream");
  await found(page, 1);
  assert.equal(await shown(page).count(), 1);
  await shown(page).getByRole("button").first().click();
  await page.getByText(/^Arrives by: NATS at .*, the event stream \/v1\/events, the webhook\.$/).waitFor();
  await look(page, "docs.message");
  await page.reload();
  await found(page, 1);
  assert.deepEqual(asked.filter((url) => !url.startsWith(node.url) && !url.startsWith("data:")), []);
  await reader.close();
});

test("a call is run on a node that trusts whoever reaches it", async () => {
  const reader = await person(browser, node, null);
  const page = await open(reader, "/docs?q=getClock");
  await found(page, 1);
  await shown(page).getByRole("button").first().click();
  await page.getByRole("button", { name: "Try it out" }).click();
  await page.getByRole("button", { name: "Execute" }).click();
  await page.locator(".live-responses-table").getByText((await node.in_hours(0)).slice(0, 10)).first().waitFor();
  await look(page, "docs.run");
  await reader.close();
});

test("by keyboard alone: search, open a call, run its example, and get out again", async () => {
  const reader = await person(browser, node, null, { size: sizes.desktop });
  const page = await open(reader, "/docs");
  await page.getByText(/^All \d+ are shown\.$/).waitFor();
  const focused = () => page.evaluate(() => {
    const { tagName, textContent, ariaLabel, id } = document.activeElement;
    return tagName === "BODY" ? "" : ariaLabel ?? (textContent.trim() || id || tagName);
  });
  const tab_to = async (name, key = "Tab") => {
    for (let i = 0; i < 60; ++i) {
      await page.keyboard.press(key);
      const at = await focused();
      if (name.test(at)) {
        const outlined = await page.evaluate(() => {
          const { outlineStyle, boxShadow, borderStyle } = getComputedStyle(document.activeElement);
          return outlineStyle !== "none" || boxShadow !== "none" || borderStyle === "inset";
        });
        assert(outlined, `the focus on ${at} is seen`);
        return;
      }
    }
    assert.fail(`Tab does not lead to ${name}`);
  };
  await tab_to(/^search$/);
  await page.keyboard.type("getClock");
  await found(page, 1);
  await tab_to(/clock/i);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Try it out" }).waitFor();
  await tab_to(/^Try it out$/);
  await page.keyboard.press("Space");
  await tab_to(/^Execute$/);
  await page.keyboard.press("Enter");
  await page.locator(".live-responses-table").waitFor();
  await look(page, "docs.keyboard");
  // No part keeps the focus: from the last one on, and back from the first.
  const met = new Set();
  for (let i = 0; i < 100 && (await focused()) !== ""; ++i) {
    met.add(await focused());
    await page.keyboard.press("Tab");
  }
  assert.equal(await focused(), "", `the focus stays among ${[...met].slice(-3)}`);
  await tab_to(/^search$/, "Shift+Tab");
  await reader.close();
});

test("commands are found by their names, tried dry as they stand, and open small", async () => {
  const reader = await person(browser, node, null, { size: sizes.desktop });
  const page = await open(reader, "/docs?q=support.reopen");
  const block = page.locator(".opblock[id$=-sendCommand]:visible");
  await found(page, "\\d+");
  await block.getByRole("button").first().click();
  await block.getByText("Support reopens a missed session").first().waitFor({ state: "attached" });
  assert.equal(await block.locator("pre span[style]").count(), 0, "no text is coloured, which takes long");
  const height = await block.evaluate((one) => one.offsetHeight);
  assert(height < 4000, `it is ${height} px high`);
  await block.getByRole("button", { name: "Try it out" }).click();
  await block.getByRole("button", { name: "Execute" }).click();
  await block.locator(".live-responses-table").getByText('"effects"').first().waitFor();
  assert.equal((await node.get("/v1/sessions")).sessions.length, 0, "nothing happened by it");
  await look(page, "docs.command");
  await page.goto("/docs?q=getQueues");
  await found(page, 1);
  await shown(page).getByRole("button").first().click();
  await shown(page).getByText("Others wait, too").waitFor();
  assert(await shown(page).first().evaluate((one) => one.offsetHeight) < 1600, "errors are told in a line each");
  await page.goto("/docs?q=session.paid%20stream");
  await found(page, 1);
  await shown(page).getByText("sent", { exact: true }).first().waitFor();
  await reader.close();
});

test("a call cannot be run where one has to sign in", async () => {
  const closed = await Node.start({ auth: { mode: "token", tokens: tokens_of("system:registrar") } });
  try {
    const reader = await person(browser, closed, null);
    const page = await open(reader, "/docs?q=getClock");
    await found(page, 1);
    await page.getByText("Calls can be run from here only").waitFor();
    await shown(page).getByRole("button").first().click();
    await page.getByText("404 without --clock manual.").waitFor();
    assert.equal(await page.getByRole("button", { name: "Try it out" }).count(), 0);
    await reader.close();
  } finally {
    await closed.end();
  }
});
