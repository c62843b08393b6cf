import { canonicalJson, isArray, isObject, type JsonValue } from '@cotrace/core';

/** A place in which two definitions differ; `before` or `after` is left out where there was, or is, nothing. */
export interface Difference {
  /** Such as `limits.identifiers`; of a list of texts, each text that comes or goes is one. */
  readonly path: string;
  readonly before?: JsonValue;
  readonly after?: JsonValue;
}

/** What changes where `after` takes the place of `before`, in the order of their members. */
export function differences(before: JsonValue, after: JsonValue, path = ''): Difference[] {
  if (canonicalJson(before) === canonicalJson(after)) return [];
  if (isObject(before) && isObject(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.flatMap((name) =>
      ofMember(before[name], after[name], path === '' ? name : `${path}.${name}`),
    );
  }
  if (!isTexts(before) || !isTexts(after)) return [{ path, before, after }];
  const gone = before.filter((text) => !after.includes(text)).map((text) => ({ path, before: text }));
  const added = after.filter((text) => !before.includes(text)).map((text) => ({ path, after: text }));
  // The same texts in another order.
  return gone.length + added.length > 0 ? [...gone, ...added] : [{ path, before, after }];
}

function ofMember(before: JsonValue | undefined, after: JsonValue | undefined, path: string): Difference[] {
  if (before === undefined) return after === undefined ? [] : [{ path, after }];
  return after === undefined ? [{ path, before }] : differences(before, after, path);
}

function isTexts(value: JsonValue): value is readonly string[] {
  return isArray(value) && value.every((item) => typeof item === 'string');
}

/** A difference as a line for people. */
export function differenceText({ path, before, after }: Difference): string {
  if (before === undefined) return `${path}: + ${JSON.stringify(after)}`;
  if (after === undefined) return `${path}: - ${JSON.stringify(before)}`;
  return `${path}: ${JSON.stringify(before)} becomes ${JSON.stringify(after)}`;
}
