// Writes dist/broker.schema.json, the JSON Schema of configurations in JSON: the fields and limits of the validation
// schema, with the comments of src/configuration-input.ts as descriptions.

import { readFile, writeFile } from "node:fs/promises";

import { toJsonSchema } from "@valibot/to-json-schema";

import { configurationSchema, roleSchemas } from "./dist/configuration-schema.js";

/** A JSON Schema has one pattern, so that all others are in `allOf`. */
const withAllPatterns = ({ valibotAction, jsonSchema }) =>
  valibotAction.type === "regex" && jsonSchema.pattern !== undefined
    ? { ...jsonSchema, allOf: [...(jsonSchema.allOf ?? []), { pattern: valibotAction.requirement.source }] }
    : undefined;

const options = { typeMode: "input", errorMode: "ignore", overrideAction: withAllPatterns };
const schema = toJsonSchema(configurationSchema, {
  ...options,
  // A role is a lazy schema: which one applies depends on the value.
  overrideSchema: ({ valibotSchema }) =>
    valibotSchema.type === "lazy"
      ? { anyOf: roleSchemas.map((role) => toJsonSchema(role, { ...options, target: "draft-07" })) }
      : undefined,
});

/** The comments of the fields, by interface and field. */
const comments = new Map();
const source = await readFile(new URL("src/configuration-input.ts", import.meta.url), "utf8");
for (const [, name, body] of source.matchAll(/^export interface (\w+)[^{]*\{\n(.*?)^\}/gms)) {
  for (const [, comment, field] of body.matchAll(/\/\*\*(.*?)\*\/\s+(\$?\w+)\??:/gs)) {
    comments.set(`${name}.${field}`, comment.replace(/\s*\n\s*\*?\s*/g, " ").trim());
  }
}

function describe(object, interfaces) {
  for (const [field, value] of Object.entries(object.properties)) {
    const comment = interfaces.map((name) => comments.get(`${name}.${field}`)).find(Boolean);
    if (comment === undefined) throw new Error(`${interfaces[0]}.${field} has no comment`);
    value.description = comment;
  }
}

const { signIn, grants } = schema.properties;
describe(schema, ["ConfigurationInput"]);
describe(signIn, ["SignInInput"]);
describe(grants.items, ["GrantInput", "SessionInput"]);
const [, role] = grants.items.properties.roles.additionalProperties.anyOf;
describe(role, ["RoleInput", "SessionInput"]);
schema.title = "Configuration of sts-web-worker";
await writeFile(new URL("dist/broker.schema.json", import.meta.url), `${JSON.stringify(schema, undefined, 2)}\n`);
