import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { Scene } from './scene.js';

interface Verified {
  readonly status: string;
  readonly orderId: string;
  readonly place: { readonly block: string; readonly txNum: number } | null;
  readonly asOf: { readonly block: string; readonly attestedBy: readonly string[] };
}

/** A device that got an order asks whether it is on the ledger and the latest (seed 000, section 3.1). */
export function orders(scene: Scene): void {
  describe('a device', () => {
    const order = (name: string, message: string) =>
      scene.write(name, {
        from: 'urn:cotrace:account:planner-7',
        to: 'urn:epc:id:giai:9521234.press-4',
        message,
        signature: 'MEUCIQ',
      });
    const verify = (path: string) => scene.cotrace.json<Verified>('order', 'verify', path);

    it('learns by itself, and by the exit code, whether an order is there, and whether it is the latest', async () => {
      const [first, second] = [order('order1.json', '200 parts of A-17'), order('order2.json', 'stop')];
      const before = await verify(first);
      expect([before.code, before.value.status, before.value.place]).toEqual([4, 'absent', null]);

      await scene.cotrace.json('order', 'place', first);
      const placed = await verify(first);
      expect([placed.code, placed.value.status]).toEqual([0, 'latest']);
      expect(placed.value.asOf.attestedBy.length).toBeGreaterThanOrEqual(2);

      await scene.cotrace.json('order', 'place', second);
      const [older, newer] = [await verify(first), await verify(second)];
      expect([older.code, older.value.status, older.value.place]).toEqual([
        5,
        'superseded',
        placed.value.place,
      ]);
      expect([newer.code, newer.value.status]).toEqual([0, 'latest']);
    });

    it('does not believe masters that its trust file does not name', async () => {
      const trust = JSON.parse(readFileSync(`${scene.cotrace.home}/trust.json`, 'utf8')) as {
        network: object;
      };
      const other = { ...trust, network: { ...trust.network, mainName: 'other' } };
      const path = scene.write('other-trust.json', other);
      const refused = await scene.cotrace.error(
        'order',
        'verify',
        order('order3.json', 'go'),
        '--trust',
        path,
      );
      expect(refused).toMatchObject({ exit: 6, code: 'ANSWER_DISPROVED' });
    });

    it('is told what is wrong with an order that is none', async () => {
      const path = scene.write('no-order.json', { from: 'a', to: 'b' });
      expect(await scene.cotrace.error('order', 'verify', path)).toMatchObject({
        exit: 2,
        code: 'BAD_ORDER',
      });
    });
  });
}
