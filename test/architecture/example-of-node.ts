/** Names what only Node has, so that the check that looks for it can be checked. */
export function nodeOnly(): void {
  setImmediate(() => Buffer.alloc(Number(process.env['SIZE'] ?? 0)));
}
