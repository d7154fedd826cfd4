// Tabs of one browser share the cookie of a sign-in: who signs in or out in one does so in
// all, and a page that has not heard of it yet does nothing for somebody else. What is kept
// in the browser is of this installation, which is reached below a path.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { below } from "./below.mjs";
import { open, person } from "./browser.mjs";
import { recap, tokens_of } from "./node.mjs";

const people = { sam: { role: "student", name: "Sam" }, sue: { role: "student", name: "Sue" } };
const world = below("/app", { people, config: { policy: { limits: { pair_sessions_per_day: null } } },
  tokens: tokens_of("system:registrar", "tutor:ann", ...Object.keys(people).map((id) => `student:${id}`)) });
const { address } = world;

async function sign_in(page, who) {
  await page.getByRole("link", { name: "Sign in" }).click();
  await page.getByRole("link", { name: who, exact: true }).click();
  await page.locator(".stream.live").waitFor();
}

async function owed(id) {
  await world.node.schedule(id, { tutor: "ann", students: Object.keys(people) });
  await world.node.command("session.complete", id, "tutor:ann", { minutes: 45, recap });
}

test("who signs out in one tab has signed out in all", async () => {
  await owed("all-1");
  const device = await person(world.browser, world.proxy, null);
  const form = await open(device, address("/sessions/all-1/recap"));
  await sign_in(form, "sam");
  await form.getByLabel("What did you cover?").fill("Sam alone reads this");
  assert.deepEqual(await form.evaluate(() => Object.keys(localStorage)), ["recapd/app.draft:student:sam:recap:all-1"]);
  const other = await open(device, address("/"));
  await other.locator(".stream.live").waitFor();
  await other.getByRole("button", { name: "Sign out" }).click();
  await other.getByRole("dialog").getByRole("button", { name: "Sign out" }).click();
  await form.getByText("You were signed out in another tab.").waitFor();
  assert.equal(await form.getByLabel("What did you cover?").count(), 0);
  assert.deepEqual(await form.evaluate(() => Object.keys(localStorage)), []);
  await device.close();
});

test("what is sent while somebody else is signed in is refused, and the page says that", async () => {
  await owed("cookie-1");
  const device = await person(world.browser, world.proxy, null);
  const page = await open(device, address("/sessions/cookie-1/recap"));
  await sign_in(page, "sam");
  await page.getByLabel("What did you cover?").fill(recap.topics_covered);
  await page.getByLabel("How did it go for you?").fill(recap.how_tutee_did);
  await page.getByLabel("What comes next?").fill(recap.next_steps);
  const elsewhere = await person(world.browser, world.proxy, null);
  await sign_in(await open(elsewhere, address("/")), "sue");
  // The cookie alone is another: no tab said so.
  await device.addCookies((await elsewhere.cookies()).filter(({ name }) => name === "recapd"));
  await page.getByRole("button", { name: "Send recap" }).click();
  await page.getByText("Somebody else has signed in on this device").waitFor();
  await page.getByText("Sue", { exact: true }).first().waitFor();
  assert.equal(await page.getByLabel("What did you cover?").inputValue(), "");
  const { participants } = await world.node.session("cookie-1");
  assert(participants.every(({ recap: written }) => !written), "nothing was sent for anybody");
  await device.close();
  await elsewhere.close();
});
