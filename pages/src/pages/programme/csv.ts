// What is shown as a file for a spreadsheet: in words, in the currency's main unit and in
// hours, with the days that it is of. For programs the API has a CSV of its own.
// SPDX-License-Identifier: Apache-2.0
import { save_csv_file } from "../../ui/csv";
import { major_units } from "../../ui/money";
import { find_names } from "../../ui/person";
import { words } from "../../words";
import { type Period, week_begins } from "./period";
import { type By, type Refused, type Reminded, type Scope, type Sums, read_stats } from "./stats";

const text = words.programme;
type SumsBy = Exclude<By, "refusal" | "reminder">;
type Row = string[];

const hours = (minutes: number): string => (minutes / 60).toFixed(2);

/** What a group is called, in one column or two. */
async function named(by: SumsBy, groups: Sums[]): Promise<{ head: Row; cells: Row[] }> {
  const keys = groups.map(({ key }) => key);
  switch (by) {
    case "state": return { head: [text.state], cells: keys.map((key) => [(words.states as Record<string, string>)[key] ?? key]) };
    case "week": return { head: [text.week, text.csv_monday], cells: keys.map((key) => [key, week_begins(key)]) };
    case "tutor": {
      const names = await find_names(keys.map((key) => `tutor:${key}`));
      return { head: [text.tutor, text.csv_name], cells: keys.map((key, i) => [key, names[i] ?? ""]) };
    }
    default: return { head: [{ day: text.day, course: text.course, program: text.program }[by]], cells: keys.map((key) => [key]) };
  }
}

async function table_of_sums(by: SumsBy, groups: Sums[]): Promise<Row[]> {
  const currencies = [...new Set(groups.flatMap(({ pay }) => Object.keys(pay)))].sort();
  const { head, cells } = await named(by, groups);
  return [
    [...head, text.sessions, text.hours, ...currencies.map((currency) => `${text.pay} (${currency})`), text.csv_median],
    ...groups.map(({ sessions, minutes, pay, median_confirm_seconds: median }, i) => [
      ...(cells[i] ?? []), String(sessions), hours(minutes),
      ...currencies.map((currency) => major_units(pay[currency] ?? 0, currency)), median === null ? "" : (median / 3600).toFixed(2)]),
  ];
}

async function table_of(by: By, scope: Scope): Promise<Row[]> {
  if (by === "refusal") {
    const groups: Refused[] = await read_stats(by, scope);
    return [[text.reason, text.csv_code, text.times], ...groups.map(({ key, count }) => [words.refusals[key].what, key, String(count)])];
  }
  if (by === "reminder") {
    const groups: Reminded[] = await read_stats(by, scope);
    return [[text.reminder, text.sent, text.answered], ...groups.map((one) => [
      text.reminder_kinds[one.key], String(one.count), String(one.answered_within_24h)])];
  }
  return table_of_sums(by, await read_stats(by, scope));
}

/** Saves the groups, each with the days that they are of. */
export async function save_csv(by: By, scope: Scope, { first, last }: Period): Promise<void> {
  const [head = [], ...rows] = await table_of(by, scope);
  save_csv_file([by, ...(scope.program ? [scope.program] : []), first, last].join("_") + ".csv",
    [[...head, text.csv_from, text.csv_to], ...rows.map((row) => [...row, first, last])]);
}
