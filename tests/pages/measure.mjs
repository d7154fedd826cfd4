// What tools/measure-pages runs.
// SPDX-License-Identifier: Apache-2.0
import { launch, person, sizes } from "./browser.mjs";
import { Node } from "./node.mjs";

const count = Number(process.argv[2]);
const batch = 1000;
const at_once = 4;
const rounds = 15;
const hour_ms = 3_600_000;

/** Schedules sessions of 2,000 tutors over sixteen weeks around now. */
async function fill(node) {
  const now = Date.parse(await node.in_hours(0));
  const event = (i) => ({
    specversion: "1.0", id: `m-${i}`, source: "/measure", type: "recapd.session.schedule", subject: `m-${i}`,
    authid: "system:measure", data: { tutor: `t-${i % 2000}`, students: [`s-${i % 9000}`], course: `C-${i % 500}`,
      modality: "in_person", starts_at: new Date(now + hour_ms * ((i % (16 * 168)) - 8 * 168)).toISOString() } });
  const worker = async (first) => {
    for (let from = first * batch; from < count; from += at_once * batch) {
      const outcomes = await node.call("POST", "/v1/commands",
        Array.from({ length: Math.min(batch, count - from) }, (_, i) => event(from + i)),
        { "content-type": "application/cloudevents-batch+json" });
      if (!outcomes.every?.(({ outcome }) => outcome === "accepted")) throw new Error(JSON.stringify(outcomes).slice(0, 500));
    }
  };
  await Promise.all(Array.from({ length: at_once }, (_, i) => worker(i)));
}

const median = (all) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)];
const taken = async (work) => {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
};

/** Opens the page anew and reads the same by plain calls, in turn. */
async function compare(browser, node, { who, address, first, calls }) {
  const context = await person(browser, node, who, { size: sizes.desktop });
  const page = await context.newPage();
  const [shown, read] = [[], []];
  for (let i = 0; i <= rounds; ++i) {
    const here = await taken(async () => {
      await page.goto(address, { waitUntil: "commit" });
      await page.locator(first).first().waitFor();
    });
    const plain = await taken(() => Promise.all(calls.map((path) => node.get(path))));
    if (i > 0) { shown.push(here); read.push(plain); } // the first one fills caches
  }
  await context.close();
  const [a, b] = [median(shown), median(read)];
  console.log(`${address}: on screen after ${a.toFixed(0)} ms, plain calls ${b.toFixed(0)} ms, ${(a / b).toFixed(1)} times`);
}

const node = await Node.start();
const browser = await launch();
try {
  console.log(`filled with ${count} sessions in ${((await taken(() => fill(node))) / 1000).toFixed(0)} s`);
  await compare(browser, node, { who: "support:eve", address: "/desk?queue=all", first: "tbody tr",
    calls: ["/v1/sessions?order=-starts_at&limit=100", "/v1/queues"] });
  await compare(browser, node, { who: "tutor:t-7", address: "/tutor", first: "article.card",
    calls: ["scheduled", "time_logged", "awaiting_student_recap", "missed"].map((state) =>
      `/v1/sessions?tutor=t-7&state=${state}&order=starts_at&limit=100`) });
} finally {
  await browser.close();
  await node.end();
}
