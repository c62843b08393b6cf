import { getMaxListeners } from 'node:events';
import { utf8 } from '@cotrace/core';
import { DEFAULT_DOMAIN_RULES, type DomainRule } from '@cotrace/epcis';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { LedgerEnd } from '../fabric/ledger-queries.js';
import { ATTESTED, attestingMasters, OTHER } from '../testing/attested-ledger.js';
import { epcisDocument, epcisEvent } from '../testing/epcis-documents.js';
import { fakeConnections } from '../testing/fake-network.js';
import { refused } from '../testing/gateway-errors.js';
import { peerWithLedger } from '../testing/peer-ledger.js';
import { captureDocuments } from './capture-documents.js';
import { countOutcomes, type EventOutcome } from './event-outcome.js';
import type { ContractCall, DomainContract } from './wire.js';

const document = (name: string, ...events: readonly object[]) => ({
  name,
  bytes: utf8(epcisDocument(events)),
});
const lots = (...names: readonly string[]) =>
  names.map((name) => epcisEvent({ epcList: [`urn:test:${name}`] }));
const idOf = ({ args: [record = ''] }: ContractCall) =>
  (JSON.parse(record) as { traces: { id: string }[] }).traces[0]?.id.replace('urn:test:', '') ?? '';

/** An endorsement that is committed in block 5. */
const committed: DomainContract['endorse'] = (call) =>
  Promise.resolve({
    txId: `tx-${idOf(call)}`,
    result: utf8('{"recordId":"ef"}'),
    submit: () => Promise.resolve({ getStatus: () => Promise.resolve(statusOf(`tx-${idOf(call)}`)) }),
  });
const statusOf = (transactionId: string) => ({ successful: true, transactionId, code: 0, blockNumber: 5n });

interface Run {
  readonly endorse?: DomainContract['endorse'];
  readonly evaluate?: DomainContract['evaluate'];
  readonly end?: () => LedgerEnd | null;
  readonly inFlight?: number;
  readonly signal?: AbortSignal;
  readonly rules?: readonly DomainRule[];
  readonly allOrNothing?: boolean;
}

/** Captures documents; `told` and `logged` are what listeners hear. */
function capture(documents: readonly { name: string; bytes: Uint8Array }[], run: Run = {}) {
  const {
    endorse = committed,
    evaluate,
    end = () => ATTESTED,
    inFlight = 4,
    rules = DEFAULT_DOMAIN_RULES,
    allOrNothing = false,
    signal,
  } = run;
  const told: string[] = [];
  const logged: EventOutcome[] = [];
  const summary = captureDocuments(
    fakeConnections({
      nodes: attestingMasters,
      peer: peerWithLedger(end, { endorse, ...(evaluate && { evaluate }) }),
    }),
    documents,
    { inFlight, rules, allOrNothing },
    signal ?? new AbortController().signal,
    { progress: (line) => told.push(line), outcome: (outcome) => logged.push(outcome) },
  );
  return { summary, told, logged };
}

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

describe('a declaration of error that is recorded', () => {
  const eventID = 'urn:uuid:00000000-0000-4000-8000-000000000001';
  const declaration = document(
    'a.json',
    epcisEvent({ eventID, errorDeclaration: { declarationTime: '2026-05-02T00:00:00Z' } }),
  );
  const found = (eventHash: (own: string) => string, mspId = 'org1MSP'): Run => {
    let own = '';
    const endorse: DomainContract['endorse'] = (call) => {
      own = (JSON.parse(call.args[0] ?? '') as { eventHash: string }).eventHash;
      return committed(call);
    };
    const evaluate = ({ name, args }: ContractCall) => {
      expect([name, args]).toEqual(['findEvent', [eventID]]);
      return Promise.resolve(utf8(JSON.stringify([{ mspId, eventHash: eventHash(own) }])));
    };
    return { endorse, evaluate };
  };

  it.each<[string, Run, RegExp | null]>([
    ['takes the event back', found((own) => own), null],
    [
      'is of another event',
      found(() => 'ni:other'),
      /^a\.json:1 .* is not the same event as .* takes nothing back/,
    ],
    [
      'is of an event of others alone',
      found((own) => own, 'org2MSP'),
      /which org1MSP has not recorded in distribution/,
    ],
    ['could not be looked up', {}, /could not be looked up: \S/],
  ])('%s', async (_name, run, warning) => {
    const { warnings, outcomes } = await capture([declaration], run).summary;
    expect(outcomes).toMatchObject([{ status: 'recorded' }]);
    expect(warnings).toEqual(warning === null ? [] : [expect.stringMatching(warning)]);
  });
});

describe('the outcome of an event', () => {
  it('names its place, its domain and its transaction', async () => {
    const { summary, logged } = capture([document('a.json', epcisEvent())]);
    const { outcomes, warnings } = await summary;
    expect(outcomes).toEqual([
      {
        file: 'a.json',
        path: 'epcisBody.eventList[0]',
        line: 1,
        domain: 'distribution',
        byRuleForOthers: false,
        status: 'recorded',
        txId: 'tx-one',
        recordId: 'ef',
        block: 5n,
        attempts: 1,
        code: null,
        reasons: [],
      },
    ]);
    expect([warnings, logged]).toEqual([[], outcomes]);
  });

  it('leaves a signal that as many events may listen to as are under way', async () => {
    const { signal } = new AbortController();
    await capture([document('a.json', ...lots('one'))], { signal }).summary;
    expect(getMaxListeners(signal)).toBe(Infinity);
  });

  it('is that nothing was tried where another one is refused and it is all or nothing', async () => {
    const endorse = () => Promise.reject(new TypeError('nothing is to be endorsed'));
    const files = [document('a.json', ...lots('one')), document('b.json', epcisEvent({ action: 'EAT' }))];
    const { summary, told, logged } = capture(files, { endorse, end: () => OTHER, allOrNothing: true });
    const { outcomes } = await summary;
    expect(outcomes).toMatchObject([
      { file: 'a.json', status: 'not tried', code: 'OTHERS_REFUSED', domain: 'distribution' },
      { file: 'b.json', status: 'refused', code: 'INVALID_EVENT' },
    ]);
    expect([told, logged]).toEqual([[], [outcomes[1]]]);
  });

  it('says why an event is refused before it is sent, and the others go on', async () => {
    const { summary, logged } = capture([document('a.json', epcisEvent({ action: 'EAT' }), ...lots('two'))]);
    const { outcomes } = await summary;
    expect(outcomes).toMatchObject([
      {
        status: 'refused',
        code: 'INVALID_EVENT',
        domain: null,
        byRuleForOthers: false,
        attempts: 0,
        reasons: [expect.stringMatching(/^epcisBody\.eventList\[0\]\.action \(line 1\): /)],
      },
      { status: 'recorded', txId: 'tx-two' },
    ]);
    expect(logged).toHaveLength(2);
  });

  it('has the contract’s code and words where that refuses it', async () => {
    const endorse = () => Promise.reject(refused('CONFLICT'));
    const { outcomes } = await capture([document('a.json', epcisEvent())], { endorse }).summary;
    expect(outcomes).toMatchObject([
      {
        status: 'refused',
        code: 'CONFLICT',
        reasons: ['no'],
        attempts: 1,
        domain: 'distribution',
        txId: null,
      },
    ]);
  });

  it('is that it was recorded before where the contract says so', async () => {
    const endorse = () => Promise.reject(refused('DUPLICATE', { txId: 'cd', recordId: 'ab' }));
    const { outcomes } = await capture([document('a.json', epcisEvent())], { endorse }).summary;
    expect(outcomes).toMatchObject([
      { status: 'already recorded', txId: 'cd', recordId: 'ab', block: null, code: null, reasons: [] },
    ]);
  });

  it('is a failure where something else goes wrong, and the others go on', async () => {
    const endorse: DomainContract['endorse'] = (call) =>
      idOf(call) === 'one' ? Promise.reject(new TypeError('oops')) : committed(call);
    const { outcomes } = await capture([document('a.json', ...lots('one', 'two'))], { endorse }).summary;
    expect(outcomes).toMatchObject([
      { status: 'failed', code: 'UNEXPECTED', attempts: 0, reasons: [expect.stringContaining('oops')] },
      { status: 'recorded' },
    ]);
  });

  it('is one refusal of the whole document where that is not text', async () => {
    const bytes = Uint8Array.of(0x7b, 0xff);
    const { outcomes } = await capture([{ name: 'a.bin', bytes }, document('b.json', epcisEvent())]).summary;
    expect(outcomes).toMatchObject([
      {
        file: 'a.bin',
        path: '(root)',
        line: 1,
        status: 'refused',
        reasons: ['(root) (line 1): is not text in UTF-8: its byte 2 is wrong'],
      },
      { file: 'b.json', status: 'recorded' },
    ]);
  });

  it('tells that only the rule for all others sent it to its domain', async () => {
    const { outcomes } = await capture([document('a.json', epcisEvent({ bizStep: 'destroying' }))]).summary;
    expect(outcomes).toMatchObject([{ byRuleForOthers: true, domain: 'distribution' }]);
  });

  it('is counted', async () => {
    const endorse: DomainContract['endorse'] = (call) =>
      idOf(call) === 'one'
        ? Promise.reject(refused('DUPLICATE', { txId: 'a', recordId: 'b' }))
        : committed(call);
    const events = [epcisEvent({ action: 'EAT' }), ...lots('one', 'two', 'three')];
    const { outcomes } = await capture([document('a.json', ...events)], { endorse }).summary;
    const counts = { events: 4, recorded: 2, alreadyRecorded: 1, refused: 1, failed: 0, notTried: 0 };
    expect(countOutcomes(outcomes)).toEqual(counts);
    expect(countOutcomes([{ status: 'failed' }, { status: 'not tried' }])).toMatchObject({
      failed: 1,
      notTried: 1,
    });
  });
});

describe('the events of documents', () => {
  /** Endorses in 100 ms; `order` gets what begins and ends. */
  function slowly(order: string[]): DomainContract['endorse'] {
    return async (call) => {
      order.push(`+${idOf(call)}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
      order.push(`-${idOf(call)}`);
      return committed(call);
    };
  }

  it('are captured at the same time, as many as may be', async () => {
    const order: string[] = [];
    const { summary } = capture([document('a.json', ...lots('a', 'b', 'c'))], {
      endorse: slowly(order),
      inFlight: 2,
    });
    await jest.advanceTimersByTimeAsync(300);
    await summary;
    expect(order.slice(0, 2)).toEqual(['+a', '+b']);
    expect(order.indexOf('+c')).toBeGreaterThan(Math.min(order.indexOf('-a'), order.indexOf('-b')));
  });

  it('are captured one after the other where they share an identifier, across documents too', async () => {
    const order: string[] = [];
    const again = epcisEvent({ epcList: ['urn:test:a'], eventTime: '2026-05-02T08:00:00Z' });
    const documents = [document('a.json', ...lots('a')), document('b.json', again)];
    const { summary } = capture(documents, { endorse: slowly(order) });
    await jest.advanceTimersByTimeAsync(300);
    expect((await summary).outcomes.map(({ file }) => file)).toEqual(['a.json', 'b.json']);
    expect(order).toEqual(['+a', '-a', '+a', '-a']);
  });

  it('are not tried once the capture is interrupted', async () => {
    const stop = new AbortController();
    const endorse: DomainContract['endorse'] = (call) => {
      stop.abort();
      return committed(call);
    };
    const documents = [document('a.json', ...lots('a', 'b'), epcisEvent({ action: 'EAT' }))];
    const { summary, logged } = capture(documents, { endorse, inFlight: 1, signal: stop.signal });
    const { outcomes } = await summary;
    expect(outcomes).toMatchObject([
      { status: 'failed', code: 'INTERRUPTED' },
      {
        status: 'not tried',
        code: 'INTERRUPTED',
        domain: 'distribution',
        byRuleForOthers: false,
        attempts: 0,
      },
      {
        status: 'not tried',
        code: 'INTERRUPTED',
        domain: null,
        byRuleForOthers: false,
        attempts: 0,
        reasons: [],
      },
    ]);
    expect(logged).toHaveLength(1);
  });

  it('have their progress told once more than a second has passed', async () => {
    const pauses = [1000, 1, 1000, 1];
    const endorse: DomainContract['endorse'] = async (call) => {
      await new Promise((resolve) => setTimeout(resolve, pauses.shift()));
      return committed(call);
    };
    const { summary, told } = capture([document('a.json', ...lots('a', 'b', 'c', 'd'))], {
      endorse,
      inFlight: 1,
    });
    await jest.advanceTimersByTimeAsync(3000);
    await summary;
    expect(told.filter((line) => line.endsWith('events'))).toEqual(['2 of 4 events', '4 of 4 events']);
  });
});

describe('the ledger that documents are captured on', () => {
  it('is looked at before anything is captured', async () => {
    const { summary, logged } = capture([document('a.json', epcisEvent())], { end: () => OTHER });
    await expect(summary).rejects.toMatchObject({ code: 'WRONG_CHAIN' });
    expect(logged).toEqual([]);
  });

  it('is looked at afterwards: what was recorded on another one has failed, what was refused stays so', async () => {
    const ends = [ATTESTED, OTHER];
    const documents = [document('a.json', epcisEvent(), epcisEvent({ action: 'EAT' }))];
    const { summary, logged } = capture(documents, { end: () => ends.shift() ?? OTHER });
    const { outcomes } = await summary;
    expect(outcomes.map(({ status, code }) => [status, code])).toEqual([
      ['failed', 'WRONG_CHAIN'],
      ['refused', 'INVALID_EVENT'],
    ]);
    expect(outcomes[0]?.reasons).toEqual([expect.stringContaining('is not the one that a quorum')]);
    expect(logged.map(({ status }) => status).sort()).toEqual(['failed', 'recorded', 'refused']);
  });

  it('is looked at afterwards where all was recorded before, too', async () => {
    const ends = [ATTESTED, OTHER];
    const endorse = () => Promise.reject(refused('DUPLICATE', { txId: 'cd', recordId: 'ab' }));
    const end = () => ends.shift() ?? OTHER;
    const { outcomes } = await capture([document('a.json', epcisEvent())], { endorse, end }).summary;
    expect(outcomes).toMatchObject([{ status: 'failed', code: 'WRONG_CHAIN' }]);
  });

  it('is warned of where masters have not come so far', async () => {
    const ends = [ATTESTED, null];
    const { summary } = capture([document('a.json', epcisEvent())], { end: () => ends.shift() ?? null });
    expect((await summary).warnings).toEqual([expect.stringContaining('have not attested the newest block')]);
  });

  it('is not looked at again where nothing was recorded', async () => {
    let asked = 0;
    const end = () => {
      asked += 1;
      return ATTESTED;
    };
    await capture([document('a.json', epcisEvent({ action: 'EAT' }))], { end }).summary;
    expect(asked).toBe(1);
  });
});

describe('an error of our own', () => {
  const bug = new TypeError('oops');

  it('is not taken for a document that is not text', async () => {
    const rules = [
      {
        get domain(): string {
          throw bug;
        },
      },
    ];
    await expect(capture([document('a.json', epcisEvent())], { rules }).summary).rejects.toBe(bug);
  });

  it('is not hidden where the ledger is looked at afterwards', async () => {
    let asked = 0;
    const end = () => {
      asked += 1;
      if (asked > 1) throw bug;
      return ATTESTED;
    };
    await expect(capture([document('a.json', epcisEvent())], { end }).summary).rejects.toBe(bug);
  });
});
