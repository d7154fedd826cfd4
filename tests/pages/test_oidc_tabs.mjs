// Tabs of one browser share the cookie of a sign-in: who signs in or out in one does so in
// all, and a page that has not heard of it yet does nothing for somebody else. What is kept
// in the browser is of this installation, which is reached below a path.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open, person } from "./browser.mjs";
import { Node, recap } from "./node.mjs";
import { Provider } from "./provider.mjs";
import { Proxy } from "./proxy.mjs";

const tokens = { "system:registrar": "token-of-the-system-0123456789", "tutor:ann": "token-of-the-tutor-ann-0123456789" };
const people = { sam: { role: "student", name: "Sam" }, sue: { role: "student", name: "Sue" } };

let browser;
let proxy;
let provider;
let node;

before(async () => {
  browser = await launch();
  proxy = await Proxy.start("/app");
  provider = await Provider.start(people, `${proxy.url}/auth/callback`);
  node = await Node.start({ http: { public_url: `${proxy.url}/` }, policy: { limits: { pair_sessions_per_day: null } }, auth: { ...provider.settings(),
    tokens: [...Object.entries(tokens).map(([as, token]) => ({ token, as })),
      ...Object.keys(people).map((id) => ({ token: `token-of-student-${id}-0123456789`, as: `student:${id}` }))] } });
  proxy.to = node.url;
  const call = node.call.bind(node);
  node.call = (method, path, body, headers = {}) => {
    const who = body?.authid ?? "system:registrar";
    const token = tokens[who] ?? `token-of-${who.replace(":", "-")}-0123456789`;
    return call(method, path, body, { authorization: `Bearer ${token}`, ...headers });
  };
});

after(async () => {
  await browser?.close();
  await node?.end();
  await provider?.end();
  proxy?.end();
});

async function sign_in(page, who) {
  await page.getByRole("link", { name: "Sign in" }).click();
  await page.getByRole("link", { name: who, exact: true }).click();
  await page.locator(".stream.live").waitFor();
}

async function owed(id) {
  await node.schedule(id, { tutor: "ann", students: Object.keys(people) });
  await node.command("session.complete", id, "tutor:ann", { minutes: 45, recap });
}

test("who signs out in one tab has signed out in all", async () => {
  await owed("all-1");
  const device = await person(browser, proxy, null);
  const form = await open(device, `${proxy.url}/sessions/all-1/recap`);
  await sign_in(form, "sam");
  await form.getByLabel("What did you cover?").fill("Sam alone reads this");
  assert.deepEqual(await form.evaluate(() => Object.keys(localStorage)), ["recapd/app.draft:student:sam:recap:all-1"]);
  const other = await open(device, `${proxy.url}/`);
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
  const device = await person(browser, proxy, null);
  const page = await open(device, `${proxy.url}/sessions/cookie-1/recap`);
  await sign_in(page, "sam");
  await page.getByLabel("What did you cover?").fill(recap.topics_covered);
  await page.getByLabel("How did it go for you?").fill(recap.how_tutee_did);
  await page.getByLabel("What comes next?").fill(recap.next_steps);
  const elsewhere = await person(browser, proxy, null);
  await sign_in(await open(elsewhere, `${proxy.url}/`), "sue");
  // The cookie alone is another: no tab said so.
  await device.addCookies((await elsewhere.cookies()).filter(({ name }) => name === "recapd"));
  await page.getByRole("button", { name: "Send recap" }).click();
  await page.getByText("Somebody else has signed in on this device").waitFor();
  await page.getByText("Sue", { exact: true }).first().waitFor();
  assert.equal(await page.getByLabel("What did you cover?").inputValue(), "");
  const { participants } = await node.session("cookie-1");
  assert(participants.every(({ recap: written }) => !written), "nothing was sent for anybody");
  await device.close();
  await elsewhere.close();
});
