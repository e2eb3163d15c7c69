const waiting = new Map<object, () => void>();
const channel = new MessageChannel();

channel.port1.onmessage = () => {
  const [first] = waiting;
  if (!first) return;
  const [owner, draw] = first;
  waiting.delete(owner);
  if (waiting.size > 0) channel.port2.postMessage(undefined);
  draw();
};

/**
 * Calls `draw` in a task of its own, after those that wait already; for the same owner only the latest is drawn. With
 * every chart at once a frame would be one long task, during which the page hears nobody.
 */
export function inTurn(owner: object, draw: () => void): void {
  if (waiting.size === 0) channel.port2.postMessage(undefined);
  waiting.set(owner, draw);
}

/** Forgets what waits for an owner that is gone. */
export function leaveTurns(owner: object): void {
  waiting.delete(owner);
}
