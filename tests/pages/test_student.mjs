// A student answers invitations and writes recaps.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { look, open, person, sizes } from "./browser.mjs";
import { recap } from "./node.mjs";
import { browser, node } from "./world.mjs";

beforeEach(() => node.say("start"));

const card = (page, id) => page.locator(`[data-session="${id}"]`);
const section = (page, title) => page.locator("section", { has: page.getByRole("heading", { name: title }) });

async function write(page, words = recap) {
  await page.getByLabel("What did you cover?").fill(words.topics_covered);
  await page.getByLabel("How did it go for you?").fill(words.how_tutee_did);
  await page.getByLabel("What comes next?").fill(words.next_steps);
}

/** A session of which the tutor's part is done. */
async function logged(id, { tutor, students, ...more }) {
  await node.schedule(id, { tutor, students, ...more });
  await node.command("session.complete", id, `tutor:${tutor}`, { minutes: 45, recap });
}

test("given nothing when a student opens the pages then they are told that they owe nothing", async () => {
  const student = await person(browser, node, "student:new");
  const page = await open(student, "/");
  await page.getByText("You owe no recap.").waitFor();
  assert.match(page.url(), /\/student$/);
  await look(page, "student.empty");
  await student.close();
});

test("an invitation is accepted, taken back, and accepted after all; the tutor sees it", async () => {
  await node.name("tutor:ann", "Ann Müller");
  await node.schedule("invite-1", { tutor: "ann", students: ["sam"], going: [], hours: 30 });
  const student = await person(browser, node, "student:sam");
  const tutor = await person(browser, node, "tutor:ann", { size: sizes.desktop });
  const page = await open(student, "/student");
  const theirs = await open(tutor, "/tutor");
  await section(page, "Invitations (1)").getByText("Ann Müller").waitFor();
  await look(page, "student.invited");
  await page.getByRole("button", { name: "I am going: MATH-invite-1" }).click();
  // It stays in its place, answered: what is pressed next is what was there before.
  await section(page, "Invitations").getByText("You are going. It begins in").waitFor();
  assert(await page.evaluate(() => document.activeElement.closest("[data-session]")?.dataset.session === "invite-1"), "the focus");
  await card(theirs, "invite-1").getByText("Going:").waitFor();
  await page.getByRole("button", { name: "I cannot come after all: MATH-invite-1" }).click();
  await look(page, "student.cannot_come");
  await page.getByRole("button", { name: "Yes, I cannot come" }).click();
  await section(page, "Invitations").getByText("You said that you cannot come.").waitFor();
  assert.equal((await node.session("invite-1")).participants[0].status, "declined");
  await page.getByRole("button", { name: "I am going after all: MATH-invite-1" }).click();
  await section(page, "Invitations").getByText("You are going. It begins in").waitFor();
  await page.reload();
  await section(page, "Upcoming (1)").waitFor();
  assert.equal((await node.session("invite-1")).participants[0].status, "going");
  await student.close();
  await tutor.close();
});

test("a recap that is owed stands first, with what is left of time; written it confirms the session", async () => {
  await logged("owed-1", { tutor: "bea", students: ["noor"] });
  const student = await person(browser, node, "student:noor");
  const tutor = await person(browser, node, "tutor:bea", { size: sizes.desktop });
  const theirs = await open(tutor, "/tutor");
  const page = await open(student, "/");
  await section(page, "Recaps to write (1)").getByText("Your tutor waits for it.").waitFor();
  assert.equal(await page.getByText("$").count(), 0, "a student sees no pay");
  await look(page, "student.owed");
  await page.getByRole("link", { name: "Write recap: MATH-owed-1" }).click();
  await page.getByText("What your tutor wrote").click();
  await page.getByText(recap.topics_covered).waitFor();
  await page.getByRole("button", { name: "Send recap" }).click();
  await page.getByRole("alert").getByText("The recap has 0 of at least 150 characters").waitFor();
  await look(page, "student_recap.errors");
  await write(page);
  await page.getByText("long enough").waitFor();
  await page.getByText("for 45 min").waitFor();
  await look(page, "student_recap.form");
  await page.getByRole("button", { name: "Send recap" }).click();
  await page.getByRole("heading", { name: "Your recap is in" }).waitFor();
  await page.getByText("The session is confirmed.").waitFor();
  await look(page, "student_recap.taken");
  await section(theirs, "Done").getByText("Paid").waitFor();
  const session = await node.session("owed-1");
  assert.equal(session.state, "paid");
  assert.deepEqual(session.participants[0].recap, recap);
  await page.getByRole("link", { name: "Back to my sessions" }).click();
  await card(page, "owed-1").getByText("Recap sent").waitFor();
  await card(page, "owed-1").getByText("Your recap", { exact: true }).click();
  await card(page, "owed-1").getByText(recap.next_steps).first().waitFor();
  await look(page, "student.written");
  await student.close();
  await tutor.close();
});

test("what a student was writing survives a closed tab, and is gone once it was taken", async () => {
  await logged("draft-2", { tutor: "cho", students: ["kim"] });
  const student = await person(browser, node, "student:kim");
  const page = await open(student, "/sessions/draft-2/recap");
  await page.getByLabel("What did you cover?").fill("Half a thought");
  await page.close();
  const again = await open(student, "/student");
  await again.getByRole("link", { name: "Go on writing: MATH-draft-2" }).click();
  await again.getByText("What you had written is still here.").waitFor();
  assert.equal(await again.getByLabel("What did you cover?").inputValue(), "Half a thought");
  await write(again);
  await again.getByRole("button", { name: "Send recap" }).click();
  await again.getByRole("heading", { name: "Your recap is in" }).waitFor();
  const kept = await again.evaluate(() => Object.keys(localStorage).filter((name) => /draft|command/.test(name)));
  assert.deepEqual(kept, []);
  await student.close();
});

test("while the node is away the recap is kept, and the same command is sent again", async () => {
  await logged("away-2", { tutor: "dan", students: ["lee"] });
  const student = await person(browser, node, "student:lee");
  const page = await open(student, "/sessions/away-2/recap");
  const ids = new Set();
  page.on("request", (request) => {
    if (request.method() === "POST" && request.url().includes("/v1/commands")) ids.add(request.postDataJSON().id);
  });
  await write(page);
  await node.say("stop");
  await page.getByRole("button", { name: "Send recap" }).click();
  await page.getByText("Your entries are kept.").waitFor();
  await look(page, "student_recap.waiting");
  await node.say("start");
  await page.getByRole("heading", { name: "Your recap is in" }).waitFor();
  assert.equal(ids.size, 1);
  assert.equal((await node.events("away-2")).filter((type) => type === "student_recap.submitted").length, 1);
  await student.close();
});

test("a student sees nothing of another's recap, and is told why there is nothing to write", async () => {
  await logged("both-1", { tutor: "eli", students: ["one", "two"] });
  const secret = { ...recap, topics_covered: "Only my tutor may read this, and the programme." };
  await node.command("recap.submit", "both-1", "student:one", { recap: secret });
  await node.schedule("later-1", { tutor: "eli", students: ["two"], hours: 5, course: "PHYS101" });
  const student = await person(browser, node, "student:two");
  const page = await open(student, "/student");
  await section(page, "Recaps to write (1)").waitFor();
  await page.goto("/sessions/both-1/recap");
  await page.getByText("What your tutor wrote").click();
  assert.equal(await page.getByText("Only my tutor may read this").count(), 0);
  await page.goto("/sessions/later-1/recap");
  await page.getByText("Your tutor has not logged the session yet.").waitFor();
  await look(page, "student_recap.nothing");
  await page.goto("/sessions/no-such/recap");
  await page.getByRole("heading", { name: "There is nothing of that name" }).waitFor();
  await student.close();
});

test("a recap that another tab sent is not asked for again", async () => {
  await logged("twice-1", { tutor: "fay", students: ["max"] });
  const student = await person(browser, node, "student:max");
  const page = await open(student, "/sessions/twice-1/recap");
  await page.getByLabel("What did you cover?").waitFor();
  await node.command("recap.submit", "twice-1", "student:max", { recap });
  await page.getByRole("heading", { name: "Your recap is in" }).waitFor();
  await student.close();
});

test("a press that is repeated at once answers one invitation", async () => {
  for (const id of ["tap-1", "tap-2", "tap-3"])
    await node.schedule(id, { tutor: "gia", students: ["tap"], going: [], hours: 30 + Number(id.at(-1)) });
  const student = await person(browser, node, "student:tap");
  const page = await open(student, "/");
  const first = page.getByRole("button", { name: "I am going: MATH-tap-1" });
  await page.locator(".stream.live").waitFor(); // nothing moves any more
  const { x, y, width, height } = await first.boundingBox();
  await page.mouse.click(x + width / 2, y + height / 2);
  await card(page, "tap-1").getByText("You are going.").waitFor();
  await page.mouse.click(x + width / 2, y + height / 2);
  await section(page, "Invitations (2)").waitFor();
  for (const id of ["tap-2", "tap-3"])
    assert.equal((await node.session(id)).participants[0].status, "invited", id);
  await look(page, "student.answered");
  await student.close();
});

test("an invitation to what is over asks who was there, and says whom to tell what is wrong", async () => {
  await node.schedule("over-1", { tutor: "ham", students: ["ola", "ole"], going: ["ole"], hours: -3 });
  const student = await person(browser, node, "student:ola");
  const page = await open(student, "/");
  await card(page, "over-1").getByText("Also in it: ole").waitFor();
  await page.getByRole("button", { name: "I was there: MATH-over-1" }).click();
  await card(page, "over-1").getByText("Your tutor has still to log it.").waitFor();
  await node.command("session.complete", "over-1", "tutor:ham", { minutes: 45, recap });
  await page.getByRole("link", { name: "Write recap: MATH-over-1" }).click();
  await page.getByText("Is something not right?").click();
  await page.getByText("do not send a recap: sending one confirms it").waitFor();
  await look(page, "student_recap.wrong");
  await student.close();
});

test("a stranger reads nothing of a session by its link, also in trial mode", async () => {
  await logged("strange-1", { tutor: "una", students: ["one"] });
  const stranger = await person(browser, node, "student:ray");
  const page = await open(stranger, "/sessions/strange-1/recap");
  await page.getByText("You are not in this session.").waitFor();
  assert(!(await page.locator("main").textContent()).includes("MATH-strange-1"));
  await page.goto("/sessions/strange-1");
  await page.getByText("There is nothing of that name that you can see.").waitFor();
  assert.doesNotMatch(await page.locator("main").textContent(), /MATH-strange-1|chain rule/);
  await stranger.close();
});
