// One timer for all requests of a page or web worker. Setting and clearing a timer for each takes a seventh of the time that
// the package adds to a request (`cargo xtask bench`, Chromium). In workerd a timer belongs to the request that set it.

interface Deadline {
  /** On the clock of `performance.now()`, in milliseconds. */
  time: number;
  onTimeout: () => void;
}

const deadlines = new Set<Deadline>();
let timer: ReturnType<typeof setTimeout> | undefined;
/** When the timer fires. */
let timerTime = Number.POSITIVE_INFINITY;

/** Calls `onTimeout` after `milliseconds`, unless the returned function is called before. */
export function startTimer(onTimeout: () => void, milliseconds: number): () => void {
  const deadline = { time: performance.now() + milliseconds, onTimeout };
  deadlines.add(deadline);
  if (deadline.time < timerTime) setTimer(deadline.time);
  // The timer stays set: the next request, which comes within its time, needs it again.
  return () => deadlines.delete(deadline);
}

function setTimer(time: number): void {
  clearTimeout(timer);
  timerTime = time;
  timer = setTimeout(onTimer, time - performance.now());
}

function onTimer(): void {
  timerTime = Number.POSITIVE_INFINITY;
  const now = performance.now();
  for (const deadline of [...deadlines].filter(({ time }) => time <= now)) {
    deadlines.delete(deadline);
    deadline.onTimeout();
  }
  if (deadlines.size > 0) setTimer(Math.min(...[...deadlines].map(({ time }) => time)));
}
