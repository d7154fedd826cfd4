// Whom no mail reaches, and what the mail server said.
// SPDX-License-Identifier: Apache-2.0
import { get } from "../../api/client";
import { use_data } from "../../api/data";
import { Person } from "../../ui/person";
import { Table } from "../../ui/table";
import { Time, viewers_zone } from "../../ui/time";
import { words } from "../../words";

const text = words.desk.unreached;

export function Unreached() {
  const found = use_data("unreached", (signal) => get("/v1/people", { query: { unreachable: true }, signal }));
  const people = found.data?.items ?? [];
  if (people.length === 0) return null;
  return (
    <details>
      <summary>{text.title(people.length)}</summary>
      <p class="hint">{text.hint}</p>
      <Table caption={text.caption} rows={people} row_key={({ who }) => who} columns={[
        { key: "who", label: text.who, cell: ({ who }) => <Person who={who} /> },
        { key: "words", label: text.words, cell: ({ unreachable }) => <bdi>{unreachable?.words}</bdi> },
        { key: "since", label: text.since, cell: ({ unreachable }) => unreachable
          ? <Time at={unreachable.since} zone={viewers_zone()} /> : null },
      ]} />
    </details>
  );
}
