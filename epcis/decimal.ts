/** The digits of a JSON number without zeros at either end, the exponent of ten behind them, and its sign. */
function parts(text: string): readonly [sign: string, digits: string, exponent: number] {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const all = `${whole}${fraction}`.replace(/^0+/, '');
  const end = trailingZeros(all);
  const digits = all.slice(0, all.length - end);
  return digits === '' ? ['', '', 0] : [sign, digits, Number(exponent) - fraction.length + end];
}

function trailingZeros(digits: string): number {
  let count = 0;
  while (count < digits.length && digits.charAt(digits.length - 1 - count) === '0') count += 1;
  return count;
}

/** Whether two texts of JSON numbers (RFC 8259, section 6) are the same number. */
export function sameDecimal(a: string, b: string): boolean {
  const [one, other] = [parts(a), parts(b)];
  return one.every((part, i) => part === other[i]);
}
