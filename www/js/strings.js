// The sentences that the scripts say. They stand in index.html, in the template "words", so that one file can be
// translated. Field names and limits come from the package's model, errors and hints from the package.

const sentences = new Map(
  [...document.getElementById("words").content.children].map((one) => [
    one.dataset.word,
    one.textContent.replace(/\s+/g, " ").trim(),
  ]),
);

/** A sentence, with `{name}` in it replaced by `values.name`. */
export function say(word, values = {}) {
  const sentence = sentences.get(word);
  if (sentence === undefined) throw new Error(`index.html has no word ${word}`);
  return sentence.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

/** A length of time, in seconds, as people say it: `59 min 12 s`. */
export function span(seconds) {
  const parts = [
    [Math.floor(seconds / 3600), say("hours")],
    [Math.floor(seconds / 60) % 60, say("minutes")],
    [seconds % 60, say("seconds")],
  ].filter(([number]) => number > 0);
  return (
    parts
      .slice(0, 2)
      .map((part) => part.join(" "))
      .join(" ") || `0 ${say("seconds")}`
  );
}
