import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadIdentity, type FabricBinaries } from '@cotrace/network';
import { parse, stringify } from 'yaml';
import { waitForLeader } from '../../../network/fabric/leader.js';
import { ORGANISATIONS, type Organisation, type Places } from './places.js';

const PATIENCE_MS = 30_000;
const PAUSE_MS = 200;
const UNUSED_PORT = '127.0.0.1:0';
const SANS = ['localhost', '127.0.0.1'];
const LOGGING = { FABRIC_LOGGING_SPEC: 'info:grpc=error' };

/**
 * A network that Cotrace is to be added to: an ordering node, a peer of each organisation and the channel `trade`, made
 * by `cryptogen` and `configtxgen` from the policies, capabilities and defaults of Fabric's stock `configtx.yaml`.
 */
export class ExistingNetwork {
  readonly #dir: string;
  readonly #places: Places;
  readonly #binaries: FabricBinaries;
  readonly #running = new Map<string, ChildProcess>();

  constructor(dir: string, places: Places, binaries: FabricBinaries) {
    this.#dir = dir;
    this.#places = places;
    this.#binaries = binaries;
  }

  /** Folder of Fabric's configuration, FABRIC_CFG_PATH. */
  get config(): string {
    return join(this.#dir, 'config');
  }

  /** Folder of what an organisation's `cryptogen` made, and of `configtx.yaml`. */
  folder(organisation: Organisation | 'orderer'): string {
    return join(this.#dir, organisation);
  }

  /** Folder of the ordering organisation's certificates, where its tools run. */
  get ordererCrypto(): string {
    return join(this.folder('orderer'), 'crypto-config', 'ordererOrganizations', 'example');
  }

  peerCrypto(organisation: Organisation): string {
    const domain = `${organisation}.example`;
    return join(this.#crypto(organisation), 'peers', `peer0.${domain}`);
  }

  peerData(organisation: Organisation): string {
    return join(this.#dir, 'data', organisation);
  }

  async start(): Promise<void> {
    this.#makeConfiguration();
    this.#makeCertificates();
    for (const organisation of ORGANISATIONS) this.#writeConfigtx(organisation);
    this.#launch('orderer', this.#binaries.orderer, [], this.#ordererEnvironment());
    for (const organisation of ORGANISATIONS) this.startPeer(organisation);
    await this.#openChannel('trade');
  }

  startPeer(organisation: Organisation): void {
    this.#launch(organisation, this.#binaries.peer, ['node', 'start'], this.peerEnvironment(organisation));
  }

  async stopPeer(organisation: Organisation): Promise<void> {
    await stop(this.#running.get(organisation));
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running.values()].map(stop));
  }

  #crypto(organisation: Organisation): string {
    return join(this.folder(organisation), 'crypto-config', 'peerOrganizations', `${organisation}.example`);
  }

  /** The stock configuration without Docker, and with Fabric's own builder where this machine has it. */
  #makeConfiguration(): void {
    const { config } = this.#binaries;
    const ccaas = join(dirname(config), 'builders', 'ccaas');
    if (!existsSync(ccaas))
      throw new Error(`${ccaas} is not there: a release of Fabric has it beside its folder config`);
    mkdirSync(this.config, { recursive: true });
    const core = parse(readFileSync(join(config, 'core.yaml'), 'utf8')) as {
      vm: { endpoint: string };
      chaincode: { externalBuilders: { path: string }[] };
    };
    core.vm.endpoint = '';
    for (const builder of core.chaincode.externalBuilders) builder.path = ccaas;
    writeFileSync(join(this.config, 'core.yaml'), stringify(core));
    writeFileSync(join(this.config, 'orderer.yaml'), readFileSync(join(config, 'orderer.yaml')));
  }

  #makeCertificates(): void {
    const cryptogen = (folder: string, organisations: object): void => {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'crypto-config.yaml'), stringify(organisations));
      this.#tool('cryptogen', ['generate', '--config=crypto-config.yaml'], folder);
    };
    cryptogen(this.folder('orderer'), {
      OrdererOrgs: [
        { Name: 'Orderer', Domain: 'example', EnableNodeOUs: true, Specs: [{ Hostname: 'orderer', SANS }] },
      ],
    });
    for (const organisation of ORGANISATIONS) {
      cryptogen(this.folder(organisation), {
        PeerOrgs: [
          {
            Name: organisation,
            Domain: `${organisation}.example`,
            EnableNodeOUs: true,
            Template: { Count: 1, SANS },
            Users: { Count: 0 },
          },
        ],
      });
    }
  }

  /** The profile `Trade`: the stock defaults with these organisations. */
  #writeConfigtx(organisation: Organisation): void {
    const stock = parse(readFileSync(join(this.#binaries.config, 'configtx.yaml'), 'utf8'), {
      merge: true,
      maxAliasCount: -1,
    }) as Stock;
    const { Channel, Orderer, Application, Capabilities } = stock;
    const port = this.#places.port('orderer.example:7050');
    const tls = join(this.ordererCrypto, 'orderers', 'orderer.example', 'tls', 'server.crt');
    const profile = {
      ...Channel,
      Capabilities: Capabilities.Channel,
      Orderer: {
        ...Orderer,
        OrdererType: 'etcdraft',
        BatchTimeout: '200ms',
        EtcdRaft: {
          ...Orderer.EtcdRaft,
          Consenters: [{ Host: 'localhost', Port: port, ClientTLSCert: tls, ServerTLSCert: tls }],
        },
        Capabilities: Capabilities.Orderer,
        Organizations: [
          {
            ...organisationSection('OrdererMSP', join(this.ordererCrypto, 'msp')),
            OrdererEndpoints: [`localhost:${port}`],
          },
        ],
      },
      Application: {
        ...Application,
        Capabilities: Capabilities.Application,
        Organizations: ORGANISATIONS.map((name) => ({
          ...organisationSection(mspIdOf(name), join(this.#crypto(name), 'msp')),
          AnchorPeers: [{ Host: 'localhost', Port: this.#places.port(`peer0.${name}.example:7051`) }],
        })),
      },
    };
    const text = stringify({ Profiles: { Trade: profile } }, { aliasDuplicateObjects: false });
    writeFileSync(join(this.folder(organisation), 'configtx.yaml'), text);
  }

  async #openChannel(name: string): Promise<void> {
    const block = join(this.folder('farm'), `${name}.block`);
    const profile = ['-profile', 'Trade', '-channelID', name, '-outputBlock', block];
    this.#tool('configtxgen', profile, this.folder('farm'), { FABRIC_CFG_PATH: this.folder('farm') });
    const admin = join(this.ordererCrypto, 'users', 'Admin@example', 'tls');
    const join_ = ['channel', 'join', '--channelID', name, '--config-block', block];
    const endpoint = ['-o', `localhost:${this.#places.port('orderer.example:7053')}`];
    const tls = ['--ca-file', join(admin, 'ca.crt'), '--client-cert', join(admin, 'client.crt')];
    const args = [...join_, ...endpoint, ...tls, '--client-key', join(admin, 'client.key')];
    await eventually(() => this.#tool('osnadmin', args, this.#dir).includes('Status: 201'));
    await this.#untilLed(name);
    for (const organisation of ORGANISATIONS) {
      const environment = this.#administratorEnvironment(organisation);
      await eventually(() => {
        this.#tool('peer', ['channel', 'join', '-b', block], this.#dir, environment);
        return true;
      });
    }
  }

  /** A network that exists has a leader. */
  async #untilLed(channel: string): Promise<void> {
    const admin = join(this.ordererCrypto, 'users', 'Admin@example');
    const orderer = {
      address: `localhost:${this.#places.port('orderer.example:7050')}`,
      serverName: 'orderer.example',
      ca: readFileSync(join(admin, 'tls', 'ca.crt')),
      reader: loadIdentity(join(admin, 'msp'), 'OrdererMSP'),
    };
    await waitForLeader(orderer, [channel], () => undefined);
  }

  #administratorEnvironment(organisation: Organisation): Readonly<Record<string, string>> {
    const admin = join(this.#crypto(organisation), 'users', `Admin@${organisation}.example`);
    return {
      FABRIC_CFG_PATH: this.config,
      CORE_PEER_ADDRESS: `localhost:${this.#places.port(`peer0.${organisation}.example:7051`)}`,
      CORE_PEER_LOCALMSPID: mspIdOf(organisation),
      CORE_PEER_MSPCONFIGPATH: join(admin, 'msp'),
      CORE_PEER_TLS_ENABLED: 'true',
      CORE_PEER_TLS_ROOTCERT_FILE: join(admin, 'tls', 'ca.crt'),
      CORE_PEER_TLS_CLIENTAUTHREQUIRED: 'true',
      CORE_PEER_TLS_CLIENTCERT_FILE: join(admin, 'tls', 'client.crt'),
      CORE_PEER_TLS_CLIENTKEY_FILE: join(admin, 'tls', 'client.key'),
    };
  }

  peerEnvironment(organisation: Organisation): Readonly<Record<string, string>> {
    const dir = this.peerCrypto(organisation);
    const port = this.#places.port(`peer0.${organisation}.example:7051`);
    const address = `localhost:${port}`;
    return {
      FABRIC_CFG_PATH: this.config,
      CORE_PEER_ID: `peer0.${organisation}.example`,
      CORE_PEER_LOCALMSPID: mspIdOf(organisation),
      CORE_PEER_MSPCONFIGPATH: join(dir, 'msp'),
      CORE_PEER_TLS_ENABLED: 'true',
      CORE_PEER_TLS_CERT_FILE: join(dir, 'tls', 'server.crt'),
      CORE_PEER_TLS_KEY_FILE: join(dir, 'tls', 'server.key'),
      CORE_PEER_TLS_ROOTCERT_FILE: join(dir, 'tls', 'ca.crt'),
      // One peer that asks its clients for their TLS certificates, and one that does not.
      CORE_PEER_TLS_CLIENTAUTHREQUIRED: String(organisation === 'shop'),
      CORE_PEER_TLS_CLIENTROOTCAS_FILES: join(dir, 'tls', 'ca.crt'),
      CORE_PEER_ADDRESS: address,
      CORE_PEER_LISTENADDRESS: `127.0.0.1:${port}`,
      CORE_PEER_CHAINCODELISTENADDRESS: UNUSED_PORT,
      CORE_PEER_GOSSIP_BOOTSTRAP: address,
      CORE_PEER_GOSSIP_EXTERNALENDPOINT: address,
      CORE_PEER_FILESYSTEMPATH: this.peerData(organisation),
      CORE_LEDGER_SNAPSHOTS_ROOTDIR: join(this.peerData(organisation), 'snapshots'),
      CORE_OPERATIONS_LISTENADDRESS: UNUSED_PORT,
    };
  }

  #ordererEnvironment(): Readonly<Record<string, string>> {
    const dir = join(this.ordererCrypto, 'orderers', 'orderer.example');
    const data = join(this.#dir, 'data', 'orderer');
    const [certificate, key, ca] = ['server.crt', 'server.key', 'ca.crt'].map((name) =>
      join(dir, 'tls', name),
    );
    return {
      FABRIC_CFG_PATH: this.config,
      ORDERER_GENERAL_LISTENADDRESS: '127.0.0.1',
      ORDERER_GENERAL_LISTENPORT: String(this.#places.port('orderer.example:7050')),
      ORDERER_GENERAL_BOOTSTRAPMETHOD: 'none',
      ORDERER_GENERAL_LOCALMSPID: 'OrdererMSP',
      ORDERER_GENERAL_LOCALMSPDIR: join(dir, 'msp'),
      ORDERER_GENERAL_TLS_ENABLED: 'true',
      ORDERER_GENERAL_TLS_PRIVATEKEY: key ?? '',
      ORDERER_GENERAL_TLS_CERTIFICATE: certificate ?? '',
      ORDERER_GENERAL_TLS_ROOTCAS: `[${ca ?? ''}]`,
      ORDERER_FILELEDGER_LOCATION: join(data, 'ledger'),
      ORDERER_CONSENSUS_WALDIR: join(data, 'wal'),
      ORDERER_CONSENSUS_SNAPDIR: join(data, 'snapshots'),
      ORDERER_CHANNELPARTICIPATION_ENABLED: 'true',
      ORDERER_ADMIN_LISTENADDRESS: `127.0.0.1:${this.#places.port('orderer.example:7053')}`,
      ORDERER_ADMIN_TLS_ENABLED: 'true',
      ORDERER_ADMIN_TLS_PRIVATEKEY: key ?? '',
      ORDERER_ADMIN_TLS_CERTIFICATE: certificate ?? '',
      ORDERER_ADMIN_TLS_CLIENTAUTHREQUIRED: 'true',
      ORDERER_ADMIN_TLS_CLIENTROOTCAS: `[${ca ?? ''}]`,
      ORDERER_OPERATIONS_LISTENADDRESS: UNUSED_PORT,
    };
  }

  #launch(
    name: string,
    command: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
  ): void {
    const log = openSync(join(this.#dir, `${name}.log`), 'a');
    const child = spawn(command, args, {
      stdio: ['ignore', log, log],
      env: { PATH: process.env['PATH'], ...LOGGING, ...env },
    });
    closeSync(log);
    this.#running.set(name, child);
  }

  /** Output of one of Fabric's tools. */
  #tool(
    name: string,
    args: readonly string[],
    cwd: string,
    env: Readonly<Record<string, string>> = {},
  ): string {
    const path = join(dirname(this.#binaries.peer), name);
    if (!existsSync(path)) throw new Error(`this test needs Fabric's tools: ${path} is not there`);
    const { status, stdout, stderr } = spawnSync(path, args, {
      cwd,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], ...env },
    });
    if (status !== 0) throw new Error(`${name} ${args.join(' ')}: ${stdout}${stderr}`);
    return `${stdout}${stderr}`;
  }
}

/** What of the stock `configtx.yaml` is taken. */
interface Stock {
  readonly Capabilities: Readonly<Record<'Channel' | 'Orderer' | 'Application', object>>;
  readonly Channel: object;
  readonly Orderer: { readonly EtcdRaft: object };
  readonly Application: object;
}

export function mspIdOf(organisation: Organisation): string {
  return organisation === 'farm' ? 'FarmMSP' : 'ShopMSP';
}

/** An organisation with the policies that the stock file recommends with NodeOUs. */
function organisationSection(mspId: string, mspDir: string): object {
  const signature = (...roles: readonly string[]) => ({
    Type: 'Signature',
    Rule: `OR(${roles.map((role) => `'${mspId}.${role}'`).join(', ')})`,
  });
  const isOrderer = mspId === 'OrdererMSP';
  return {
    Name: mspId,
    ID: mspId,
    MSPDir: mspDir,
    Policies: {
      Readers: isOrderer ? signature('member') : signature('admin', 'peer', 'client'),
      Writers: isOrderer ? signature('member') : signature('admin', 'client'),
      Admins: signature('admin'),
      Endorsement: signature('peer'),
    },
  };
}

async function stop(child?: ChildProcess): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

/** Tries until it is so: what has been started may not listen yet. */
export async function eventually(attempt: () => boolean): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      if (attempt()) return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    if (Date.now() > deadline) throw new Error('it does not come about');
    await sleep(PAUSE_MS);
  }
}
