export default defineNuxtConfig({
  compatibilityDate: "2026-07-01",
  nitro: {
    preset: "cloudflare_module",
    cloudflare: { deployConfig: true, nodeCompat: true },
    experimental: { wasm: true }, // the wasm file becomes a module of the Worker
  },
  // Set by the variables NUXT_AWS_REGION, NUXT_AWS_ACCESS_KEY_ID and so on. Not visible to the browser.
  runtimeConfig: { aws: { region: "us-east-1", accessKeyId: "", secretAccessKey: "", sessionToken: "", endpoint: "" } },
});
