// What another policy would have changed: asked as a stream, so that it tells how far it is.
// SPDX-License-Identifier: Apache-2.0
import { Problem, type Schemas, address_of, request } from "../../api/client";
import type { Json } from "./compare";

export type Answer = Schemas["WhatifAnswer"];
export interface Question {
  policy: Json;
  from: string;
  to: string;
  after?: string | undefined;
}

interface Heard {
  event: string;
  data: string;
}

/** Returns the events of a stream as they come. */
async function* events_of(body: ReadableStream<Uint8Array>): AsyncGenerator<Heard> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    text += decoder.decode(value, { stream: true }).replace(/\r/g, "");
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const heard: Heard = { event: "", data: "" };
      for (const line of text.slice(0, end).split("\n")) {
        if (line.startsWith("event:")) heard.event = line.slice(6).trim();
        else if (line.startsWith("data:")) heard.data += line.slice(5);
      }
      text = text.slice(end + 2);
      if (heard.data) yield heard;
    }
  }
}

function problem_of(data: string): Problem {
  const body = JSON.parse(data) as Record<string, unknown>;
  return new Problem(Number(body["status"] ?? 500), String(body["type"] ?? "").replace("urn:recapd:problem:", ""),
    String(body["detail"] ?? ""), body);
}

/** Asks, tells how far it is, and returns the answer; throws a Problem. */
export async function ask_whatif(
  question: Question, told: (done: number, of: number) => void, signal: AbortSignal,
): Promise<Answer> {
  const response = await request(address_of("/v1/policies/whatif"), {
    method: "POST", signal, body: JSON.stringify(question),
    headers: { "content-type": "application/json", accept: "text/event-stream" },
  });
  const cut = new Problem(0, "unreachable", "The answer was cut off.");
  try {
    for await (const { event, data } of events_of(response.body ?? new ReadableStream())) {
      if (event === "result") return JSON.parse(data) as Answer;
      if (event === "problem") throw problem_of(data);
      if (event !== "progress") continue;
      const { done, of } = JSON.parse(data) as { done: number; of: number };
      told(done, of);
    }
  } catch (error) {
    if (error instanceof TypeError) throw cut;
    throw error;
  }
  throw cut;
}
