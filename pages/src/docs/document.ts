// One document of the two: the calls of openapi.json, and the messages of asyncapi.json
// as webhooks of it, which is how OpenAPI says what a server sends.
// SPDX-License-Identifier: Apache-2.0
import { base_path } from "../api/settings";
import { words } from "../words";

interface Reference { $ref: string }
interface Answer { $ref?: string; description?: string; content?: Record<string, { schema?: Partial<Reference> }> }
interface Operation {
  operationId: string; tags?: string[]; summary?: string; description?: string;
  requestBody?: { content: Record<string, { schema?: Partial<Reference> }> };
  responses?: Record<string, Answer>;
}
type Paths = Record<string, Record<string, Operation>>;

export interface OpenApi {
  servers: unknown[];
  security?: unknown;
  paths: Paths;
  webhooks?: Paths;
  components: { schemas: Record<string, object>; responses?: Record<string, Answer>; securitySchemes?: object };
}

interface Channel { address: string | null; messages: Record<string, Reference> }
interface Message { name?: string; title: string; summary?: string; contentType?: string; payload: object }

export interface AsyncApi {
  channels: Record<string, Channel>;
  operations: Record<string, { action: string; channel: Reference; messages: Reference[] }>;
  components: { messages: Record<string, Message>; schemas: Record<string, object> };
}

const last = (reference: Reference): string => reference.$ref.slice(reference.$ref.lastIndexOf("/") + 1);

function way(channel: Channel): string {
  if (channel.address === null) return words.docs.by_post;
  return channel.address.startsWith("/") ? words.docs.by_stream(channel.address) : words.docs.by_nats(channel.address);
}

/** Returns by which ways each message is sent, by its key. */
function sent(document: AsyncApi): Map<string, string[]> {
  const ways = new Map<string, string[]>();
  for (const { action, channel, messages } of Object.values(document.operations)) {
    const through = document.channels[last(channel)];
    if (action !== "send" || !through) continue;
    for (const message of messages) ways.set(last(message), [...(ways.get(last(message)) ?? []), way(through)]);
  }
  return ways;
}

function webhooks(document: AsyncApi): Paths {
  const found: Paths = {};
  for (const [key, ways] of sent(document)) {
    const message = document.components.messages[key];
    if (!message) continue;
    found[message.name ?? key] = { post: {
      operationId: `message-${key}`,
      summary: message.summary ?? message.title,
      description: words.docs.arrives(ways.join(", ")),
      requestBody: { content: {
        [message.contentType ?? "application/cloudevents+json"]: { schema: message.payload } } },
      ...(ways.includes(words.docs.by_post) ? { responses: { "2XX": { description: words.docs.taken } } } : {}),
    } as Operation };
  }
  return found;
}

/** Errors are all of one shape, which is said once: each answer of them is drawn as a line, in
 * place of a screenful. */
function with_short_errors(paths: Paths, shared: Record<string, Answer>): Paths {
  const short = (answer: Answer): Answer => {
    const meant = answer.$ref ? shared[last({ $ref: answer.$ref })] ?? answer : answer;
    return { description: meant.description ?? "" };
  };
  const each = <T, U>(all: Record<string, T>, change: (one: T, name: string) => U): Record<string, U> =>
    Object.fromEntries(Object.entries(all).map(([name, one]) => [name, change(one, name)]));
  return each(paths, (methods) => each(methods, (operation) => (operation?.responses ? {
    ...operation,
    responses: each(operation.responses, (answer, status) => (/^[45]/.test(status) ? short(answer) : answer)),
  } : operation)));
}

/** Returns the document that is shown; calls go to this node, as who is signed in. */
export function joined(calls: OpenApi, messages: AsyncApi): OpenApi {
  const { security: _, ...rest } = calls;
  return {
    ...rest,
    paths: with_short_errors(calls.paths, calls.components.responses ?? {}),
    servers: [{ url: base_path.replace(/\/$/, "") || "/" }],
    webhooks: { ...calls.webhooks, ...webhooks(messages) },
    components: {
      ...calls.components,
      schemas: { ...messages.components.schemas, ...calls.components.schemas },
    },
  };
}

/** Returns all that is said of each operation, in lower case, by its id. */
export function texts(document: OpenApi): Map<string, string> {
  const { schemas } = document.components;
  // Of what is sent, also which commands it can be.
  const kinds = (operation: Operation): string => Object.values(operation.requestBody?.content ?? {})
    .map(({ schema }) => {
      const named = schema?.$ref ? schemas[last({ $ref: schema.$ref })] as { discriminator?: { mapping?: object } } : undefined;
      return Object.keys(named?.discriminator?.mapping ?? {}).join(" ");
    }).join(" ");
  const found = new Map<string, string>();
  for (const paths of [document.paths, document.webhooks ?? {}]) {
    for (const [path, methods] of Object.entries(paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        if (operation?.operationId)
          found.set(operation.operationId, `${method} ${path} ${JSON.stringify(operation)} ${kinds(operation)}`.toLowerCase());
      }
    }
  }
  return found;
}
