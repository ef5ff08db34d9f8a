// How the package loads its wasm module, and what it throws if it cannot.

import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";

import { folder, inChromium, publish, run, withServer, writeProgram } from "./packed.mjs";

const program = (from) => `
import { STS } from ${JSON.stringify(from)};
const sts = new STS({ region: "us-east-1", credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" } });
const sign = () => sts.request("GetCallerIdentity", {}).then(() => "signed");
const describe = (error) => [error.constructor.name, error.name, error.message, error.hint].join("\\n");
`;

before(async () => {
  const script = `${program("./node_modules/sts-web/dist/entry/browser.js")}
sign().catch(describe)${publish};`;
  await writeProgram("page.mjs", script);
  await writeProgram("bundled.mjs", script.replace("browser.js", "bundled.js"));
  await writeProgram("index.html", '<!doctype html><script type="module" src="./page.mjs"></script>');
  await writeProgram("bundled.html", '<!doctype html><script type="module" src="./bundled.mjs"></script>');
});

/**
 * Opens the page from a server that responds differently to some paths. Returns its result and the requested paths.
 *
 * @param {(path: string) => { status?: number; headers?: Record<string, string> }} respond
 * @param {string} [page]
 */
async function open(respond, page = "") {
  const requested = [];
  const result = await withServer(
    folder,
    (url) => inChromium(url + page),
    (path) => {
      requested.push(path.split("/").at(-1));
      return respond(path);
    },
  );
  return { result, requested };
}

const csp = (policy) => () => ({ headers: { "content-security-policy": policy } });

test("a page that finds the wasm file never requests the inlined module", async () => {
  const { result, requested } = await open(() => ({}));
  assert.equal(result, "signed");
  assert.ok(requested.includes("sts.wasm") && !requested.includes("inlined.js"), requested.join());
});

test("the content type of the wasm file does not matter", async () => {
  const asText = (path) => ({ headers: path.endsWith(".wasm") ? { "content-type": "text/plain" } : {} });
  const { result, requested } = await open(asText);
  assert.equal(result, "signed");
  assert.ok(!requested.includes("inlined.js"), requested.join());
});

test("a page without the wasm file uses the inlined module", async () => {
  const { result, requested } = await open((path) => ({ status: path.endsWith(".wasm") ? 404 : 200 }));
  assert.equal(result, "signed");
  assert.ok(requested.includes("inlined.js"), requested.join());
});

test("the module loads even if the Content-Security-Policy does not allow fetching the wasm file", async () => {
  assert.equal((await open(csp("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'"))).result, "signed");
});

for (const page of ["", "bundled.html"]) {
  test(`a policy without 'wasm-unsafe-eval': the error says what to add (${page || "index.html"})`, async () => {
    const { result } = await open(csp("script-src 'self'"), page);
    const [, name, message, hint] = result.split("\n");
    assert.equal(name, "ModuleLoadError");
    assert.match(message, /WebAssembly module: the Content-Security-Policy forbids it$/);
    assert.match(hint, /^Add 'wasm-unsafe-eval' to script-src .* Do not add 'unsafe-eval'/);
  });
}

test("neither the wasm file nor the inlined module: the error says what to import", async () => {
  const { result } = await open((path) => ({ status: /sts\.wasm|inlined\.js/.test(path) ? 404 : 200 }), "bundled.html");
  assert.match(
    result,
    /ModuleLoadError\n.* returned status 404\nServe sts\.wasm with the bundle, or import "sts-web\/inline"\./,
  );
});

test("a platform without WebAssembly: the error says which ones these are, and what to do", async () => {
  for (const entry of ["page", "bundled"]) {
    const html = `<!doctype html><script>delete globalThis.WebAssembly</script><script type="module" src="./${entry}.mjs"></script>`;
    await writeProgram("without.html", html);
    const { result } = await open(() => ({}), "without.html");
    assert.match(result, /ModuleLoadError\n.* has no WebAssembly\nCall AWS from a server instead\. React Native and/);
  }
  const file = await writeProgram(
    "without.mjs",
    `${program("sts-web")}
delete globalThis.WebAssembly;
console.log(await sign().catch(describe));`,
  );
  assert.match((await run("node", [file])).stdout, /ModuleLoadError\n.* has no WebAssembly\nCall AWS from a server/);
});

test("after a failure, the next call loads the module again", async () => {
  await writeProgram(
    "again.mjs",
    `${program("./node_modules/sts-web/dist/entry/bundled.js")}
    sign().catch((error) => error.name).then(async (first) => [first, await sign()].join())${publish};`,
  );
  await writeProgram("again.html", '<!doctype html><script type="module" src="./again.mjs"></script>');
  let requests = 0;
  const onceMissing = (path) => ({ status: path.endsWith(".wasm") && requests++ === 0 ? 404 : 200 });
  assert.equal((await open(onceMissing, "again.html")).result, "ModuleLoadError,signed");
});

/** Runs a program that prints lines, and returns them. */
async function lines(name, text) {
  return (await run("node", [await writeProgram(name, text)])).stdout.trim().split("\n");
}

const SLIM = `${program("sts-web/slim")}
import { readFileSync } from "node:fs";
import { useModule } from "sts-web/slim";
const bytes = readFileSync("${join(folder, "node_modules/sts-web/dist/sts.wasm")}");
const attempt = async (work) => {
  try {
    await work();
    console.log(await sign());
  } catch (error) {
    console.log(describe(error));
  }
};
`;

/** What a program passes to `useModule`. */
const SOURCES = {
  bytes: "bytes",
  "an ArrayBuffer": "new Uint8Array(bytes).buffer",
  "a module": "new WebAssembly.Module(bytes)",
  "a module of another realm": `runInNewContext("new WebAssembly.Module(bytes)", { bytes })`,
  "a response": `new Response(bytes)`,
  "a promise of a response": `Promise.resolve(new Response(bytes))`,
  "a URL": `new URL("data:application/wasm;base64," + bytes.toString("base64"))`,
};

for (const [name, source] of Object.entries(SOURCES)) {
  test(`sts-web/slim uses ${name}`, async () => {
    const text = `import { runInNewContext } from "node:vm";${SLIM}await attempt(() => useModule(${source}));`;
    assert.deepEqual(await lines("slim.mjs", text), ["signed"]);
  });
}

test("sts-web/slim without a module says what to call", async () => {
  const [, name, , hint] = await lines("without.mjs", `${SLIM}await attempt(() => {});`);
  assert.deepEqual([name, hint], ["ModuleLoadError", "Call `useModule` before the first call."]);
});

test("sts-web/slim rejects invalid modules, and then accepts a valid one", async () => {
  const text = `${SLIM}await attempt(() => useModule(new TextEncoder().encode("<!doctype html>")));
    await attempt(() => useModule(new Response("not found", { status: 404 })));
    await attempt(() => useModule(bytes));`;
  const printed = (await lines("wrong.mjs", text)).join("\n");
  assert.match(printed, /ModuleLoadError\n.*expected magic word.*\nProvide the file/);
  assert.match(printed, /returned status 404\nProvide the file.*\nsigned$/);
});

test("instanceof recognizes errors of the package's other copy, and only those", async () => {
  const text = `
    import { createRequire } from "node:module";
    import * as imported from "sts-web";
    const required = createRequire(import.meta.url)("sts-web");
    const fields = { name: "ExpiredTokenException", message: "", $fault: "client", $metadata: {} };
    class Custom extends imported.STSClientError {}
    const check = (error, of) => ["STSClientError", "STSServiceException", "ExpiredTokenException", "RegionDisabledException"]
      .map((name) => Number(error instanceof of[name])).join("");
    for (const [one, other] of [[imported, required], [required, imported]]) {
      console.log(one.STS !== other.STS);
      console.log(check(new one.STSClientError(fields), other), check(new one.ExpiredTokenException(fields), other));
      const caught = await new one.STS({ region: "us-east-1" }).assumeRole({}).catch((error) => error);
      console.log(caught.name, check(caught, one), check(caught, other), caught instanceof Custom);
    }
    console.log(new Custom(fields) instanceof required.STSClientError, new Error("") instanceof imported.STSClientError);
    console.log(null instanceof imported.STSClientError, undefined instanceof Custom);`;
  const each = ["true", "1000 0110", "InvalidInput 1000 1000 false"];
  assert.deepEqual(await lines("copies.mjs", text), [...each, ...each, "true false", "false false"]);
});
