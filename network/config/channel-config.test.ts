import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256, utf8 } from '@cotrace/core';
import {
  ChannelConfig,
  evaluateSignedData,
  type Identity,
  type MspManager,
  type NodeRole,
} from '@cotrace/fabric-model';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ensureCrypto } from '../identity/ensure.js';
import type { CryptoLayout } from '../identity/layout.js';
import { loadIdentity, type SigningIdentity } from '../identity/signer.js';
import { nodeVerifier } from '../identity/verifier.js';
import { defaultTopology, type Organisation } from '../topology.js';
import { DEFAULT_ACLS } from './acls.js';
import { genesisBlock } from './genesis.js';
import { mspConfigOfFolder } from './msp-folder.js';

const dir = mkdtempSync(join(tmpdir(), 'cotrace-config-'));
const topology = defaultTopology();
const message = utf8('a message');
let layout: CryptoLayout;
let config: ChannelConfig;
let manager: MspManager;

beforeAll(async () => {
  layout = await ensureCrypto(topology, dir);
  config = ChannelConfig.fromBlock(genesisBlock(topology, 'main', dir));
  manager = config.manager(nodeVerifier);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function organisation(n: number): Organisation {
  const found = topology.organisations[n - 1];
  if (found === undefined) throw new Error(`no organisation ${n}`);
  return found;
}

function signerOf(nodeDir: string, mspId: string): SigningIdentity {
  return loadIdentity(join(nodeDir, 'msp'), mspId);
}

/** Whether signatures of these identities over the message satisfy the policy at `path`. */
function satisfied(path: string, ...signers: SigningIdentity[]): boolean {
  const policy = config.policy(path);
  if (policy === null) throw new Error(`no policy ${path}`);
  const signed = signers.map(({ serialized, sign }) => ({
    identity: serialized,
    data: message,
    signature: sign(message),
  }));
  return evaluateSignedData(policy, signed, manager);
}

describe('the channel configuration of a new network', () => {
  it('holds what the topology says', () => {
    expect(config.channelId).toBe('main');
    expect(config.sequence).toBe(0n);
    expect(config.capabilities).toEqual({ channel: ['V2_0'], application: ['V2_5'], orderer: ['V2_0'] });
    expect(config.applicationOrgs.map(({ mspId }) => mspId)).toEqual(['Org1MSP', 'Org2MSP', 'Org3MSP']);
    expect(config.ordererOrgs.map(({ mspId }) => mspId)).toEqual(['OrdererMSP']);
    expect(config.orderer).toMatchObject({ consensusType: 'etcdraft', batchTimeout: '200ms' });
    expect(Object.fromEntries(config.acls)).toEqual(DEFAULT_ACLS);
  });

  it('counts every application organisation as a member, under the hash of its MSP configuration', () => {
    expect(config.members()).toEqual(
      topology.organisations.map((org) => ({
        mspId: org.mspId,
        configHash: sha256(mspConfigOfFolder(join(layout.organisation(org), 'msp'), org.mspId).config),
      })),
    );
  });

  it('validates every identity that was made, with its role, and its signatures', () => {
    const roles: Record<NodeRole, number> = { peer: 0, client: 0, admin: 0, orderer: 0 };
    for (const { dir: base, mspId, nodes } of layout.organisations()) {
      for (const { collection, name, role } of nodes) {
        const signer = signerOf(join(base, collection, name), mspId);
        const identity: Identity = manager.deserialize(signer.serialized);
        identity.validate({ at: new Date() });
        expect([name, identity.role]).toEqual([name, role]);
        expect(manager.verify(identity, message, signer.sign(message))).toBe(true);
        expect(manager.verify(identity, utf8('another'), signer.sign(message))).toBe(false);
        // A certificate that Fabric re-encodes with low S would change the identity's bytes.
        expect(new Uint8Array(new X509Certificate(signer.certificate).raw)).toEqual(identity.certificate.der);
        roles[role]++;
      }
    }
    expect(roles).toEqual({ peer: 6, client: 18, admin: 4, orderer: 1 });
  });

  it("does not know an identity under another organisation's name", () => {
    const { serialized } = signerOf(layout.user(organisation(1), 'User1'), 'Org2MSP');
    expect(() => manager.deserialize(serialized)).toThrow(expect.objectContaining({ code: 'BAD_CHAIN' }));
  });
});

describe('the policies of a new network', () => {
  const peerOf = (n: number): SigningIdentity =>
    signerOf(layout.peer(organisation(n)), organisation(n).mspId);
  const adminOf = (n: number): SigningIdentity =>
    signerOf(layout.user(organisation(n), 'Admin'), organisation(n).mspId);
  const masterOf = (n: number): SigningIdentity =>
    signerOf(layout.master(organisation(n)), organisation(n).mspId);
  const businessOf = (n: number): SigningIdentity =>
    signerOf(layout.business(organisation(n), 'retail'), organisation(n).mspId);
  const orderer = (): SigningIdentity => signerOf(layout.orderer(), 'OrdererMSP');

  it.each(['Endorsement', 'LifecycleEndorsement'])(
    '%s needs peers of a majority of the organisations',
    (name) => {
      const path = `/Channel/Application/${name}`;
      expect(satisfied(path, peerOf(1), peerOf(3))).toBe(true);
      expect(satisfied(path, peerOf(1))).toBe(false);
      expect(satisfied(path, peerOf(1), masterOf(1))).toBe(false);
      expect(satisfied(path, peerOf(1), businessOf(2), adminOf(3))).toBe(false);
      expect(satisfied(path, peerOf(1), orderer())).toBe(false);
    },
  );

  it('every node of an organisation reads, clients and administrators write, the orderer neither as an application', () => {
    for (const signer of [peerOf(1), masterOf(2), businessOf(3), adminOf(1)])
      expect(satisfied('/Channel/Application/Readers', signer)).toBe(true);
    for (const signer of [businessOf(3), adminOf(1)])
      expect(satisfied('/Channel/Application/Writers', signer)).toBe(true);
    // As in the profiles of Fabric's own configtx.yaml: what needs more would not run on networks that exist.
    for (const signer of [peerOf(1), masterOf(2)])
      expect(satisfied('/Channel/Application/Writers', signer)).toBe(false);
    for (const name of ['Readers', 'Writers']) {
      expect(satisfied(`/Channel/Application/${name}`, orderer())).toBe(false);
      expect(satisfied(`/Channel/${name}`, orderer())).toBe(true);
    }
  });

  it('a majority of administrators changes the application, the orderer alone its group', () => {
    expect(satisfied('/Channel/Application/Admins', adminOf(1), adminOf(2))).toBe(true);
    expect(satisfied('/Channel/Application/Admins', adminOf(1), peerOf(2))).toBe(false);
    const ordererAdmin = signerOf(layout.ordererAdmin(), 'OrdererMSP');
    expect(satisfied('/Channel/Orderer/Admins', ordererAdmin)).toBe(true);
    expect(satisfied('/Channel/Orderer/Admins', orderer())).toBe(false);
    expect(satisfied('/Channel/Admins', adminOf(1), adminOf(2))).toBe(false);
    expect(satisfied('/Channel/Admins', adminOf(1), adminOf(2), ordererAdmin)).toBe(true);
  });

  it('the orderer signs blocks, a peer does not', () => {
    expect(satisfied('/Channel/Orderer/BlockValidation', orderer())).toBe(true);
    expect(satisfied('/Channel/Orderer/BlockValidation', peerOf(1), peerOf(2), peerOf(3))).toBe(false);
  });
});
