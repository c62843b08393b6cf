import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { X509Certificate } from 'node:crypto';
import { toHex, utf8 } from '@cotrace/core';
import { isLowS, pureVerifier } from '@cotrace/fabric-model';
import { loadIdentity, nodeVerifier, type SigningIdentity } from '@cotrace/network';
import { TestNetwork } from '../test-network.js';
import { quickIdentity } from './quick-signer.js';

const numRuns = process.env['CI_DEEP'] === '1' ? 10_000 : 100;

let dir: string;
let msp: string;
let identity: SigningIdentity;
let publicKey: Uint8Array;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cotrace-signer-'));
  const network = await TestNetwork.create({ dir });
  msp = join(network.layout.peer(network.organisation(0)), 'msp');
  identity = quickIdentity(msp, 'Org1MSP');
  const { x = '', y = '' } = new X509Certificate(identity.certificate).publicKey.export({ format: 'jwk' });
  publicKey = Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe('quickIdentity', () => {
  it('signs what two verifiers accept, low S, and the same bytes again', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (message) => {
        const signature = identity.sign(message);
        expect(isLowS(signature)).toBe(true);
        expect(nodeVerifier.verify(publicKey, message, signature)).toBe(true);
        expect(toHex(identity.sign(message))).toBe(toHex(signature));
      }),
      { numRuns },
    );
    const message = utf8('message');
    expect(pureVerifier.verify(publicKey, message, identity.sign(message))).toBe(true);
    expect(nodeVerifier.verify(publicKey, utf8('another'), identity.sign(message))).toBe(false);
  });

  it('is the identity of its folder', () => {
    const { mspId, certificate, serialized } = loadIdentity(msp, 'Org1MSP');
    expect(identity).toMatchObject({ mspId, certificate, serialized });
  });
});
