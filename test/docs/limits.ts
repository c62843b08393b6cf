import { runInNewContext } from 'node:vm';

/** The constants of a source that are plain arithmetic: name and value. */
export function constantsIn(text: string): [string, number][] {
  return [
    ...text.matchAll(/^(?:export )?const ([A-Z][A-Z0-9_]+)(?:: \w+)? =\s*([\d_x\s*+()<a-f]+?)n?;$/gm),
  ].map(([, name = '', arithmetic = '']) => [name, Number(runInNewContext(arithmetic))]);
}

/** A limit as the documents write it: a time, a size or a number, by the name of the constant. */
export function limitText(name: string, value: number): string {
  if (name.endsWith('_MS')) return `${value / 1000} s`;
  if (/_BYTES$|_FILE$/.test(name)) {
    const [size, unit] =
      value % 2 ** 20 === 0
        ? [value / 2 ** 20, 'MiB']
        : value % 1024 === 0
          ? [value / 1024, 'KiB']
          : [value, 'bytes'];
    return `${size.toLocaleString('en')} ${unit}`;
  }
  return value.toLocaleString('en');
}
