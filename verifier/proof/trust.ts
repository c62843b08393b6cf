import {
  compareBytes,
  formatU64,
  MAX_CHANNEL_NAME_BYTES,
  MAX_CHECKING_HEIGHT,
  networkId,
  parseStrictJson,
  quorumAmong,
  Shape,
  toBase64url,
  toHex,
  utf8,
  type NetworkIdentity,
} from '@cotrace/core';
import {
  Msp,
  MspManager,
  hostEcdsa,
  type ChannelConfig,
  type EcdsaVerifier,
  type SignatureVerifier,
} from '@cotrace/fabric-model';
import type { NetworkTerms } from '../main-block/attestation-body.js';
import type { Membership } from '../main-block/main-config.js';

const FORMAT = 'cotrace.trust.v2';
/** MSP configurations hold a few certificates and revocation lists each: 16 MB are thousands of organisations. */
const MAX_TRUST_BYTES = 16 * 1024 * 1024;
const MAX_MSP_BYTES = 4 * 1024 * 1024;
const MAX_ORGANISATIONS = 1000;

/** What a verifier trusts (docs/formats.md, Trust): which network, whose organisations, how many must agree. */
export interface Trust {
  readonly network: NetworkIdentity;
  readonly terms: NetworkTerms;
  readonly membership: Membership;
  /** Sequence of the configuration of main that has these members: transitions lead to higher ones. */
  readonly sequence: bigint;
  /** A header of the ledger before which nothing counts as its state; null for none. */
  readonly checkpoint: TrustedCheckpoint | null;
}

/** The end of a checking cycle that the publisher of the trust file knew of. */
export interface TrustedCheckpoint {
  readonly cycle: bigint;
  /** Hash of the cycle's header, 32 bytes. */
  readonly hash: Uint8Array;
}

/**
 * The trust file of a network, as text: the members of main's configuration, with their MSP configurations, its quorum, and the
 * `checkpoint`, if there is one.
 */
export function writeTrust(
  network: NetworkIdentity,
  config: ChannelConfig,
  checkpoint: TrustedCheckpoint | null = null,
): string {
  const members = config.members();
  const ids = new Set(members.map(({ mspId }) => mspId));
  const organisations = config.msps
    .filter(({ mspId }) => ids.has(mspId))
    .map(({ mspId, config: bytes }) => ({ mspId, mspConfig: toBase64url(bytes) }))
    .sort((a, b) => compareBytes(utf8(a.mspId), utf8(b.mspId)));
  const file = {
    format: FORMAT,
    network: {
      mainName: network.mainName,
      mainGenesisHeaderHash: toHex(network.mainGenesisHeaderHash),
      checkingName: network.checkingName,
      checkingGenesisHeaderHash: toHex(network.checkingGenesisHeaderHash),
      checkingHeight: network.c,
    },
    sequence: formatU64(config.sequence),
    quorum: quorumAmong(members.length, config.quorum),
    organisations,
    ...(checkpoint === null ? {} : { checkpoint: checkpointJson(checkpoint) }),
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/**
 * Reads a trust file; `verifier` checks what organisations sign. Throws `BAD_TRUST` naming the member that is wrong, and
 * what `parseStrictJson` throws.
 */
export function readTrust(text: string, verifier: SignatureVerifier): Trust {
  return trustOf(text, verifier, hostEcdsa);
}

/** As `readTrust`; `ecdsa` checks what authorities sign. */
export function trustOf(text: string, verifier: SignatureVerifier, ecdsa: EcdsaVerifier): Trust {
  const source = { code: 'BAD_TRUST', locate: () => 'trust file' } as const;
  const root = new Shape(parseStrictJson(text, MAX_TRUST_BYTES), source);
  root.only(['format', 'network', 'sequence', 'quorum', 'organisations', 'checkpoint']);
  root.at('format').oneOf([FORMAT]);
  const network = networkOf(root.at('network'));
  const organisations = root.at('organisations');
  const msps = organisations.items(MAX_ORGANISATIONS).map((shape) => mspOf(shape, ecdsa));
  checkOrder(msps, organisations);
  const members = msps.map(({ mspId, configHash }) => ({ mspId, configHash }));
  const quorum = root.at('quorum');
  const terms = { networkId: networkId(network) };
  const set = quorum.integer(2, MAX_ORGANISATIONS);
  // A quorum that these organisations cannot have would otherwise show as attestations that never count.
  if (set > msps.length) quorum.wrong(`one that ${msps.length} organisations can have`);
  const q = quorumAmong(msps.length, set);
  const membership = { members, manager: new MspManager(msps, verifier), quorum: q, hash: null };
  const sequence = root.at('sequence').u64();
  const shown = root.optional('checkpoint');
  const checkpoint = shown === null ? null : checkpointOf(shown);
  return { network, terms, membership, sequence, checkpoint };
}

function networkOf(shape: Shape): NetworkIdentity {
  shape.only([
    'mainName',
    'mainGenesisHeaderHash',
    'checkingName',
    'checkingGenesisHeaderHash',
    'checkingHeight',
  ]);
  return {
    mainName: channelName(shape.at('mainName')),
    mainGenesisHeaderHash: shape.at('mainGenesisHeaderHash').hash(),
    checkingName: channelName(shape.at('checkingName')),
    checkingGenesisHeaderHash: shape.at('checkingGenesisHeaderHash').hash(),
    c: shape.at('checkingHeight').integer(2, MAX_CHECKING_HEIGHT),
  };
}

function checkpointJson({ cycle, hash }: TrustedCheckpoint) {
  return { cycle: formatU64(cycle), hash: toHex(hash) };
}

function checkpointOf(shape: Shape): TrustedCheckpoint {
  shape.only(['cycle', 'hash']);
  return { cycle: shape.at('cycle').u64(), hash: shape.at('hash').hash() };
}

function channelName(shape: Shape): string {
  const rule = `the name of a channel, 1 to ${MAX_CHANNEL_NAME_BYTES} bytes`;
  const name = shape.text({ rule, least: 1 });
  return utf8(name).length <= MAX_CHANNEL_NAME_BYTES ? name : shape.wrong(rule);
}

function mspOf(shape: Shape, ecdsa: EcdsaVerifier): Msp {
  shape.only(['mspId', 'mspConfig']);
  const config = shape.at('mspConfig');
  const bytes = config.bytes(MAX_MSP_BYTES);
  const msp = config.check('an MSP configuration of Fabric', () => Msp.fromConfig(bytes, ecdsa));
  if (msp.mspId !== shape.at('mspId').text()) {
    shape.at('mspId').wrong(`${msp.mspId}, as its configuration says`);
  }
  return msp;
}

function checkOrder(msps: readonly Msp[], organisations: Shape): void {
  const ids = msps.map(({ mspId }) => utf8(mspId));
  if (ids.some((id, i) => i > 0 && compareBytes(ids[i - 1] ?? id, id) >= 0)) {
    organisations.fail('must be sorted by MSP id, each once');
  }
}
