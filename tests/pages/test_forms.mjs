// What people write in forms, and what they are told about it: nothing is lost without a
// word, and nothing is sent that they were not asked about.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { look, open, person, wait_until } from "./browser.mjs";
import { recap } from "./node.mjs";
import { browser, node } from "./world.mjs";

beforeEach(() => node.say("start"));

const students_of = async (tutor) => (await node.get(`/v1/sessions?tutor=${tutor}`)).sessions
  .map(({ participants }) => participants.map(({ student }) => student).sort().join());
const send = (page) => page.getByRole("button", { name: /^Schedule/ }).click();
const focused = (page) => page.evaluate(() => document.activeElement?.textContent ?? "");

/** Opens the form of a tutor, filled but for its students. */
async function form_of(tutor, { hours = 48, course = "MATH101" } = {}) {
  const context = await person(browser, node, `tutor:${tutor}`);
  const page = await open(context, "/schedule");
  await page.getByLabel("Course").fill(course);
  await when(page, hours);
  return page;
}

async function when(page, hours) {
  const at = await node.in_hours(hours);
  const local = new Date(at).toLocaleString("sv-SE", { timeZone: "America/New_York" });
  await page.getByLabel("Day").fill(local.slice(0, 10));
  await page.getByLabel("Time", { exact: true }).fill(local.slice(11, 16));
}

test("a student who is written and was not added is invited all the same", async () => {
  const page = await form_of("typed");
  await page.getByLabel("Student's id").fill("kim");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByLabel("Student's id").fill("lee, max");
  await send(page);
  await page.getByRole("heading", { name: "Scheduled: MATH101" }).waitFor();
  assert.deepEqual(await students_of("typed"), ["kim,lee,max"]);
  await page.context().close();
});

test("who is written wrong is not sent, and the form says what to write", async () => {
  const page = await form_of("wrong");
  await page.getByLabel("Student's id").fill("kim, Alex Adams");
  await page.getByText("“Alex Adams” is not an id. It has no blanks: alex-adams, perhaps.").waitFor();
  await send(page);
  await page.getByRole("alert").getByText("“Alex Adams” is not an id.").waitFor();
  assert.deepEqual(await students_of("wrong"), []);
  await page.context().close();
});

test("Enter adds a student and sends nothing; errors go as soon as their cause is mended", async () => {
  const page = await form_of("enter");
  await page.getByLabel("Time", { exact: true }).fill("");
  await send(page);
  const alert = page.getByRole("alert");
  await alert.getByText("Add at least one student.").waitFor();
  await page.getByLabel("Student's id").fill("kim");
  await page.getByLabel("Student's id").press("Enter");
  await page.locator(".chosen").getByText("kim").waitFor();
  await wait_until(async () => (await alert.getByRole("link").allTextContents()).join() === "Choose the time.",
    "the students' error to be gone");
  assert.equal(await page.getByLabel("Student's id").inputValue(), "");
  await when(page, 48);
  await alert.waitFor({ state: "detached" });
  assert.deepEqual(await students_of("enter"), []);
  await page.context().close();
});

test("a student of earlier sessions is chosen by one press, and what is being written stays", async () => {
  await node.schedule("chip-1", { tutor: "chip", students: ["kim", "gone"], going: ["kim"], hours: 90 });
  await node.command("participant.remove", "chip-1", "tutor:chip", { student: "gone" });
  const page = await form_of("chip", { hours: 50 });
  await page.getByLabel("Student's id").fill("zoe");
  const chip = page.getByRole("group", { name: "From your earlier sessions:" }).getByRole("button");
  assert.equal(await chip.count(), 1, "who was removed is not offered");
  await chip.click();
  assert.equal(await chip.getAttribute("aria-pressed"), "true");
  assert.equal(await page.getByLabel("Student's id").inputValue(), "zoe");
  assert.match(await focused(page), /kim/);
  await page.locator(".chosen").getByText("kim").waitFor();
  await page.getByRole("button", { name: "Remove kim" }).click();
  await page.locator(".chosen").getByText("kim").waitFor({ state: "detached" });
  assert.notEqual(await page.evaluate(() => document.activeElement.tagName), "BODY", "the focus is lost");
  await page.context().close();
});

test("each press of an erroneous form leads to what is wrong", async () => {
  const page = await form_of("again");
  for (let i = 0; i < 2; ++i) {
    await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
    await send(page);
    await wait_until(() => page.evaluate(() => document.activeElement.id === "problems"), `the summary, press ${i + 1}`);
    assert(await page.locator("#problems").evaluate((box) => {
      const { top, bottom } = box.getBoundingClientRect();
      return top >= -1 && bottom <= window.innerHeight + 1;
    }), "the summary is in sight");
  }
  await page.getByText("Not sent: one thing is to be mended first.").waitFor();
  await look(page, "schedule.not_sent");
  await page.context().close();
});

test("what is unusual is asked about before it is sent", async () => {
  const page = await form_of("odd", { hours: -100 });
  await page.getByText("It has begun already.").waitFor();
  await page.getByLabel("Student's id").fill("odd, kim");
  await send(page);
  const asked = page.getByRole("alert");
  await asked.getByText("its time to log was over").waitFor();
  await asked.getByText("You are among the students yourself.").waitFor();
  assert.deepEqual(await students_of("odd"), []);
  await look(page, "schedule.unusual");
  await when(page, 24 * 500);
  await asked.waitFor({ state: "detached" });
  await send(page);
  await asked.getByText("It is in more than a year").waitFor();
  await page.getByRole("button", { name: "Schedule all the same" }).click();
  await page.getByRole("heading", { name: "Scheduled: MATH101" }).waitFor();
  assert.deepEqual(await students_of("odd"), ["kim,odd"]);
  await page.context().close();
});

test("a second session with a student on a day is asked about: it could not be logged", async () => {
  await node.schedule("day-1", { tutor: "twice", students: ["kim"], course: "MATH101", hours: 48 });
  const page = await form_of("twice", { hours: 48 });
  await page.getByLabel("Student's id").fill("kim");
  await send(page);
  await page.getByRole("alert").getByText(/^kim has 1 session with you on \w+, \w+ \d+ already\./).waitFor();
  await page.getByRole("alert").getByText(/^You have another session at the same time, .*: MATH101\.$/).waitFor();
  assert.equal((await students_of("twice")).length, 1);
  await page.context().close();
});

/** Fills in a series of three Tuesdays, at ten in New York. */
async function series_of(tutor) {
  const page = await form_of(tutor);
  await page.getByLabel("Day").fill("2031-05-27");
  await page.getByLabel("Time", { exact: true }).fill("10:00");
  await page.getByLabel("Student's id").fill("kim");
  await page.getByLabel("Repeat weekly").selectOption("3");
  return page;
}

test("a series is asked about where one of its days has another session at its time", async () => {
  await node.schedule("week-2", { tutor: "weeks", students: ["lee"], course: "ART200", starts_at: "2031-06-03T14:00:00Z" });
  const page = await series_of("weeks");
  await send(page);
  const asked = page.getByRole("alert");
  await asked.getByText("You have another session at the same time, Tue, Jun 3, 2031, 10:00 AM: ART200.").waitFor();
  assert.equal(await asked.getByText("kim has").count(), 0, "another student's");
  await page.context().close();
});

test("of a series what is refused is told with the reason, the others are scheduled", async () => {
  const page = await series_of("part");
  const id = await page.evaluate(() => JSON.parse(localStorage.getItem("recapd.draft:tutor:part:schedule")).value.id);
  await node.schedule(`${id}-2`, { tutor: "other", students: ["lee"], hours: 5 });
  await send(page);
  await page.getByRole("button", { name: "Schedule all the same" }).click(); // it is years ahead
  const said = page.getByRole("region", { name: "Scheduled: MATH101" });
  await said.getByText("2 of 3 sessions of the series are scheduled.").waitFor();
  await said.getByText("1 session is not scheduled").waitFor();
  await said.locator("li", { hasText: "Tue, Jun 3, 2031" }).getByText("There is already a session of this name.").waitFor();
  await wait_until(() => said.evaluate((box) => box === document.activeElement), "the focus on what was scheduled");
  assert.equal((await students_of("part")).length, 2);
  await look(page, "my_sessions.series");
  await page.context().close();
});

test("what was scheduled is said, with a link by which its student accepts", async () => {
  const page = await form_of("share", { hours: 30 });
  await page.getByLabel("Student's id").fill("sue");
  await send(page);
  await page.getByText("Each student has to accept before you can log it.").waitFor();
  await look(page, "my_sessions.scheduled");
  const link = await page.locator(".share a").first().getAttribute("href");
  const student = await person(browser, node, "student:sue");
  const theirs = await open(student, link);
  await theirs.getByText("You are invited by").waitFor();
  await look(theirs, "session.invited");
  await theirs.getByRole("button", { name: "I am going: MATH101" }).click();
  await theirs.getByText("You are going.").waitFor();
  await page.locator(".notice.good .share").waitFor({ state: "detached" });
  await page.locator(".notice.good").getByRole("button", { name: "Close" }).click();
  assert.doesNotMatch(page.url(), /scheduled/);
  await student.close();
  await page.context().close();
});

test("a session that was cancelled for another time is scheduled anew with all it had", async () => {
  await node.schedule("anew-1", { tutor: "anew", students: ["kim", "lee"], hours: 30, course: "PHYS101", modality: "online" });
  const tutor = await person(browser, node, "tutor:anew");
  const page = await open(tutor, "/");
  await page.getByRole("button", { name: "Students or cancel: PHYS101" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("A session cannot be moved.").waitFor();
  await dialog.getByLabel("Invite a student").fill("kim");
  await dialog.getByRole("button", { name: "Invite", exact: true }).click();
  await dialog.getByText("kim is going already.").waitFor();
  await dialog.getByLabel("Why?").fill("It is at 5, not at 4");
  await dialog.getByRole("button", { name: "Cancel, and schedule a new one" }).click();
  await page.getByText("As the session that you cancelled.").waitFor();
  assert.equal(await page.getByLabel("Course").inputValue(), "PHYS101");
  await when(page, 31);
  await send(page);
  await page.getByRole("heading", { name: "Scheduled: PHYS101" }).waitFor();
  const { sessions } = await node.get("/v1/sessions?tutor=anew&state=scheduled");
  assert.deepEqual(sessions.map(({ modality, participants }) => [modality, participants.length]), [["online", 2]]);
  assert.equal((await node.session("anew-1")).state, "cancelled");
  const student = await person(browser, node, "student:kim");
  const theirs = await open(student, "/");
  await theirs.locator('[data-session="anew-1"]').getByText("Why?").click();
  await theirs.getByText("It is at 5, not at 4").waitFor();
  await student.close();
  await tutor.close();
});

test("what was sent stands as it is until the page shows what came of it", async () => {
  await node.schedule("slow-1", { tutor: "slow", students: ["kim"], hours: -3 });
  const tutor = await person(browser, node, "tutor:slow");
  await tutor.route("**/v1/events", (route) => route.abort());
  const page = await open(tutor, "/sessions/slow-1/complete");
  await page.getByLabel("30", { exact: true }).check();
  await page.getByLabel("What did you cover?").fill(Object.values(recap).join(" "));
  let release;
  const released = new Promise((resolve) => { release = resolve; });
  const answered = page.waitForResponse((response) => response.url().includes("/v1/commands"));
  const read = new Promise((resolve) => {
    void tutor.route("**/v1/sessions/slow-1*", async (route) => { resolve(); await released; await route.continue(); });
  });
  await page.getByRole("button", { name: "Complete session" }).click();
  await answered;
  await read;
  assert.equal(await page.getByRole("alert").count(), 0);
  assert.equal(await page.getByLabel("What did you cover?").inputValue(), Object.values(recap).join(" "));
  assert.equal(await page.getByRole("button", { name: "Sending …" }).getAttribute("aria-disabled"), "true");
  release();
  await page.getByRole("heading", { name: "Your part is done" }).waitFor();
  await tutor.close();
});
