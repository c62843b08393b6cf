// A contract in a thread of a `ContractHost`: it answers with the word that was posted last, and ends its thread where asked to.
import type { ChaincodeStub } from 'fabric-shim';
import { serveContract, type Contract } from '../master/contract/serve-contract.js';

class WordContract implements Contract {
  readonly #word: string;

  constructor(word: string) {
    this.#word = word;
  }

  Init(): ReturnType<Contract['Init']> {
    return Promise.resolve({ status: 200, message: '', payload: new Uint8Array() });
  }

  Invoke(stub: ChaincodeStub): ReturnType<Contract['Invoke']> {
    const [name] = stub.getArgs();
    if (name === 'fail') {
      setImmediate(() => {
        throw new Error('not caught');
      });
    }
    return Promise.resolve({ status: 200, message: '', payload: Buffer.from(this.#word) });
  }
}

await serveContract((facts) => new WordContract((facts as { readonly word: string }).word));
