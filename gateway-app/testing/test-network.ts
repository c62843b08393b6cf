import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toHex, type StoreIdentity } from '@cotrace/core';
import { BLOCK_METADATA, decodeBlock, encodeBlock } from '@cotrace/fabric-model';
import {
  ensureCrypto,
  genesisBlock,
  loadIdentity,
  loadTls,
  parseTopology,
  type CryptoLayout,
  type Organisation,
  type SigningIdentity,
  type Topology,
} from '@cotrace/network';
import { pemCertificateHash } from '../consortium/certificate-hash.js';
import type { Consortium, ConsortiumNode } from '../consortium/consortium.js';
import type { NetworkTerms } from '@cotrace/verifier';
import { networkTerms } from '../consortium/network-terms.js';
import { storeOwner } from '../consortium/owner.js';

/** The identities of an organisation that sign in tests. */
export interface TestOrganisation extends Organisation {
  readonly peer: SigningIdentity;
  readonly master: SigningIdentity;
  readonly client: SigningIdentity;
  readonly admin: SigningIdentity;
}

/** What a test network may be made of; by default three organisations and two domains. */
export interface TestNetworkOptions {
  readonly organisations?: number;
  readonly domains?: readonly string[];
  /** Other names, under the same authorities, make another network. */
  readonly mainName?: string;
  /** Folder of the network, which takes up the certificates that are there; by default a temporary one. */
  readonly dir?: string;
  /** Checking height c; by default that of a topology. */
  readonly checkingHeight?: number;
}

/** A consortium with real certificates and genesis blocks in a temporary folder. */
export class TestNetwork {
  readonly dir: string;
  readonly topology: Topology;
  readonly layout: CryptoLayout;
  readonly organisations: readonly TestOrganisation[];
  readonly orderer: SigningIdentity;
  /** Main's genesis block as a peer delivers it. */
  readonly genesis: Uint8Array;
  /** The genesis block of `checking` as a peer delivers it. */
  readonly checkingGenesis: Uint8Array;
  readonly consortium: Consortium;
  readonly terms: NetworkTerms;

  private constructor(dir: string, topology: Topology, layout: CryptoLayout) {
    this.dir = dir;
    this.topology = topology;
    this.layout = layout;
    const load = (folder: string, mspId: string) => loadIdentity(join(folder, 'msp'), mspId);
    this.organisations = topology.organisations.map((organisation) => ({
      ...organisation,
      peer: load(layout.peer(organisation), organisation.mspId),
      master: load(layout.master(organisation), organisation.mspId),
      client: load(layout.user(organisation, 'User1'), organisation.mspId),
      admin: load(layout.user(organisation, 'Admin'), organisation.mspId),
    }));
    this.orderer = load(layout.orderer(), topology.orderer.mspId);
    this.genesis = delivered(genesisBlock(topology, topology.channels.main, layout.dir));
    this.checkingGenesis = delivered(genesisBlock(topology, topology.channels.checking, layout.dir));
    this.consortium = consortiumOf(topology, layout, this);
    this.terms = networkTerms(this.consortium);
  }

  static async create(options: TestNetworkOptions = {}): Promise<TestNetwork> {
    const { organisations = 3, domains = ['goods', 'retail'], mainName = 'main', checkingHeight } = options;
    const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'cotrace-gateway-')));
    const topology = parseTopology(
      JSON.stringify({
        organisations: Array.from({ length: organisations }, (_, i) => ({
          name: `org${i + 1}`,
          mspId: `Org${i + 1}MSP`,
          domain: `org${i + 1}.example.com`,
        })),
        domains,
        channels: { main: mainName, checking: 'checking' },
        ...(checkingHeight === undefined ? {} : { checkingHeight }),
      }),
    );
    return new TestNetwork(dir, topology, await ensureCrypto(topology, join(dir, 'crypto')));
  }

  /** A network of the same organisations and certificates whose channel `main` has another name. */
  sibling(mainName: string): TestNetwork {
    const topology = { ...this.topology, channels: { ...this.topology.channels, main: mainName } };
    return new TestNetwork(this.dir, topology, this.layout);
  }

  /** Organisation `index`, from 0. */
  organisation(index: number): TestOrganisation {
    const organisation = this.organisations[index];
    if (organisation === undefined) throw new RangeError(`there is no organisation ${index}`);
    return organisation;
  }

  get peers(): readonly SigningIdentity[] {
    return this.organisations.map(({ peer }) => peer);
  }

  /** Whose the store of a node is. */
  owner(name: string): StoreIdentity {
    const node = this.consortium.nodes.find((candidate) => candidate.name === name);
    if (node === undefined) throw new RangeError(`there is no node ${name}`);
    return storeOwner(node, this.consortium);
  }

  /** Path of a folder of the test's own. */
  folder(...parts: readonly string[]): string {
    return join(this.dir, ...parts);
  }

  /** Removes everything; not for a sibling. */
  async remove(): Promise<void> {
    await rm(this.dir, { recursive: true, force: true });
  }
}

/** A peer adds the validation codes, which a block fresh from `configtxgen` has not. */
function delivered(block: Uint8Array): Uint8Array {
  const parts = decodeBlock(block);
  const metadata = [...parts.metadata];
  metadata[BLOCK_METADATA.transactionsFilter] = new Uint8Array(parts.envelopes.length);
  return encodeBlock({ ...parts, metadata });
}

function consortiumOf(
  topology: Topology,
  layout: CryptoLayout,
  { genesis, checkingGenesis }: Pick<TestNetwork, 'genesis' | 'checkingGenesis'>,
): Consortium {
  const checking = decodeBlock(checkingGenesis);
  const node = (
    name: string,
    role: ConsortiumNode['role'],
    { mspId }: Organisation,
    domain: string | null,
    folder: string,
  ): ConsortiumNode => ({
    name,
    role,
    mspId,
    domain,
    address: null,
    certificate: certificateOf(folder),
    signer: role === 'client' ? null : signerOf(folder, mspId),
  });
  return {
    version: 3,
    channels: {
      main: { name: topology.channels.main, genesisHeaderHash: toHex(decodeBlock(genesis).headerHash) },
      checking: { name: topology.channels.checking, genesisHeaderHash: toHex(checking.headerHash) },
    },
    checkingHeight: topology.checkingHeight,
    checking: topology.checking,
    domains: topology.domains,
    organisations: topology.organisations.map((organisation, i) => ({
      name: organisation.name,
      mspId: organisation.mspId,
      peer: { address: `localhost:${7051 + i}`, serverName: null },
      tlsRoots: loadTls(join(layout.peer(organisation), 'tls')).ca.toString('utf8'),
    })),
    nodes: topology.organisations.flatMap((organisation) => [
      node(`${organisation.name}.master`, 'master', organisation, null, layout.master(organisation)),
      node(`${organisation.name}.client`, 'client', organisation, null, layout.user(organisation, 'User1')),
      ...topology.domains.map((domain) =>
        node(
          `${organisation.name}.${domain}`,
          'business',
          organisation,
          domain,
          layout.business(organisation, domain),
        ),
      ),
    ]),
  };
}

function certificateOf(folder: string): string {
  const { certificate } = loadTls(join(folder, 'tls'));
  return pemCertificateHash(certificate);
}

function signerOf(folder: string, mspId: string): string {
  return pemCertificateHash(loadIdentity(join(folder, 'msp'), mspId).certificate);
}
