import { equalBytes, fromUtf8, utf8 } from '../bytes/bytes.js';
import { CotraceError, isCotraceError } from '../errors.js';
import { canonicalJson } from '../json/canonical-json.js';
import { isObject } from '../json/is-object.js';
import type { JsonObject, JsonValue } from '../json/json-value.js';
import { parseStrictJson } from '../json/strict-json.js';

/** The layout of today's stores by their kind, and the older ones whose rows can still be read (docs/formats.md, Stores). */
const LAYOUTS: Readonly<Record<StoreIdentity['kind'], { readonly today: number; readonly older: number[] }>> =
  {
    master: { today: 2, older: [] },
    business: { today: 4, older: [2, 3] },
    ledger: { today: 2, older: [] },
  };

/** Key of the row that says whose a store is; it is read before any other. */
export const STORE_IDENTITY_KEY = '!store';

/** Names and MSP ids are far shorter. */
const MAX_ROW_BYTES = 16 * 1024;

/** Whose a store is. */
export interface StoreIdentity {
  readonly kind: 'master' | 'business' | 'ledger';
  /** Network id; of an embedded ledger, the header hash of its channel's genesis block. 64 hexadecimal digits. */
  readonly network: string;
  /** Name of the node. */
  readonly node: string;
  /** MSP id; null for an embedded ledger, which all organisations share. */
  readonly organisation: string | null;
  /** The domain of a business node, the channel of a master or a ledger. */
  readonly holds: string;
}

/** The identity row of a store: canonical JSON. */
export function encodeStoreIdentity(identity: StoreIdentity): Uint8Array {
  return rowOf(identity, LAYOUTS[identity.kind].today);
}

/**
 * Checks the identity row of the store in `folder`; `row` is null where it has none. `older`: its rows are of a layout that can
 * be read, and its identity row is to be replaced by today's before others are written. Throws `STORE_LAYOUT` for a store of
 * another version, `WRONG_STORE` for that of somebody else, `STORE_DAMAGED` for bytes that are no such row.
 */
export function checkStoreIdentity(
  row: Uint8Array | null,
  expected: StoreIdentity,
  folder: string,
): 'today' | 'older' {
  const { today, older } = LAYOUTS[expected.kind];
  if (row === null) throw otherLayout(folder, null, today);
  if (equalBytes(row, rowOf(expected, today))) return 'today';
  if (older.some((layout) => equalBytes(row, rowOf(expected, layout)))) return 'older';
  const { layout, identity } = members(row, folder);
  const known = LAYOUTS[kindOf(identity) ?? expected.kind];
  if (typeof layout !== 'number' || ![known.today, ...known.older].includes(layout))
    throw otherLayout(folder, layout ?? null, today);
  throw new CotraceError(
    'WRONG_STORE',
    `${folder} is ${named(identity)}, and ${named(plain(expected))} was expected: folders were mixed up, or the ` +
      'configuration names the wrong one; put the right folder in its place',
    { folder, found: identity ?? null, expected: plain(expected) },
  );
}

/** The kind that a row states; null where there is none of that name. */
function kindOf(identity: JsonValue | undefined): StoreIdentity['kind'] | null {
  const kinds = Object.keys(LAYOUTS) as StoreIdentity['kind'][];
  return (isObject(identity) && kinds.find((kind) => kind === identity['kind'])) || null;
}

function rowOf(identity: StoreIdentity, layout: number): Uint8Array {
  return utf8(canonicalJson({ identity: plain(identity), layout }));
}

/** Without members that are not the identity's. */
function plain({ kind, network, node, organisation, holds }: StoreIdentity): Record<string, string | null> {
  return { kind, network, node, organisation, holds };
}

function members(row: Uint8Array, folder: string): JsonObject {
  try {
    const value = parseStrictJson(fromUtf8(row), MAX_ROW_BYTES);
    if (isObject(value)) return value;
  } catch (error) {
    if (!isCotraceError(error)) throw error;
    throw damaged(folder, error);
  }
  throw damaged(folder);
}

function damaged(folder: string, cause?: unknown): CotraceError {
  return new CotraceError(
    'STORE_DAMAGED',
    `the row of the store in ${folder} that says whose it is cannot be read; restore the store from its backup`,
    { folder },
    cause,
  );
}

function otherLayout(folder: string, layout: JsonValue, expected: number): CotraceError {
  const written = layout === null ? 'does not say whose it is' : `has layout ${JSON.stringify(layout)}`;
  return new CotraceError(
    'STORE_LAYOUT',
    `the store in ${folder} ${written}: another version of Cotrace wrote it, and this one reads layout ` +
      `${expected}; run that version, or move the folder away: the node then starts again from block 0`,
    { folder, layout, expected },
  );
}

function named(identity: JsonValue | undefined): string {
  if (!isObject(identity)) return 'the store of an unknown node';
  const { kind, node, organisation, holds, network } = identity;
  const owner = organisation === null ? '' : ` of ${shown(organisation)}`;
  const id = shown(network).slice(0, 16);
  return `the store of ${shown(kind)} ${shown(node)}${owner} for ${shown(holds)} in network ${id}…`;
}

/** What is in a row may be anything: only what names are made of is shown. */
function shown(value: JsonValue | undefined): string {
  return typeof value === 'string' && /^[\w. -]{1,255}$/.test(value) ? value : '(not a plain name)';
}
