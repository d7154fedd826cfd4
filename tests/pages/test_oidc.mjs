// Signing in at a real OpenID provider, by authorization code with PKCE, where the node is
// reached below a path.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { below } from "./below.mjs";
import { look, open, person } from "./browser.mjs";
import { recap, tokens_of } from "./node.mjs";

const base = "/recapd";
const people = {
  ann: { role: "tutor", name: "Ann Müller" }, bea: { role: "tutor", name: "Bea" },
  sam: { role: "student", name: "Sam" }, eve: { role: "support", name: "Eve" }, rose: { name: "Rose" },
};
const world = below(base, { people, tokens: tokens_of("system:registrar", "student:sam") });
const { address } = world;
const somebody = () => person(world.browser, world.proxy, null);

/** Goes to the provider, and says there who it is. */
async function sign_in(page, who) {
  await page.getByRole("link", { name: "Sign in" }).click();
  await page.getByRole("link", { name: who, exact: true }).click();
}

const invited = (id, tutor) => world.node.schedule(id, { tutor, students: ["sam"], going: [] });

async function write(page) {
  await page.getByLabel("What did you cover?").fill(recap.topics_covered);
  await page.getByLabel("How did your student do?").fill(recap.how_tutee_did);
  await page.getByLabel("What comes next?").fill(recap.next_steps);
}

test("a student and a tutor sign in, land on what they asked for, and do it; support sees it", async () => {
  await invited("flow-1", "ann");
  const student = await somebody();
  const theirs = await open(student, address("/student?from=mail"));
  await theirs.getByText("Sign in with your institution's account.").waitFor();
  await look(theirs, "shell.oidc");
  const asked = theirs.waitForRequest((request) => request.url().startsWith(`${world.provider.issuer}/auth?`));
  await sign_in(theirs, "sam");
  await theirs.waitForURL(address("/student?from=mail"));
  const words = new URL((await asked).url()).searchParams;
  assert.equal(words.get("response_type"), "code");
  assert.equal(words.get("code_challenge_method"), "S256");
  assert.equal(words.get("redirect_uri"), address("/auth/callback"));
  await theirs.getByRole("button", { name: /^I am going/ }).click();
  await theirs.getByRole("heading", { name: "Invitations (1)" }).waitFor({ state: "detached" });

  const tutor = await somebody();
  const page = await open(tutor, address("/sessions/flow-1/complete"));
  await sign_in(page, "ann");
  await page.waitForURL(address("/sessions/flow-1/complete"));
  await page.getByText("Ann Müller").first().waitFor();
  await page.locator(".stream.live").waitFor();
  const [cookie, ...others] = (await tutor.cookies(address("/"))).filter(({ name }) => name.startsWith("recapd"));
  assert.deepEqual(others, [], "what the sign-in needed is gone");
  const { name, httpOnly, sameSite, path, secure } = cookie;
  assert.deepEqual({ name, httpOnly, sameSite, path, secure },
    { name: "recapd", httpOnly: true, sameSite: "Lax", path: `${base}/`, secure: false });
  assert.equal(await page.evaluate(() => document.cookie), "");
  await write(page);
  await page.getByLabel("60", { exact: true }).check();
  await page.getByRole("button", { name: "Complete session" }).click();
  await page.getByRole("heading", { name: "Your part is done" }).waitFor();

  const support = await somebody();
  const desk = await open(support, address("/desk?queue=all&q=flow-1"));
  await sign_in(desk, "eve");
  await desk.getByText("All sessions: 1 session").waitFor();
  await desk.getByRole("link", { name: "flow-1", exact: true }).click();
  await desk.waitForURL(address("/sessions/flow-1"));
  await desk.getByText(recap.next_steps, { exact: true }).waitFor({ state: "attached" });
  assert.equal((await world.node.session("flow-1")).state, "awaiting_student_recap");
  for (const one of [student, tutor, support]) await one.close();
});

test("a sign-in that ends amid a form keeps what was written; the next person does not see it", async () => {
  for (const tutor of ["ann", "bea"]) await world.node.schedule(`end-${tutor}`, { tutor, students: ["sam"], hours: -26 }); // on another day
  const shared = await somebody();
  const page = await open(shared, address("/sessions/end-ann/complete"));
  await sign_in(page, "ann");
  await write(page);
  await page.getByLabel("45", { exact: true }).check();
  await shared.clearCookies({ name: "recapd" }); // as the browser does after eight hours
  await page.getByRole("button", { name: "Complete session" }).click();
  await page.getByText("You were signed out. What you were writing is kept").waitFor();
  await look(page, "shell.lapsed");
  // The provider still knows who it is.
  await page.getByRole("link", { name: "Sign in" }).click();
  await page.waitForURL(address("/sessions/end-ann/complete"));
  await page.getByText("What you had written is still here.").waitFor();
  assert.equal(await page.getByLabel("What comes next?").inputValue(), recap.next_steps);
  assert.equal(await page.getByLabel("45", { exact: true }).isChecked(), true);
  assert.equal((await world.node.session("end-ann")).state, "scheduled");

  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Yes, sign me out" }).click(); // the provider asks
  await page.waitForURL(address("/"));
  await page.getByRole("link", { name: "Sign in" }).waitFor();
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), []);
  assert.equal(await page.evaluate(() => fetch("v1/me").then(({ status }) => status)), 401);
  await page.goto(address("/sessions/end-bea/complete"));
  await sign_in(page, "bea");
  await page.waitForURL(address("/sessions/end-bea/complete"));
  assert.equal(await page.getByLabel("What comes next?").inputValue(), "");
  await page.goto(address("/sessions/end-ann/complete"));
  await page.getByRole("alert").waitFor();
  assert(!(await page.content()).includes(recap.next_steps));
  await shared.close();
});

test("a draft that a person left on a device is not shown to the next one", async () => {
  const shared = await somebody();
  const page = await open(shared, address("/sessions/end-ann/complete"));
  await sign_in(page, "ann");
  await page.getByLabel("What comes next?").fill("Ann alone reads this");
  await shared.clearCookies(); // ended, and nobody signed out
  await page.goto(address("/sessions/end-ann/complete"));
  await sign_in(page, "bea");
  await page.getByRole("alert").waitFor();
  await page.goto(address("/tutor"));
  await page.getByText("Waits for you (1)").waitFor();
  assert(!(await page.content()).includes("Ann alone reads this"));
  await shared.close();
});

test("who has no role here, and who comes while the provider is away, reads why", async () => {
  const nobody = await somebody();
  const page = await open(nobody, address("/"));
  await sign_in(page, "rose");
  await page.getByText("The sign-in has no claim").waitFor();
  await look(page, "shell.no_role");
  assert.equal(await page.getByRole("link", { name: "Sign in again" }).evaluate((link) => link.href), address("/auth/login"));
  await nobody.close();

  const late = await somebody();
  const away = await open(late, address("/"));
  world.proxy.before = async ({ url }) => { if (url.startsWith(`${base}/auth/callback`)) await world.provider.end(); };
  await sign_in(away, "ann");
  await away.getByRole("heading", { name: "Not signed in" }).waitFor();
  await look(away, "shell.provider_away");
  await late.close();
});
