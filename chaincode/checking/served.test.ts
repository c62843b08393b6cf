import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { checkingHeaderHash, toBase64url } from '@cotrace/core';
import { decodeRefusal } from '../refusal.js';
import { clientCertificate } from '../trace/testing/certificates.js';
import { freePort } from '../trace/testing/free-port.js';
import { PeerStream, PROPOSED_SECONDS, type Completed } from '../trace/testing/peer-stream.js';
import { CheckingChaincode } from './contract.js';
import { OwnLedger } from './own-ledger.js';
import { cycle, exampleFacts } from './testing/scene.js';

// It logs each call, and takes its level when it is loaded.
process.env['CORE_CHAINCODE_LOGGING_LEVEL'] = 'error';
const { default: shim } = await import('fabric-shim');

// Connections on a machine that may be busy.
jest.setTimeout(30_000);

/** What fabric-shim's server has besides its types. */
interface ShimServer {
  start(): Promise<void>;
  readonly _server: { forceShutdown(): void };
}

describe('the contract, served by fabric-shim', () => {
  let server: ShimServer;
  let peer: PeerStream;
  let calls = 0;

  beforeAll(async () => {
    const address = `127.0.0.1:${await freePort()}`;
    const now = PROPOSED_SECONDS * 1000;
    const facts = { ...exampleFacts, clock: { checkNum: 5n, startedMs: now - 10_000 }, heardMs: [now] };
    const contract = new CheckingChaincode(() => new OwnLedger(facts, () => now));
    const options = { ccid: 'cotrace-checking_1:ab', address } as Parameters<typeof shim.Shim.server>[1];
    server = shim.Shim.server(contract, options) as unknown as ShimServer;
    await server.start();
    peer = await PeerStream.connect(address);
  });

  afterAll(() => {
    peer.close();
    server._server.forceShutdown();
  });

  function call(chaincode: string, ...args: (string | Uint8Array)[]): Promise<Completed> {
    return peer.invoke(String(calls++).padStart(64, '0'), {
      chaincode,
      certificate: clientCertificate,
      args,
    });
  }

  it('takes headers and hashes as bytes, and writes them', async () => {
    const [, goods] = cycle(5).parts;
    const done = { status: 200, message: '', payload: '', event: null };
    expect(await call('checking', 'recordDomain', '5', 'goods', goods?.hpart ?? '')).toEqual(done);
    expect(await call('checking', 'reportLate', '5', '0', 'warning', 'Org3MSP')).toEqual(done);
    expect(await call('checking', 'sealCycle', cycle(5).header, cycle(6).header)).toEqual(done);
    expect(await call('anchor', 'anchor', '4', checkingHeaderHash(cycle(4).header))).toEqual(done);
    const headers = await call('checking', 'headers', '1', '64');
    expect(JSON.parse(headers.payload)).toEqual(
      [5, 6].map((n) => ({ cycle: String(n), header: toBase64url(cycle(n).header) })),
    );
    expect(JSON.parse((await call('checking', 'late', '5', '5')).payload)).toHaveLength(1);
    expect(JSON.parse((await call('checking', 'parts', '5')).payload)).toHaveLength(1);
  });

  it('refuses with a status from 400 on and below 500, which a peer does not endorse', async () => {
    const early = await call('checking', 'sealCycle', cycle(8).header);
    expect([early.status, decodeRefusal(early.message)?.code]).toEqual([409, 'NOT_NEXT']);
    const wrong = await call('checking', 'sealCycle', 'x');
    expect([wrong.status, decodeRefusal(wrong.message)?.code]).toEqual([400, 'BAD_ARGUMENT']);
    const nameless = await call('checking');
    expect([nameless.status, decodeRefusal(nameless.message)?.code]).toEqual([400, 'UNKNOWN_FUNCTION']);
  });
});
