// Runs in a fresh process: prints the milliseconds from the import of a contender to its first signature.

const started = performance.now();
const { create } = await import(`./contenders/${process.argv[2]}.mjs`);
await create("https://sts.eu-central-1.amazonaws.com/").sign();
console.log(performance.now() - started);
