// What happened to a session since it was looked at: what a preview said holds no more.
// SPDX-License-Identifier: Apache-2.0
import { type Schemas, type Session, get } from "../../../api/client";

export type SessionEvent = Schemas["SessionEvent"];

const most = 100;

/** Reads what happened since a version of it, but for what the command `own` did. Reminders
 * change nothing that is decided. */
export async function since(id: string, version: number, signal: AbortSignal, own?: string): Promise<SessionEvent[]> {
  const { events } = await get("/v1/sessions/{id}/history", {
    path: { id }, query: { after: String(version), limit: most }, signal });
  return events.filter(({ type, command }) => type !== "reminder.sent" && (!own || command?.id !== own));
}

export const read_now = (id: string, signal: AbortSignal): Promise<Session> =>
  get("/v1/sessions/{id}", { path: { id }, signal });
