// A device that several people use, one after another: who has signed out is gone.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, look, open, person, wait_until } from "./browser.mjs";
import { Node, recap, token_of, tokens_of } from "./node.mjs";

let node;
let browser;

before(async () => {
  node = await Node.start({ policy: { limits: { pair_sessions_per_day: null, tutor_minutes_per_week: null } }, auth: { mode: "token",
    tokens: tokens_of("system:registrar", "tutor:ann", "student:sam", "student:sue", "admin:boss") } });
  browser = await launch({ back_forward: true });
});

after(async () => {
  await browser?.close();
  await node?.end();
});

async function sign_in(page, who) {
  await page.getByLabel("Token").fill(token_of(who));
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.locator(".stream.live").waitFor();
}

async function sign_out(page) {
  await page.getByRole("button", { name: "Sign out" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.or(page.getByLabel("Token")).waitFor();
  if (await dialog.count()) await dialog.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("Token").waitFor();
}

async function owed(id, ...students) {
  await node.schedule(id, { tutor: "ann", students });
  await node.command("session.complete", id, "tutor:ann", { minutes: 45, recap });
}

const kept = (page) => page.evaluate(() => Object.keys(localStorage));

test("by back nobody comes to the page of who has signed out", async () => {
  const device = await person(browser, node, null);
  const page = await open(device, "/");
  await sign_in(page, "student:sam");
  const start = new URL(page.url()).pathname;
  await page.goto("/docs");
  await page.goto("/");
  await page.locator(".stream.live").waitFor();
  await sign_out(page);
  // A page that comes back as it was left is not loaded.
  for (const to of ["/docs", start]) {
    await page.evaluate(() => history.back()).catch(() => undefined);
    await wait_until(() => new URL(page.url()).pathname === to, to);
  }
  await page.getByLabel("Token").waitFor();
  assert.equal(await page.getByRole("button", { name: "Sign out" }).count(), 0);
  assert.doesNotMatch(await page.locator("body").innerText(), /\bsam\b/);
  await device.close();
});

test("a page that comes as it was left asks who is signed in by now", async () => {
  const device = await person(browser, node, null);
  const page = await open(device, "/");
  await sign_in(page, "student:sam");
  await page.evaluate(() => {
    localStorage.removeItem("recapd.token");
    window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
  });
  await page.getByLabel("Token").waitFor();
  assert.doesNotMatch(await page.locator("body").innerText(), /\bsam\b/);
  await device.close();
});

test("who signs out in one tab has signed out in all; the next person is told", async () => {
  await owed("tabs-1", "sam", "sue");
  const device = await person(browser, node, null);
  const form = await open(device, "/sessions/tabs-1/recap");
  await sign_in(form, "student:sam");
  await form.getByLabel("What did you cover?").fill("Sam alone reads this");
  const other = await open(device, "/");
  await other.locator(".stream.live").waitFor();
  await sign_out(other);
  await form.getByText("You were signed out in another tab.").waitFor();
  await form.bringToFront();
  await look(form, "shell.ended");
  assert.deepEqual(await kept(form), [], "nothing stays on the device");
  assert.equal(await form.getByLabel("What did you cover?").count(), 0);

  await sign_in(other, "student:sue");
  await form.getByLabel("What did you cover?").waitFor();
  assert.equal(await form.getByLabel("What did you cover?").inputValue(), "");
  await device.close();
});

test("where somebody else has signed in meanwhile, the page says so, and sends nothing of the one before", async () => {
  await owed("other-1", "sam", "sue");
  const device = await person(browser, node, null);
  const page = await open(device, "/sessions/other-1/recap");
  await sign_in(page, "student:sam");
  await page.getByLabel("What did you cover?").fill(recap.topics_covered);
  const other = await open(device, "/");
  await other.locator(".stream.live").waitFor();
  // Signed in without a word to other tabs, as by a page that was away.
  await other.evaluate((token) => localStorage.setItem("recapd.token", JSON.stringify(token)), token_of("student:sue"));
  await other.evaluate(() => new BroadcastChannel("recapd").postMessage("sign-in"));
  await page.getByText("Somebody else has signed in on this device").waitFor();
  await page.getByText("sue, student").waitFor();
  await page.bringToFront();
  await look(page, "shell.other");
  assert.equal(await page.getByLabel("What did you cover?").inputValue(), "");
  assert.equal((await node.session("other-1")).participants.every(({ recap: written }) => written === null), true);
  await device.close();
});

test("signing out removes all that was not sent, and says what it is", async () => {
  await owed("unsent-1", "sam");
  const device = await person(browser, node, null);
  const page = await open(device, "/sessions/unsent-1/recap");
  await sign_in(page, "student:sam");
  await page.getByLabel("What did you cover?").fill(recap.topics_covered);
  await page.getByLabel("How did it go for you?").fill(recap.how_tutee_did);
  await page.getByLabel("What comes next?").fill(recap.next_steps);
  await device.route(/\/v1\/commands/, (route) => route.abort());
  await page.getByRole("button", { name: "Send recap" }).click();
  await page.getByRole("button", { name: "Stop trying" }).waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("1 recap that you have not sent will be removed from this device.").waitFor();
  await dialog.getByText("1 command that had no answer yet is removed, too").waitFor();
  await look(page, "shell.unsent");
  await dialog.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("Token").waitFor();
  assert.deepEqual(await kept(page), []);
  await device.close();
});

test("a policy that is being written is called so", async () => {
  const device = await person(browser, node, null);
  const page = await open(device, "/policy");
  await sign_in(page, "admin:boss");
  await page.evaluate(() => localStorage.setItem("recapd.draft:admin:boss:policy",
    JSON.stringify({ at: Date.now(), value: { base: 0, texts: {}, note: "half a thought" } })));
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("dialog").getByText("1 draft of a policy that you have not sent will be removed").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("Token").waitFor();
  assert.deepEqual(await kept(page), []);
  await device.close();
});
