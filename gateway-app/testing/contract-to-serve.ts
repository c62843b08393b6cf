// A contract in a thread of a `ContractHost`: it does as it was told last, and ends its thread where asked to.
import type { ChaincodeStub } from 'fabric-shim';
import { serveContract, type Contract } from '../master/contract/serve-contract.js';

/** What a contract is told: the word that it answers with and writes, and how it behaves. */
export interface Told {
  readonly word: string;
  readonly does?: 'refuse' | 'hang';
}

let told: Told = { word: '' };

const contract: Contract = {
  Init: () => Promise.resolve({ status: 200, message: '', payload: new Uint8Array() }),
  Invoke: async (stub: ChaincodeStub) => {
    const [name] = stub.getArgs();
    if (name === 'fail') {
      setImmediate(() => {
        throw new Error('not caught');
      });
    }
    if (told.does === 'hang') await new Promise(() => undefined);
    if (told.does === 'refuse')
      return { status: 409, message: `not ${told.word}`, payload: new Uint8Array() };
    if (name === 'write') await stub.putState('word', Buffer.from(told.word));
    return { status: 200, message: '', payload: Buffer.from(told.word) };
  },
};

await serveContract(contract, (facts) => {
  told = facts as Told;
});
