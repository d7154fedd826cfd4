// What a session pays, as the contract says it.
// SPDX-License-Identifier: Apache-2.0
import type { Session, State } from "../api/client";

const counting: State[] = ["time_logged", "awaiting_student_recap", "completed", "disputed", "paid"];

/** Returns the minutes that a session counts, or null. */
export const counted_minutes = ({ state, minutes }: Session): number | null => (counting.includes(state) ? minutes : null);

/** Returns minor units: minutes × rate / 60, rounded half up. */
export const pay_of = (minutes: number, rate_per_hour: number): number =>
  Math.floor((minutes * rate_per_hour * 2 + 60) / 120);

/** Students who are going and whose recap is still to come. */
export const owing = (session: Session): string[] =>
  session.participants.filter(({ status, recap }) => status === "going" && recap === null)
    .map(({ student }) => student);
