// Preloaded into the processes of a network (`node --import`): each tells of the steps of a checking cycle that it comes to, and
// bears what a test has ordered: a wrong clock, no connections, a closed channel. Nothing of this is in the programs themselves.
import './clock.mjs';
import { createRequire } from 'node:module';
import { isMainThread, workerData } from 'node:worker_threads';
import { cutOffWhile } from './network.mjs';
import { at, isOrdered, OWN_NAME, tell } from './order.mjs';

const { checkingHeight } = JSON.parse(process.env.COTRACE_STEPS);
const programs = new URL('../../../', import.meta.url);
const load = (path) => import(new URL(path, programs).href);
const require = createRequire(new URL('gateway-app/package.json', programs));

const [organisation, kind = organisation] = OWN_NAME?.split('.') ?? [];
if (kind === 'master' || kind === 'business') cutOffWhile(() => isOrdered(`cut-${organisation}`));
if (isMainThread) await { master, business, devnet, chaincode }[kind]?.();
else if (workerData?.service !== undefined) await contract();

async function master() {
  const { MasterStore } = await load('gateway-app/dist/master/master-store.js');
  tell(MasterStore.prototype, 'append', {
    before: ({ block }) => ended(block.number, 'master: the last block is attested'),
    after: (_, { block }) => ended(block.number, 'master: the last block is stored'),
  });
  const { RpcClient } = await load('gateway-app/dist/node/rpc-client.js');
  tell(RpcClient.prototype, 'call', {
    after: (_, { name }) => (name === 'CheckingStatus' ? 'master: heights are asked' : null),
  });
  const { TransactionImpl } = require('@hyperledger/fabric-gateway/dist/transaction.js');
  const { CommitImpl } = require('@hyperledger/fabric-gateway/dist/commit.js');
  const calls = new WeakMap();
  tell(TransactionImpl.prototype, 'submit', {
    before() {
      return one(callIn(this.getBytes()), {
        part: 'master: a part is endorsed',
        seal: 'master: the seal is endorsed',
      });
    },
    after(submitted) {
      const call = callIn(this.getBytes());
      calls.set(submitted, call);
      return one(call, { seal: 'master: the seal is submitted', anchor: 'master: the anchor is submitted' });
    },
  });
  tell(CommitImpl.prototype, 'getStatus', {
    after() {
      return one(calls.get(this), {
        part: 'master: a part is recorded',
        seal: 'master: the seal is committed',
      });
    },
  });
  const { CheckingLedger } = await load('gateway-app/dist/master/checking/checking-ledger.js');
  const seals = ({ block }) => block.envelopes.some((envelope) => callIn(envelope) === 'seal');
  tell(CheckingLedger.prototype, 'take', {
    before: (checked) => (seals(checked) ? 'master: the seal comes' : null),
    after: (_, checked) => (seals(checked) ? 'master: the seal is stored' : null),
  });
  const { MasterLedger } = await load('gateway-app/dist/master/master-ledger.js');
  const anchored = new WeakMap();
  tell(MasterLedger.prototype, 'append', {
    after() {
      const before = anchored.get(this) ?? this.anchored;
      anchored.set(this, this.anchored);
      return this.anchored > before ? 'master: the anchor is stored' : null;
    },
  });
}

async function contract() {
  const { CheckingChaincode } = await load('chaincode/dist/checking/contract.js');
  const seals = (stub) => stub.getFunctionAndParameters().fcn === 'sealCycle';
  tell(CheckingChaincode.prototype, 'Invoke', {
    before: (stub) => (seals(stub) ? 'contract: asked for a seal' : null),
    after: ({ status }, stub) => (seals(stub) && status === 200 ? 'contract: a seal is answered' : null),
  });
}

async function business() {
  const { DomainStore } = await load('gateway-app/dist/business/domain-store.js');
  tell(DomainStore.prototype, 'advance', {
    before: ({ number }) => ended(number, 'business: the last block is applied'),
    after: (_, { number }) => ended(number, 'business: the height is frozen'),
  });
  const { CycleBook } = await load('gateway-app/dist/business/checking/cycle-book.js');
  tell(CycleBook.prototype, 'knowledge', { after: () => 'business: the header comes' });
  tell(CycleBook.prototype, 'verified', {
    before: () => 'business: the cycle is compared',
    after: () => 'business: the height is released',
  });
}

async function devnet() {
  const { OrdererChain } = await load('network/dist/devnet/orderer/chain.js');
  const { order } = OrdererChain.prototype;
  OrdererChain.prototype.order = function (envelope) {
    order.call(this, envelope);
    if (callIn(envelope.payload) === 'seal') void at('devnet: the seal is ordered');
  };
  const { ChannelProcessor } = await load('network/dist/devnet/orderer/processor.js');
  const { channelHeaderOf, unmarshal } = await load('network/dist/devnet/rpc/unmarshal.js');
  const { common } = await load('fabric-model/dist/index.js');
  const { refuse } = ChannelProcessor.prototype;
  ChannelProcessor.prototype.refuse = function (envelope) {
    const { channelId } = channelHeaderOf(unmarshal(common.PayloadSchema, envelope.payload));
    if (!isOrdered(`closed-${channelId}`)) return refuse.call(this, envelope);
    return { status: common.Status.SERVICE_UNAVAILABLE, info: 'closed by a test' };
  };
  const { Store } = await load('network/dist/devnet/ledger/store.js');
  const { TIP_KEY } = await load('network/dist/devnet/ledger/keys.js');
  const { decodeBlock } = await load('fabric-model/dist/index.js');
  const mains = new WeakSet();
  tell(Store, 'open', {
    after: (store, _, { holds }) => {
      if (holds === 'main') mains.add(store);
      return null;
    },
  });
  const step = (store, writes, of) => {
    if (writes.at(-1)?.key !== TIP_KEY) return null;
    const [{ value: block }] = writes;
    if (!mains.has(store)) return callIn(block) === 'seal' ? of.seal : null;
    return ended(decodeBlock(block).number, of.last);
  };
  tell(Store.prototype, 'write', {
    before(writes) {
      return step(this, writes, {
        seal: 'devnet: the seal is in a block',
        last: 'devnet: the last block is cut',
      });
    },
    after(_, writes) {
      return step(this, writes, {
        seal: 'devnet: the seal is in the state',
        last: 'devnet: the last block is written',
      });
    },
  });
}

async function chaincode() {
  const ChaincodeStub = require('fabric-shim/lib/stub.js');
  tell(ChaincodeStub.prototype, 'putState', { after: () => 'chaincode: a capture is half endorsed' });
}

/** What a transaction calls, by the name in its bytes. */
function callIn(bytes) {
  const text = Buffer.from(bytes);
  const has = (name) => text.includes(name);
  if (has('sealCycle')) return 'seal';
  if (has('recordDomain')) return 'part';
  return has('reportLate') ? 'report' : 'anchor';
}

/** `step` where a block ends a cycle, else null. */
function ended(number, step) {
  return number > 0n && number % BigInt(checkingHeight) === 0n ? step : null;
}

function one(call, steps) {
  return steps[call] ?? null;
}
