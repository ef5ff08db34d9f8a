// A fresh process: milliseconds from the import of a contender to its first signature.

const started = performance.now();
const { make } = await import(`./contenders/${process.argv[2]}.mjs`);
await make("https://sts.eu-central-1.amazonaws.com/").sign();
console.log(performance.now() - started);
