import { join } from 'node:path';
import type { SigningIdentity } from '@cotrace/network';
import { TestNetwork, type TestNetworkOptions } from '../test-network.js';
import type { Signers } from '../transactions.js';
import { quickIdentity } from './quick-signer.js';

/** Who calls and endorses for an organisation. */
interface LedgerOrganisation {
  readonly mspId: string;
  readonly client: SigningIdentity;
  readonly admin: SigningIdentity;
  readonly peer: SigningIdentity;
}

/** A test network whose clients, peers and orderer sign quickly. */
export class LedgerNetwork implements Signers {
  readonly test: TestNetwork;
  readonly orderer: SigningIdentity;
  readonly #organisations: readonly LedgerOrganisation[];

  private constructor(test: TestNetwork) {
    this.test = test;
    const { layout, topology } = test;
    const load = (folder: string, mspId: string) => quickIdentity(join(folder, 'msp'), mspId);
    this.orderer = load(layout.orderer(), topology.orderer.mspId);
    this.#organisations = topology.organisations.map((organisation) => ({
      mspId: organisation.mspId,
      client: load(layout.user(organisation, 'User1'), organisation.mspId),
      admin: load(layout.user(organisation, 'Admin'), organisation.mspId),
      peer: load(layout.peer(organisation), organisation.mspId),
    }));
  }

  static async create(options: TestNetworkOptions): Promise<LedgerNetwork> {
    return new LedgerNetwork(await TestNetwork.create(options));
  }

  /** Main's genesis block as a peer delivers it. */
  get genesis(): Uint8Array {
    return this.test.genesis;
  }

  get topology(): Signers['topology'] {
    return this.test.topology;
  }

  get peers(): readonly SigningIdentity[] {
    return this.#organisations.map(({ peer }) => peer);
  }

  get size(): number {
    return this.#organisations.length;
  }

  /** Organisation `index`, from 0. */
  organisation(index: number): LedgerOrganisation {
    const organisation = this.#organisations[index];
    if (organisation === undefined) throw new RangeError(`there is no organisation ${index}`);
    return organisation;
  }

  /**
   * The peers that endorse transaction `txNum` of a block: as many as the default policy wants, more than half. The first
   * organisation's is always among them, since generated keys have no other policy of their own than its endorsement.
   */
  endorsers(txNum: number): SigningIdentity[] {
    const [first, ...others] = this.peers;
    if (first === undefined) throw new RangeError('there is no organisation');
    const more = Math.floor(this.size / 2);
    const from = others.length === 0 ? 0 : txNum % others.length;
    return [first, ...others.slice(from), ...others.slice(0, from)].slice(0, more + 1);
  }
}
