import { canonicalJson, utf8, type JsonValue } from '@cotrace/core';
import type { ChaincodeInterface, ChaincodeResponse, ChaincodeStub } from 'fabric-shim';
import { drain } from '../drain.js';
import { invokedChaincode } from '../invoked-chaincode.js';
import { encodeRefusal, Refusal, type RefusalCode } from '../refusal.js';
import { anchor } from './anchor.js';
import type { Call, CheckingState, StateEntry } from './call.js';
import type { OwnLedger } from './own-ledger.js';
import { headers, late, parts } from './queries.js';
import { recordDomain } from './record-domain.js';
import { reportLate } from './report-late.js';
import { sealCycle } from './seal-cycle.js';
import { switchRules } from './switch-rules.js';

type Rule = (call: Call, own: OwnLedger, state: CheckingState) => Promise<StateEntry[]>;
type Query = (call: Call, state: CheckingState) => Promise<JsonValue>;

/** The names that the one package is approved under, and what may be called under each. */
const RULES: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  checking: { recordDomain, sealCycle, reportLate },
  anchor: { anchor, switchRules },
};
const QUERIES: Readonly<Record<string, Readonly<Record<string, Query>>>> = {
  checking: { headers, late, parts },
};

/** Statuses of refusals; every other one has 409. From 400 on a peer gives no endorsement (Fabric, `shim.ERRORTHRESHOLD`). */
const STATUS: Partial<Record<RefusalCode, number>> = {
  BAD_ARGUMENT: 400,
  UNKNOWN_FUNCTION: 400,
  NOT_DIRECT: 403,
  NOT_MEMBER: 403,
};

/**
 * The contracts `checking`, on the channel of that name, and `anchor`, on main: one class. The first argument of a call is
 * the function's name, the others are bytes; see each rule. An answer of a function that writes is empty, so that endorsers
 * agree; queries answer with canonical JSON. A refusal has status 400 to 499 and as message the JSON object
 * `{code, message, detail}` (see `decodeRefusal`).
 *
 * Writes are functions of arguments and state; what this organisation's master knows decides only whether they are endorsed. Nothing
 * waits: a simulation that waits blocks its peer.
 */
export class CheckingChaincode implements ChaincodeInterface {
  readonly #own: () => OwnLedger | null;

  /** `own`: what this organisation's master knows at the moment; null while it has not said anything. */
  constructor(own: () => OwnLedger | null) {
    this.#own = own;
  }

  Init(): Promise<ChaincodeResponse> {
    return Promise.resolve(success(new Uint8Array()));
  }

  async Invoke(stub: ChaincodeStub): Promise<ChaincodeResponse> {
    try {
      return success(await this.#answer(stub));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { status: STATUS[error.code] ?? 409, message: encodeRefusal(error), payload: new Uint8Array() };
    }
  }

  async #answer(stub: ChaincodeStub): Promise<Uint8Array> {
    const { fcn } = stub.getFunctionAndParameters();
    const name = invokedChaincode(stub);
    if (!Object.hasOwn(RULES, name)) {
      throw new Refusal('NOT_DIRECT', 'checking and anchor take calls from clients, not from chaincodes', {
        chaincode: name.slice(0, 64),
      });
    }
    const [rule, query] = [named(RULES[name] ?? {}, fcn), named(QUERIES[name] ?? {}, fcn)];
    if (query !== null) return utf8(canonicalJson(await query(callOf(stub), stateOf(stub))));
    if (rule === null) throw new Refusal('UNKNOWN_FUNCTION', `${name} has no function ${fcn.slice(0, 64)}`);
    const own = this.#own();
    if (own === null) throw new Refusal('BEHIND', 'the master of this endorser has not come up yet');
    for (const { key, value } of await rule(callOf(stub), own, stateOf(stub)))
      await stub.putState(key, value);
    return new Uint8Array();
  }
}

function success(payload: Uint8Array): ChaincodeResponse {
  return { status: 200, message: '', payload };
}

function named<T>(functions: Readonly<Record<string, T>>, name: string): T | null {
  return Object.hasOwn(functions, name) ? (functions[name] ?? null) : null;
}

function callOf(stub: ChaincodeStub): Call {
  // The shim has the arguments as bytes, too, and does not say so in its types.
  const withBytes = stub as unknown as { getBufferArgs(): readonly Uint8Array[] };
  return {
    args: withBytes.getBufferArgs().slice(1),
    mspId: stub.getCreator().mspid,
    proposedMs: stub.getDateTimestamp().getTime(),
  };
}

function stateOf(stub: ChaincodeStub): CheckingState {
  return {
    get: async (key) => {
      const value = await stub.getState(key);
      return value.length === 0 ? null : value;
    },
    // A prefix ends in `/`, and the character after it is `0`.
    under: async (prefix) => drain(await stub.getStateByRange(prefix, `${prefix.slice(0, -1)}0`)),
  };
}
