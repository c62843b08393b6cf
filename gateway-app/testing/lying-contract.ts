// The contracts `checking` and `anchor` of an organisation that lies, in a thread of a `ContractHost`.
import type { ChaincodeStub } from 'fabric-shim';
import {
  anchorKey,
  decodeCheckingHeader,
  encodeLateReport,
  encodePartLeaf,
  headerKey,
  lateKey,
  latePrefix,
  partKey,
} from '@cotrace/core';
import { serveContract, type Contract } from '../master/contract/serve-contract.js';

/**
 * What it does: endorse whatever it is asked, with the reads and writes of an honest endorser (`anything`), endorse that and one
 * write more (`more`), or not answer (`hang`).
 */
export type Lie = 'anything' | 'more' | 'hang';

let lie: Lie = 'anything';

const contract: Contract = {
  Init: () => Promise.resolve({ status: 200, message: '', payload: new Uint8Array() }),
  Invoke: async (stub: ChaincodeStub) => {
    if (lie === 'hang') await new Promise(() => undefined);
    for (const [key, value] of await writesOf(stub)) await stub.putState(key, value);
    if (lie === 'more') await stub.putState('more', Buffer.from('more'));
    return { status: 200, message: '', payload: new Uint8Array() };
  },
};

type Writes = readonly (readonly [key: string, value: Uint8Array])[];

async function writesOf(stub: ChaincodeStub): Promise<Writes> {
  const { fcn, params } = stub.getFunctionAndParameters();
  const bytes = (stub as unknown as { getBufferArgs(): readonly Uint8Array[] }).getBufferArgs().slice(1);
  const [first = '', second = '', third = '', mspId = ''] = params;
  const reading = async (writes: Writes): Promise<Writes> => {
    for (const [key] of writes) await stub.getState(key);
    return writes;
  };
  switch (fcn) {
    case 'recordDomain': {
      const leaf = encodePartLeaf({ domain: second, hpart: bytes[2] ?? new Uint8Array() });
      return reading([[partKey(BigInt(first), second), leaf]]);
    }
    case 'sealCycle':
      return reading(
        bytes.map((header) => [headerKey(decodeCheckingHeader(header).checkNum), header] as const),
      );
    case 'anchor':
      return reading([[anchorKey(BigInt(first)), bytes[1] ?? new Uint8Array()]]);
    case 'reportLate': {
      const [checkNum, attempt] = [BigInt(first), Number(second)];
      const kind = third === 'penalty' ? 'penalty' : 'warning';
      await stub.getState(headerKey(checkNum));
      const prefix = latePrefix(checkNum);
      const reports = await stub.getStateByRange(prefix, `${prefix.slice(0, -1)}0`);
      while (!(await reports.next()).done);
      return [[lateKey(checkNum, attempt, kind), encodeLateReport({ checkNum, attempt, kind, mspId })]];
    }
    default:
      throw new RangeError(`there is no function ${fcn}`);
  }
}

await serveContract(contract, (told) => {
  lie = told as Lie;
});
