// The students who are invited.
// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import { Button } from "../../ui/button";
import { TextField } from "../../ui/field";
import { Person, use_name } from "../../ui/person";
import { words } from "../../words";
import { is_id } from "./plan";

const text = words.schedule;

function Chosen({ student, remove }: { student: string; remove: () => void }) {
  const name = use_name(`student:${student}`) ?? student;
  return (
    <li>
      <Person who={`student:${student}`} />
      <Button kind="quiet" label={text.remove_student(name)} onClick={remove}>{text.remove}</Button>
    </li>
  );
}

export function Students({ students, offers, change, error }: {
  students: string[]; offers: string[]; change: (students: string[]) => void; error?: string | undefined;
}) {
  const [student, set_student] = useState("");
  const [wrong, set_wrong] = useState<string | undefined>();
  const add = (words_written: string) => {
    const ids = words_written.split(/[\s,;]+/).filter(Boolean);
    const bad = ids.length === 0 || !ids.every(is_id);
    set_wrong(bad ? words.shell.id_wrong : undefined);
    if (bad) return;
    change([...new Set([...students, ...ids])].slice(0, 50));
    set_student("");
  };
  const open = offers.filter((id) => !students.includes(id));
  return (
    <fieldset class="choice">
      <legend>{text.students}</legend>
      <ul class="chosen" aria-live="polite">
        {students.map((id) => (
          <Chosen key={id} student={id} remove={() => change(students.filter((one) => one !== id))} />
        ))}
      </ul>
      <TextField id="student" label={text.student} hint={text.student_hint} value={student} change={set_student}
        error={wrong ?? error} offers={open.map((value) => ({ value }))} />
      <Button onClick={() => add(student)}>{text.add}</Button>
      {open.length ? (
        <div class="offers">
          <p class="hint">{text.earlier}</p>
          {open.slice(0, 8).map((id) => <Button key={id} onClick={() => add(id)}>+ <Person who={`student:${id}`} /></Button>)}
        </div>
      ) : null}
    </fieldset>
  );
}
