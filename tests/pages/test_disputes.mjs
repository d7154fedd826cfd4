// A session is disputed by a student and by its tutor; support decides.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { launch, look, open, person, sizes } from "./browser.mjs";
import { Node, recap } from "./node.mjs";

let node;
let browser;

before(async () => {
  node = await Node.start({ policy: { pay: { settle_after: "48h" } } });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await node?.end();
});
beforeEach(() => node.say("start"));

const card = (page, id) => page.locator(`[data-session="${id}"]`);
const dialog = (page) => page.getByRole("dialog");

async function logged(id, { tutor, students }) {
  await node.schedule(id, { tutor, students });
  await node.command("session.complete", id, `tutor:${tutor}`, { minutes: 60, recap });
}

async function confirmed(id, { tutor, students }) {
  await logged(id, { tutor, students });
  for (const student of students) await node.command("recap.submit", id, `student:${student}`, { recap });
}

test("a student disputes what was logged; support reads why and upholds it", async () => {
  await confirmed("wrong-1", { tutor: "ann", students: ["sam"] });
  const student = await person(browser, node, "student:sam");
  const page = await open(student, "/sessions/wrong-1");
  await page.getByText("Until then its tutor and its students can say that it is wrong.").waitFor();
  await page.getByText("Is something not right?").click();
  await page.getByText("You can do this once.").waitFor();
  await look(page, "disputes.form");
  await page.getByRole("button", { name: "Dispute it" }).click();
  await page.getByText("Write what is wrong.").waitFor();
  await page.getByLabel("What is wrong?").fill("It was half an hour, <b>not</b> more");
  await page.getByRole("button", { name: "Dispute it" }).click();
  await page.getByText("It is disputed, and support decides.").waitFor();
  await page.getByText("It was half an hour, <b>not</b> more").first().waitFor();
  await look(page, "disputes.disputed");
  const tutor = await person(browser, node, "tutor:ann");
  const theirs = await open(tutor, "/tutor");
  await card(theirs, "wrong-1").getByText("It is not paid before that.").waitFor();
  await look(theirs, "disputes.tutor");
  const support = await person(browser, node, "support:eve", { size: sizes.desktop });
  const desk = await open(support, "/desk?queue=disputed");
  await desk.getByText("Disputed: 1 session").waitFor();
  await desk.getByText("It was half an hour, <b>not</b> more").waitFor();
  await desk.locator("tbody small", { hasText: "sam" }).filter({ has: desk.locator("time") }).waitFor();
  await desk.getByLabel("Select wrong-1", { exact: true }).check();
  await desk.locator(".act-bar").getByRole("button", { name: "Uphold" }).click();
  await dialog(desk).getByLabel("Note").fill("The call lasted an hour");
  await dialog(desk).getByRole("button", { name: "See what it would do" }).click();
  await dialog(desk).getByText("2 × Support decided the dispute").waitFor();
  await look(desk, "disputes.preview");
  await dialog(desk).getByRole("button", { name: "Uphold 1" }).click();
  await dialog(desk).getByText("1 done").first().waitFor();
  assert.equal((await node.session("wrong-1")).state, "completed");
  await page.getByText("The call lasted an hour").first().waitFor();
  await page.getByText("It cannot be disputed here any more").waitFor();
  await node.advance("49h");
  assert.equal((await node.session("wrong-1")).state, "paid");
  for (const one of [student, tutor, support]) await one.close();
});

test("a tutor sees when pay comes, and disputes their own figure; support corrects it", async () => {
  await confirmed("wrong-2", { tutor: "bo", students: ["kim"] });
  const tutor = await person(browser, node, "tutor:bo");
  const page = await open(tutor, "/sessions/wrong-2/complete");
  await page.getByText("It is complete, and is paid by itself on").waitFor();
  await look(page, "disputes.pay_comes");
  await page.goto("/tutor");
  await page.getByText("Confirmed and paid later, for 1 session:").waitFor();
  await card(page, "wrong-2").getByText("Is paid on").waitFor();
  await look(page, "disputes.earnings");
  await page.goto("/sessions/wrong-2/complete");
  await page.getByText("Is something not right?").click();
  await page.getByLabel("What is wrong?").fill("It was 45 minutes");
  await page.getByRole("button", { name: "Dispute it" }).click();
  await page.getByText("It is disputed: support decides first.").waitFor();
  const support = await person(browser, node, "support:eve", { size: sizes.desktop });
  const desk = await open(support, "/sessions/wrong-2");
  await desk.locator(".act-bar").getByRole("button", { name: "Correct minutes" }).click();
  await dialog(desk).getByLabel("Minutes that were tutored").fill("45");
  await dialog(desk).getByLabel("Note").fill("As the tutor says");
  await dialog(desk).getByRole("button", { name: "See what it would do" }).click();
  await dialog(desk).locator(".effects > div", { hasText: "Tutors get when it is paid" })
    .getByText("$15.00 → $11.25").waitFor();
  await dialog(desk).getByRole("button", { name: "Correct 1" }).click();
  await dialog(desk).getByText("1 done").first().waitFor();
  await node.advance("49h");
  assert.equal((await node.session("wrong-2")).payout.amount, 1125);
  await page.goto("/tutor");
  await card(page, "wrong-2").getByText("Corrected by support").waitFor();
  for (const one of [tutor, support]) await one.close();
});

test("a recap in a dispute is taken, and confirms nothing before support decides", async () => {
  await logged("wrong-3", { tutor: "cy", students: ["lou"] });
  await node.command("session.dispute", "wrong-3", "tutor:cy", { reason: "The wrong student" });
  const student = await person(browser, node, "student:lou");
  const page = await open(student, "/sessions/wrong-3/recap");
  await page.getByText("your recap confirms nothing before support has decided").waitFor();
  await page.getByLabel("What did you cover?").fill(recap.topics_covered);
  await page.getByLabel("How did it go for you?").fill(recap.how_tutee_did);
  await page.getByLabel("What comes next?").fill(recap.next_steps);
  await page.getByRole("button", { name: "Send recap" }).click();
  await page.getByText("your recap confirms nothing before support has decided").waitFor();
  assert.equal((await node.session("wrong-3")).state, "disputed");
  await node.command("support.uphold", "wrong-3", "support:eve", { note: "It was the right one" });
  assert.equal((await node.session("wrong-3")).state, "completed");
  await student.close();
});
