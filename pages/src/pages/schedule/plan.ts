// What is being scheduled: one session, or one a week.
// SPDX-License-Identifier: Apache-2.0
import type { Session } from "../../api/client";
import type { Order } from "../../api/commands";
import type { FormError } from "../../ui/error_summary";
import { ids_in, ids_trouble, is_id } from "../../session/student_ids";
import { days_later, is_zone, moment_of } from "../../ui/zone";
import { words } from "../../words";

export interface Plan {
  /** The beginning of the sessions' ids; kept with the draft, so that what was sent
   * before is found again. */
  id: string;
  course: string;
  program: string;
  date: string;
  time: string;
  zone: string;
  modality: "online" | "in_person";
  students: string[];
  /** What stands in the field of students and was not added. */
  typed: string;
  weeks: number;
}

const text = words.schedule;

/** Whether a student is in a session, or may be. */
export const is_in = ({ status }: Session["participants"][number]): boolean => status === "invited" || status === "going";

export const most_weeks = 20;
export const most_students = 50;

/** Returns the students who are invited: also who is written and was not added. */
export const students_of = (plan: Plan): string[] =>
  [...new Set([...plan.students, ...ids_in(plan.typed)])].slice(0, most_students);

/** Returns when each of them starts; null where clocks there never show that time. */
export const starts_of = (plan: Plan): (number | null)[] =>
  Array.from({ length: plan.weeks }, (_, week) => moment_of(days_later(plan.date, 7 * week), plan.time, plan.zone));

/** Returns all that is wrong with it. */
export function troubles_of(plan: Plan): FormError[] {
  const errors: FormError[] = [];
  const expect = (good: boolean, field: string, sentence: string) => {
    if (!good) errors.push({ field, text: sentence });
  };
  expect(is_id(plan.course), "course", plan.course ? text.course_wrong : text.course_missing);
  expect(plan.program === "" || is_id(plan.program), "program", text.program_wrong);
  const dated = plan.date !== "";
  expect(dated, "date", text.date_missing);
  expect(plan.time !== "", "time", text.time_missing);
  expect(is_zone(plan.zone), "zone", text.zone_wrong);
  if (dated && plan.time && is_zone(plan.zone))
    expect(!starts_of(plan).includes(null), "time", text.time_skipped);
  const wrong = ids_trouble(plan.typed);
  expect(!wrong, "student", wrong ?? "");
  expect(students_of(plan).length > 0, "student", text.students_missing);
  return errors;
}

/** Returns the command of each session, in order. */
export function orders_of(plan: Plan, tutor: string): Order<"recapd.session.schedule">[] {
  return starts_of(plan).map((at, week) => ({
    type: "recapd.session.schedule",
    subject: plan.weeks > 1 ? `${plan.id}-${week + 1}` : plan.id,
    as: tutor,
    data: {
      tutor: tutor.slice(tutor.indexOf(":") + 1),
      course: plan.course,
      starts_at: new Date(at ?? 0).toISOString(),
      modality: plan.modality,
      students: students_of(plan),
      timezone: plan.zone,
      ...(plan.program ? { program: plan.program } : {}),
    },
  }));
}
