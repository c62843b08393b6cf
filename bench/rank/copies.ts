import { cp, rm } from 'node:fs/promises';
import type { BenchDomain } from './domain.js';

/** Runs `act` on a copy of a domain, whose own store is closed and lies in `folder`; the copy is gone afterwards. */
export async function withCopy<T>(
  domain: BenchDomain,
  folder: string,
  act: (copy: BenchDomain) => Promise<T>,
): Promise<T> {
  const place = `${folder}.copy`;
  await cp(folder, place, { recursive: true });
  try {
    const copy = await domain.copyIn(place);
    try {
      return await act(copy);
    } finally {
      await copy.store.close();
    }
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}
