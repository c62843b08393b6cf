/** Bytes of a value as a script writes it: text, or with a length in place of it, so many equal bytes. */
const bytesOf = (value) => (typeof value === 'number' ? Buffer.alloc(value, 0x61) : Buffer.from(value));

/** Text of bytes; long ones by their length, so that answers stay short. */
function textOf(bytes) {
  const buffer = Buffer.from(bytes ?? []);
  return buffer.length > 200 ? buffer.length : buffer.toString('latin1');
}

const entryOf = ({ key, value }) => [key, textOf(value)];

/** Results of an iterator, closed afterwards; at most `limit` of them, where given. */
async function collect(iterator, read, limit = Infinity) {
  const results = [];
  while (results.length < limit) {
    const { value, done } = await iterator.next();
    if (value !== undefined) results.push(read(value));
    if (done) break;
  }
  await iterator.close();
  return results;
}

async function page({ iterator, metadata }) {
  const entries = await collect(iterator, entryOf);
  return [entries, metadata?.fetchedRecordsCount ?? null, metadata?.bookmark ?? null];
}

/** Fields of the caller's identity that do not depend on when its certificate was made. */
function creatorOf(stub) {
  const { mspid, idBytes } = stub.getCreator();
  return [mspid, Buffer.from(idBytes).toString().startsWith('-----BEGIN CERTIFICATE-----')];
}

/** Everything that a script may ask of a shim; each takes the stub and its own arguments. */
const OPERATIONS = {
  get: async (stub, key) => textOf(await stub.getState(key)),
  put: (stub, key, value) => stub.putState(key, bytesOf(value)),
  del: (stub, key) => stub.deleteState(key),
  /** Reads a counter and writes the next number. */
  add: async (stub, key) => {
    const next = Number((await stub.getState(key)).toString() || '0') + 1;
    await stub.putState(key, Buffer.from(String(next)));
    return next;
  },
  fill: async (stub, prefix, count) => {
    for (let i = 0; i < count; i++) {
      await stub.putState(`${prefix}${String(i).padStart(4, '0')}`, Buffer.from(`v${i}`));
    }
  },
  range: async (stub, start, end, limit) => collect(await stub.getStateByRange(start, end), entryOf, limit),
  /** As a range, but says only how many there are. */
  count: async (stub, start, end) => (await collect(await stub.getStateByRange(start, end), entryOf)).length,
  page: async (stub, start, end, size, bookmark) =>
    page(await stub.getStateByRangeWithPagination(start, end, size, bookmark)),
  putComposite: (stub, type, attributes, value) =>
    stub.putState(stub.createCompositeKey(type, attributes), bytesOf(value)),
  delComposite: (stub, type, attributes) => stub.deleteState(stub.createCompositeKey(type, attributes)),
  composite: async (stub, type, attributes) =>
    collect(await stub.getStateByPartialCompositeKey(type, attributes), ({ key, value }) => [
      stub.splitCompositeKey(key).attributes,
      textOf(value),
    ]),
  compositePage: async (stub, type, attributes, size, bookmark) =>
    page(await stub.getStateByPartialCompositeKeyWithPagination(type, attributes, size, bookmark)),
  history: async (stub, key) =>
    collect(await stub.getHistoryForKey(key), ({ txId, value, isDelete, timestamp }) => [
      txId,
      textOf(value),
      isDelete,
      `${timestamp.seconds}.${timestamp.nanos}`,
    ]),
  event: (stub, name, payload) => stub.setEvent(name, bytesOf(payload)),
  transient: (stub) => {
    const entries = [...stub.getTransient()].map(([name, value]) => [name, textOf(value)]);
    return entries.sort(([a], [b]) => (a < b ? -1 : 1));
  },
  setPolicy: (stub, key, policy) => stub.setStateValidationParameter(key, Buffer.from(policy, 'base64')),
  getPolicy: async (stub, key) =>
    Buffer.from((await stub.getStateValidationParameter(key)) ?? []).toString('base64'),
  call: async (stub, chaincode, channel, args) => {
    const { status, message, payload } = await stub.invokeChaincode(chaincode, args, channel);
    return [status, message, textOf(payload)];
  },
  about: (stub) => {
    const { seconds, nanos } = stub.getTxTimestamp();
    const { function: name, params } = { function: stub.getArgs()[0], params: stub.getArgs().length };
    return [stub.getTxID(), stub.getChannelID(), `${seconds}.${nanos}`, name, params, creatorOf(stub)];
  },
  binding: (stub) => stub.getBinding(),
  /** Another value each time: endorsers do not agree. */
  random: (stub, key) => stub.putState(key, Buffer.from(`random-${Math.random().toFixed(16)}`)),
  query: async (stub, text) => collect(await stub.getQueryResult(text), entryOf),
  getPrivate: async (stub, collection, key) => textOf(await stub.getPrivateData(collection, key)),
  putPrivate: (stub, collection, key, value) => stub.putPrivateData(collection, key, bytesOf(value)),
  privateHash: async (stub, collection, key) => textOf(await stub.getPrivateDataHash(collection, key)),
  fail: (_stub, message) => {
    throw new Error(message);
  },
  /** Goes on after an operation that fails, with its message as the result. */
  attempt: async (stub, operation) => {
    try {
      return await one(stub, operation);
    } catch (error) {
      return { refused: error.message };
    }
  },
};

async function one(stub, [name, ...args]) {
  const result = await OPERATIONS[name](stub, ...args);
  // What the shim itself returns after a write is nothing, or no bytes.
  return result === undefined || Buffer.isBuffer(result) ? null : result;
}

/** Runs the operations of a script one after the other; the results as JSON. */
export async function runOperations(stub, operations) {
  const results = [];
  for (const operation of JSON.parse(operations)) results.push(await one(stub, operation));
  return JSON.stringify(results);
}
