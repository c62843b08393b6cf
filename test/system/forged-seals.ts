import { decodeCheckingHeader, encodeCheckingHeader, sha256, utf8 } from '@cotrace/core';
import type { SigningIdentity } from '@cotrace/network';
import { highS } from '../../gateway-app/testing/high-s.js';
import { honestSets, seal, type SealParts } from '../../gateway-app/testing/seals.js';
import type { SealingScene } from './sealing-scene.js';

/** A transaction that looks like the seal of a cycle. */
export interface ForgedSeal {
  readonly name: string;
  /** How Fabric finds it. */
  readonly code: string;
  /** Its time, by which it could be told from an honest seal. */
  readonly time: Date;
  readonly make: (header: Uint8Array, scene: SealingScene) => Uint8Array;
}

/** Whose keys there are besides: those of its own peer and client, of its master, and what an honest peer signed elsewhere. */
interface Signers {
  readonly peer: SigningIdentity;
  readonly master: SigningIdentity;
  readonly client: SigningIdentity;
  readonly honest: SigningIdentity;
}

/** What is otherwise than in an honest seal of `header` that its own peer and an honest one endorsed. */
type Forgery = (signers: Signers, header: Uint8Array) => Partial<SealParts>;

const FORGERIES: readonly (readonly [name: string, code: string, forgery: Forgery])[] = [
  ['that q − 1 members endorsed', 'ENDORSEMENT_POLICY_FAILURE', ({ peer }) => ({ endorsers: [peer] })],
  [
    'that one organisation endorsed twice',
    'ENDORSEMENT_POLICY_FAILURE',
    ({ peer, master }) => ({ endorsers: [peer, master] }),
  ],
  [
    'that clients endorsed',
    'ENDORSEMENT_POLICY_FAILURE',
    ({ peer, client }) => ({ endorsers: [peer, client] }),
  ],
  [
    'with signatures of high S',
    'ENDORSEMENT_POLICY_FAILURE',
    () => ({
      endorsed: (all) => all.map(({ endorser, signature }) => ({ endorser, signature: highS(signature) })),
    }),
  ],
  ['of another channel', 'INVALID_CHAINCODE', () => ({ channel: 'main' })],
  ['of another chaincode', 'INVALID_CHAINCODE', () => ({ invoked: 'sealing', ran: 'sealing' })],
  [
    // Its channel has the same name and its members the same keys, and what it read of `_lifecycle` was as old.
    'of another network',
    'VALID',
    (_, header) => {
      const networkId = sha256(utf8('another network'));
      const headers = [encodeCheckingHeader({ ...decodeCheckingHeader(header), networkId })];
      return { headers, sets: honestSets(headers).filter(({ namespace }) => namespace === 'checking') };
    },
  ],
];

export const FORGED_SEALS: readonly ForgedSeal[] = FORGERIES.map(([name, code, forgery], i) => {
  const time = new Date(1_760_000_000_000 + i * 1000);
  const make = (header: Uint8Array, { liar, sender }: SealingScene): Uint8Array => {
    const { client, peers } = liar;
    const [peer, master] = peers;
    const [, honest] = sender.signers.peers;
    if (peer === undefined || master === undefined || honest === undefined) {
      throw new RangeError('there are peers');
    }
    const others = forgery({ peer, master, client, honest }, header);
    return seal({ headers: [header], client, endorsers: [peer, honest], time, ...others });
  };
  return { name, code, time, make };
});
