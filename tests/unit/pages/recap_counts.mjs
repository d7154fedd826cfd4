// Counts the same recaps by the engine and by pages/src/recap/count.ts.
// Usage: recap_counts.mjs COUNT_RECAPS [SEED]
// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const [, , engine, seed = "1"] = process.argv;
const pages = fileURLToPath(new URL("../../../pages/", import.meta.url));
const { buildSync } = createRequire(pages)("esbuild");

/** Returns what a module of the pages exports. */
function loaded(file) {
  const built = buildSync({
    entryPoints: [pages + file], bundle: true, write: false, format: "esm" });
  const code = Buffer.from(built.outputFiles[0].contents).toString("base64");
  return import(`data:text/javascript;base64,${code}`);
}

const { recap_length } = await loaded("src/recap/count.ts");
const { ranges, unicode_version } = await loaded("src/recap/tables.gen.ts");

let state = Number(seed) >>> 0;
/** Returns a number from 0 up to below `bound` (mulberry32). */
function random(bound) {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = Math.imul(state ^ (state >>> 15), state | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) % bound;
}
const one_of = (list) => list[random(list.length)];
const text_of = (...characters) => String.fromCodePoint(...characters);

/** Some of each kind that the tables know, the ends of ranges above all. */
const samples = ranges.map(([, text]) => {
  let next = 0;
  return text.split(" ").flatMap((range) => {
    const [skipped, more = "0"] = range.split("+");
    const first = next + parseInt(skipped, 36);
    next = first + parseInt(more, 36) + 1;
    return [first, next - 1];
  });
});

/** What people write, and what is hard to take apart. */
const pieces = [
  "a", "Zx", " ", "  ", "\t", "\n", "\r\n", "\r", "\v", "\f", "\u0085", "\u00a0",
  "\u1680", "\u2000", "\u2009", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000",
  "\u2800", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u034f",
  "\u115f", "\u3164", "\u180e", "\u061c", "\u202a", "\u202e", "\u2066", "\u0000",
  "\u0001", "\u007f", "\ufffd", "\uffff", "\ud800", "\udfff", "é", "e\u0301", "\u0301",
  "क", "ष", "त", "\u094d", "\u093c", "\u0941", "क्ष", "क्\u200dष", "क्\u200cष", "हिन्दी",
  "ক্ষ", "ക്ഷ", "క్ష", "ક્ષ", "କ୍ଷ", "ன்", "\u0d4e", "ก็", "ကြ", "\u0903",
  "한", "가", "각", "\u1100", "\u1161", "\u11a8", "\ud7b0", "\ud7cb",
  "العربية", "\u0600", "\u06dd", "\u08e2", "\u0651", "עִברית",
  "🇩", "🇪", "🇩🇪", "👩", "👩‍👩‍👧‍👦", "❤️‍🔥", "🏳️‍🌈", "👍🏽", "\u{1f3fd}", "\ufe0f", "\ufe0e",
  "1️⃣", "©", "®️", "🏴\u{e0067}\u{e0062}\u{e007f}", "\u{e0020}", "\u{e0001}",
  "\u{e0100}", "\u{1d173}", "\u{110bd}", "字", "𠮷", "\u{10ffff}"];

/** Returns a text of pieces, of samples, or of any characters. */
function random_text() {
  let text = "";
  for (let left = random(one_of([3, 8, 20, 60])); left > 0; --left) {
    const kind = random(10);
    if (kind < 5) text += one_of(pieces);
    else if (kind < 9) text += text_of(one_of(one_of(samples)));
    else text += text_of(random(0x110000));
  }
  return text;
}

/** Every character once, by itself and among those that may join it. */
function* every_character() {
  const around = [["", ""], ["a", "a"], [" ", "b"], ["b", " "], ["क", "ष"], ["क्", "ष"],
    ["👩", "‍👩"], ["👩\u200d", ""], ["🇩", "🇪"], ["\u1100", "\u11a8"], ["\u0600", "\u0301"],
    ["\uac00", "\u1161"], ["क", "्ष"]];
  for (let c = 0; c < 0x110000; ++c) {
    if (c >= 0xd800 && c < 0xe000) continue;
    const [before, behind] = around[(c + Number(seed)) % around.length];
    yield before + text_of(c) + behind;
  }
}

function cases() {
  const all = [
    ["", "", ""], [" a ", "\u2800", "\r\n"], ["a".repeat(40_000), "", ""],
    ["a".repeat(40_000), "b", ""], ["字".repeat(13_333), "a", ""],
    ["字".repeat(13_333), "a", "b"], ["e" + "\u0301".repeat(31), "", ""],
    ["e" + "\u0301".repeat(32), "", ""], ["\u200b".repeat(33), "", ""],
    ["", "👩" + "‍👩".repeat(16), ""], ["🇩".repeat(33), "", ""]];
  for (const one of pieces)
    for (const other of pieces) all.push([one + other, other + " " + one, one + other + one]);
  for (let n = 0; n < 20_000; ++n) all.push([random_text(), random_text(), random_text()]);
  const characters = [...every_character()];
  for (let n = 0; n < characters.length; n += 3)
    all.push([0, 1, 2].map((i) => characters[n + i] ?? ""));
  // What the node gets of a lone surrogate.
  return all.map((parts) => parts.map((p) => Buffer.from(p, "utf8").toString("utf8")));
}

const all = cases();
const ran = spawnSync(engine, {
  input: all.map((parts) => JSON.stringify(parts)).join("\n") + "\n",
  encoding: "utf8", maxBuffer: 1 << 28 });
if (ran.status !== 0) throw new Error(`${engine}: ${ran.stderr || ran.error}`);
const counted = ran.stdout.trim().split("\n");
const wrong = all.flatMap(([topics_covered, how_tutee_did, next_steps], n) => {
  const { characters, too_long } = recap_length({ topics_covered, how_tutee_did, next_steps });
  const ours = `${characters} ${too_long ? 1 : 0}`;
  if (ours === counted[n]) return [];
  return [`${JSON.stringify([topics_covered, how_tutee_did, next_steps]).slice(0, 300)}: engine ${counted[n]}, pages ${ours}`];
});
console.log(`Unicode ${unicode_version}, seed ${seed}: ${all.length} recaps, ${wrong.length} counted otherwise`);
if (counted.length !== all.length || wrong.length > 0) {
  console.error(wrong.slice(0, 20).join("\n"));
  process.exit(1);
}
