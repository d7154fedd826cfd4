// What is unusual about a plan, and is asked about before it is sent: the engine takes it.
// SPDX-License-Identifier: Apache-2.0
import { Problem, type Session } from "../../api/client";
import { type Order, preview } from "../../api/commands";
import { now } from "../../shell/clock";
import { day_and_time } from "../../ui/time";
import { local_of } from "../../ui/zone";
import { words } from "../../words";
import { type Plan, orders_of, starts_of, students_of } from "./plan";

const text = words.schedule;
const year_ms = 366 * 24 * 3600 * 1000;

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

/** Says it of students who have a session with this tutor that day: a policy may count
 * only so many, which no call tells beforehand. */
function crowded(plan: Plan, earlier: Session[]): string[] {
  const [start] = starts_of(plan);
  if (!start) return [];
  const day = local_of(start, plan.zone).date;
  const that_day = earlier.filter(({ state, starts_at }) => state !== "cancelled" && state !== "voided"
    && local_of(Date.parse(starts_at), plan.zone).date === day);
  return students_of(plan).flatMap((student) => {
    const theirs = that_day.filter(({ participants }) => participants.some((one) =>
      one.student === student && (one.status === "invited" || one.status === "going")));
    return theirs.length ? [text.unusual.crowded(student, theirs.length)] : [];
  });
}

/** Returns a sentence for each thing that is unusual. */
export async function unusual_of(plan: Plan, tutor: string, earlier: Session[]): Promise<string[]> {
  const far = starts_of(plan).some((at) => at !== null && at > now() + year_ms);
  const self = students_of(plan).includes(tutor.slice(tutor.indexOf(":") + 1));
  return [
    ...(await over(plan, tutor)),
    ...(far ? [text.unusual.far(plan.date.slice(0, 4))] : []),
    ...(self ? [text.unusual.self] : []),
    ...crowded(plan, earlier),
  ];
}
