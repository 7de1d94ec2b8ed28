const decimal: Record<string, number> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const binary: Record<string, bigint> = { Ki: 10n, Mi: 20n, Gi: 30n, Ti: 40n, Pi: 50n, Ei: 60n };

/**
 * A Kubernetes quantity in its shortest text, so that `1000m`, `1` and `1e0` are one value (`1`) and `1024Mi` is `1Gi`;
 * undefined when it is none. Below a nano it rounds up, as the API server does (apimachinery pkg/api/resource/quantity.go).
 */
export function canonicalQuantity(value: string | number): string | undefined {
  const nano = nanoOf(value);
  return nano === undefined ? undefined : `${nano < 0n ? '-' : ''}${shortest(nano < 0n ? -nano : nano)}`;
}

/** True when both are quantities and the first is more. */
export function isMore(a: string | number, b: string | number): boolean {
  const [left, right] = [nanoOf(a), nanoOf(b)];
  return left !== undefined && right !== undefined && left > right;
}

function nanoOf(value: string | number): bigint | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:([eE][+-]?\d+)|(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]))?$/.exec(String(value).trim());
  if (!match) return undefined;
  const [, sign, whole = '', fraction = '', exponent, suffix = ''] = match;
  if (whole + fraction === '') return undefined;
  const shift = 9 - fraction.length + (exponent ? Number(exponent.slice(1)) : (decimal[suffix] ?? 0));
  // Beyond any quantity the API accepts; keeps 1e999999999 from filling the memory.
  if (Math.abs(shift) > 100) return undefined;
  let nano = BigInt(whole + fraction) << (binary[suffix] ?? 0n);
  if (shift >= 0) nano *= 10n ** BigInt(shift);
  else {
    const divisor = 10n ** BigInt(-shift);
    nano = (nano + divisor - 1n) / divisor;
  }
  return sign === '-' ? -nano : nano;
}

function shortest(nano: bigint): string {
  const texts = [
    ...Object.entries(decimal).map(([suffix, exponent]) => textIn(nano, 10n ** BigInt(exponent + 9), suffix)),
    ...Object.entries(binary).map(([suffix, shift]) => textIn(nano, 1_000_000_000n << shift, suffix)),
  ].filter((text) => text !== undefined);
  return texts.reduce((best, text) => (text.length < best.length ? text : best));
}

function textIn(nano: bigint, unit: bigint, suffix: string): string | undefined {
  if (nano === 0n) return '0';
  return nano % unit === 0n ? `${nano / unit}${suffix}` : undefined;
}
