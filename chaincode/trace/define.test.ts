import { beforeEach, describe, expect, it } from '@jest/globals';
import { canonicalJson } from '@cotrace/core';
import { adminCertificate, adminOfUnitCertificate } from './testing/certificates.js';
import { MemoryLedger, type Simulation } from './testing/memory-ledger.js';
import { refusedCall } from './testing/refused.js';
import { hashOf, mill, noHint, sampleRecord } from './testing/samples.js';

const admin = { certificate: adminCertificate };
const narrow = { ...mill, steps: { words: ['packing'], uris: false, none: false } };

let ledger: MemoryLedger;

beforeEach(async () => {
  ledger = new MemoryLedger();
  await define(mill);
});

function define(value: object, name = 'define'): Promise<Simulation> {
  return ledger.submit(hashOf(name), 'define', [JSON.stringify(value)], admin);
}

async function readDefinition(version: string): Promise<unknown> {
  return (await ledger.simulate(hashOf('q'), 'readDefinition', [version])).answer;
}

describe('define', () => {
  it('writes the canonical definition, whatever the order of members and the white space', async () => {
    const other = new MemoryLedger();
    const reordered = JSON.stringify(Object.fromEntries(Object.entries(mill).reverse()), null, 3);
    const caller = { certificate: adminOfUnitCertificate };
    const { answer } = await other.submit(hashOf('define'), 'define', [reordered], caller);
    expect(answer).toEqual({ domain: 'mill', version: 1 });
    for (const one of [other, ledger]) {
      expect(one.text('meta/domain')).toBe(canonicalJson({ ...mill, version: 1 }));
      expect(one.text('meta/domain/00000001')).toBe(one.text('meta/domain'));
    }
  });

  it('puts another definition in the place of the one there, and keeps both', async () => {
    const { answer } = await define(narrow, 'again');
    expect(answer).toEqual({ domain: 'mill', version: 2 });
    expect(await readDefinition('')).toEqual({ ...narrow, version: 2 });
    expect(await readDefinition('1')).toEqual({ ...mill, version: 1 });
    expect(await readDefinition('2')).toEqual({ ...narrow, version: 2 });
    await refusedCall('NOT_FOUND', readDefinition('3'));
    for (const version of ['0', '01', '-1', 'x', '123456789']) {
      await refusedCall('BAD_ARGUMENT', readDefinition(version));
    }
  });

  it('holds from the next call on', async () => {
    const capture = (name: string) =>
      ledger.simulate(hashOf(name), 'capture', [
        JSON.stringify(sampleRecord()),
        JSON.stringify([noHint('lot-1')]),
      ]);
    const before = await capture('before');
    await define(narrow, 'again');
    await refusedCall('UNKNOWN_STEP', capture('after'));
    // What was endorsed under the old definition is not valid under the new one.
    expect(ledger.commit(before)).toBe(false);
  });

  it('answers the definition that stands with DUPLICATE, whichever version it is', async () => {
    const again = (value: object): Promise<unknown> =>
      ledger.simulate(hashOf('x'), 'define', [JSON.stringify(value)], admin);
    expect((await refusedCall('DUPLICATE', again(mill))).detail).toEqual({ domain: 'mill', version: 1 });
    await define(narrow, 'again');
    expect((await refusedCall('DUPLICATE', again(narrow))).detail).toEqual({ domain: 'mill', version: 2 });
    expect((await define(mill, 'back')).answer).toEqual({ domain: 'mill', version: 3 });
  });

  it('of two at the same time takes one', async () => {
    const both = await Promise.all(
      [narrow, { ...narrow, called: 'by chaincodes' }].map((value, i) =>
        ledger.simulate(hashOf(`d${i}`), 'define', [JSON.stringify(value)], admin),
      ),
    );
    expect(both.map((one) => ledger.commit(one))).toEqual([true, false]);
  });

  it('takes it from an administrator only, and under its own name only', async () => {
    const other = new MemoryLedger();
    const text = JSON.stringify(mill);
    for (const one of [other, ledger]) {
      await refusedCall('NOT_ALLOWED', one.simulate(hashOf('d'), 'define', [text]));
    }
    const wrong = { ...admin, chaincode: 'shop' };
    const refusal = await refusedCall('WRONG_DOMAIN', other.simulate(hashOf('d'), 'define', [text], wrong));
    expect(refusal.detail).toEqual({ domain: 'mill', chaincode: 'shop' });
  });

  it('refuses a schema that does not compile', async () => {
    await refusedCall('BAD_DEFINITION', define({ ...mill, dataSchema: { type: 'objekt' } }));
  });

  it('comes before everything else', async () => {
    const other = new MemoryLedger();
    for (const [method, args] of [
      ['capture', ['{}', '[]']],
      ['readDefinition', ['']],
      ['readRecord', [hashOf('r')]],
      ['readTrace', ['lot-1']],
      ['listTraces', ['', '10', '']],
      ['listMarks', ['lot-1', '10', '']],
      ['findEvent', ['urn:x']],
      ['history', ['lot-1']],
    ] as const) {
      await refusedCall('NOT_DEFINED', other.simulate(hashOf('q'), method, args));
    }
  });
});
