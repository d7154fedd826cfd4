// All that the page shows of a session; what the caller may not see is null.
// SPDX-License-Identifier: Apache-2.0
import { type Answer, Problem, type Schemas, type Session, get } from "../../api/client";
import { read_pages } from "../../api/paging";

export type SessionEvent = Schemas["SessionEvent"];
export type Notification = Schemas["Notification"];
export type Outcome = Schemas["Outcome"];
export type Explanation = Answer<"/v1/sessions/{id}/explain">;

export interface Whole {
  session: Session;
  explanation: Explanation | null;
  events: SessionEvent[] | null;
  notifications: Notification[] | null;
  refusals: Outcome[] | null;
}

/** A session's calls end at 500, and its reminders are few. */
const most_items = 5000;

/** Returns null where it is not for the caller. */
async function if_theirs<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Problem && (error.status === 403 || error.status === 404)) return null;
    throw error;
  }
}

const page = (after: string | undefined) => ({ limit: 500, ...(after ? { after } : {}) });

async function events_of(id: string, signal: AbortSignal): Promise<SessionEvent[]> {
  const { items } = await read_pages(async (after) => {
    const answer = await get("/v1/sessions/{id}/history", { path: { id }, query: page(after), signal });
    return { items: answer.events, next: answer.next };
  }, most_items);
  return items;
}

async function refusals_of(id: string, signal: AbortSignal): Promise<Outcome[]> {
  const { items } = await read_pages(async (after) => {
    const answer = await get("/v1/sessions/{id}/refusals", { path: { id }, query: page(after), signal });
    return { items: answer.refusals, next: answer.next };
  }, most_items);
  return items;
}

async function notifications_of(session: string, signal: AbortSignal): Promise<Notification[]> {
  const { items } = await read_pages(async (after) => {
    const answer = await get("/v1/notifications", { query: { session, ...page(after) }, signal });
    return { items: answer.notifications, next: answer.next };
  }, most_items);
  return items;
}

export async function read_session(id: string, signal: AbortSignal): Promise<Whole> {
  const path = { id };
  const [session, explanation, events, notifications, refusals] = await Promise.all([
    get("/v1/sessions/{id}", { path, signal }),
    if_theirs(get("/v1/sessions/{id}/explain", { path, signal })),
    if_theirs(events_of(id, signal)),
    if_theirs(notifications_of(id, signal)),
    if_theirs(refusals_of(id, signal)),
  ]);
  return { session, explanation, events, notifications, refusals };
}

export interface Held {
  code: Schemas["LimitCode"];
  student: string | null;
  limit: number | null;
  used: number;
}

/** Returns the limits of its week that count it: the tutor's, the course's and, of each
 * student who goes, theirs. */
export async function read_limits(session: Session, students: string[], tutors: boolean, signal: AbortSignal): Promise<Held[]> {
  const query = { at: session.starts_at, program: session.program };
  const tutor = tutors ? await if_theirs(get("/v1/tutors/{id}/limits", {
    path: { id: session.tutor }, query: { ...query, course: session.course }, signal })) : null;
  const courses = await Promise.all(students.map(async (student) => ({
    student,
    answer: await if_theirs(get("/v1/courses/{id}/limits", {
      path: { id: session.course }, query: { ...query, student }, signal })),
  })));
  const found: Held[] = (tutor?.limits ?? []).map((limit) => ({ ...limit, student: null }));
  for (const { student, answer } of courses) {
    for (const limit of answer?.limits ?? []) {
      const own = limit.code === "student-course-weekly-limit" || limit.code === "pair-daily-limit";
      if (own || !found.some(({ code }) => code === limit.code)) found.push({ ...limit, student: own ? student : null });
    }
  }
  return found;
}
