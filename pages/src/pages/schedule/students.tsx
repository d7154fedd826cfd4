// The students who are invited.
// SPDX-License-Identifier: Apache-2.0
import { Button } from "../../ui/button";
import { TextField } from "../../ui/field";
import { Person, use_name } from "../../ui/person";
import { ids_trouble } from "../../session/student_ids";
import { words } from "../../words";
import { most_students, students_of, type Plan } from "./plan";

const text = words.schedule;

function Chosen({ student, known, remove }: { student: string; known: boolean; remove: () => void }) {
  const name = use_name(`student:${student}`);
  return (
    <li>
      <span><Person who={`student:${student}`} />{known || name ? null : <small> {text.student_new}</small>}</span>
      <Button kind="quiet" label={text.remove_student(name ?? student)} onClick={remove}>{text.remove}</Button>
    </li>
  );
}

/** Those of earlier sessions, each pressed while it is chosen: they keep their places. */
function Offers({ offers, students, toggle }: {
  offers: string[]; students: string[]; toggle: (id: string) => void;
}) {
  if (offers.length === 0) return null;
  return (
    <div class="offers" role="group" aria-label={text.earlier}>
      <p class="hint">{text.earlier}</p>
      {offers.map((id) => {
        const chosen = students.includes(id);
        return (
          <Button key={id} pressed={chosen} onClick={() => toggle(id)}>
            <span aria-hidden="true">{chosen ? "✓" : "+"}</span> <Person who={`student:${id}`} />
          </Button>
        );
      })}
    </div>
  );
}

/** What stands in the field counts as one of them when the form is sent. */
export function Students({ plan, offers, change, error }: {
  plan: Plan; offers: string[]; change: (part: Partial<Plan>) => void; error?: string | undefined;
}) {
  const { students, typed } = plan;
  const wrong = ids_trouble(typed);
  const add = () => {
    if (!wrong) change({ students: students_of(plan), typed: "" });
    document.getElementById("student")?.focus();
  };
  const toggle = (id: string) => change({ students: students.includes(id)
    ? students.filter((one) => one !== id) : [...students, id].slice(0, most_students) });
  return (
    <fieldset class="choice">
      <legend>{text.students}</legend>
      <p class="hint">{text.students_hint}</p>
      <ul class="chosen" aria-live="polite">
        {students.map((id) => (
          <Chosen key={id} student={id} known={offers.includes(id)} remove={() => toggle(id)} />
        ))}
      </ul>
      <TextField id="student" label={text.student} hint={text.student_hint} value={typed} change={(value) => change({ typed: value })}
        error={wrong ?? error} enter={typed.trim() ? add : undefined}
        offers={offers.filter((id) => !students.includes(id)).map((value) => ({ value }))} />
      <Button onClick={add}>{text.add}</Button>
      <Offers offers={offers.slice(0, 8)} students={students} toggle={toggle} />
    </fieldset>
  );
}
