// What differs between two versions, as a table.
// SPDX-License-Identifier: Apache-2.0
import { Empty } from "../../ui/shown";
import { Table } from "../../ui/table";
import { words } from "../../words";
import type { Change, Json } from "./compare";
import { rule_text, written } from "./rules";

const text = words.policy;

const said = (value: Json | undefined): string =>
  value === undefined ? text.unsaid : value === null ? text.none : written(value) || text.none;

export function Changes({ changes, caption }: { changes: Change[]; caption: string }) {
  if (changes.length === 0) return <Empty>{text.no_changes}</Empty>;
  return (
    <Table caption={caption} rows={changes} row_key={({ path }) => path} columns={[
      { key: "rule", label: text.rule, cell: ({ path }) => <>{rule_text(path)} <small><bdi>{path}</bdi></small></> },
      { key: "from", label: text.from, cell: ({ from }) => <bdi>{said(from)}</bdi> },
      { key: "to", label: text.to, cell: ({ to }) => <strong><bdi>{said(to)}</bdi></strong> },
    ]} />
  );
}
