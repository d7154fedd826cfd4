// Dead letters on the support desk: of a receiver that is gone.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { once } from "node:events";
import * as fs from "node:fs";
import http from "node:http";
import { after, before, test } from "node:test";
import { launch, look, open, person, sizes, wait_until } from "./browser.mjs";
import { Node } from "./node.mjs";

let node;
let browser;
let receiver;

before(async () => {
  receiver = http.createServer((request, response) => {
    request.resume();
    request.on("end", () => response.writeHead(410).end());
  });
  receiver.listen(0, "127.0.0.1");
  await once(receiver, "listening");
  node = await Node.start({ webhook: { url: `http://127.0.0.1:${receiver.address().port}/` } });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await node?.end();
  receiver?.close();
});

test("messages that went out are read, and that they are not sent again is said", async () => {
  await node.schedule("gone-1", { tutor: "ann", students: ["sam"], going: [], hours: 5 });
  await node.schedule("gone-2", { tutor: "ann", students: ["kim"], going: [], hours: 50 });
  await wait_until(async () => (await node.get("/v1/queues")).dead_letters === 2, "two dead letters");
  const support = await person(browser, node, "support:eve", { size: sizes.desktop });
  const page = await open(support, "/desk");
  await page.getByText("Dead letters: 2 letters").waitFor();
  await page.getByText(/^Text of/).first().click();
  await page.locator("pre.letter").first().getByText("recapd.event.session.scheduled").waitFor();
  await page.getByLabel("Select all").check();
  await page.getByText("2 messages that went out cannot be sent again").waitFor();
  assert.equal(await page.getByRole("button", { name: "Retry" }).isEnabled(), false);
  await page.getByText("It is not sent again: what it tells is in the session's history.").first().waitFor();
  await look(page, "desk.letters");
  await support.close();
});

test("what came of a letter that is retried is told, and its text is saved", async () => {
  await node.insert("this is no command");
  await wait_until(async () => (await node.get("/v1/dead-letters")).dead_letters.some(({ direction }) => direction === "in"), "its letter");
  const { dead_letters } = await node.get("/v1/dead-letters");
  const { id, reason } = dead_letters.find(({ direction }) => direction === "in");
  const support = await person(browser, node, "support:eve", { size: sizes.desktop });
  const page = await open(support, "/desk?queue=dead_letters");
  await page.getByText("Nothing can be mended here").waitFor();
  const [download] = await Promise.all([
    page.waitForEvent("download"), page.getByRole("button", { name: `Save the text of ${id}` }).click()]);
  assert.equal(fs.readFileSync(await download.path(), "utf8"), "this is no command");
  await page.getByLabel(`Select ${id}`, { exact: true }).check();
  await page.getByRole("button", { name: "Retry" }).click();
  const report = page.locator(".notice", { hasText: "1 put back" });
  await report.getByText("1 came back.").waitFor();
  await report.locator("li", { hasText: `came back: ${reason}` }).waitFor();
  await look(page, "desk.letters.retried");
  await support.close();
});
