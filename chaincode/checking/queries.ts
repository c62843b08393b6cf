import {
  headerKey,
  latePrefix,
  partPrefix,
  readLateReport,
  readPart,
  toBase64url,
  toHex,
  type JsonValue,
} from '@cotrace/core';
import { badArgument, cycleArg, requireArgs, type Call, type CheckingState } from './call.js';

/** Most cycles of one query. */
const MAX_CYCLES = 64;

/** `headers(from, to)`, both included: the recorded ones, `{cycle, header}` each, base64url. Throws `BAD_ARGUMENT`. */
export async function headers(call: Call, state: CheckingState): Promise<JsonValue> {
  const found: JsonValue[] = [];
  for (const checkNum of cyclesOf(call)) {
    const header = await state.get(headerKey(checkNum));
    if (header !== null) found.push({ cycle: String(checkNum), header: toBase64url(header) });
  }
  return found;
}

/** `late(from, to)`, both included: the reports, as they were written (docs/formats.md). Throws `BAD_ARGUMENT`. */
export async function late(call: Call, state: CheckingState): Promise<JsonValue> {
  const found: JsonValue[] = [];
  for (const checkNum of cyclesOf(call)) {
    for (const { key, value } of await state.under(latePrefix(checkNum))) {
      const report = readLateReport(key, value);
      if (report === null) continue;
      const { attempt, kind, mspId } = report;
      found.push({ attempt, cycle: String(checkNum), kind, mspId });
    }
  }
  return found;
}

/** `parts(n)`: the recorded parts of a cycle, `{domain, hpart}` each, hexadecimal. Throws `BAD_ARGUMENT`. */
export async function parts(call: Call, state: CheckingState): Promise<JsonValue> {
  requireArgs(call, 1);
  const entries = await state.under(partPrefix(cycleArg(call, 0, 'n')));
  return entries.flatMap(({ key, value }) => {
    const part = readPart(key, value);
    return part === null ? [] : [{ domain: part.domain, hpart: toHex(part.hpart) }];
  });
}

function cyclesOf(call: Call): bigint[] {
  requireArgs(call, 2);
  const [from, to] = [cycleArg(call, 0, 'from'), cycleArg(call, 1, 'to')];
  const count = to - from + 1n;
  if (count < 1n || count > MAX_CYCLES) badArgument('to', `from ${from} to ${from + BigInt(MAX_CYCLES - 1)}`);
  return Array.from({ length: Number(count) }, (_, i) => from + BigInt(i));
}
