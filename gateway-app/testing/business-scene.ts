import { TestBusinessNode, type TestBusinessOptions } from './test-business-node.js';
import { TestChain } from './test-chain.js';
import { TestMaster } from './test-master.js';
import { TestNetwork, type TestNetworkOptions } from './test-network.js';
import { definition, put } from './transactions.js';

/** A chain of four blocks with what business nodes of `goods` follow, its masters, and the nodes that a test starts. */
export class BusinessScene {
  readonly network: TestNetwork;
  readonly chain: TestChain;
  readonly masters: readonly TestMaster[];
  readonly #started: TestBusinessNode[] = [];
  #folders = 0;

  private constructor(network: TestNetwork, masters: readonly TestMaster[]) {
    this.network = network;
    this.chain = new TestChain(network);
    this.masters = masters;
  }

  static async create(options: TestNetworkOptions = {}): Promise<BusinessScene> {
    const network = await TestNetwork.create(options);
    const scene = new BusinessScene(network, await TestMaster.openAll(network));
    const { chain, masters } = scene;
    chain.add([definition(network, 'goods'), definition(network, 'retail')]);
    chain.add([put(network, 'goods', { a: '1' }), put(network, 'retail', { b: '1' })]);
    chain.add([put(network, 'goods', { a: '2' })]);
    for (const master of masters) await master.follow(chain);
    return scene;
  }

  async close(): Promise<void> {
    for (const master of this.masters) await master.close();
    await this.network.remove();
  }

  async start(options: TestBusinessOptions): Promise<TestBusinessNode> {
    const node = await TestBusinessNode.start(this.network, options);
    this.#started.push(node);
    return node;
  }

  /** Stops the nodes that were started. */
  async stopNodes(): Promise<void> {
    for (const node of this.#started.splice(0)) await node.stop();
  }

  newFolder(): string {
    return `node${this.#folders++}`;
  }

  origins() {
    return this.masters.map((master) => master.origin('goods'));
  }

  sources() {
    return this.masters.map((master) => master.source);
  }

  masterOf(index: number): TestMaster {
    const master = this.masters[index];
    if (master === undefined) throw new RangeError('no such master');
    return master;
  }
}
