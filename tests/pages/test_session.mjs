// A session's page: as support, its tutor and its students see it.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { look, open, person, sizes, wait_until } from "./browser.mjs";
import { recap } from "./node.mjs";
import { browser, node } from "./world.mjs";

const section = (page, title) => page.locator("section", { has: page.getByRole("heading", { name: title, exact: true }) });
const timeline = (page) => page.getByRole("list", { name: "Timeline" });
const labels = (page) => timeline(page).locator(".label").allTextContents();

test("a missed session says why, when what happened, and who was told", async () => {
  await node.name("tutor:ann", "Ann Lee");
  await node.schedule("missed-1", { tutor: "ann", students: ["sam"] });
  await node.advance("72h");
  const support = await person(browser, node, "support:eve", { size: sizes.desktop });
  const page = await open(support, "/sessions/missed-1");
  await page.getByRole("heading", { name: /MATH-missed-1/ }).waitFor();
  const { why } = await node.get("/v1/sessions/missed-1/explain");
  const reasons = section(page, "Why it is where it is").locator("li");
  assert.deepEqual(await reasons.evaluateAll((all) => all.map((one) => one.dataset.code)), why.map(({ code }) => code));
  await page.getByText("Nothing more happens by itself.").waitFor();
  const told = await labels(page);
  assert.deepEqual(told.slice(0, 3), ["The session starts", "Scheduled", "Accepted the invitation: sam"]);
  assert.equal(told.filter((label) => label.startsWith("Reminder sent")).length, 4);
  assert.equal(told.at(-1), "Missed: the deadline passed");
  const { notifications } = await node.get("/v1/notifications?session=missed-1");
  assert.equal(await section(page, "Messages").locator("li").count(), notifications.length);
  await section(page, "Messages").getByText("The deadline has passed").waitFor();
  await section(page, "Messages").getByText("Ann Lee (ann)").first().waitFor();
  await look(page, "session.missed");
  await support.close();
});

test("the history is copied as it is stored", async () => {
  await node.schedule("copied-1", { tutor: "bea", students: ["sam"] });
  const support = await person(browser, node, "support:eve", { permissions: ["clipboard-read", "clipboard-write"] });
  const page = await open(support, "/sessions/copied-1");
  await page.getByText("2 events").click();
  await page.getByText("JSON of 1", { exact: true }).click();
  await page.getByRole("button", { name: "Copy event 1 as JSON" }).click();
  await page.getByText("Copied.").waitFor();
  const { events } = await node.get("/v1/sessions/copied-1/history");
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  assert.deepEqual(JSON.parse(await copied()), events[0]);
  await page.getByRole("button", { name: "Copy the whole history as JSON" }).click();
  await page.getByText("Copied.").nth(1).waitFor();
  assert.deepEqual(JSON.parse(await copied()), events);
  await look(page, "session.history");
  await support.close();
});

test("it follows what happens, and shows limits with what it holds, and money", async () => {
  await node.schedule("live-1", { tutor: "cho", students: ["kim", "lee"], hours: 0, modality: "online", course: "PHYS101" });
  for (const who of ["tutor:cho", "student:kim"]) await node.command("call.join", "live-1", who, { participant: who });
  const support = await person(browser, node, "support:eve", { size: sizes.desktop });
  const page = await open(support, "/sessions/live-1");
  await page.locator(".badge", { hasText: "in the call" }).first().waitFor();
  await page.locator(".stream.live").waitFor();
  await node.advance("58m");
  await node.command("participant.remove", "live-1", "tutor:cho", { student: "lee" });
  await node.command("session.complete", "live-1", "tutor:cho", { minutes: 60, leave_call: true, recap });
  await section(page, "Participants and recaps").getByText("has not written yet").waitFor();
  await section(page, "Limits").getByText("1 h of 15 h used, 14 h left").waitFor();
  await section(page, "Limits").getByText("1 h of 3 h used, 2 h left").waitFor();
  await section(page, "Limits").getByText("This session holds 1 h of it.").first().waitFor();
  await section(page, "Why it is where it is").getByText("students are reminded").waitFor();
  assert((await labels(page)).includes("To come: students are reminded"));
  await look(page, "session.waits");
  await node.command("recap.submit", "live-1", "student:kim", { recap });
  await section(page, "Money").getByText("$15.00").nth(1).waitFor();
  await node.command("support.correct", "live-1", "support:eve", { minutes: 45, note: "They ended early" });
  await section(page, "Money").getByText("-$3.75").waitFor();
  await page.getByText("Corrected by support").first().waitFor();
  await section(page, "Participants and recaps").getByText("Recap of").first().click();
  await section(page, "Participants and recaps").getByText(recap.topics_covered).first().waitFor();
  await look(page, "session.paid");
  await support.close();
});

test("a session in months and a call of a minute fit one timeline", async () => {
  await node.schedule("far-1", { tutor: "dee", students: ["kim"], hours: 24 * 100 });
  const tutor = await person(browser, node, "tutor:dee");
  const page = await open(tutor, "/sessions/far-1");
  await timeline(page).waitFor();
  const told = await labels(page);
  assert.deepEqual(told.slice(-3), ["The session starts", "To come: the tutor is told to log the session", "Deadline to log it"]);
  assert.equal(await timeline(page).locator("li.planned").count(), 3);
  await section(page, "Messages").getByText("You were told nothing about it yet.").waitFor();
  await look(page, "session.far");
  await tutor.close();
});

test("what was refused is told with its reason", async () => {
  await node.schedule("refused-1", { tutor: "fay", students: ["kim"], hours: 5 });
  await node.call("POST", "/v1/commands", { specversion: "1.0", id: "early-1", source: "/elsewhere",
    type: "recapd.session.log_time", subject: "refused-1", authid: "tutor:fay", data: { minutes: 30 } },
  { "content-type": "application/cloudevents+json" });
  const support = await person(browser, node, "support:eve");
  const page = await open(support, "/sessions/refused-1");
  const refused = section(page, "What was refused");
  await refused.getByText("The session had not started.").waitFor();
  assert.equal(await refused.locator("time").count(), 1, "when it was tried");
  await refused.getByText("/elsewhere").waitFor();
  await refused.getByText("fay").waitFor();
  await section(page, "Messages").getByText("Nobody was told anything yet.").waitFor();
  await look(page, "session.refused");
  await support.close();
});

test("a session that is none, or another's, says so", async () => {
  const support = await person(browser, node, "support:eve");
  const page = await open(support, "/sessions/no-such");
  await page.getByRole("heading", { name: "There is nothing of that name" }).waitFor();
  await look(page, "session.missing");
  await support.close();
});

test("hostile texts are shown as text", async () => {
  const evil = `<img src=x onerror="document.title='gotcha'"><script>document.title='gotcha'</script>\u202Eevil`;
  for (const who of ["tutor:mal", "student:mel"]) await node.name(who, evil);
  await node.schedule("evil-1", { tutor: "mal", students: ["mel"] });
  await node.advance("73h");
  await node.command("support.request", "evil-1", "tutor:mal", { message: evil });
  await node.command("support.deny", "evil-1", "support:eve", { note: evil });
  const support = await person(browser, node, "support:eve");
  const page = await open(support, "/sessions/evil-1");
  await page.getByText(/^\d+ events$/).click();
  await page.locator("q", { hasText: "<script>" }).first().waitFor();
  assert.equal(await page.locator("main img, main script").count(), 0);
  assert.notEqual(await page.title(), "gotcha");
  await look(page, "session.hostile");
  await support.close();
});

test("support acts on the session at hand, and the focus stays on the page", async () => {
  await node.schedule("act-1", { tutor: "gil", students: ["kim"] });
  await node.advance("73h");
  const support = await person(browser, node, "support:eve", { size: sizes.desktop });
  const page = await open(support, "/sessions/act-1");
  const actions = page.getByRole("group", { name: "As support:" });
  await actions.waitFor();
  assert.deepEqual(await actions.getByRole("button").allTextContents(), ["Reopen", "Deny"]);
  await actions.getByRole("button", { name: "Deny" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Note").fill("Nobody came");
  await dialog.getByRole("button", { name: "See what it would do" }).click();
  await dialog.getByRole("button", { name: "Deny 1" }).click();
  await dialog.getByText("1 done").first().waitFor();
  await dialog.getByRole("button", { name: "Close" }).click();
  await section(page, "Why it is where it is").locator(".badge", { hasText: "Update denied" }).waitFor();
  await wait_until(() => page.evaluate(() => document.activeElement !== document.body), "the focus on the page");
  await support.close();
});
