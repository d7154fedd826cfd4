// The language that is spoken.
// SPDX-License-Identifier: Apache-2.0
import { type Words, en } from "./en";

export const words: Words = en;
