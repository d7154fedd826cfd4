// Makes sessions of a file's lines, and says of each line what is wrong with it.
// SPDX-License-Identifier: Apache-2.0
import type { DataOf } from "../../api/commands";
import { is_id } from "../../session/student_ids";
import { is_zone } from "../../ui/zone";
import { words } from "../../words";
import { type Row, read_csv } from "./csv";
import { instant_of } from "./local_time";

const text = words.import;

export const needed = ["tutor", "course", "starts_at", "modality", "students"] as const;
export const optional = ["id", "program", "timezone", "rate_per_hour", "currency"] as const;
const known = [...needed, ...optional] as const;
type Column = (typeof known)[number];

export interface Planned {
  line: number;
  id: string;
  data: DataOf<"recapd.session.schedule">;
}

export interface Wrong {
  line: number;
  text: string;
}

export interface Plan {
  sessions: Planned[];
  wrong: Wrong[];
  used: Column[];
  /** Columns that are not read. */
  ignored: string[];
  /** The file as it was read, from its header on. */
  rows: Row[];
  /** Whether no line of it can be read. */
  unreadable: boolean;
}

const nothing: Plan = { sessions: [], wrong: [], used: [], ignored: [], rows: [], unreadable: true };

/** Returns an id that the same line gets again: a file imported twice schedules nothing
 * twice. */
export function id_of(tutor: string, course: string, starts_at: string): string {
  const moment = starts_at.replace(/\D/g, "").slice(0, 12);
  const id = `${tutor}-${course}-${moment}`;
  if (id.length <= 64) return id;
  let hash = 0;
  for (const letter of id) hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) | 0;
  return `${id.slice(0, 42)}-${(hash >>> 0).toString(36)}-${moment}`.slice(0, 64);
}

const modality_of = (word: string): "online" | "in_person" | null => {
  const plain = word.toLowerCase().replace(/[\s-]+/g, "_");
  return plain === "online" || plain === "in_person" ? plain : null;
};

/** Reads a line; what is wrong goes into `wrong`. */
function plan_line(value: (column: Column) => string, line: number, wrong: Wrong[]): Planned | null {
  const before = wrong.length;
  const say = (what: string) => wrong.push({ line, text: what });
  for (const column of needed) if (!value(column)) say(text.missing(column));
  for (const column of ["id", "tutor", "course", "program"] as const)
    if (value(column) && !is_id(value(column))) say(text.no_id(column, value(column)));
  const students = value("students").split(/[\s,;|]+/).filter(Boolean);
  for (const student of students) if (!is_id(student)) say(text.no_id("students", student));
  if (students.length > 50 || new Set(students).size !== students.length) say(text.students_wrong);
  const modality = modality_of(value("modality"));
  if (value("modality") && !modality) say(text.modality_wrong(value("modality")));
  const starts_at = value("starts_at") ? instant_of(value("starts_at"), value("timezone")) : null;
  if (starts_at && "wrong" in starts_at && starts_at.wrong !== "zone_unknown") say(text.time_wrong[starts_at.wrong](value("starts_at")));
  if (value("timezone") && !is_zone(value("timezone"))) say(text.time_wrong.zone_unknown(value("timezone")));
  const rate = value("rate_per_hour");
  if (rate && !/^\d{1,8}$/.test(rate)) say(text.rate_wrong(rate));
  if (wrong.length > before || !modality || !starts_at || "wrong" in starts_at) return null;
  const [program, timezone, currency] = [value("program"), value("timezone"), value("currency")];
  return {
    line,
    id: value("id") || id_of(value("tutor"), value("course"), starts_at.at),
    data: {
      tutor: value("tutor"), course: value("course"), starts_at: starts_at.at, modality, students,
      ...(program ? { program } : {}), ...(timezone ? { timezone } : {}),
      ...(rate ? { rate_per_hour: Number(rate) } : {}), ...(currency ? { currency: currency.toUpperCase() } : {}),
    },
  };
}

/** Says which lines mean the same session. */
function say_repeats(sessions: Planned[], wrong: Wrong[]): Planned[] {
  const first = new Map<string, number>();
  return sessions.filter(({ id, line }) => {
    const before = first.get(id);
    if (before === undefined) first.set(id, line);
    else wrong.push({ line, text: text.repeated(id, before) });
    return before === undefined;
  });
}

/** Puts all sessions into a programme, where the file names none. */
export const in_program = (plan: Plan, program: string): Planned[] =>
  plan.sessions.map((one) => ({ ...one, data: { program, ...one.data } }));

/** Reads a file's text. */
export function plan_of(file: string): Plan {
  const { rows: [header, ...rows], unclosed } = read_csv(file);
  if (unclosed !== null) return { ...nothing, wrong: [{ line: unclosed, text: text.unclosed }] };
  if (!header) return { ...nothing, wrong: [{ line: 1, text: text.nothing }] };
  const names = header.cells.map((name) => name.toLowerCase().replace(/[\s-]+/g, "_"));
  const used = known.filter((name) => names.includes(name));
  const ignored = header.cells.filter((_, i) => !(known as readonly string[]).includes(names[i] ?? ""));
  const absent = needed.filter((name) => !names.includes(name));
  if (absent.length) return { ...nothing, used, ignored, wrong: [{ line: header.line, text: text.columns_missing(absent.join(", ")) }] };
  const wrong: Wrong[] = [];
  const sessions = rows.flatMap(({ line, cells }) => {
    const planned = plan_line((column) => cells[names.indexOf(column)] ?? "", line, wrong);
    return planned ? [planned] : [];
  });
  if (rows.length === 0) wrong.push({ line: header.line, text: text.nothing });
  const kept = say_repeats(sessions, wrong);
  return { sessions: kept, wrong: wrong.sort((a, b) => a.line - b.line), used, ignored, rows: [header, ...rows], unreadable: false };
}
