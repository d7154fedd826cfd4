// Support imports sessions from a file.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import * as fs from "node:fs";
import { test } from "node:test";
import { look, open, person, sizes } from "./browser.mjs";
import { browser, node } from "./world.mjs";

const file = (name, text) => ({ name, mimeType: "text/csv", buffer: Buffer.from(text) });
const wrong = (page) => page.locator("[data-line]").evaluateAll((all) =>
  all.map((one) => [Number(one.dataset.line), one.textContent.replace(/^Line \d+: /, "")]));

async function desk() {
  const support = await person(browser, node, "support:eve", { size: sizes.desktop });
  return open(support, "/desk/import");
}

const good = `\uFEFFTutor;Course;Starts at;Modality;Students;Timezone;Room
ann;MATH101;2031-11-01 15:00;online;sam kim;America/New_York;"A ""west"" wing;
second floor"
bea;MATH101;2031-11-04 15:00;In person;lee;America/New_York;
`;

test("a file as spreadsheets write it is previewed, scheduled, and not twice", async () => {
  await node.name("tutor:bea", "Bea Stone");
  const page = await desk();
  await look(page, "import.empty");
  await page.locator("#file").setInputFiles(file("good.csv", good));
  await page.getByText("2 sessions can be scheduled.").waitFor();
  await page.getByText("Room", { exact: true }).waitFor();
  await page.getByText("1 tutor is new here: no name of theirs is known, and no session.").waitFor();
  assert.deepEqual(await page.locator("td[data-label=Tutor]", { hasText: "New here" }).locator("bdi").allTextContents(), ["ann"]);
  assert.equal((await node.get("/v1/sessions")).sessions.length, 0, "a preview schedules nothing");
  await look(page, "import.preview");
  await page.getByRole("button", { name: "Schedule 2 sessions" }).click();
  await page.getByText("2 sessions scheduled").waitFor();
  await look(page, "import.done");
  const { sessions } = await node.get("/v1/sessions?order=starts_at");
  assert.deepEqual(sessions.map(({ tutor, starts_at, modality, timezone }) => [tutor, starts_at, modality, timezone]), [
    ["ann", "2031-11-01T19:00:00Z", "online", "America/New_York"], // summer time, which ends on November 2
    ["bea", "2031-11-04T20:00:00Z", "in_person", "America/New_York"]]);
  assert.deepEqual(sessions[0].participants.map(({ student }) => student), ["sam", "kim"]);
  await page.locator("#file").setInputFiles(file("again.csv", good.replaceAll(";", "\t").replace('wing\t', "wing;")));
  await page.getByText("0 sessions can be scheduled, 2 are there already.").waitFor();
  assert.equal(await page.getByText("Already there").count(), 2);
  await page.getByText("1 tutor is new here").waitFor({ state: "detached" });
  assert.equal(await page.getByRole("button", { name: /^Schedule|^Save/ }).count(), 0, "nothing is left to do");
  await page.getByRole("link", { name: sessions[0].id }).waitFor();
  await page.context().close();
});

test("what is wrong is told by line, and the rest can be scheduled", async () => {
  const page = await desk();
  await page.locator("#file").setInputFiles(file("bad.csv", `tutor,course,starts_at,modality,students,timezone,rate_per_hour
cho,BIO120,2031-05-05T09:00-04:00,online,sam,,

no id,BIO120,2031-05-05T09:00-04:00,by phone,,,
dee,BIO120,2031-05-05 09:00,online,sam,,
dee,BIO120,2031-05-05 09:00,online,sam,Mars/Base,
dee,BIO120,2031-03-09 02:30,online,sam,America/New_York,
dee,BIO120,2031-02-30 09:00,online,sam,America/New_York,
dee,BIO120,2031-05-05T09:00-04:00,online,sam sam,,15.00
cho,BIO120,2031-05-05T13:00Z,online,kim,,
`));
  await page.getByText("1 session can be scheduled").waitFor();
  const found = await wrong(page);
  assert.deepEqual([...new Set(found.map(([line]) => line))], [4, 5, 6, 7, 8, 9, 10]);
  const of = (line) => found.filter(([one]) => one === line).map(([, text]) => text).join(" ");
  assert.match(of(4), /students is missing.*tutor is “no id”.*modality is “by phone”/);
  assert.match(of(5), /without an offset/);
  assert.match(of(6), /timezone is “Mars\/Base”, which is not one that is known/);
  assert.match(of(7), /which clocks skip/);
  assert.match(of(8), /starts_at is “2031-02-30 09:00”\. Write it/);
  assert.match(of(9), /each once.*rate_per_hour is “15.00”/);
  assert.match(of(10), /same session as line 2/);
  await look(page, "import.wrong");
  const [download] = await Promise.all([
    page.waitForEvent("download"), page.getByRole("button", { name: "Save the 7 lines that cannot be scheduled" }).click()]);
  const saved = fs.readFileSync(await download.path(), "utf8").trim().split("\r\n");
  assert.equal(saved.length, 8);
  assert.match(saved[0], /,Why it was not scheduled$/);
  assert.match(saved[3], /^dee,BIO120,2031-05-05 09:00,online,sam,Mars\/Base,,?.*“Mars\/Base”/);
  await page.context().close();
});

test("where the file names no programme it is chosen, and what is past is told", async () => {
  await node.schedule("evening-1", { tutor: "ann", students: ["sam"], hours: 5, program: "evening" });
  const page = await desk();
  const past = (await node.in_hours(-24 * 7)).slice(0, 19);
  await page.locator("#file").setInputFiles(file("none.csv",
    `tutor,course,starts_at,modality,students,rate\nfay,ART200,2031-06-01T15:00-04:00,online,sam,9\nfay,ART200,${past}Z,online,sam,9\n`));
  const program = page.getByLabel("Programme of all these sessions");
  await program.waitFor();
  assert.equal(await page.getByRole("button", { name: /^Schedule/ }).count(), 0, "nothing before it is chosen");
  await page.locator(".notice", { hasText: "Columns that are not read" }).getByText("rate", { exact: true }).waitFor();
  await look(page, "import.program");
  await program.selectOption("evening");
  await page.getByText("2 sessions can be scheduled.").waitFor();
  await page.getByText("Its deadline has passed: missed at once").waitFor();
  await page.locator("td[data-label=Course]").first().getByText("evening").waitFor();
  await page.locator("td[data-label=Starts]", { hasText: /3:00\sPM/ }).first().waitFor();
  await page.getByRole("button", { name: "Schedule 2 sessions" }).click();
  await page.getByText("2 sessions scheduled").waitFor();
  const { sessions } = await node.get("/v1/sessions?tutor=fay");
  assert.deepEqual(sessions.map(({ program }) => program), ["evening", "evening"]);
  await page.context().close();
});

test("a file without the columns, with a quote that never ends, or with nothing says so", async () => {
  const page = await desk();
  const cases = [["tutor,course\nann,MATH101\n", 1, /Missing: starts_at, modality, students/],
    ['tutor,course,starts_at,modality,students\n"ann,x\n', 2, /never ends/], ["", 1, /no line with a session/]];
  for (const [text, line, what] of cases) {
    await page.locator("#file").setInputFiles(file("x.csv", text));
    await page.locator(`[data-line="${line}"]`, { hasText: what }).waitFor();
    assert.equal((await wrong(page)).length, 1);
  }
  await page.context().close();
});
