// As whom somebody looks at a session. The node decides what they get; in mode trusted,
// where it answers everybody everything, this shows what they would get elsewhere.
// SPDX-License-Identifier: Apache-2.0
import type { Session } from "../../api/client";
import { actor, id_of } from "../../shell/identity";

export interface Viewer {
  /** Support, managers and operators: they see all of it. */
  staff: boolean;
  /** Whether it is their session to teach. */
  tutor: boolean;
  /** Their id where they are one of its students, else null. */
  student: string | null;
}

/** Returns as whom the page is used. */
export function viewer_of(session: Session): Viewer {
  const student = id_of(actor("student") ?? "");
  return {
    staff: actor("support", "manager", "admin", "system") !== null,
    tutor: actor("tutor") === `tutor:${session.tutor}`,
    student: session.participants.some((one) => one.student === student) ? student : null,
  };
}

export const sees = ({ staff, tutor, student }: Viewer): boolean => staff || tutor || student !== null;
export const sees_money = ({ staff, tutor }: Viewer): boolean => staff || tutor;
