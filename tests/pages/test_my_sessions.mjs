// A tutor's sessions: the list, scheduling, changing, the call.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { look, open, person, sizes, wait_until } from "./browser.mjs";
import { recap } from "./node.mjs";
import { browser, node } from "./world.mjs";

beforeEach(() => node.say("start"));

const card = (page, id) => page.locator(`[data-session="${id}"]`);
const section = (page, title) => page.locator("section", { has: page.getByRole("heading", { name: title }) });

test("given nothing when the page is opened then it says so", async () => {
  const tutor = await person(browser, node, "tutor:new");
  const page = await open(tutor, "/");
  await page.getByText("Nothing waits for you.").waitFor();
  await page.getByText("You have no sessions ahead of you.").waitFor();
  assert.equal(await page.locator(".how li").count(), 4, "how it goes");
  assert.match(page.url(), /\/tutor$/);
  await look(page, "my_sessions.empty");
  await tutor.close();
});

test("a session is scheduled, accepted, completed and paid, and the list follows", async () => {
  await node.name("student:sam", "Sam O’Neil");
  const tutor = await person(browser, node, "tutor:ann");
  const page = await open(tutor, "/");
  await page.getByRole("link", { name: "Schedule a session" }).click();
  await page.getByRole("heading", { name: "Schedule a session" }).waitFor();
  await page.getByRole("button", { name: "Schedule", exact: true }).click();
  await page.getByRole("heading", { name: "There is a problem" }).waitFor();
  assert.equal(await page.getByRole("alert").getByRole("link").count(), 3, "course, time, students");
  await look(page, "schedule.errors");
  await page.getByRole("alert").getByRole("link", { name: "Name the course." }).click();
  assert.equal(await page.evaluate(() => document.activeElement.id), "course");
  await page.getByLabel("Course").fill("MATH101");
  await page.getByLabel("Day").fill((await node.in_hours(48)).slice(0, 10));
  await page.getByLabel("Time", { exact: true }).fill("16:00");
  await page.getByLabel("In person").check();
  await page.getByLabel("Student's id").fill("sam");
  await page.getByRole("button", { name: "Add" }).click();
  await page.getByText("Sam O’Neil").waitFor();
  await page.getByRole("button", { name: "Schedule", exact: true }).click();
  await section(page, "Upcoming").getByText("Have not answered:").waitFor();
  const [session] = (await node.get("/v1/sessions?tutor=ann")).sessions;
  assert.equal(session.modality, "in_person");
  assert.equal(session.timezone, "America/New_York");
  assert.match(new Date(session.starts_at).toLocaleTimeString("en-US", { timeZone: session.timezone }), /^4:00:00\sPM$/);

  await node.command("participant.accept", session.id, "student:sam", { student: "sam" });
  await section(page, "Upcoming").getByText("Going:").waitFor();
  await node.call("POST", "/v1/clock", { set: new Date(Date.parse(session.starts_at) + 7_200_000).toISOString() });
  await section(page, "Waits for you").getByText("deadline in 2 d 22 h").waitFor();
  await node.command("session.complete", session.id, "tutor:ann", { minutes: 60, recap });
  await section(page, "Waits for others").getByText("Have not written their recap:").waitFor();
  await section(page, "This week").getByText("On its way, for 1 session whose students have still to write: $15.00").waitFor();
  await node.command("recap.submit", session.id, "student:sam", { recap });
  await section(page, "Done").getByText("$15.00").waitFor();
  await section(page, "This week").getByText("1 h of 15 h used, 14 h left").waitFor();
  await section(page, "This week").getByText("Earned since Monday: $15.00").waitFor();
  await section(page, "This week").getByText("In all: $15.00").waitFor();
  await look(page, "my_sessions.paid");
  await card(page, session.id).getByRole("link").first().click();
  await page.getByText("Recap of").first().click();
  await page.getByText(recap.next_steps).first().waitFor();
  await tutor.close();
});

test("sessions that repeat start at the same time of the day, also when clocks change", async () => {
  const tutor = await person(browser, node, "tutor:weekly", { size: sizes.desktop });
  const page = await open(tutor, "/schedule");
  await page.getByLabel("Course").fill("MATH101");
  await page.getByLabel("Day").fill("2031-10-28"); // clocks there change on November 2
  await page.getByLabel("Time", { exact: true }).fill("09:30");
  await page.getByLabel("Student's id").fill("one, two");
  await page.getByRole("button", { name: "Add" }).click();
  await page.getByLabel("Repeat weekly").selectOption("3");
  await page.getByText("3 sessions:").waitFor();
  await look(page, "schedule.weekly");
  await page.getByRole("button", { name: "Schedule 3 sessions" }).click();
  await page.getByRole("button", { name: "Schedule all the same" }).click(); // it is years ahead
  await page.getByText("All 3 sessions of the series are scheduled.").waitFor();
  await section(page, "Upcoming").getByText("Upcoming (3)").waitFor();
  const { sessions } = await node.get("/v1/sessions?tutor=weekly&order=starts_at");
  assert.deepEqual(sessions.map(({ starts_at }) => starts_at),
    ["2031-10-28T13:30:00Z", "2031-11-04T14:30:00Z", "2031-11-11T14:30:00Z"]);
  assert(sessions.every(({ participants }) => participants.length === 2));
  await tutor.close();
});

test("a time that clocks skip is not taken", async () => {
  const tutor = await person(browser, node, "tutor:skipped");
  const page = await open(tutor, "/schedule");
  await page.getByLabel("Course").fill("MATH101");
  await page.getByLabel("Day").fill("2031-03-09");
  await page.getByLabel("Time", { exact: true }).fill("02:30");
  await page.getByLabel("Student's id").fill("one");
  await page.getByRole("button", { name: "Add" }).click();
  await page.getByRole("button", { name: "Schedule", exact: true }).click();
  await page.getByRole("alert").getByText("Clocks skip this time").waitFor();
  assert.equal((await node.get("/v1/sessions?tutor=skipped")).sessions.length, 0);
  await tutor.close();
});

test("a session to log says which student has not answered", async () => {
  await node.schedule("open-1", { tutor: "ira", students: ["kim"], going: [], hours: -2 });
  const tutor = await person(browser, node, "tutor:ira");
  const page = await open(tutor, "/");
  await card(page, "open-1").getByText("Not answered").waitFor();
  assert.equal(await card(page, "open-1").locator("a.main").count(), 0, "nothing says that it can be logged now");
  await tutor.close();
});

test("students are invited and taken out, and a session is cancelled", async () => {
  await node.schedule("change-1", { tutor: "cho", students: ["kim", "lee"], going: ["kim"], hours: 30 });
  const tutor = await person(browser, node, "tutor:cho");
  const page = await open(tutor, "/");
  await card(page, "change-1").getByRole("button", { name: /Students or cancel/ }).click();
  const dialog = page.getByRole("dialog");
  assert.match(await dialog.locator("time").first().textContent(), /^\w+, \w+ \d+, \d+:\d+\s[AP]M America\/New York$/);
  await dialog.getByLabel("Invite a student").fill("no such id!");
  await dialog.getByRole("button", { name: "Invite", exact: true }).click();
  await dialog.getByText("It has no blanks").waitFor();
  await dialog.getByLabel("Invite a student").fill("max");
  await dialog.getByRole("button", { name: "Invite", exact: true }).click();
  await dialog.locator("li", { hasText: "max" }).waitFor();
  await dialog.getByRole("button", { name: "Remove lee" }).click();
  await look(page, "my_sessions.change");
  await dialog.getByRole("button", { name: "Yes, remove" }).click();
  await dialog.locator("li", { hasText: "lee" }).locator(".badge", { hasText: "was removed" }).waitFor();
  await dialog.getByLabel("Why?").fill("I am ill");
  await dialog.getByRole("button", { name: "Cancel the session" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByRole("region", { name: "Cancelled: " }).getByText("Everybody else in it is told").waitFor();
  await section(page, "Done").getByText("Cancelled").waitFor();
  const statuses = (await node.session("change-1")).participants.map(({ student, status }) => `${student} ${status}`);
  assert.deepEqual(statuses, ["kim going", "lee removed", "max invited"]);
  assert((await node.events("change-1")).includes("session.cancelled"));
  await tutor.close();
});

test("a call is joined and left", async () => {
  await node.schedule("call-1", { tutor: "dee", students: ["kim"], hours: -0.1, modality: "online" });
  const tutor = await person(browser, node, "tutor:dee");
  const page = await open(tutor, "/");
  await page.getByText("You are not in the call.").waitFor();
  await page.getByRole("button", { name: "I am in the call now" }).click();
  await page.getByText("You are in the call.").waitFor();
  await node.command("call.join", "call-1", "student:kim", { participant: "student:kim" });
  await page.getByText("In it:").waitFor();
  await look(page, "my_sessions.call");
  await page.reload();
  await page.getByRole("button", { name: "I have left the call" }).click();
  await page.getByText("You are not in the call.").waitFor();
  assert.deepEqual((await node.events("call-1")).slice(2), ["call.joined", "call.joined", "call.left"]);
  await tutor.close();
});

test("what people wrote is shown as text", async () => {
  const evil = `<img src=x onerror="document.title='gotcha'">"'><script>document.title='gotcha'</script>\u202Eevil`;
  await node.name("tutor:eve", evil);
  await node.name("student:mal", evil);
  await node.schedule("evil-1", { tutor: "eve", students: ["mal"], course: "--_--", modality: "online" });
  const tutor = await person(browser, node, "tutor:eve");
  const page = await open(tutor, "/");
  await card(page, "evil-1").getByText("<script>", { exact: false }).first().waitFor();
  await page.goto("/sessions/evil-1/complete");
  await page.getByText("<script>", { exact: false }).first().waitFor();
  for (const field of ["What did you cover?", "How did your student do?", "What comes next?"])
    await page.getByLabel(field).fill(`${evil} ${recap.next_steps}`);
  await page.getByLabel("30", { exact: true }).check();
  await page.getByRole("button", { name: "Complete session" }).click();
  await page.getByText("Your part is done").waitFor();
  assert.equal(await page.locator("img, main script").count(), 0);
  assert.notEqual(await page.title(), "gotcha");
  await look(page, "complete.hostile");
  await tutor.close();
});

test("other people's pages and pages that are none say so", async () => {
  const tutor = await person(browser, node, "student:sam");
  const page = await open(tutor, "/tutor");
  await page.getByRole("heading", { name: "This page is not yours" }).waitFor();
  await look(page, "shell.not_yours");
  await page.goto("/no/such/page");
  await page.getByRole("heading", { name: "There is no such page" }).waitFor();
  await tutor.close();
});

test("the list follows the stream again after it was cut", async () => {
  await node.schedule("cut-1", { tutor: "fay", students: ["kim"], hours: 5 });
  const tutor = await person(browser, node, "tutor:fay");
  const page = await open(tutor, "/");
  await page.getByText("Upcoming (1)").waitFor();
  await page.locator(".stream.live").waitFor();
  await node.say("stop");
  await page.getByText("Not live").waitFor();
  await page.getByText("Upcoming (1)").waitFor();
  await look(page, "my_sessions.broken");
  await node.say("start");
  await page.locator(".stream.live").waitFor();
  await node.schedule("cut-2", { tutor: "fay", students: ["kim"], hours: 6 });
  await page.getByText("Upcoming (2)").waitFor();
  await tutor.close();
});

test("nothing jumps under the pointer: what changed comes when it has left", async () => {
  await node.schedule("still-1", { tutor: "kai", students: ["kim"], hours: 10 });
  const tutor = await person(browser, node, "tutor:kai", { size: sizes.desktop });
  const page = await open(tutor, "/");
  await card(page, "still-1").hover();
  await node.schedule("still-0", { tutor: "kai", students: ["kim"], hours: 5 });
  await page.getByText("The list has changed.").waitFor();
  const shown = () => section(page, "Upcoming").locator("[data-session]")
    .evaluateAll((cards) => cards.map((one) => one.dataset.session));
  assert.deepEqual(await shown(), ["still-1"]);
  await node.command("session.cancel", "still-1", "tutor:kai", { reason: "ill" });
  await page.mouse.move(5, 5);
  await wait_until(async () => (await shown()).join() === "still-0", "the list as it is now");
  await tutor.close();
});

test("whom to be is chosen in trial mode, with a banner", async () => {
  await node.schedule("choose-1", { tutor: "gil", students: ["kim"], hours: 5 });
  const anybody = await person(browser, node, null);
  const page = await open(anybody, "/tutor");
  await page.getByRole("heading", { name: "Act as" }).waitFor();
  await look(page, "shell.act_as");
  await page.getByLabel("Id", { exact: true }).fill("gil");
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByText("Trial mode: you act as").waitFor();
  await card(page, "choose-1").waitFor();
  await page.getByRole("button", { name: "Change", exact: true }).click();
  await look(page, "shell.change");
  await page.keyboard.press("Escape");
  await wait_until(() => page.evaluate(() => document.activeElement?.textContent === "Change"), "the focus to be back");
  await page.getByRole("button", { name: "Change", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Role", { exact: true }).selectOption("student");
  await dialog.getByLabel("Id", { exact: true }).fill("kim");
  await dialog.getByRole("button", { name: "Go on" }).click();
  await page.waitForURL(/\/student$/);
  await anybody.close();
});
