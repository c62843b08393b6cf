import shim from 'fabric-shim';
import { runOperations } from './operations.js';

/** The same without the contract API, which knows only the statuses 200 and 500: answers as it is told. */
const chaincode = {
  Init: () => shim.success(),
  Invoke: async (stub) => {
    const [, operations, status, message] = stub.getArgs();
    try {
      const payload = await runOperations(stub, operations);
      return { status: Number(status), message, payload: Buffer.from(payload) };
    } catch (error) {
      return { status: 500, message: error.message };
    }
  },
};

const { CHAINCODE_ID: ccid, CHAINCODE_SERVER_ADDRESS: address } = process.env;
await shim.server(chaincode, { ccid, address }).start();
