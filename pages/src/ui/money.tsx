// Money: minor units of a currency.
// SPDX-License-Identifier: Apache-2.0
import { words } from "../words";

/** `22.50`: for spreadsheets. */
export function major_units(minor: number, currency: string): string {
  let digits = 2;
  try {
    digits = new Intl.NumberFormat(words.locale, { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    // A currency that this browser does not know.
  }
  return (minor / 10 ** digits).toFixed(digits);
}

/** `$22.50`. A currency that this browser does not know is written out. */
export function money_text(minor: number, currency: string): string {
  try {
    const format = new Intl.NumberFormat(words.locale, { style: "currency", currency });
    const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
    return format.format(minor / 10 ** digits);
  } catch {
    return `${(minor / 100).toFixed(2)} ${currency}`;
  }
}

export function Money({ minor, currency }: { minor: number; currency: string }) {
  return <span class="money">{money_text(minor, currency)}</span>;
}
