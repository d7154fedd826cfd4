// The search: by an id of anything, and by each thing alone. The address keeps it.
// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from "preact/hooks";
import { is_id } from "../../session/student_ids";
import { id_of } from "../../shell/identity";
import { go, href } from "../../shell/router";
import { Button, LinkButton } from "../../ui/button";
import { SelectField, TextField } from "../../ui/field";
import { Person, people_named } from "../../ui/person";
import { words } from "../../words";
import type { Queue } from "./queues";
import { type Filters, all_flags, filter_names, filters_of } from "./read";

const text = words.desk;
const any = { value: "", label: text.any };

function More({ value, change, queue }: {
  value: Filters; change: (name: keyof Filters) => (word: string) => void; queue: Queue;
}) {
  const ids = ["tutor", "student", "course", "program"] as const;
  const states = Object.entries(words.states).map(([state, label]) => ({ value: state, label }));
  return (
    <div class="filters">
      {queue === "all" ? (
        <SelectField id="state" label={text.state} value={value.state} change={change("state")} options={[any, ...states]} />
      ) : null}
      {ids.map((name) => (
        <TextField key={name} id={name} label={text.filters[name]} value={value[name]} change={change(name)}
          error={value[name] && !is_id(value[name]) ? text.no_id : undefined} />
      ))}
      <SelectField id="flag" label={text.flag} value={value.flag} change={change("flag")}
        options={[any, ...all_flags.map((flag) => ({ value: flag, label: words.session.flags[flag] }))]} />
      <TextField id="from" type="date" label={text.from} value={value.from} change={change("from")} />
      <TextField id="to" type="date" label={text.to} value={value.to} change={change("to")} />
    </div>
  );
}

/** Offers people whose names were shown, where a name was searched. */
function Perhaps({ q }: { q: string }) {
  const people = people_named(q).slice(0, 5);
  if (people.length === 0) return null;
  return (
    <p>{text.perhaps} {people.map((who) => (
      <LinkButton key={who} kind="quiet" to={href("/desk", { queue: "all", q: id_of(who) })}><Person who={who} /></LinkButton>
    ))}</p>
  );
}

export function Search({ query, queue }: { query: URLSearchParams; queue: Queue }) {
  const asked = filters_of(query);
  const [value, set_value] = useState(asked);
  useEffect(() => set_value(asked), [query.toString()]);
  const change = (name: keyof Filters) => (word: string) => set_value((was) => ({ ...was, [name]: word.trim() }));
  const others = filter_names.filter((name) => name !== "q" && asked[name]).length;
  const submit = (event: Event) => {
    event.preventDefault();
    go(href("/desk", { queue, ...value, order: query.get("order") ?? undefined }));
  };
  return (
    <form class="search" role="search" onSubmit={submit} noValidate>
      <div class="search-line">
        <TextField id="q" type="search" label={text.search} hint={text.search_hint(text.queues[queue])} value={value.q} change={change("q")}
          error={asked.q && !is_id(asked.q) ? text.no_id : undefined} />
        <Button submit kind="main">{text.find}</Button>
        {others || asked.q ? <LinkButton to={href("/desk", { queue })}>{text.clear}</LinkButton> : null}
      </div>
      {asked.q && !is_id(asked.q) ? <Perhaps q={asked.q} /> : null}
      <details open={others > 0}>
        <summary>{text.more_filters(others)}</summary>
        <More value={value} change={change} queue={queue} />
        <Button submit>{text.find}</Button>
      </details>
    </form>
  );
}
