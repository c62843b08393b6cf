/** What the shim gives of a range: its values, one after the other. */
export interface AsyncSource<Value> {
  next(): Promise<{ value: Value; done: boolean }>;
  close(): Promise<void>;
}

/** All values of a range, which is closed. */
export async function drain<Value>(source: AsyncSource<Value>): Promise<Value[]> {
  const values: Value[] = [];
  for (let step = await source.next(); !step.done; step = await source.next()) values.push(step.value);
  await source.close();
  return values;
}
