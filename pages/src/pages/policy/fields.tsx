// The fields of the rules, and the overrides by course and programme as JSON.
// SPDX-License-Identifier: Apache-2.0
import { Choice } from "../../ui/choice";
import { TextArea, TextField } from "../../ui/field";
import { words } from "../../words";
import { type Json, value_at, with_value } from "./compare";
import { type Rule, groups, value_of, written } from "./rules";

const text = words.policy;
export const field_id = (path: string): string => `rule-${path.replace(/[^a-z]/g, "-")}`;

/** What is being written: the texts of the fields, by path. */
export type Texts = Record<string, string>;
export const overrides = ["courses", "programs"] as const;

export function texts_of(policy: Json): Texts {
  const texts: Texts = {};
  for (const { path } of groups.flatMap(({ rules }) => rules)) texts[path] = written(value_at(policy, path));
  for (const path of overrides) texts[path] = JSON.stringify(value_at(policy, path) ?? {}, null, 2);
  return texts;
}

/** Returns the policy that the fields say, and which of the JSON cannot be read. */
export function policy_of(base: Json, texts: Texts): { policy: Json; unreadable: { path: string; why: string } | null } {
  let policy = base;
  let unreadable: { path: string; why: string } | null = null;
  for (const { path, kind } of groups.flatMap(({ rules }) => rules))
    policy = with_value(policy, path, value_of(kind, texts[path] ?? ""));
  for (const path of overrides) {
    try {
      policy = with_value(policy, path, JSON.parse(texts[path] || "{}") as Json);
    } catch (error) {
      unreadable ??= { path, why: error instanceof Error ? error.message : String(error) };
    }
  }
  return { policy, unreadable };
}

function Field({ rule, value, change, error }: {
  rule: Rule; value: string; change: (value: string) => void; error: string | undefined;
}) {
  const { label, hint } = text.rules[rule.path];
  const id = field_id(rule.path);
  if (rule.kind === "confirmation") {
    return (
      <Choice id={id} label={label} value={value} change={change} error={error}
        options={(["all_students", "any_student"] as const).map((one) => ({ value: one as string, label: text.confirmations[one] }))} />
    );
  }
  return <TextField id={id} label={label} hint={hint} value={value} change={change} error={error} />;
}

export function Fields({ texts, change, wrong }: {
  texts: Texts; change: (part: Texts) => void; wrong: { path: string; text: string } | null;
}) {
  const error = (path: string) => (wrong && (wrong.path === path || wrong.path.startsWith(`${path}.`) || wrong.path.startsWith(`${path}[`)) ? wrong.text : undefined);
  return (
    <>
      {groups.map(({ name, rules }) => (
        <fieldset key={name} class="rules">
          <legend>{text.groups[name]}</legend>
          <div class="grid">
            {rules.map((rule) => (
              <Field key={rule.path} rule={rule} value={texts[rule.path] ?? ""} error={error(rule.path)}
                change={(value) => change({ [rule.path]: value })} />
            ))}
          </div>
        </fieldset>
      ))}
      <fieldset class="rules code">
        <legend>{text.groups.overrides}</legend>
        {overrides.map((path) => (
          <TextArea key={path} id={field_id(path)} label={text.rules[path].label} hint={text.rules[path].hint} rows={8}
            value={texts[path] ?? ""} error={error(path)} change={(value) => change({ [path]: value })} />
        ))}
      </fieldset>
    </>
  );
}
