// Money: minor units of a currency.
// SPDX-License-Identifier: Apache-2.0
import { words } from "../words";

/** Returns how a currency is written, and how many digits its main unit has; no format for
 * one that this browser does not know. */
function written(currency: string): { format: Intl.NumberFormat | null; digits: number } {
  try {
    const format = new Intl.NumberFormat(words.locale, { style: "currency", currency });
    return { format, digits: format.resolvedOptions().maximumFractionDigits ?? 2 };
  } catch {
    return { format: null, digits: 2 };
  }
}

/** `22.50`: for spreadsheets. */
export function major_units(minor: number, currency: string): string {
  const { digits } = written(currency);
  return (minor / 10 ** digits).toFixed(digits);
}

/** `$22.50`. A currency that this browser does not know is written out. */
export function money_text(minor: number, currency: string): string {
  const { format, digits } = written(currency);
  return format ? format.format(minor / 10 ** digits) : `${(minor / 100).toFixed(2)} ${currency}`;
}

export function Money({ minor, currency }: { minor: number; currency: string }) {
  return <span class="money">{money_text(minor, currency)}</span>;
}
