// Managers and administrators change the policy.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import * as fs from "node:fs";
import { test } from "node:test";
import { look, open, person, sizes } from "./browser.mjs";
import { recap } from "./node.mjs";
import { browser, node } from "./world.mjs";

const newest = async () => (await node.get("/v1/policies?limit=1")).policies[0];
const policy_of = async (version) => (await node.get(`/v1/policies/${version}`)).policy;
const admin = () => person(browser, node, "admin:ada", { size: sizes.desktop });

test("what is typed is checked; what is wrong is said at its field, and cannot be saved", async () => {
  const ada = await admin();
  const page = await open(ada, "/policy");
  await page.getByText("The server would take these rules").waitFor();
  await page.getByText("Nothing differs.").waitFor();
  assert.equal(await page.getByRole("button", { name: "Save as version 2" }).isEnabled(), false);
  await page.getByLabel("Minutes of a session at most").fill("92");
  await page.locator(".field.wrong", { hasText: "Minutes of a session at most" }).getByText("expected").waitFor();
  await look(page, "policy.wrong");
  assert.equal(await page.getByRole("button", { name: "Replay past sessions" }).isEnabled(), false);
  await page.locator(".standing").getByRole("link").click();
  assert.equal(await page.evaluate(() => document.activeElement.id), "rule-duration-max-minutes");
  await page.getByLabel("Minutes of a session at most").fill("90");
  await page.getByText("The server would take these rules").waitFor();
  await page.getByLabel("Courses").fill("{");
  await page.locator(".field.wrong", { hasText: "Courses" }).getByText("This is no JSON").waitFor();
  await page.getByLabel("Courses").fill('{"MATH101": {"log_windows": "48h"}}');
  await page.locator(".field.wrong", { hasText: "Courses" }).getByText("policy.courses.MATH101.log_windows").waitFor();
  await page.getByRole("button", { name: "Discard my changes" }).click();
  await page.getByText("The server would take these rules").waitFor();
  assert.equal((await newest()).version, 1);
  await ada.close();
});

test("a term is replayed before the new version is saved, and nothing is changed by it", async () => {
  await node.schedule("short-1", { tutor: "ann", students: ["sam"], hours: -2 });
  await node.command("session.complete", "short-1", "tutor:ann", { minutes: 60, recap });
  await node.command("recap.submit", "short-1", "student:sam", { recap });
  const version = (await newest()).version;
  const ada = await admin();
  const page = await open(ada, "/policy");
  await page.getByLabel("Minutes of a session at most").fill("45");
  await page.locator("tr", { hasText: "policy.duration.max_minutes" }).getByText("45").waitFor();
  await page.getByText("The server would take these rules").waitFor();
  await page.getByRole("button", { name: "Replay past sessions" }).click();
  await page.getByText("Of 1 session that began then, 1 would have gone otherwise.").waitFor();
  await page.locator("tr", { hasText: "Sessions paid" }).getByText("−1").waitFor();
  await page.locator("tr", { hasText: "Pay" }).first().getByText("−$15.00").waitFor();
  await page.getByRole("link", { name: "short-1" }).waitFor();
  await look(page, "policy.whatif");
  assert.equal((await newest()).version, version);
  assert.equal((await node.session("short-1")).state, "paid");

  await page.getByRole("button", { name: `Save as version ${version + 1}` }).click();
  await page.getByText("Write why the rules change.").waitFor();
  await page.getByLabel("Why?").fill("Shorter sessions");
  await page.getByRole("button", { name: `Save as version ${version + 1}` }).click();
  await page.getByText(`Version ${version + 1} is the newest now.`).waitFor();
  const saved = await newest();
  assert.equal(saved.version, version + 1);
  assert.equal(saved.note, "Shorter sessions");
  assert.equal((await policy_of(saved.version)).duration.max_minutes, 45);
  await page.getByRole("link", { name: `What changed in version ${version + 1}` }).click();
  const row = page.locator(".versions tr", { hasText: "policy.duration.max_minutes" });
  await row.getByText("90").waitFor();
  await row.getByText("45").waitFor();
  await look(page, "policy.saved");
  await ada.close();
});

test("a version that somebody else made meanwhile is not overwritten", async () => {
  const ada = await admin();
  const page = await open(ada, "/policy");
  const before = await newest();
  await page.getByLabel("Characters of a recap at least").fill("100");
  await page.getByLabel("Why?").fill("Shorter recaps");
  await page.getByText("The server would take these rules").waitFor();
  const theirs = await policy_of(before.version);
  await node.call("POST", "/v1/policies", { policy: { ...theirs, pay: { ...theirs.pay, rate_per_hour: 1600 } }, note: "A raise" });
  await page.getByRole("button", { name: `Save as version ${before.version + 1}` }).click();
  await page.getByText(`Version ${before.version + 1} was made since you began from version ${before.version}`).waitFor();
  await page.locator("tr", { hasText: "policy.pay.rate_per_hour" }).getByText("1600").waitFor();
  assert.equal(await page.getByRole("button", { name: /^Save as version/ }).count(), 0, "first look at it");
  await look(page, "policy.moved");
  assert.equal((await newest()).note, "A raise");
  await page.getByRole("button", { name: `Put my changes on version ${before.version + 1}` }).click();
  await page.getByText("The server would take these rules").waitFor();
  assert.equal(await page.locator("tr", { hasText: "policy.pay.rate_per_hour" }).count(), 0, "theirs is no change of mine");
  await page.getByRole("button", { name: `Save as version ${before.version + 2}` }).click();
  await page.getByText(`Version ${before.version + 2} is the newest now.`).waitFor();
  const after_both = await policy_of(before.version + 2);
  assert.equal(after_both.pay.rate_per_hour, 1600);
  assert.equal(after_both.recap.min_characters, 100);
  await ada.close();
});

test("a manager tries rules, and cannot save them; what was written survives a closed tab", async () => {
  const manager = await person(browser, node, "manager:max");
  const page = await open(manager, "/policy");
  await page.getByLabel("Time to log a session").fill("48h");
  await page.getByText("an administrator saves a new version.").waitFor();
  assert.equal(await page.getByRole("button", { name: /^Save as version/ }).count(), 0);
  await page.close();
  const again = await open(manager, "/policy");
  await again.getByText("What you had written is still here.").waitFor();
  assert.equal(await again.getByLabel("Time to log a session").inputValue(), "48h");
  await look(again, "policy.manager");
  const [download] = await Promise.all([
    again.waitForEvent("download"), again.getByRole("button", { name: "Save these rules as a file" }).click()]);
  const proposed = await download.path();
  assert.equal(JSON.parse(fs.readFileSync(proposed, "utf8")).log_window, "48h");
  const ada = await admin();
  const hers = await open(ada, "/policy");
  await hers.getByLabel("Load rules from a file").setInputFiles({ name: "x.json", mimeType: "application/json", buffer: Buffer.from("no") });
  await hers.getByText("This is no file of rules").waitFor();
  await hers.getByLabel("Load rules from a file").setInputFiles({ name: "policy.json", mimeType: "application/json", buffer: fs.readFileSync(proposed) });
  await hers.locator("tr", { hasText: "policy.log_window" }).getByText("48h").waitFor();
  await ada.close();
  await manager.close();
});
