// Text of twice the size on a narrow phone: nothing is cut, and nothing is wider than the
// screen.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { open, person, pictures } from "./browser.mjs";
import { browser, node } from "./world.mjs";

beforeEach(() => node.say("start"));

const phone = { width: 360, height: 740 };

async function enlarged(page, name) {
  await page.evaluate(() => { document.documentElement.style.fontSize = "200%"; });
  if (pictures) await page.screenshot({ path: `${pictures}/large.${name}.png` });
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert(wider <= 0, `${name} is ${wider} px wider than the screen`);
  // What is written is not broken into slivers of a letter or two a line.
  const slivers = await page.evaluate(() => [...document.querySelectorAll("h1, h2, h3, p, label, .badge, .button")]
    .filter((one) => one.checkVisibility() && one.textContent.trim().length > 8 && one.getBoundingClientRect().width < 90)
    .map((one) => one.outerHTML.slice(0, 120)));
  assert.deepEqual(slivers, [], name);
}

test("lists, forms, dialogs and the banner are usable with text of twice the size", async () => {
  await node.name("student:kim", "Kim Constantinopoulou");
  await node.schedule("large-1", { tutor: "large", students: ["kim", "lee"], going: ["kim"], hours: 30 });
  await node.schedule("large-2", { tutor: "large", students: ["kim", "lee"], going: ["kim"], hours: -2, modality: "online" });
  const tutor = await person(browser, node, "tutor:large", { size: phone });
  const page = await open(tutor, "/");
  await page.getByRole("heading", { name: "Upcoming (1)" }).waitFor();
  await enlarged(page, "my_sessions");
  const banner = await page.locator(".trial").boundingBox();
  assert(banner.height < phone.height / 3, `the banner is ${banner.height} px high`);
  await page.getByRole("button", { name: "Students or cancel: MATH-large-1" }).click();
  await page.getByRole("dialog").waitFor();
  await enlarged(page, "change");
  await page.goto("/sessions/large-2/complete");
  await page.getByText("How many minutes?").waitFor();
  await enlarged(page, "complete");
  const columns = await page.locator("#minutes .options").evaluate((box) => getComputedStyle(box).gridTemplateColumns.split(" ").length);
  assert(columns >= 2, `the minutes stand in ${columns} column`);
  await page.goto("/schedule");
  await page.getByLabel("Course").waitFor();
  await enlarged(page, "schedule");
  await tutor.close();
});

test("a student's cards are usable with text of twice the size", async () => {
  await node.schedule("large-3", { tutor: "large", students: ["lou"], going: [], hours: 30, modality: "online" });
  const student = await person(browser, node, "student:lou", { size: phone });
  const page = await open(student, "/");
  await page.getByRole("heading", { name: "Invitations (1)" }).waitFor();
  await enlarged(page, "student");
  await page.goto("/sessions/large-3");
  await page.getByText("You are invited by").waitFor();
  await enlarged(page, "session");
  await student.close();
});
