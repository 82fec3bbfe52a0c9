/** Numbers from numbers. */

/** The value below which `share` of the values lies. Throws on none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  if (value === undefined) throw new RangeError('Cannot take a quantile: there are no values');
  return value;
}

/** The value in the middle, or the mean of the two there. */
export function median(values: readonly number[]): number {
  const opposite = values.map((value) => -value);
  return (quantile(values, 0.5) - quantile(opposite, 0.5)) / 2;
}

export function rounded(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}
