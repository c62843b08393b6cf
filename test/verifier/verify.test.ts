import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { toBinary } from '@bufbuild/protobuf';
import { fromBase64url, toBase64url, utf8, type Attestation } from '@cotrace/core';
import { common, decode, decodePem, encodePem, Msp } from '@cotrace/fabric-model';
import { nodeVerifier } from '@cotrace/network';
import { codeOf } from '../../gateway-app/testing/codes.js';
import { verdictOf } from '../../gateway-app/testing/verdict.js';
import { readTrust } from '../../verifier/proof/trust.js';
import { writeTraceProof } from '../../verifier/trace-proof/proof-file.js';
import { prove } from '../../verifier/trace-proof/testing/prove.js';
import type { TraceProof } from '../../verifier/trace-proof/types.js';
import { verify } from '../../verifier/verify.js';
import { judgedProofs } from './proof-texts.js';
import { M, N, O, ProofWorld } from './trace-proof-scene.js';
import { chain, X } from './trace-proof-scenes.js';

const DEEP = process.env['CI_DEEP'] === '1';
const SEED = Number(process.env['COTRACE_SEED'] ?? Math.floor(Math.random() * 2 ** 32));
const ALL = [O, M, N];

let world: ProofWorld;
let trust: string;
let proof: TraceProof;
let honest: string;

beforeAll(async () => {
  world = await ProofWorld.create();
  trust = world.trustText;
  proof = await prove(chain(world), { traceId: X, direction: 'up', attestedBy: ALL });
  honest = writeTraceProof(proof);
});

afterAll(async () => {
  await world.remove();
});

/** The same bytes but for the last: in a signature, the end of its second number. */
function withOtherEnd(bytes: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(bytes);
  changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
  return changed;
}

/** The honest proof with other attestations. */
function attestedBy(change: (attestations: readonly Attestation[]) => readonly Attestation[]): string {
  const { block, attestations } = proof.root;
  return writeTraceProof({ ...proof, root: { block, attestations: change(attestations) } });
}

const withOtherCertificates = () =>
  attestedBy((all) => all.map((one) => ({ ...one, certificate: withOtherEnd(one.certificate) })));

/** How many signatures the platform looks at while a proof file is verified, and the code of its error. */
async function looksAt(file: string): Promise<{ looks: number; code: string | null }> {
  const look = jest.spyOn(crypto.subtle, 'verify');
  try {
    const code = await codeOf(() => verify(file, trust));
    return { looks: look.mock.calls.length, code };
  } finally {
    look.mockRestore();
  }
}

describe('a proof file, verified in one call', () => {
  it(
    'says what the verifier that does not wait says, of proofs, forgeries and mutated proofs',
    async () => {
      const proofs = await judgedProofs(world, DEEP ? 10_000 : 100, SEED);
      const said: string[] = [];
      for (const { text } of proofs) said.push(await verdictOf(() => verify(text, trust)));
      expect(proofs.map(({ title }, i) => [title, said[i]])).toEqual(
        proofs.map(({ title, verdict }) => [title, verdict]),
      );
      expect(said[0]).toMatch(/^\{/);
      expect(new Set(said).size).toBeGreaterThan(8);
    },
    DEEP ? 900_000 : 60_000,
  );

  it('is refused where an authority did not sign the certificates in it', async () => {
    await expect(verify(withOtherCertificates(), trust)).rejects.toMatchObject({
      code: 'NO_QUORUM',
      detail: { refused: Array.from({ length: 3 }, () => 'ATTESTATION_IDENTITY') },
    });
  });

  it('is refused where nobody signed the attestations in it', async () => {
    const forged = attestedBy((all) =>
      all.map((one) => ({ ...one, signature: withOtherEnd(one.signature) })),
    );
    await expect(verify(forged, trust)).rejects.toMatchObject({
      code: 'NO_QUORUM',
      detail: { refused: Array.from({ length: 3 }, () => 'ATTESTATION_SIGNATURE') },
    });
  });

  it('is refused where the trust file names an authority that did not sign itself', async () => {
    const file = JSON.parse(trust) as { organisations: { mspConfig: string }[] };
    const [first] = file.organisations;
    if (first === undefined) throw new Error('the trust file names nobody');
    const config = decode(common.FabricMSPConfigSchema, fromBase64url(first.mspConfig, 2 ** 20));
    config.rootCerts = config.rootCerts.map((pem) => {
      const der = decodePem(pem)?.bytes ?? new Uint8Array();
      return utf8(encodePem('CERTIFICATE', withOtherEnd(der)));
    });
    first.mspConfig = toBase64url(toBinary(common.FabricMSPConfigSchema, config));
    expect(await codeOf(() => verify(honest, JSON.stringify(file)))).toBe('BAD_TRUST');
    expect(await codeOf(() => readTrust(JSON.stringify(file), nodeVerifier))).toBe('BAD_TRUST');
  });

  it('may be text or bytes, and so may the trust file', async () => {
    const shown = await verify(honest, trust);
    expect(await verify(utf8(honest), utf8(trust))).toEqual(shown);
    expect(shown).toMatchObject({ complete: true, asOf: { attestedBy: ALL } });
  });

  it('is refused where it is not UTF-8, or is of a format that nobody knows', async () => {
    expect(await codeOf(() => verify(Uint8Array.of(0x7b, 0xff, 0x7d), trust))).toBe('BAD_UTF8');
    expect(await codeOf(() => verify(honest, Uint8Array.of(0xc0, 0x80)))).toBe('BAD_UTF8');
    expect(await codeOf(() => verify('[]', trust))).toBe('BAD_PROOF');
    expect(await codeOf(() => verify('{"format":"toString"}', trust))).toBe('BAD_PROOF');
    const other = honest.replace('cotrace.trace-proof.v1', 'cotrace.trace-proof.v2');
    await expect(verify(other, trust)).rejects.toMatchObject({
      code: 'BAD_PROOF',
      message: 'proof: format must be "cotrace.trace-proof.v1", not "cotrace.trace-proof.v2"',
    });
  });

  it('is said to be a records proof where it is one', async () => {
    const records = {
      format: 'cotrace.records-proof.v1',
      question: { traceId: 'LOT', direction: 'up' },
      blocks: [],
      transactions: [],
    };
    await expect(verify(JSON.stringify(records), trust)).rejects.toMatchObject({
      code: 'NOT_SUPPORTED',
      message: expect.stringContaining('only releases before 0.1.0 read') as unknown,
    });
  });

  it('is not looked at where the trust file is wrong', async () => {
    expect(await codeOf(() => verify('no proof', trust.slice(0, -4)))).toBe('BAD_JSON');
    expect(await codeOf(() => verify('no proof', '{}'))).toBe('BAD_TRUST');
  });
});

describe('the work that a proof file costs', () => {
  /** Signatures of the trust file, which are looked at first. */
  const ofTrustFile = async () => (await looksAt('{}')).looks;

  it('is one look at each certificate before the root', async () => {
    const deserialize = jest.spyOn(Msp.prototype, 'deserialize');
    try {
      await verify(honest, trust);
      expect(deserialize).toHaveBeenCalledTimes(3);
    } finally {
      deserialize.mockRestore();
    }
  });

  it('is no look at what was signed with a certificate that no authority signed', async () => {
    const looks = (await ofTrustFile()) + 3;
    expect(await looksAt(withOtherCertificates())).toEqual({ looks, code: 'NO_QUORUM' });
  });

  it('is no look at a signature where there are more than an honest proof has', async () => {
    const doubled = attestedBy((all) => [...all, ...all]);
    const looks = await ofTrustFile();
    expect(looks).toBeGreaterThan(0);
    expect(await looksAt(doubled)).toEqual({ looks, code: 'BAD_PROOF' });
  });
});
