/**
 * The check digit over decimal digits, without it: weights 3 and 1 from the right
 * (GS1 General Specifications, section 7.9.1).
 */
export function checkDigit(digits: string): string {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    sum += Number(digits.charAt(digits.length - 1 - i)) * (i % 2 === 0 ? 3 : 1);
  }
  return String((10 - (sum % 10)) % 10);
}

/** Decimal digits with their check digit behind them. */
export function withCheckDigit(digits: string): string {
  return digits + checkDigit(digits);
}

/** Whether the last of decimal digits is the check digit of those before it. */
export function hasCheckDigit(digits: string): boolean {
  return checkDigit(digits.slice(0, -1)) === digits.slice(-1);
}
