import { afterAll, describe } from '@jest/globals';
import type { Backend } from './backend.js';
import { anyOrder } from './any-order.js';
import { demoBegins, demoEnds } from './demo.js';
import { domainsApart } from './domains-apart.js';
import { epcisFiles } from './epcis-files.js';
import { histories } from './histories.js';
import { lettuce } from './lettuce.js';
import { manners } from './manners.js';
import { oddTransactions } from './odd-transactions.js';
import { operators } from './operators.js';
import { orders } from './orders.js';
import { processesKilled } from './processes-killed.js';
import { Scene } from './scene.js';

/** What Cotrace promises, on any Fabric network: one network for all but the last part, in this order. */
export function acceptance(backend: Backend): void {
  describe(`Cotrace on ${backend.name}`, () => {
    const scene = new Scene();
    afterAll(() => scene.remove());

    const demo = demoBegins(scene, backend);
    histories(scene);
    const known = lettuce(scene);
    epcisFiles(scene);
    manners(scene);
    operators(scene);
    orders(scene);
    oddTransactions(scene);
    domainsApart.captured(scene);
    processesKilled(scene, backend);
    demoEnds(scene, backend, demo);
    domainsApart.stored(scene);
    anyOrder(backend, known);
  });
}
