import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureCrypto, genesisBlock, loadIdentity, parseTopology, type CryptoLayout } from '@cotrace/network';

const EXAMPLES = fileURLToPath(new URL('../../docs/examples/', import.meta.url));

/** The network of docs/examples. */
export const EXAMPLE_TOPOLOGY = parseTopology(`
organisations:
  - { name: farm, mspId: FarmMSP, domain: farm.example }
  - { name: shop, mspId: ShopMSP, domain: shop.example }
channels: { main: trade, checking: trade-checking }
`);

/** Puts the examples of docs/examples into a folder, with all files that they name: certificates and blocks. */
export async function putExampleConsortium(dir: string): Promise<CryptoLayout> {
  const topology = EXAMPLE_TOPOLOGY;
  const [farm, shop] = topology.organisations;
  if (farm === undefined || shop === undefined) throw new Error('there are two');
  const layout = await ensureCrypto(topology, join(dir, 'crypto'));
  const put = (name: string, from: string) => copyFileSync(from, join(dir, name));
  for (const organisation of [farm, shop]) {
    const { name, domain } = organisation;
    mkdirSync(join(dir, name));
    const signing = (folder: string, to: string) => {
      const { certificate } = loadIdentity(join(folder, 'msp'), organisation.mspId);
      writeFileSync(join(dir, name, to), certificate);
    };
    const tlsca = join(layout.organisation(organisation), 'tlsca');
    put(`${name}/tls-ca.pem`, join(tlsca, `tlsca.${domain}-cert.pem`));
    put(`${name}/master.pem`, join(layout.master(organisation), 'tls', 'server.crt'));
    signing(layout.master(organisation), 'signing.pem');
    for (const other of topology.domains) {
      put(`${name}/${other}.pem`, join(layout.business(organisation, other), 'tls', 'client.crt'));
      signing(layout.business(organisation, other), `${other}-signing.pem`);
    }
  }
  put('farm/erp.pem', join(layout.user(farm, 'User1'), 'tls', 'client.crt'));
  put('shop/till.pem', join(layout.user(shop, 'User1'), 'tls', 'client.crt'));
  const trade = genesisBlock(topology, 'trade', layout.dir);
  writeFileSync(join(dir, 'trade-0.block'), trade);
  writeFileSync(join(dir, 'trade-config.block'), trade);
  writeFileSync(join(dir, 'trade-checking-0.block'), genesisBlock(topology, 'trade-checking', layout.dir));
  for (const name of ['consortium.yaml', 'nodes.yaml', 'client.yaml']) put(name, join(EXAMPLES, name));
  return layout;
}
