/** Most letters of a word that is compared, and most that may differ. */
const MAX_LENGTH = 20;
const MAX_CHANGES = 2;

/** The one of `words` that takes the fewest changed, missing or additional letters, two at most; null where there is none. */
export function nearestWord(text: string, words: readonly string[]): string | null {
  if (text.length > MAX_LENGTH) return null;
  const [nearest] = words
    .map((word) => ({ word, changes: changesBetween(text, word) }))
    .filter(({ changes }) => changes <= MAX_CHANGES)
    .sort((a, b) => a.changes - b.changes);
  return nearest?.word ?? null;
}

/** The edit distance of Levenshtein. */
function changesBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const change = (row[j] ?? 0) + (a.charAt(i) === b.charAt(j) ? 0 : 1);
      next.push(Math.min(change, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
