import {
  compareBytes,
  CotraceError,
  networkId,
  parseStrictJson,
  toBase64url,
  toHex,
  utf8,
  type NetworkIdentity,
} from '@cotrace/core';
import {
  Msp,
  MspManager,
  pureEcdsa,
  type ChannelConfig,
  type EcdsaVerifier,
  type SignatureVerifier,
} from '@cotrace/fabric-model';
import { membershipOf, type NetworkTerms } from '../main-block/attestation-body.js';
import type { Membership } from '../main-block/main-config.js';
import { JsonShape } from './json-shape.js';

const FORMAT = 'cotrace.trust.v1';
/** MSP configurations hold a few certificates and revocation lists each: 16 MB are thousands of organisations. */
const MAX_TRUST_BYTES = 16 * 1024 * 1024;
const MAX_MSP_BYTES = 4 * 1024 * 1024;
const MAX_ORGANISATIONS = 1000;

/** What a verifier trusts (docs/formats.md, Trust): which network, whose organisations, how many must agree. */
export interface Trust {
  readonly network: NetworkIdentity;
  readonly terms: NetworkTerms;
  readonly membership: Membership;
}

/** The trust file of a network, as text: the members of main's configuration, with their MSP configurations. */
export function writeTrust(network: NetworkIdentity, quorum: number, config: ChannelConfig): string {
  const ids = new Set(config.members().map(({ mspId }) => mspId));
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
    quorum,
    organisations,
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/**
 * Reads a trust file; `verifier` checks what organisations sign. Throws `BAD_TRUST` naming the member that is wrong, and
 * what `parseStrictJson` throws.
 */
export function readTrust(text: string, verifier: SignatureVerifier): Trust {
  return trustOf(text, verifier, pureEcdsa);
}

/** As `readTrust`; `ecdsa` checks what authorities sign. */
export function trustOf(text: string, verifier: SignatureVerifier, ecdsa: EcdsaVerifier): Trust {
  const root = new JsonShape(parseStrictJson(text, MAX_TRUST_BYTES), 'trust file', 'BAD_TRUST');
  root.only(['format', 'network', 'quorum', 'organisations']);
  if (root.text('format') !== FORMAT) throw root.wrong('format', `"${FORMAT}"`);
  const network = networkOf(root.object('network'));
  const msps = root.list('organisations', MAX_ORGANISATIONS).map((shape) => mspOf(shape, ecdsa));
  const membership = membershipOfMsps(msps, verifier);
  const terms = {
    networkId: root.read('network', 'the names and genesis hashes of a network', () => networkId(network)),
    quorum: root.integer('quorum', 2, MAX_ORGANISATIONS),
  };
  // A quorum that these organisations cannot have would else show as attestations that never count.
  root.read('quorum', `one that ${msps.length} organisations can have`, () =>
    membershipOf(membership.members, terms),
  );
  return { network, terms, membership };
}

function networkOf(shape: JsonShape): NetworkIdentity {
  shape.only([
    'mainName',
    'mainGenesisHeaderHash',
    'checkingName',
    'checkingGenesisHeaderHash',
    'checkingHeight',
  ]);
  return {
    mainName: shape.text('mainName'),
    mainGenesisHeaderHash: shape.hash('mainGenesisHeaderHash'),
    checkingName: shape.text('checkingName'),
    checkingGenesisHeaderHash: shape.hash('checkingGenesisHeaderHash'),
    c: shape.integer('checkingHeight', 2, 0xffffffff),
  };
}

function mspOf(shape: JsonShape, ecdsa: EcdsaVerifier): Msp {
  shape.only(['mspId', 'mspConfig']);
  const bytes = shape.bytes('mspConfig', MAX_MSP_BYTES);
  const msp = shape.read('mspConfig', 'an MSP configuration of Fabric', () => Msp.fromConfig(bytes, ecdsa));
  if (msp.mspId !== shape.text('mspId')) {
    throw shape.wrong('mspId', `${msp.mspId}, as its configuration says`);
  }
  return msp;
}

function membershipOfMsps(msps: readonly Msp[], verifier: SignatureVerifier): Membership {
  const ids = msps.map(({ mspId }) => utf8(mspId));
  if (ids.some((id, i) => i > 0 && compareBytes(ids[i - 1] ?? id, id) >= 0)) {
    throw new CotraceError('BAD_TRUST', 'trust file: organisations must be sorted by MSP id, each once', {
      ids: msps.map(({ mspId }) => mspId),
    });
  }
  return {
    members: msps.map(({ mspId, configHash }) => ({ mspId, configHash })),
    manager: new MspManager(msps, verifier),
  };
}
