// The length of a recap, counted as the engine does, by tables made of its ICU.
// SPDX-License-Identifier: Apache-2.0
import { classes, flags, ranges } from "./tables.gen";

/** The most code points of a character, and bytes of the three parts. */
const largest_cluster = 32;
const largest_bytes = 40_000;

const class_bits = 15;
const blank = 0x20;
const first_syllable = 0xac00;
const finals_of_a_syllable = 28;

export interface Recap {
  topics_covered: string;
  how_tutee_did: string;
  next_steps: string;
}

export interface RecapLength {
  characters: number;
  /** A character, or the whole, is larger than the engine takes. */
  too_long: boolean;
}

interface Range {
  first: number;
  last: number;
  kind: number;
}

/** All ranges in order. */
const table: readonly Range[] = ranges
  .flatMap(([kind, text]) => {
    let next = 0;
    return text.split(" ").map((one): Range => {
      const [skipped = "0", more = "0"] = one.split("+");
      const first = next + parseInt(skipped, 36);
      next = first + parseInt(more, 36) + 1;
      return { first, last: next - 1, kind };
    });
  })
  .sort((a, b) => a.first - b.first);

/** Returns the class of a character with its flags. */
function kind_of(character: number): number {
  let low = 0;
  let high = table.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (table[middle]!.last < character) low = middle + 1;
    else high = middle;
  }
  const found = table[low];
  return found && found.first <= character ? found.kind : classes.other;
}

/** A lone surrogate becomes U+FFFD on its way to the node. */
function characters_of(text: string): number[] {
  return Array.from(text, (c) => {
    const character = c.codePointAt(0)!;
    return character >= 0xd800 && character <= 0xdfff ? 0xfffd : character;
  });
}

function bytes_of(character: number): number {
  if (character < 0x80) return 1;
  if (character < 0x800) return 2;
  return character < 0x10000 ? 3 : 4;
}

/** GB6 to GB8: whether two Hangul characters are of one syllable. */
function of_one_syllable(left: number, left_class: number, right_class: number): boolean {
  const { l, v, t, syllable } = classes;
  const open = left_class === syllable && (left - first_syllable) % finals_of_a_syllable === 0;
  if (left_class === l) return right_class === l || right_class === v || right_class === syllable;
  if (left_class === v || open) return right_class === v || right_class === t;
  return (left_class === t || left_class === syllable) && right_class === t;
}

/** What of a cluster so far decides whether it goes on (UAX #29). */
class Cluster {
  private last = 0;
  private last_kind: number = classes.control;
  private regionals = 0;
  /** Behind a pictographic character and what extends it; behind a ZWJ besides. */
  private picture: "no" | "open" | "joining" = "no";
  /** Behind a consonant and what conjoins; behind a linker besides. */
  private conjunct: "no" | "open" | "linked" = "no";

  /** Takes the next character; returns false where a new cluster begins. */
  take(character: number): boolean {
    const kind = kind_of(character);
    const goes_on = this.goes_on(kind);
    this.note(character, kind, goes_on);
    return goes_on;
  }

  private goes_on(kind: number): boolean {
    const left = this.last_kind & class_bits;
    const right = kind & class_bits;
    const { control, extend, zwj, spacing, prepend, regional } = classes;
    if (left === control || right === control) return false;
    if (right === extend || right === zwj || right === spacing) return true;
    if (left === prepend) return true;
    if (of_one_syllable(this.last, left, right)) return true;
    if (this.conjunct === "linked" && kind & flags.consonant) return true;
    if (this.picture === "joining" && kind & flags.pictographic) return true;
    return left === regional && right === regional && this.regionals % 2 === 1;
  }

  private note(character: number, kind: number, goes_on: boolean): void {
    const of_class = kind & class_bits;
    this.last = character;
    this.last_kind = kind;
    this.regionals = of_class !== classes.regional ? 0 : goes_on ? this.regionals + 1 : 1;
    if (kind & flags.pictographic) this.picture = "open";
    else if (of_class === classes.zwj && this.picture === "open") this.picture = "joining";
    else if (of_class !== classes.extend || this.picture !== "open") this.picture = "no";
    if (kind & flags.consonant) this.conjunct = "open";
    else if (kind & flags.linker && this.conjunct !== "no") this.conjunct = "linked";
    else if (!(kind & flags.conjoining)) this.conjunct = "no";
  }
}

/** Returns the clusters of characters; CR LF, white space, is two. */
function clusters_of(characters: readonly number[]): number[][] {
  const clusters: number[][] = [];
  const at = new Cluster();
  for (const character of characters) {
    if (at.take(character)) clusters[clusters.length - 1]!.push(character);
    else clusters.push([character]);
  }
  return clusters;
}

function is_seen(character: number): boolean {
  return (kind_of(character) & (flags.space | flags.invisible)) === 0;
}

/** Returns what is counted: without clusters that nobody sees, trimmed, and each
 * inner run of white space as one blank. */
function seen_of(clusters: readonly number[][]): number[] {
  const seen: number[] = [];
  let gap = false;
  for (const cluster of clusters) {
    const visible = cluster.some(is_seen);
    for (const character of cluster) {
      if (kind_of(character) & flags.space) {
        gap = seen.length > 0;
      } else if (visible) {
        if (gap) seen.push(blank);
        gap = false;
        seen.push(character);
      }
    }
  }
  return seen;
}

/** Returns the length of a recap. */
export function recap_length(recap: Recap): RecapLength {
  let characters = 0;
  let bytes = 0;
  let widest = 0;
  for (const part of [recap.topics_covered, recap.how_tutee_did, recap.next_steps]) {
    const written = characters_of(part);
    const clusters = clusters_of(written);
    for (const character of written) bytes += bytes_of(character);
    for (const cluster of clusters) widest = Math.max(widest, cluster.length);
    characters += clusters_of(seen_of(clusters)).length;
  }
  return { characters, too_long: widest > largest_cluster || bytes > largest_bytes };
}
