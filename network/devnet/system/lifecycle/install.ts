import { decode, lifecycle } from '@cotrace/fabric-model';
import type { SystemContext } from '../system-chaincode.js';
import { refused, result } from './call.js';

/** A function of `_lifecycle` that needs no channel. */
export type InstallFunction = (context: SystemContext, args: Uint8Array) => Promise<Uint8Array>;

interface References {
  [channelId: string]: { chaincodes: { name: string; version: string }[] };
}

/** The committed definitions that the organisation runs with a package, by channel. */
async function referencesTo(
  { channel, channelIds, mspId }: SystemContext,
  packageId: string,
): Promise<References> {
  const references: References = {};
  for (const channelId of channelIds()) {
    const ledger = channel(channelId)?.ledger;
    const names = (await ledger?.definitionNames()) ?? [];
    const chaincodes = names
      .filter((name) => ledger?.approvedPackage(mspId, name) === packageId)
      .map((name) => ({ name, version: ledger?.definition(name)?.version ?? '' }));
    if (chaincodes.length > 0) references[channelId] = { chaincodes };
  }
  return references;
}

/** Installs a package on the peer. */
// async functions answer alike, whether they look into ledgers or not
// eslint-disable-next-line @typescript-eslint/require-await
export const install: InstallFunction = async ({ installed }, bytes) => {
  const { chaincodeInstallPackage } = decode(lifecycle.InstallChaincodeArgsSchema, bytes);
  return result(lifecycle.InstallChaincodeResultSchema, installed.install(chaincodeInstallPackage));
};

/** An installed package, and what runs it. */
export const queryInstalled: InstallFunction = async (context, bytes) => {
  const { packageId } = decode(lifecycle.QueryInstalledChaincodeArgsSchema, bytes);
  const found = context.installed.packages().find((one) => one.packageId === packageId);
  if (found === undefined) throw refused(`could not find chaincode with package id '${packageId}'`);
  const references = await referencesTo(context, packageId);
  return result(lifecycle.QueryInstalledChaincodeResultSchema, { ...found, references });
};

/** All installed packages, and what runs them. */
export const queryAllInstalled: InstallFunction = async (context, bytes) => {
  decode(lifecycle.QueryInstalledChaincodesArgsSchema, bytes);
  const installedChaincodes = [];
  for (const one of context.installed.packages()) {
    installedChaincodes.push({ ...one, references: await referencesTo(context, one.packageId) });
  }
  return result(lifecycle.QueryInstalledChaincodesResultSchema, { installedChaincodes });
};

/** Bytes of an installed package. */
// eslint-disable-next-line @typescript-eslint/require-await
export const getPackage: InstallFunction = async ({ installed }, bytes) => {
  const { packageId } = decode(lifecycle.GetInstalledChaincodePackageArgsSchema, bytes);
  const chaincodeInstallPackage = installed.packageBytes(packageId);
  if (chaincodeInstallPackage === null) {
    throw refused(`could not load cc install package: chaincode install package '${packageId}' not found`);
  }
  return result(lifecycle.GetInstalledChaincodePackageResultSchema, { chaincodeInstallPackage });
};
