/** Degrees of a summand of a pair's expectation. */
interface Degrees {
  readonly n: number;
  readonly m: number;
}

/** Orders (r, s) of derivatives of the gates of a pair, whose moments are M_{r,s}. */
export type Orders = Iterable<readonly [r: number, s: number]>;

/** Every (r, s) whose M_{r,s} the value and the derivatives by overlaps, up to the given order, need. */
export function* ordersOf(
  groups: readonly Degrees[],
  derivatives: number,
): Generator<[r: number, s: number]> {
  for (const { n, m } of groups) {
    for (let order = 0; order <= derivatives; order++) {
      for (let r = 0; r <= n + m; r++) yield [r + order, n + m - r + order];
    }
  }
}

/** Every (r, s) whose M_{r,s} the value and the derivatives by overlaps and lengths, up to the given order, need. */
export function* ordersWithLengths(
  groups: readonly Degrees[],
  derivatives: number,
): Generator<[r: number, s: number]> {
  for (const { n, m } of groups) {
    for (let order = 0; order <= derivatives; order++) {
      const sum = n + m + 2 * order;
      for (let r = 0; r <= sum; r++) yield [r, sum - r];
    }
  }
}

/** Each of the orders once, where it first comes. */
export function uniqueOrders(orders: Orders): (readonly [r: number, s: number])[] {
  const byKey = new Map<string, readonly [number, number]>();
  for (const order of orders) byKey.set(order.join(), order);
  return [...byKey.values()];
}
