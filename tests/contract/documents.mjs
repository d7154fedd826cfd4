// SPDX-License-Identifier: Apache-2.0
// Checks the published documents, and what a node answered against them.
//   node documents.mjs check OPENAPI ASYNCAPI    lists what is wrong
//   node documents.mjs answers OPENAPI           reads [{method, path, status,
//     media, body}] from stdin and lists those that have another form
import { readFileSync } from "node:fs";
import SwaggerParser from "@apidevtools/swagger-parser";
import { Parser } from "@asyncapi/parser";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const read = (file) => JSON.parse(readFileSync(file, "utf8"));

async function checkOpenapi(file) {
  try {
    await SwaggerParser.validate(read(file));
    return [];
  } catch (error) {
    return [`${file}: ${error.message}`];
  }
}

async function checkAsyncapi(file) {
  const { diagnostics } = await new Parser().parse(readFileSync(file, "utf8"));
  return diagnostics
    .filter((d) => d.severity <= 1)
    .filter((d) => d.code !== "asyncapi-latest-version")
    .map((d) => `${file}: ${d.path.join("/")}: ${d.message}`);
}

/** Finds the schema of an answer; a string says why there is none. */
class Answers {
  constructor(file) {
    this.document = read(file);
    this.ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats(this.ajv);
    this.ajv.addSchema(this.document, "openapi");
    this.paths = Object.keys(this.document.paths).map((template) => ({
      template,
      pattern: new RegExp(`^${template.replace(/\{[^}]+\}/g, "[^/]+")}$`),
    }));
  }

  pointer(...parts) {
    const escape = (p) =>
      encodeURIComponent(p.replaceAll("~", "~0").replaceAll("/", "~1"));
    return `openapi#/${parts.map(escape).join("/")}`;
  }

  schema({ method, path, status, media }) {
    const bare = path.split("?")[0];
    const found = this.paths.find((p) => p.pattern.test(bare));
    if (!found) return [400, 404].includes(status) ? "any" : "no such path";
    const verb = method.toLowerCase();
    const operation = this.document.paths[found.template][verb];
    if (!operation) return status >= 404 ? "any" : "no such method";
    let response = operation.responses[String(status)];
    if (!response) return `status ${status} is not in the document`;
    let at = ["paths", found.template, verb, "responses", String(status)];
    if (response.$ref) {
      at = response.$ref.slice(2).split("/");
      response = this.document.components.responses[at[2]];
    }
    if (!response.content?.[media]) return `${media} is not in the document`;
    return { $ref: this.pointer(...at, "content", media, "schema") };
  }

  check(answer) {
    const schema = this.schema(answer);
    if (schema === "any") return null;
    if (typeof schema === "string") return schema;
    const validate = (this.compiled ??= {})[schema.$ref] ??=
      this.ajv.compile(schema);
    if (validate(answer.body)) return null;
    return this.ajv.errorsText(validate.errors);
  }
}

const [, , action, openapi, asyncapi] = process.argv;
let wrong = [];
if (action === "check") {
  wrong = await checkOpenapi(openapi);
  wrong.push(...(await checkAsyncapi(asyncapi)));
} else {
  const answers = new Answers(openapi);
  for (const answer of JSON.parse(readFileSync(0, "utf8"))) {
    const trouble = answers.check(answer);
    if (trouble) {
      wrong.push(`${answer.method} ${answer.path} ${answer.status}: ${trouble}`);
    }
  }
}
console.log(wrong.slice(0, 40).join("\n"));
process.exit(wrong.length ? 1 : 0);
