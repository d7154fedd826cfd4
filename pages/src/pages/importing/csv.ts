// Reads CSV (RFC 4180) as spreadsheets write it: separated by commas, semicolons or tabs,
// quoted where needed, with a byte order mark or without.
// SPDX-License-Identifier: Apache-2.0

export interface Row {
  /** In the file, from 1. */
  line: number;
  cells: string[];
}

/** Returns the separator of a header line: the one that it has most of. */
function separator_of(text: string): string {
  const header = text.split(/\r?\n/, 1)[0] ?? "";
  const count = (separator: string) => header.split(separator).length;
  return [",", ";", "\t"].reduce((best, one) => (count(one) > count(best) ? one : best));
}

/** Returns the rows that have anything in them, or the line whose quote never ends. */
export function read_csv(whole: string): { rows: Row[]; unclosed: number | null } {
  const text = whole.replace(/^\uFEFF/, "");
  const separator = separator_of(text);
  const rows: Row[] = [];
  let row: Row = { line: 1, cells: [] };
  let cell = "";
  let line = 1;
  let quoted_since: number | null = null;
  const end_cell = () => { row.cells.push(cell.trim()); cell = ""; };
  const end_row = () => {
    end_cell();
    if (row.cells.some(Boolean)) rows.push(row);
    row = { line, cells: [] };
  };
  for (let i = 0; i < text.length; ++i) {
    const letter = text[i] ?? "";
    if (letter === "\n") ++line;
    if (quoted_since !== null) {
      if (letter !== '"') cell += letter;
      else if (text[i + 1] === '"') { cell += letter; ++i; }
      else quoted_since = null;
    } else if (letter === '"' && cell.trim() === "") {
      cell = "";
      quoted_since = line;
    } else if (letter === separator) end_cell();
    else if (letter === "\n") end_row();
    else if (letter !== "\r") cell += letter;
  }
  end_row();
  return { rows, unclosed: quoted_since };
}
