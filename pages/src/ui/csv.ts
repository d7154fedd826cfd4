// Files that a page makes, for spreadsheets (RFC 4180) and as text.
// SPDX-License-Identifier: Apache-2.0

/** Writes cells as a line; a cell that a spreadsheet would take for a formula is none. */
const csv_line = (cells: string[]): string => cells.map((cell) => {
  const plain = /^[=+@\t\r]|^-(?!\d+(\.\d+)?$)/.test(cell) ? `'${cell}` : cell;
  return /[",\n\r]/.test(plain) ? `"${plain.replace(/"/g, '""')}"` : plain;
}).join(",") + "\r\n";

function save(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Saves lines as a file; a byte order mark tells spreadsheets that it is UTF-8. */
export const save_csv_file = (name: string, lines: string[][]): void =>
  save(name, new Blob(["\uFEFF", ...lines.map(csv_line)], { type: "text/csv" }));

export const save_text_file = (name: string, content: string): void =>
  save(name, new Blob([content], { type: "application/json" }));
