// Angular's application builder, which bundles with esbuild and copies no wasm files.

import { hosts, opens } from "../run.mjs";
import { probeModule } from "../tool.mjs";

const ANGULAR = "20.3.35";

/** The workspace that `ng new` creates, without styles and tests. */
const WORKSPACE = {
  version: 1,
  projects: {
    app: {
      projectType: "application",
      root: "",
      sourceRoot: "src",
      architect: {
        build: {
          builder: "@angular/build:application",
          options: { browser: "src/main.ts", tsConfig: "tsconfig.json", polyfills: ["zone.js"] },
          configurations: {
            production: { outputHashing: "all" },
            development: { optimization: false, extractLicenses: false, sourceMap: true },
          },
          defaultConfiguration: "production",
        },
        serve: {
          builder: "@angular/build:dev-server",
          configurations: { development: { buildTarget: "app:build:development" } },
          defaultConfiguration: "development",
        },
      },
    },
  },
};

const COMPILER = {
  strict: true,
  skipLibCheck: true,
  experimentalDecorators: true,
  importHelpers: true,
  target: "ES2022",
  module: "preserve",
};

const MAIN = `import { Component } from "@angular/core";
import { bootstrapApplication } from "@angular/platform-browser";
import { probe } from "./probe";

@Component({ selector: "app-root", template: "x" })
class App {
  constructor() {
    const publish = (result: unknown) => ((globalThis as any).result = result);
    probe().then(publish, (error) => publish(String(error) + error.hint));
  }
}

bootstrapApplication(App);
`;

/** @type {import("../tool.mjs").Tool[]} */
export const tools = [
  {
    name: "angular",
    packages: {
      "@angular/cli": "20.3.43",
      "@angular/build": "20.3.41",
      "@angular/common": ANGULAR,
      "@angular/compiler": ANGULAR,
      "@angular/compiler-cli": ANGULAR,
      "@angular/core": ANGULAR,
      "@angular/platform-browser": ANGULAR,
      rxjs: "7.8.2",
      tslib: "2.8.1",
      typescript: "5.9.3",
      "zone.js": "0.15.1",
    },
    packageJson: {},
    files: {
      "angular.json": JSON.stringify(WORKSPACE),
      "tsconfig.json": JSON.stringify({ compilerOptions: COMPILER, include: ["src"] }),
      "src/index.html": '<!doctype html><html><head><base href="/"></head><body><app-root></app-root></body></html>\n',
      "src/main.ts": MAIN,
      "src/probe.ts": probeModule(),
    },
    checks: {
      build: { build: [["ng", "build"]], run: hosts("dist/app/browser") },
      serve: { run: opens(["ng", "serve", "--host", "127.0.0.1", "--port", "$PORT"]) },
    },
  },
];
