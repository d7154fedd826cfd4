// What is unusual about a plan, and is asked about before it is sent: the engine takes it.
// SPDX-License-Identifier: Apache-2.0
import { Problem, type Session } from "../../api/client";
import { type Order, preview } from "../../api/commands";
import { read_sessions } from "../../api/paging";
import { now } from "../../shell/clock";
import { id_of } from "../../shell/identity";
import { day_and_time, day_only } from "../../ui/time";
import { local_of } from "../../ui/zone";
import { words } from "../../words";
import { type Plan, is_in, orders_of, starts_of, students_of } from "./plan";

const text = words.schedule;
const day_ms = 24 * 3600 * 1000;
const year_ms = 366 * day_ms;
/** Of the tutor's sessions while a series goes on. */
const most_read = 1000;

/** Returns when its time to log would be over, or null where nobody answers now. */
async function deadline_of(order: Order): Promise<number | null> {
  try {
    const { session } = await preview(order);
    return session ? Date.parse(session.deadline) : null;
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}

/** Says it where its time to log would be over before it is scheduled. */
async function over(plan: Plan, tutor: string): Promise<string[]> {
  const [order] = orders_of(plan, tutor);
  const [start] = starts_of(plan);
  if (!order || !start || start > now()) return [];
  const deadline = await deadline_of(order as Order);
  return deadline !== null && deadline < now() ? [text.unusual.over(day_and_time(deadline, plan.zone, now()))] : [];
}

/** Returns the tutor's other sessions on the days of the plan; none where nobody answers now. */
async function beside(plan: Plan, tutor: string): Promise<Session[]> {
  const starts = starts_of(plan).filter((at) => at !== null);
  const own = new Set(orders_of(plan, tutor).map(({ subject }) => subject));
  const at = (moment: number) => new Date(moment).toISOString();
  try {
    const { items } = await read_sessions({ tutor: id_of(tutor), from: at(Math.min(...starts) - day_ms), to: at(Math.max(...starts) + day_ms) }, most_read);
    return items.filter(({ id, state }) => !own.has(id) && state !== "cancelled" && state !== "voided");
  } catch (error) {
    if (error instanceof Problem) return [];
    throw error;
  }
}

/** Says it where the tutor has another session at the same minute. */
const clashing = (plan: Plan, others: Session[]): string[] => starts_of(plan).flatMap((start) => {
  const minute = (at: number) => Math.floor(at / 60_000);
  const same = others.filter(({ starts_at }) => start !== null && minute(Date.parse(starts_at)) === minute(start));
  return same.map(({ course }) => text.unusual.clash(day_and_time(start ?? 0, plan.zone, now()), course));
});

/** Says it of students who have a session with this tutor on one of the days: a policy may
 * count only so many, which no call tells beforehand. */
const crowded = (plan: Plan, others: Session[]): string[] => starts_of(plan).flatMap((start) => {
  const day = (at: number) => local_of(at, plan.zone).date;
  const that_day = others.filter(({ starts_at }) => start !== null && day(Date.parse(starts_at)) === day(start));
  return students_of(plan).flatMap((student) => {
    const theirs = that_day.filter(({ participants }) => participants.some((one) => one.student === student && is_in(one)));
    return theirs.length ? [text.unusual.crowded(student, theirs.length, day_only(start ?? 0, plan.zone))] : [];
  });
});

/** Returns a sentence for each thing that is unusual. */
export async function unusual_of(plan: Plan, tutor: string): Promise<string[]> {
  const far = starts_of(plan).some((at) => at !== null && at > now() + year_ms);
  const [others, too_late] = await Promise.all([beside(plan, tutor), over(plan, tutor)]);
  return [
    ...too_late,
    ...(far ? [text.unusual.far(plan.date.slice(0, 4))] : []),
    ...(students_of(plan).includes(id_of(tutor)) ? [text.unusual.self] : []),
    ...clashing(plan, others),
    ...crowded(plan, others),
  ];
}
