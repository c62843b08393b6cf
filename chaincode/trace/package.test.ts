import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { canonicalJson, recordIdOf, type TraceRow } from '@cotrace/core';
import { defaultDomains } from '../domains/index.js';
import { decodeRefusal } from '../refusal.js';
import { adminCertificate, clientCertificate } from './testing/certificates.js';
import { PeerStream, type Completed } from './testing/peer-stream.js';
import { eventHashOf, hashOf, noHint, sampleRecord, subject, traceRef } from './testing/samples.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'chaincode', 'package');
const record = sampleRecord({
  step: 'commissioning',
  traces: [subject('lot-1'), traceRef('urn:process', 'process')],
  data: { type: 'ObjectEvent', action: 'ADD' },
  eventID: 'urn:event:1',
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function start(address: string): ChildProcess {
  const command = join(root, 'node_modules', '.bin', 'fabric-chaincode-node');
  const options = ['server', '--chaincode-address', address, '--chaincode-id', 'trace:1'];
  return spawn(process.execPath, [command, ...options], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
}

// Its own process, on a machine that may be busy.
jest.setTimeout(30_000);

describe('the prebuilt package, run by the stock fabric-chaincode-node', () => {
  let server: ChildProcess;
  let log = '';
  let peer: PeerStream;

  beforeAll(async () => {
    if (!existsSync(join(folder, 'index.js')))
      throw new Error('chaincode/package is not there: npm run build');
    const address = `127.0.0.1:${await freePort()}`;
    server = start(address);
    for (const output of [server.stdout, server.stderr]) {
      output?.on('data', (chunk: Buffer) => (log += chunk.toString()));
    }
    const gone = once(server, 'exit').then(() => {
      throw new Error(`the chaincode ended:\n${log}`);
    });
    peer = await Promise.race([PeerStream.connect(address), gone]);
    gone.catch(() => undefined);
  });

  afterAll(async () => {
    peer.close();
    const ended = once(server, 'exit');
    server.kill();
    await ended;
  });

  it('ends with one line that says so where its port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = `127.0.0.1:${(taken.address() as AddressInfo).port}`;
    const told = start(address);
    let said = '';
    for (const output of [told.stdout, told.stderr]) {
      output?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    }
    expect((await once(told, 'close'))[0]).toBe(1);
    expect(said).toMatch(
      new RegExp(`\\ncannot serve the chaincode on ${address}: the port is taken; .*\\n$`),
    );
    taken.close();
  });

  function invoke(
    name: string,
    args: readonly string[],
    certificate = clientCertificate,
  ): Promise<Completed> {
    return peer.invoke(hashOf(name), { chaincode: 'production', certificate, args });
  }

  it('depends on nothing but Fabric’s own packages, at exact versions', () => {
    const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    expect(dependencies).toEqual({ 'fabric-contract-api': '2.5.8', 'fabric-shim': '2.5.8' });
    const imports = readFileSync(join(folder, 'index.js'), 'utf8').matchAll(/^import .* from "([^"]+)";$/gm);
    expect([...imports].map(([, name]) => name).sort()).toEqual([
      'fabric-contract-api',
      'fabric-shim',
      'node:child_process',
      'node:crypto',
    ]);
  });

  it('registers, is defined, captures and refuses', async () => {
    expect(peer.chaincodeId).toBe('trace:1');
    const capture = ['capture', JSON.stringify(record), JSON.stringify([noHint('lot-1')])];
    expect(decodeRefusal((await invoke('tx0', capture)).message)?.code).toBe('NOT_DEFINED');

    const production = defaultDomains.find(({ name }) => name === 'production');
    const define = ['define', JSON.stringify(production)];
    expect(decodeRefusal((await invoke('tx1', define)).message)?.code).toBe('NOT_ALLOWED');
    expect(await invoke('tx2', define, adminCertificate)).toMatchObject({ status: 200 });

    const captured = await invoke('tx3', capture);
    const recordId = recordIdOf('Org1MSP', record);
    const answer = canonicalJson({ recordId, traces: [{ id: 'lot-1', ver: 1 }], marks: ['urn:process'] });
    const event = { name: 'captured', payload: answer };
    expect(captured).toEqual({ status: 200, message: '', payload: answer, event });

    const again = await invoke('tx4', capture);
    expect(again.status).toBe(500);
    expect(decodeRefusal(again.message)).toMatchObject({
      code: 'DUPLICATE',
      detail: { txId: hashOf('tx3'), recordId },
    });
    const bad = {
      ...record,
      eventHash: eventHashOf('h2'),
      eventID: null,
      data: { type: 'ObjectEvent', action: 'EAT' },
    };
    const refused = await invoke('tx5', ['capture', JSON.stringify(bad), JSON.stringify([noHint('lot-1')])]);
    expect(decodeRefusal(refused.message)).toMatchObject({
      code: 'BAD_DATA',
      detail: { field: 'record.data.action' },
    });
  });

  it('writes refusals that belong to normal work nowhere, and others as errors', async () => {
    const record2 = { ...record, eventHash: eventHashOf('another event'), eventID: null };
    const stale = await invoke('tx6', [
      'capture',
      JSON.stringify(record2),
      JSON.stringify([noHint('lot-1')]),
    ]);
    expect(decodeRefusal(stale.message)?.code).toBe('STALE');
    // Until the lines of a later refusal are there: those of the earlier ones are then, too.
    await invoke('tx7', ['define', '{}'], adminCertificate);
    while (!log.includes('BAD_DEFINITION')) await new Promise((resolve) => setTimeout(resolve, 10));
    const codes = [...log.matchAll(/ error .*"code":"([A-Z_]+)"/g)].map(([, code]) => code);
    expect(new Set(codes)).toEqual(new Set(['NOT_DEFINED', 'NOT_ALLOWED', 'BAD_DATA', 'BAD_DEFINITION']));
    expect(log).not.toMatch(/DUPLICATE|STALE/);
  });

  it('answers queries', async () => {
    const row = JSON.parse((await invoke('q1', ['readTrace', 'lot-1'])).payload) as TraceRow;
    expect(row).toMatchObject({ txId: hashOf('tx3'), ver: 1 });
    const page = await invoke('q2', ['listTraces', 'lot', '10', '']);
    expect(JSON.parse(page.payload)).toEqual({ traces: [{ id: 'lot-1', row }], bookmark: '' });
    const marks = await invoke('q4', ['listMarks', 'urn:process', '10', '']);
    expect(JSON.parse(marks.payload)).toMatchObject({ marks: [{ roles: ['process'] }], bookmark: '' });
    const found = await invoke('q5', ['findEvent', 'urn:event:1']);
    expect(JSON.parse(found.payload)).toMatchObject([{ mspId: 'Org1MSP', txId: hashOf('tx3') }]);
    const definition = await invoke('q6', ['readDefinition', '1']);
    expect(JSON.parse(definition.payload)).toMatchObject({ name: 'production', records: 2, version: 1 });
    const none = await invoke('q3', ['listTraces', 'x', '10', '']);
    expect(JSON.parse(none.payload)).toEqual({ traces: [], bookmark: '' });
  });

  it('refuses the wrong number of arguments and unknown functions', async () => {
    for (const args of [['capture', '{}'], ['capture', '{}', '[]', ''], ['readTrace']]) {
      const { status, message } = await invoke('a', args);
      expect(status).toBe(500);
      expect(message).toMatch(/^Expected \d parameters, but \d have been supplied$/);
    }
    const unknown = await invoke('b', ['erase', 'lot-1']);
    expect(decodeRefusal(unknown.message)).toMatchObject({
      code: 'UNKNOWN_FUNCTION',
      detail: { function: 'erase' },
    });
  });
});
