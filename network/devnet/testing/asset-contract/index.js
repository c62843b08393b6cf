import fabric from 'fabric-contract-api';

const { Contract } = fabric;

/** Results of an iterator as an array; closes it. */
async function collect(iterator, read) {
  const results = [];
  for (let item = await iterator.next(); !item.done; item = await iterator.next())
    results.push(read(item.value));
  await iterator.close();
  return results;
}

const keyOf = ({ key }) => key;

/** An asset register in the style of Fabric's samples, with a function for each thing that a shim offers. */
class AssetContract extends Contract {
  async create(ctx, id, value) {
    const existing = await ctx.stub.getState(id);
    if (existing.length > 0) throw new Error(`the asset ${id} already exists`);
    await ctx.stub.putState(id, Buffer.from(value));
    ctx.stub.setEvent('created', Buffer.from(JSON.stringify({ id, value })));
    return value;
  }

  async createMany(ctx, prefix, count) {
    for (let i = 0; i < Number(count); i++) {
      await ctx.stub.putState(`${prefix}${String(i).padStart(4, '0')}`, Buffer.from(String(i)));
    }
  }

  async put(ctx, id, value) {
    await ctx.stub.putState(id, Buffer.from(value));
  }

  async read(ctx, id) {
    const value = await ctx.stub.getState(id);
    if (value.length === 0) throw new Error(`the asset ${id} does not exist`);
    return value.toString();
  }

  /** Reads before it writes, so that concurrent calls conflict. */
  async increment(ctx, id) {
    const value = Number((await ctx.stub.getState(id)).toString() || '0') + 1;
    await ctx.stub.putState(id, Buffer.from(String(value)));
    return String(value);
  }

  async writeThenRead(ctx, id, value) {
    await ctx.stub.putState(id, Buffer.from(value));
    return (await ctx.stub.getState(id)).toString();
  }

  async remove(ctx, id) {
    await ctx.stub.deleteState(id);
  }

  async range(ctx, start, end) {
    return JSON.stringify(await collect(await ctx.stub.getStateByRange(start, end), keyOf));
  }

  async rangeAndWrite(ctx, start, end, id) {
    const keys = await collect(await ctx.stub.getStateByRange(start, end), keyOf);
    await ctx.stub.putState(id, Buffer.from(String(keys.length)));
    return String(keys.length);
  }

  async page(ctx, start, end, size, bookmark) {
    const { iterator, metadata } = await ctx.stub.getStateByRangeWithPagination(
      start,
      end,
      Number(size),
      bookmark,
    );
    const keys = await collect(iterator, keyOf);
    return JSON.stringify({ keys, count: metadata.fetchedRecordsCount, bookmark: metadata.bookmark });
  }

  async pageAndWrite(ctx, id) {
    const { iterator } = await ctx.stub.getStateByRangeWithPagination('', '', 2, '');
    await iterator.close();
    await ctx.stub.putState(id, Buffer.from('x'));
  }

  async history(ctx, id) {
    const read = ({ txId, value, isDelete, timestamp }) => ({
      txId,
      value: Buffer.from(value).toString(),
      isDelete,
      seconds: Number(timestamp.seconds),
    });
    return JSON.stringify(await collect(await ctx.stub.getHistoryForKey(id), read));
  }

  async own(ctx, owner, id) {
    await ctx.stub.putState(ctx.stub.createCompositeKey('owner~id', [owner, id]), Buffer.from([1]));
  }

  async ownedBy(ctx, owner) {
    const iterator = await ctx.stub.getStateByPartialCompositeKey('owner~id', [owner]);
    const read = ({ key }) => ctx.stub.splitCompositeKey(key).attributes[1];
    return JSON.stringify(await collect(iterator, read));
  }

  async caller(ctx) {
    return JSON.stringify({
      mspId: ctx.clientIdentity.getMSPID(),
      txId: ctx.stub.getTxID(),
      channel: ctx.stub.getChannelID(),
    });
  }

  async transient(ctx, name) {
    const value = ctx.stub.getTransient().get(name);
    return value === undefined ? '' : Buffer.from(value).toString();
  }

  async call(ctx, chaincode, channel, args) {
    const { status, message, payload } = await ctx.stub.invokeChaincode(chaincode, JSON.parse(args), channel);
    return JSON.stringify({ status, message, payload: Buffer.from(payload).toString() });
  }

  async setPolicy(ctx, id, policy) {
    await ctx.stub.setStateValidationParameter(id, Buffer.from(policy, 'base64'));
  }

  async getPolicy(ctx, id) {
    return Buffer.from((await ctx.stub.getStateValidationParameter(id)) ?? []).toString('base64');
  }

  async differ(ctx, id) {
    await ctx.stub.putState(id, Buffer.from(`${process.pid}`));
  }

  async query(ctx, text) {
    await ctx.stub.getQueryResult(text);
  }

  async readPrivate(ctx, collection, key) {
    await ctx.stub.getPrivateData(collection, key);
  }

  async fail(ctx, message) {
    throw new Error(message);
  }

  async wait(ctx, milliseconds) {
    await new Promise((resolve) => setTimeout(resolve, Number(milliseconds)));
  }
}

export const contracts = [AssetContract];
