// A thousand sessions: support's desk and a tutor's list stay usable.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, look, open, person, sizes, wait_until } from "./browser.mjs";
import { Node } from "./node.mjs";

const many = 1000;
/** A thousand answers may take minutes on a busy machine. */
const longest_ms = 600_000;
const rows = (page) => page.locator("tbody tr");
let node;
let browser;

before(async () => {
  node = await Node.start();
  browser = await launch();
  const starts_at = await node.in_hours(-1);
  const outcomes = await node.call("POST", "/v1/commands", Array.from({ length: many }, (_, i) => ({
    specversion: "1.0", id: `s-${i}`, source: "/tests", type: "recapd.session.schedule", subject: `s-${String(i).padStart(4, "0")}`,
    authid: "system:registrar", data: { tutor: i < many / 2 ? "busy" : `t-${i % 50}`, students: [`s-${i % 90}`], course: `C-${i % 7}`,
      starts_at, modality: "in_person", timezone: "America/New_York" } })), { "content-type": "application/cloudevents-batch+json" });
  assert(outcomes.every(({ outcome }) => outcome === "accepted"));
  await node.advance("73h");
});

after(async () => {
  await browser?.close();
  await node?.end();
});

test("a tutor with hundreds of open sessions sees the most urgent first, and that there are more", async () => {
  const tutor = await person(browser, node, "tutor:busy");
  const page = await open(tutor, "/tutor");
  await page.getByText("Waits for you (100)").waitFor();
  await page.getByText("Only the first 100 of each kind are shown").waitFor();
  assert.equal(await page.locator("article.card").count(), 100);
  await tutor.close();
});

test("support finds its way through a thousand missed sessions, and acts on many at once", async () => {
  const support = await person(browser, node, "support:eve", { size: sizes.desktop });
  const page = await open(support, "/desk?queue=missed");
  await page.getByText("Missed: the first 100 sessions").waitFor();
  await page.locator("th").getByRole("button", { name: "Course" }).click();
  await page.getByText("Only what is shown is sorted by this column.").waitFor();
  await page.locator("th").getByRole("button", { name: "Session" }).click();
  await page.waitForURL((url) => url.searchParams.get("order") === "id");
  await rows(page).first().getByText("s-0000").waitFor();
  await look(page, "desk.thousand");

  await rows(page).first().getByRole("link").click();
  await page.waitForURL(/\/sessions\/s-0000$/);
  await page.goBack();
  await page.waitForURL((url) => url.pathname === "/desk" && url.searchParams.get("order") === "id");
  await rows(page).first().getByText("s-0000").waitFor();

  for (let shown = 100; shown < many; shown = Math.min(many, 2 * shown)) {
    await page.getByRole("button", { name: "Show more" }).click();
    await wait_until(async () => (await rows(page).count()) > shown, `more than ${shown} sessions`);
  }
  await page.getByText(`Missed: ${many} sessions`).waitFor();
  assert.equal(await page.getByRole("button", { name: "Show more" }).count(), 0);
  await page.getByLabel("Select all").check();
  await page.getByText(`${many} chosen`, { exact: true }).waitFor();

  const some = Math.ceil(many / 7);
  await page.goto("/desk?queue=missed&course=C-0");
  await page.getByRole("button", { name: "Show more" }).click();
  await page.getByText(`Missed: ${some} sessions`).waitFor();
  await page.getByLabel("Select all").check();
  await page.locator(".act-bar").getByRole("button", { name: "Reopen" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Note").fill("The network was down");
  await dialog.getByRole("button", { name: "See what it would do" }).click();
  await dialog.getByRole("progressbar").waitFor();
  await dialog.locator(".effects").getByText(`${some} × `).waitFor({ timeout: longest_ms });
  await dialog.getByRole("button", { name: `Reopen ${some}` }).click();
  await dialog.getByRole("progressbar").waitFor();
  await dialog.getByText(`${some} done`).first().waitFor({ timeout: longest_ms });
  await page.keyboard.press("Escape");
  await page.getByText("None in “Missed” is like that.").waitFor();
  assert.equal((await node.get("/v1/queues")).missed, many - some);
  await support.close();
});
