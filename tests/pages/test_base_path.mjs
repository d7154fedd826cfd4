// The node behind a proxy that serves it below a path: all pages by address and by link,
// files, calls, and the event stream.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { below } from "./below.mjs";
import { open, person, sizes, wait_until } from "./browser.mjs";

const world = below("/at/recapd", { first: (node) => node.schedule("below-1", { tutor: "ann", students: ["sam"] }) });
const { address } = world;

/** Somebody's browser, and what it asked for outside the path or in vain. */
async function somebody(who) {
  const context = await person(world.browser, world.proxy, who, { size: sizes.desktop });
  const wrong = [];
  context.on("request", (request) => {
    if (/^https?:/.test(request.url()) && !request.url().startsWith(address("/"))) wrong.push(request.url());
  });
  context.on("response", (response) => { if (response.status() >= 400) wrong.push(`${response.status()} ${response.url()}`); });
  return { context, wrong };
}

/** Waits until the page is there, by its heading. */
const shows = async (page, title) => {
  await page.getByRole("heading", { level: 1, name: title }).waitFor();
  assert.deepEqual(page.troubles, []);
};

test("every page opens by its link and by its address, and asks for nothing beside the path", async () => {
  const pages = {
    "tutor:ann": { "/tutor": "My sessions", "/schedule": "Schedule a session", "/sessions/below-1/complete": "Complete session" },
    "student:sam": { "/student": "My sessions", "/sessions/below-1/recap": "Your recap", "/sessions/below-1": /MATH-below-1/ },
    "support:eve": { "/desk": "Support desk", "/desk/import": "Import sessions from a file", "/programme": "Programme" },
    "admin:ada": { "/policy": "Policy", "/operation": "Operation" },
  };
  await Promise.all(Object.entries(pages).map(async ([who, theirs]) => {
    const { context, wrong } = await somebody(who);
    const page = await open(context, address("/"));
    await page.locator("h1").waitFor();
    for (const [path, title] of Object.entries(theirs)) {
      await page.goto(address(path));
      await shows(page, title);
    }
    const links = await page.locator("header nav a").evaluateAll((all) => all.map((one) => one.getAttribute("href")));
    for (const link of links) {
      assert(link.startsWith("/at/recapd/"), link);
      await page.locator(`header nav a[href="${link}"]`).click();
      await page.waitForURL((url) => url.pathname === link);
      await wait_until(async () => (await page.locator(".loading").count()) === 0, `${link} to be read`);
    }
    assert.deepEqual(wrong, [], who);
    await context.close();
  }));
});

test("links, going back, the stream, a command, a file of CSV and the reference stay below the path", async () => {
  const { context, wrong } = await somebody("support:eve");
  const page = await open(context, address("/desk?queue=all"));
  await page.getByRole("link", { name: "below-1", exact: true }).click();
  await page.waitForURL(address("/sessions/below-1"));
  await page.locator(".stream.live").waitFor();
  await world.node.command("session.cancel", "below-1", "tutor:ann", { reason: "Rain" });
  await page.getByRole("button", { name: "Cancel", exact: true }).waitFor({ state: "detached" });
  await page.goBack();
  await page.waitForURL(address("/desk?queue=all"));
  await page.getByText("All sessions: 1 session").waitFor();
  await page.goto(address("/programme"));
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: /^CSV: .* course/ }).click()]);
  assert.equal(await download.failure(), null);

  await page.goto(address("/docs?q=listSessions"));
  await page.getByText(/^1 of \d+ have all of these words\.$/).waitFor(); // all are there for a moment first
  await page.locator(".opblock:visible").getByRole("button").first().click();
  await page.getByRole("button", { name: "Try it out" }).click();
  await page.getByRole("button", { name: "Execute" }).click();
  await page.locator(".live-responses-table").getByText("below-1").first().waitFor();
  assert.deepEqual(wrong, []);
  await context.close();

  const tutor = await somebody("tutor:ann");
  const form = await open(tutor.context, address("/schedule"));
  await form.getByLabel("Course").fill("ART200");
  await form.getByLabel("Day").fill(new Date(Date.now() + 7 * 24 * 3600_000).toISOString().slice(0, 10));
  await form.getByLabel("Time", { exact: true }).fill("10:00");
  await form.getByLabel("Student's id").fill("kim");
  await form.getByRole("button", { name: "Add" }).click();
  await form.locator("main [type=submit]").click();
  await form.waitForURL((url) => url.href.startsWith(address("/tutor")));
  await form.getByText("ART200").first().waitFor();
  assert.deepEqual(tutor.wrong, []);
  await tutor.context.close();
});
