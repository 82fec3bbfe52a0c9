/** Numbers from numbers. */

/** The value below which `share` of the values lies. Throws on none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  if (value === undefined) throw new RangeError('Cannot take a quantile: there are no values');
  return value;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function rounded(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}
