// A manager looks at what a programme did.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import * as fs from "node:fs";
import { after, before, test } from "node:test";
import { launch, look, open, person, sizes } from "./browser.mjs";
import { Node, recap } from "./node.mjs";

let node;
let browser;
let today;

/** Two sessions that were paid, one of either programme, one that was missed, one to come. */
async function term() {
  for (const [id, tutor, course, minutes, program] of [
    ["paid-1", "ann", "MATH101", 60, "day"], ["paid-2", "bea", "PHYS101", 30, "night"]]) {
    await node.schedule(id, { tutor, students: ["sam"], course, program, hours: -2 });
    await node.command("session.complete", id, `tutor:${tutor}`, { minutes, recap });
  }
  await node.schedule("missed-9", { tutor: "cho", students: ["sam"], program: "day", hours: -2 });
  await node.advance("1h");
  for (const id of ["paid-1", "paid-2"]) await node.command("recap.submit", id, "student:sam", { recap });
  await node.advance("80h");
  await node.schedule("later-9", { tutor: "ann", students: ["sam"], program: "day", hours: 1 });
}

before(async () => {
  node = await Node.start();
  browser = await launch();
  today = (await node.in_hours(0)).slice(0, 10);
  await node.name("tutor:ann", "Ann Müller");
  await term();
});

after(async () => {
  await browser?.close();
  await node?.end();
});

const figure = (page, name) => page.locator(`[data-figure="${name}"] strong`);
const days = (date, n) => new Date(Date.parse(date) + n * 86_400_000).toISOString().slice(0, 10);
const around = (query = "") => `/programme?period=dates&first=${days(today, -3)}&last=${days(today, 6)}${query}`;

test("a term's figures, by state, course and tutor, with pictures and tables", async () => {
  const manager = await person(browser, node, "manager:max", { size: sizes.desktop });
  const page = await open(manager, around());
  await figure(page, "sessions").getByText("4", { exact: true }).waitFor();
  await figure(page, "hours").getByText("1 h 30 min").waitFor();
  await figure(page, "pay").getByText("$22.50").waitFor();
  await figure(page, "missed").getByText("33 %").waitFor();
  await page.getByText("1 missed and 0 denied an update, of 3 that began and were neither cancelled nor voided").waitFor();
  await page.locator("[data-figure=sessions]").getByText("1 of them has not begun").waitFor();
  await page.locator("[data-figure=hours]").getByText("As logged, all of it paid").waitFor();
  await page.locator("[data-figure=pay]").getByText("Paid out for 2 sessions, after corrections").waitFor();
  assert(await figure(page, "pay").evaluate((one) => one.getClientRects().length === 1 && one.offsetHeight < 40), "a figure does not break");
  await figure(page, "confirmed").getByText("1 h", { exact: true }).waitFor();
  await page.locator("#by-tutor").getByText("Ann Müller").waitFor();
  const courses = page.locator("#by-course tbody tr");
  await courses.first().getByText("MATH101").waitFor();
  await page.locator("#by-course").getByRole("button", { name: /^Course/ }).click();
  await page.waitForURL(/by_course=key/);
  await page.locator("#by-course").getByRole("button", { name: /^Course/ }).click();
  await courses.first().getByText("PHYS101").waitFor();
  assert.match(page.url(), /by_course=-key/);
  await page.locator("#states").getByText("Missed").waitFor();
  await page.locator("#over-time svg[role=img]").waitFor();
  await page.locator("#reminders").getByText("Tutor: log the session").waitFor();
  await look(page, "programme");
  await manager.close();
});

test("one programme, by the address, which the choice keeps", async () => {
  const manager = await person(browser, node, "manager:max");
  const page = await open(manager, around());
  await page.getByLabel("Programme", { exact: true }).selectOption("night");
  await figure(page, "sessions").getByText("1", { exact: true }).waitFor();
  await figure(page, "pay").getByText("$7.50").waitFor();
  assert.match(page.url(), /program=night/);
  await page.reload();
  await figure(page, "pay").getByText("$7.50").waitFor();
  await manager.close();
});

test("weeks, months and terms are gone through, also where nothing was", async () => {
  const manager = await person(browser, node, "manager:max");
  const page = await open(manager, "/programme?period=week&first=2026-03-04");
  await page.getByText("Mar 2 – 8, 2026").waitFor();
  await page.getByRole("button", { name: "Later" }).click();
  await page.getByText("Mar 9 – 15, 2026").waitFor();
  await page.getByLabel("Month").check();
  await page.getByText("March 2026").waitFor();
  await page.getByRole("button", { name: "Earlier" }).click();
  await page.getByText("February 2026").waitFor();
  await page.getByLabel("Term").check();
  await page.getByText("Jan 1 – Jun 30, 2026").waitFor();
  await page.getByText("No session began in this time.").first().waitFor();
  await look(page, "programme.empty");
  await page.getByLabel("From, to").check();
  await page.getByLabel("Last day").fill("2025-01-01");
  await page.getByRole("alert").getByText("Choose a last day").waitFor();
  await manager.close();
});

test("what is shown is saved as CSV", async () => {
  const manager = await person(browser, node, "manager:max", { acceptDownloads: true });
  const page = await open(manager, around());
  const [download] = await Promise.all([
    page.waitForEvent("download"), page.getByRole("button", { name: "CSV: Hours and pay by course" }).click()]);
  const lines = fs.readFileSync(await download.path(), "utf8").trim().split(/\r?\n/);
  const dates = `${days(today, -3)},${days(today, 6)}`;
  assert.equal(lines[0], "Course,Sessions,Hours,Pay (USD),Hours until confirmed (median),First day,Last day");
  assert(lines.includes(`PHYS101,1,0.50,7.50,1.00,${dates}`), lines.join("\n"));
  assert.equal(download.suggestedFilename(), `course_${dates.replace(",", "_")}.csv`);
  const [tutors] = await Promise.all([
    page.waitForEvent("download"), page.getByRole("button", { name: "CSV: Hours and pay by tutor" }).click()]);
  assert.match(fs.readFileSync(await tutors.path(), "utf8"), /^ann,Ann Müller,2,1\.00,15\.00,/m);
  await manager.close();
});

test("a reopened session is no part that is larger than the whole, and is told of", async () => {
  await node.command("support.reopen", "missed-9", "support:eve", { hours: 48, note: "The network was down" });
  const manager = await person(browser, node, "manager:max", { size: sizes.desktop });
  const page = await open(manager, around("&program=day"));
  await page.locator("[data-figure=missed]").getByText("0 missed and 0 denied an update, of 2 that began").waitFor();
  await page.locator("[data-figure=missed]").getByText("1 of them can still be logged, reopened ones too").waitFor();
  const { groups } = await node.get("/v1/stats?by=reminder&program=day");
  const told = groups.find(({ key }) => key === "tutor_recap_due").count;
  await page.locator("[data-figure=late]").getByText(`${told} of 2 that began`).waitFor();
  for (const share of await page.locator(".tile strong").allTextContents())
    assert(!/%/.test(share) || parseInt(share, 10) <= 100, share);
  await look(page, "programme.reopened");
  await manager.close();
});

test("a shorter period is today's where the longer one holds it, and there is a way back to it", async () => {
  const manager = await person(browser, node, "manager:max");
  const page = await open(manager, "/programme?period=term");
  const label = page.locator(".steps [role=status]");
  await label.waitFor();
  await page.getByRole("radio", { name: "Week" }).check();
  await page.waitForURL(/period=week/);
  const now = new Date(await node.in_hours(0));
  const in_new_york = new Intl.DateTimeFormat("en-CA", { timeZone: "America/New_York" }).format(now);
  await page.waitForURL((url) => url.searchParams.get("first") === in_new_york);
  await page.getByRole("button", { name: "Earlier" }).click();
  await page.getByRole("button", { name: "This week" }).click();
  await page.waitForURL((url) => url.searchParams.get("first") === in_new_york);
  await page.getByRole("button", { name: "This week" }).waitFor({ state: "detached" });
  assert.equal(await page.getByLabel("Programme", { exact: true }).count(), 1, "it is there in an empty week, too");
  await manager.close();
});

test("a tutor is told that it is not theirs", async () => {
  const tutor = await person(browser, node, "tutor:ann");
  const page = await open(tutor, "/programme");
  await page.getByRole("heading", { name: "This page is not yours" }).waitFor();
  await tutor.close();
});
