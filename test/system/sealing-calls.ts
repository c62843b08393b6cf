import { decodeCheckingHeader, encodeCheckingHeader, sha256, utf8, type CheckingHeader } from '@cotrace/core';
import type { LiarsCall } from './liar.js';
import { HONEST, LIAR } from './sealing-scene.js';

export const [ORG2, ORG3] = HONEST;
/** That the liar let its turn pass, as it is recorded on the channel. */
export const LATE = [
  { attempt: 0, kind: 'penalty', mspId: LIAR },
  { attempt: 0, kind: 'warning', mspId: LIAR },
];

/** A call that seals headers. */
export const seals = (...headers: readonly Uint8Array[]): LiarsCall => ['sealCycle', ...headers];
/** A call whose first argument is a cycle. */
export const numbered = (
  name: string,
  checkNum: bigint,
  ...args: readonly (string | Uint8Array)[]
): LiarsCall => [
  name,
  ...[String(checkNum), ...args].map((arg) => (typeof arg === 'string' ? utf8(arg) : arg)),
];
/** That both honest organisations refuse with a code. */
export const refusedWith = (code: string) => ({ [ORG2]: code, [ORG3]: code });
/** A header with other members. */
export const changed = (header: Uint8Array, members: Partial<CheckingHeader>): Uint8Array =>
  encodeCheckingHeader({ ...decodeCheckingHeader(header), ...members });
/** A hash of nothing that a network has. */
export const WRONG = sha256(utf8('wrong'));
/** The line with which a master names who submitted what does not prove a cycle. */
export const unproven = (checkNum: bigint, why: string) =>
  new RegExp(`transaction \\d+ of ${LIAR} in block \\d+ .* does not prove cycle ${checkNum}\\b.*${why}`, 'm');
