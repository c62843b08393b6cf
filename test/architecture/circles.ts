import { posix } from 'node:path';
import type { Source } from './sources.js';

/**
 * The circles among files that import each other, type imports included: each as its files, sorted, and in the order of
 * the first of them. Tarjan's algorithm, so that no circle is left out.
 */
export function circlesAmong(sources: readonly Pick<Source, 'path' | 'imports'>[]): string[][] {
  const imports = new Map(
    sources.map(({ path, imports: specifiers }) => [path, specifiers.flatMap((to) => targetOf(path, to))]),
  );
  const numbers = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const circles: string[][] = [];
  const visit = (path: string): number => {
    const number = numbers.size;
    numbers.set(path, number);
    let low = number;
    open.push(path);
    for (const target of imports.get(path) ?? []) {
      if (!imports.has(target)) continue;
      if (!numbers.has(target)) low = Math.min(low, visit(target));
      else if (open.includes(target)) low = Math.min(low, lowest.get(target) ?? numbers.get(target) ?? low);
    }
    lowest.set(path, low);
    if (low < number) return low;
    const circle = open.splice(open.indexOf(path));
    if (circle.length > 1 || imports.get(path)?.includes(path) === true) circles.push(circle.sort());
    return low;
  };
  for (const path of imports.keys()) if (!numbers.has(path)) visit(path);
  return circles.sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
}

/** The file that a relative import leads to; nothing for a package. */
function targetOf(path: string, specifier: string): string[] {
  if (!specifier.startsWith('.')) return [];
  return [posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.ts')];
}
