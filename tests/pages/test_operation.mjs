// Operation: how the nodes are, receivers and dead letters, the clock, draining.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import http from "node:http";
import { after, before, beforeEach, test } from "node:test";
import { launch, look, open, person, sizes, wait_until } from "./browser.mjs";
import { Node } from "./node.mjs";

let node;
let browser;
let receiver;
/** What the receiver answers about a session. */
const answers = { "gone-1": 410, "away-1": 500 };

before(async () => {
  receiver = http.createServer((request, response) => {
    let text = "";
    request.on("data", (part) => { text += part; });
    request.on("end", () => response.writeHead(answers[JSON.parse(text).subject] ?? 204).end());
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => receiver.once("listening", resolve));
  node = await Node.start({ webhook: { url: `http://127.0.0.1:${receiver.address().port}/` } });
  browser = await launch();
});

beforeEach(() => node.say("start"));

after(async () => {
  await browser?.close();
  await node?.end();
  receiver?.close();
});

/** Presses Tab until the focus is on what says this. */
async function tab_to(page, text) {
  for (let i = 0; i < 40; ++i) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate(() => document.activeElement.matches("a, button") && document.activeElement.textContent);
    if (focused && focused.includes(text)) return;
  }
  assert.fail(`Tab does not lead to "${text}"`);
}

const section = (page, title) => page.locator("section", { has: page.getByRole("heading", { name: title, exact: true }) });

test("given an empty installation, an administrator gets in and to the nodes by keyboard", async () => {
  const nobody = await person(browser, node, null);
  const page = await open(nobody, "/");
  await page.getByRole("button", { name: /operator/ }).waitFor();
  await look(page, "shell.act_as");
  assert.equal(await page.title(), "Act as – recapd");
  await tab_to(page, "operator");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/operation$/);
  await wait_until(() => page.evaluate(() => document.activeElement.textContent === "Operation"), "the focus on the heading");
  await page.getByRole("button", { name: "Drain" }).waitFor();
  await tab_to(page, "Drain");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Drain", "the focus is back");
  await nobody.close();
});

test("an administrator starts with the nodes, and support has no button to drain one", async () => {
  const admin = await person(browser, node, "admin:operator", { size: sizes.desktop });
  const page = await open(admin, "/");
  await page.getByText("This node takes commands").waitFor();
  assert.match(page.url(), /\/operation$/);
  const [one] = (await node.get("/v1/nodes")).nodes;
  await page.getByText(one.name).first().waitFor();
  await page.getByText("1 node, 64 of 64 shards served").waitFor();
  await page.getByText("This page comes from it").waitFor();
  await page.locator("td[data-label='Lease ends']", { hasText: /^in \d+(\.\d)? s$/ }).waitFor();
  await page.getByText("Leases and starts are by the machines' clocks.").waitFor();
  await page.getByText("(0–63)").waitFor();
  await section(page, "Policy").getByText("Version 1").waitFor();
  await look(page, "operation");
  await admin.close();

  const support = await person(browser, node, "support:desk");
  const other = await open(support, "/operation");
  await section(other, "Nodes").getByText(one.name).waitFor();
  assert.equal(await other.getByRole("button", { name: /^Drain/ }).count(), 0);
  assert.equal(await section(other, "Policy").count(), 0, "support may not read policies");
  await support.close();
});

test("what a receiver does not take is shown with the session, what it refuses as a dead letter", async () => {
  await node.schedule("gone-1", { tutor: "ann", students: ["sam"], going: [], hours: 1 });
  await node.schedule("away-1", { tutor: "ann", students: ["sam"], going: [], hours: 1 });
  const admin = await person(browser, node, "admin:operator", { size: sizes.desktop });
  const page = await open(admin, "/operation");
  await section(page, "Receivers").getByText("1 session not taken").waitFor();
  await section(page, "Dead letters").getByText("a message that nobody took").first().waitFor();
  await page.getByText("webhook-failing").waitFor(); // it stands above, and moves what follows
  await page.getByText("Webhook: 1 session whose next message it has not taken").click();
  await section(page, "Receivers").getByText("away-1").waitFor();
  await look(page, "operation.trouble");
  answers["away-1"] = 204;
  await admin.close();
});

test("the manual clock is moved by a step and to a moment, never back", async () => {
  const admin = await person(browser, node, "admin:operator");
  const page = await open(admin, "/operation");
  const start = Date.parse(await node.in_hours(0));
  await page.getByRole("button", { name: "1 day" }).click();
  await page.getByText("It is now").waitFor();
  assert.equal(Date.parse(await node.in_hours(0)) - start, 86_400_000);
  await page.getByRole("button", { name: "Move", exact: true }).click();
  await page.getByRole("alert").getByText("Choose a day and a time").waitFor();
  await page.getByLabel("Move it to").fill("2020-01-01T10:00");
  await page.getByRole("button", { name: "Move", exact: true }).click();
  await wait_until(() => page.getByRole("alert").getByText("Choose a day").count().then((n) => n === 0), "the server's refusal");
  await page.getByRole("alert").getByRole("link").waitFor();
  assert.equal(Date.parse(await node.in_hours(0)) - start, 86_400_000, "it has not moved");
  await look(page, "operation.clock");
  await admin.close();
});

test("who drains the last node is told what that means, and sees that it is away and comes back", async () => {
  const admin = await person(browser, node, "admin:operator");
  const page = await open(admin, "/operation");
  await page.getByRole("button", { name: /^Drain/ }).click();
  await page.getByRole("dialog").getByText("No other node is live").waitFor();
  await look(page, "operation.drain");
  await page.getByRole("button", { name: "Cancel" }).click();
  assert.equal((await node.get("/v1/nodes")).nodes[0].state, "live");
  await page.getByRole("button", { name: /^Drain/ }).click();
  await page.getByRole("button", { name: "Yes, drain it" }).click();
  const away = page.getByRole("alert").filter({ hasText: "You drained" });
  await away.getByText("This page comes back by itself once the node is started again.").waitFor();
  await page.getByText("What follows was read before that, and is old:").waitFor();
  assert.equal(await page.getByRole("alert").count(), 1, "it is said once");
  assert.equal(await page.getByText("This node takes commands").count(), 0);
  await look(page, "operation.away");
  await node.say("start");
  await wait_until(() => away.count().then((n) => n === 0), "the page to heal");
  await page.getByText("This node takes commands").waitFor();
  await admin.close();
});

test("who opens what is not theirs, or what is not there, is led to their start page", async () => {
  const student = await person(browser, node, "student:sam");
  const page = await open(student, "/operation");
  await page.getByRole("heading", { name: "This page is not yours" }).waitFor();
  await look(page, "shell.not_yours");
  assert.equal(await page.getByRole("link", { name: "Go to your start page" }).count(), 1);
  await student.close();

  const tutor = await person(browser, node, "tutor:new");
  const other = await open(tutor, "/nowhere");
  await other.getByRole("heading", { name: "There is no such page" }).waitFor();
  await look(other, "shell.not_found");
  assert.match(await other.title(), /^There is no such page/);
  await other.keyboard.press("Tab");
  assert.equal(await other.evaluate(() => document.activeElement.textContent), "Skip to the content");
  await other.keyboard.press("Enter");
  await other.keyboard.press("Tab");
  await other.keyboard.press("Enter");
  await other.waitForURL(/\/tutor$/);
  await wait_until(() => other.evaluate(() => document.activeElement.tagName === "H1"), "the focus on the heading");
  await tutor.close();
});
