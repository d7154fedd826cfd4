// The three fields of a recap, with its length as the engine counts it.
// SPDX-License-Identifier: Apache-2.0
import type { Recap } from "../api/client";
import { TextArea } from "../ui/field";
import { words } from "../words";
import { recap_length } from "./count";

export const empty_recap: Recap = { topics_covered: "", how_tutee_did: "", next_steps: "" };
export const recap_parts = ["topics_covered", "how_tutee_did", "next_steps"] as const;

export interface RecapRules {
  min_characters: number;
  max_characters: number;
}

/** Returns why the recap would be refused, or null. */
export function recap_trouble(recap: Recap, rules: RecapRules): string | null {
  const { characters, too_long } = recap_length(recap);
  if (too_long || characters > rules.max_characters) return words.recap.too_long(characters, rules.max_characters);
  if (characters < rules.min_characters) return words.recap.too_short(characters, rules.min_characters);
  return null;
}

/** Returns the part by which it is told: the one that most is written in. */
export const troubled_part = (recap: Recap): keyof Recap =>
  recap_parts.reduce((most, part) => (recap[part].length > recap[most].length ? part : most), "topics_covered");

function Count({ recap, rules }: { recap: Recap; rules: RecapRules }) {
  const { characters, too_long } = recap_length(recap);
  const enough = characters >= rules.min_characters;
  const fits = !too_long && characters <= rules.max_characters;
  const said = !fits ? words.recap.too_long(characters, rules.max_characters)
    : enough ? words.recap.enough(characters, rules.max_characters) : words.recap.more(characters, rules.min_characters);
  return (
    <div class="count">
      <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
        <rect class="track" width="100" height="4" />
        <rect class={fits ? "fill" : "full"} height="4"
          width={Math.min(100, (100 * characters) / Math.max(1, rules.min_characters))} />
      </svg>
      <p id="recap-count" data-characters={characters}><span aria-hidden="true">{enough && fits ? "✓ " : ""}</span>{said}</p>
    </div>
  );
}

/** `role` says whose recap it is: the questions differ. */
export function RecapFields({ recap, rules, change, role, error, disabled }: {
  recap: Recap; rules: RecapRules; change: (part: Partial<Recap>) => void; role: "tutor" | "student";
  /** Returns what is wrong with a part. */
  error: (part: string) => string | undefined; disabled?: boolean;
}) {
  return (
    <div class="recap-fields">
      {recap_parts.map((part) => (
        <TextArea key={part} id={part} label={words.recap.questions[role][part]} value={recap[part]}
          error={error(part)} disabled={disabled ?? false}
          change={(value) => change({ [part]: value })} />
      ))}
      <Count recap={recap} rules={rules} />
    </div>
  );
}
