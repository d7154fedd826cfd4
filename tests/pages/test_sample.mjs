// The week of tools/run --sample, as each of the people sees it; and the README's pictures.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { launch, look, open, person, pictures, sizes, wait_until } from "./browser.mjs";
import { Node, recap } from "./node.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const programs = process.env.RECAPD_TEST_BIN ?? path.join(root, "build/release/tools");
// Far enough ahead to be the same whenever the test runs: pictures are, too.
const friday = "2035-01-05T12:00:00Z";
let node;
let browser;
/** What recapd-sample says of its week. */
let report;

before(async () => {
  const config = fs.readFileSync(path.join(root, "tools/sample/campus.json"), "utf8");
  node = await Node.start(JSON.parse(config.replace(/\/\/.*$/gm, "")));
  await node.call("POST", "/v1/clock", { set: friday });
  const played = promisify(execFile)(path.join(programs, "recapd-sample"), ["--url", node.url, "-o", "json"]);
  browser = await launch();
  report = JSON.parse((await played).stdout);
});

after(async () => {
  await browser?.close();
  await node?.end();
});

/** Opens a page, lets `see` look at it, and fails where the node did not answer well. */
async function visit(who, address, see, options) {
  const context = await person(browser, node, who, options);
  const failed = [];
  context.on("response", (response) => { if (response.status() >= 400) failed.push(`${response.status()} ${response.url()}`); });
  context.on("requestfailed", (request) => {
    const { errorText } = request.failure();
    if (errorText !== "net::ERR_ABORTED") failed.push(`${errorText} ${request.url()}`); // the page's own wish
  });
  const page = await open(context, address);
  await page.locator(".stream.live").waitFor();
  await see(page);
  assert.deepEqual(failed, [], `what ${who} was not given at ${address}`);
  assert.deepEqual(page.troubles, [], `${who} at ${address}`);
  await context.close();
}

const desktop = { size: sizes.desktop };
const section = (page, title) => page.locator("section", { has: page.getByRole("heading", { name: title, exact: true }) });
const listed = (page, title) => page.locator("section", { has: page.getByRole("heading", { name: title }) }).locator("article");
const find = async (query) => (await node.get(`/v1/sessions?limit=1000&order=starts_at&${query}`)).sessions;
const ids = (sessions) => sessions.map(({ id }) => id);
const shown = (cards) => cards.evaluateAll((all) => all.map((one) => one.dataset.session));
const money = (minor) => (minor / 100).toLocaleString("en", { style: "currency", currency: "USD" });
const to_log = async () => (await find("tutor=ava-lopez&state=scheduled"))[0];
const same_reasons = async (page, id) => {
  const { why } = await node.get(`/v1/sessions/${id}/explain`);
  const said = section(page, "Why it is where it is").locator("li");
  await said.first().waitFor();
  assert.deepEqual(await said.evaluateAll((all) => all.map((one) => one.dataset.code)), why.map(({ code }) => code));
};

test("a tutor finds what waits, earned and is done, and each page behind it", async () => {
  const log = await to_log();
  await visit("tutor:ava-lopez", "/tutor", async (page) => {
    await page.getByText(/^Log it by .*: deadline in 2 d 22 h/).waitFor();
    await page.getByText("Earned since Monday: $18.00").waitFor();
    const waits = await find("tutor=ava-lopez&state=awaiting_student_recap");
    assert.deepEqual(await shown(listed(page, /^Waits for you/)), [log.id]);
    assert.deepEqual(await shown(listed(page, /^Waits for others/)), ids(waits));
    const done = (await Promise.all(["paid", "cancelled", "voided", "update_denied"].map((state) =>
      find(`tutor=ava-lopez&state=${state}`)))).flat();
    assert.deepEqual((await shown(listed(page, /^Done/))).sort(), ids(done).sort());
    await listed(page, /^Waits for you/).first().getByText("Carl Baker (carl-baker)").waitFor();
    await look(page, "sample.my_sessions");
    await listed(page, /^Waits for you/).first().getByRole("link", { name: "MATH101" }).click();
    await same_reasons(page, log.id);
  });
  await visit("tutor:ava-lopez", `/sessions/${log.id}/complete`, async (page) => {
    await page.getByText("You were in the call together for 1 h.").waitFor();
    await look(page, "sample.complete");
  });
  await visit("tutor:ava-lopez", "/schedule", async (page) => {
    await page.getByRole("button", { name: /Bea Adams/ }).click();
    await page.locator(".chosen").getByText("bea-adams").waitFor();
    await look(page, "sample.schedule");
  });
  const [missed] = await find("tutor=ben-carter&state=missed");
  await visit("tutor:ben-carter", `/sessions/${missed.id}/complete`, async (page) => {
    await page.getByRole("heading", { name: "This session was missed" }).waitFor();
    await page.getByLabel("What happened?").waitFor();
    await look(page, "sample.complete.missed");
  });
});

test("a student finds recaps to write, an invitation and what is ahead", async () => {
  const owed = await find("student=bea-adams&state=awaiting_student_recap");
  const ahead = await find("student=bea-adams&state=scheduled");
  await visit("student:bea-adams", "/student", async (page) => {
    await page.getByRole("button", { name: "I am going: MATH101" }).waitFor();
    assert.deepEqual(await shown(listed(page, /^Recaps to write/)), ids(owed));
    const open_ones = [...await shown(listed(page, /^Invitations/)), ...await shown(listed(page, /^Upcoming/))];
    assert.deepEqual(open_ones, ids(ahead));
    await look(page, "sample.student");
  });
  await visit("student:bea-adams", `/sessions/${owed.at(-1).id}/recap`, async (page) => {
    await page.getByText("0 of at least 150 characters").waitFor();
    await page.getByText("Ava Lopez").first().waitFor();
    await look(page, "sample.student_recap");
  });
  await visit("student:bea-adams", `/sessions/${owed.at(-1).id}`, (page) => same_reasons(page, owed.at(-1).id));
});

test("the desk has every queue with its count, and explains a session of each state", async () => {
  const queues = await node.get("/v1/queues");
  assert.equal(queues.missed, report.states.missed);
  assert(queues.asked >= 3 && queues.overdue >= 8 && queues.flagged >= 1, JSON.stringify(queues));
  const labels = { asked: "Asked for an update", missed: "Missed", overdue: "Students overdue", flagged: "Flagged" };
  await visit("support:eve", "/desk", async (page) => {
    for (const [queue, label] of Object.entries(labels)) {
      await page.locator(".queues").getByRole("link", { name: `${label} ${queues[queue]}` }).click();
      await page.getByText(new RegExp(`^${label}: ${queues[queue]} session`)).waitFor();
      assert.equal(await page.locator("tbody tr").count(), queues[queue]);
    }
    await page.locator(".queues").getByRole("link", { name: /^Missed/ }).click();
    const missed = await find("state=missed");
    for (const { id } of missed) await page.getByRole("link", { name: id, exact: true }).waitFor();
    await look(page, "sample.desk");
  }, desktop);
  for (const state of ["paid", "missed", "update_denied", "cancelled", "voided", "scheduled", "awaiting_student_recap"]) {
    const [{ id }] = await find(`state=${state}`);
    await visit("support:eve", `/sessions/${id}`, async (page) => {
      await same_reasons(page, id);
      if (state === "voided") await look(page, "sample.session");
    });
  }
  await visit("support:eve", "/desk/import", async (page) => {
    await page.getByText("The same file again schedules nothing twice.").waitFor();
    await look(page, "sample.import");
  });
});

test("on a phone the desk sorts by any column", async () => {
  await visit("support:eve", "/desk?queue=missed", async (page) => {
    await page.getByLabel("Sort by").selectOption("Course, ascending");
    const [first] = (await find("state=missed")).map(({ course }) => course).sort();
    await page.locator("tbody tr").first().getByText(first).waitFor();
    assert.match(page.url(), /order=course/);
    assert.equal(await page.getByLabel("Sort by").inputValue(), "course");
    await page.getByLabel("Select all").check();
    await page.getByText(`${report.states.missed} chosen`, { exact: true }).waitFor();
  });
});

test("a manager's tables add up to the figures of the API and of the sample's report", async () => {
  const range = "from=2035-01-01T00:00:00-05:00&to=2035-02-01T00:00:00-05:00";
  const { groups } = await node.get(`/v1/stats?by=course&${range}`);
  const sum = (of) => groups.reduce((all, one) => all + of(one), 0);
  const sessions = sum((one) => one.sessions);
  assert.equal(sessions, Object.values(report.states).reduce((a, b) => a + b));
  assert.equal(sum((one) => one.pay.USD ?? 0), Object.values(report.courses).reduce((all, { pay }) => all + pay, 0));
  await visit("manager:mia", "/programme", async (page) => {
    const courses = page.locator("#by-course");
    await courses.getByRole("button", { name: `Show all ${groups.length}` }).click();
    await wait_until(async () => (await courses.locator("tbody tr").count()) === groups.length, "all courses");
    const cells = (label) => courses.locator(`td[data-label="${label}"]`).allTextContents();
    assert.equal((await cells("Sessions")).reduce((all, text) => all + Number(text), 0), sessions);
    const pay = sum((one) => one.pay.USD ?? 0);
    const paid = (await cells("Pay")).reduce((all, text) => all + Number(text.replace(/[$,.]/g, "")), 0);
    assert.equal(paid, pay);
    assert.equal(await page.locator('[data-figure="sessions"] strong').textContent(), String(sessions));
    assert.equal(await page.locator('[data-figure="pay"] strong').textContent(), money(pay));
    await page.locator("#states").getByText(`${report.states.paid} (`).waitFor();
    await page.getByText("tutor-weekly-limit").waitFor();
    await look(page, "sample.programme");
  }, desktop);
  await visit("manager:mia", "/policy", async (page) => {
    await page.getByText("The server would take these rules").waitFor();
    assert.match(await page.getByLabel("Courses", { exact: true }).inputValue(), /"LAB100"[^]*"TEAM100"[^]*"WELL100"/);
    await look(page, "sample.policy");
  }, desktop);
  await visit("manager:mia", "/desk", async (page) => {
    await page.getByText("You can look; only support acts on sessions.").waitFor();
    assert.equal(await page.locator(".act-bar").count(), 0);
  });
});

test("an operator finds the node, its shards and its clock", async () => {
  const [one] = (await node.get("/v1/nodes")).nodes;
  await visit("admin:operator", "/operation", async (page) => {
    await page.getByText("This node takes commands").waitFor();
    await section(page, "Nodes").getByText(one.name).waitFor();
    await page.locator("main").getByText(/Mon, Jan 29, 4:00\sPM/).first().waitFor();
    await look(page, "sample.operation");
  });
  for (const address of ["/policy", "/programme", "/desk"])
    await visit("admin:operator", address, (page) => page.locator("h1").waitFor());
});

/** Keeps what is on the screen, for the README where RECAPD_README_PICTURES names its folder. */
const keep = async (page, name) => {
  const folder = process.env.RECAPD_README_PICTURES ?? path.join(pictures ?? "build/pictures", "readme");
  fs.mkdirSync(folder, { recursive: true });
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  const file = path.join(folder, `${name}.png`);
  await page.screenshot({ path: file });
  assert(fs.statSync(file).size < 150_000, `${file} is too large for the README`);
};

const screen = { size: { width: 1200, height: 800 } };

test("four pictures for the README", async () => {
  const log = await to_log();
  await visit("tutor:ava-lopez", `/sessions/${log.id}/complete`, async (page) => {
    for (const [part, text] of Object.entries(recap)) await page.locator(`textarea[name$="${part}"]`).fill(text);
    await page.getByText("long enough").waitFor();
    await page.evaluate(() => document.activeElement.blur());
    await page.getByRole("button", { name: "Complete session" }).evaluate((button) =>
      window.scrollTo({ top: button.offsetTop + button.offsetHeight + 16 - window.innerHeight, behavior: "instant" }));
    await keep(page, "complete");
  }, { size: { width: 390, height: 800 } });
  await visit("support:eve", "/desk?queue=asked", async (page) => {
    await page.getByLabel("Select all").check();
    await page.getByRole("button", { name: "Reopen", exact: true }).click();
    await page.getByLabel("Note").fill("Reasons were given.");
    await page.getByRole("button", { name: "See what it would do" }).click();
    await page.locator(".effects").waitFor();
    await keep(page, "desk");
  }, screen);
  const silent = (await find("state=awaiting_student_recap")).find(({ timezone }) => timezone === "America/New_York");
  await visit("support:eve", `/sessions/${silent.id}`, async (page) => {
    await same_reasons(page, silent.id);
    await keep(page, "session");
  }, screen);
  await visit("manager:mia", "/programme", async (page) => {
    await page.locator("#states").getByText("Paid").waitFor();
    await page.locator(".columns").waitFor();
    await keep(page, "programme");
  }, screen);
});
