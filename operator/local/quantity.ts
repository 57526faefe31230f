const SUFFIXES: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};
const QUANTITY = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/;

/** Paths of fields that are quantities; the same text elsewhere, as in an environment variable, is text. */
const QUANTITIES =
  /(^|\.)(limits|requests|capacity)(\.[^.]+|\[[^\]]+\])$|\.(sizeLimit|divisor|averageValue|value)$/;

/** Whether two values of a field are the same amount: `1000m` and `1`, `1Gi` and `1024Mi`. */
export function isSameQuantity(path: string, a: unknown, b: unknown): boolean {
  if (!QUANTITIES.test(path) || /\.env\[[^\]]*\]\.value$/.test(path)) return false;
  const [left, right] = [amountOf(a), amountOf(b)];
  if (left === undefined || right === undefined) return false;
  // Decimal parts of binary floats differ in the last places.
  return Math.abs(left - right) <= Math.abs(left) * 1e-12;
}

/** The number that a quantity stands for; undefined for what is none. https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
export function amountOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  const [, digits, exponent = '', suffix = ''] = QUANTITY.exec(value) ?? [];
  if (digits === undefined) return undefined;
  return Number(`${digits}${exponent}`) * (SUFFIXES[suffix] ?? 1);
}
