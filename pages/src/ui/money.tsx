// Money: minor units of a currency.
// SPDX-License-Identifier: Apache-2.0
import { words } from "../words";

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
