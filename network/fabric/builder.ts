import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The variable that the peer hands to the builder, as Fabric's own builder for chaincode as a service names it. */
export const BUILDER_VARIABLE = 'CHAINCODE_AS_A_SERVICE_BUILDER_CONFIG';

/** What is in `connection.json` for the address of a peer's chaincode service; other services have fields of other names. */
export const ADDRESS_FIELD = '{{.address}}';

const DETECT = `#!/bin/sh
# detect SOURCE METADATA: whether the package is a chaincode that runs as a service
exec grep -Eiq '"type"[[:space:]]*:[[:space:]]*"ccaas"' "$2/metadata.json"
`;

const BUILD = `#!/bin/sh
# build SOURCE METADATA OUTPUT: the package's connection.json, each field {{.name}} filled from the peer's configuration
set -eu
config=\${${BUILDER_VARIABLE}:-}
cp "$1/connection.json" "$3/connection.json"
for name in $(grep -o '{{\\.[A-Za-z0-9_]*}}' "$1/connection.json" | tr -d '{.}' | sort -u); do
  value=$(printf '%s' "$config" | sed -n 's/.*"'"$name"'"[[:space:]]*:[[:space:]]*"\\([^"|]*\\)".*/\\1/p')
  sed "s|{{\\.$name}}|$value|g" "$3/connection.json" > "$3/filled"
  mv "$3/filled" "$3/connection.json"
done
if [ -d "$1/META-INF" ]; then cp -R "$1/META-INF" "$3/META-INF"; fi
`;

const RELEASE = `#!/bin/sh
# release OUTPUT RELEASE: where the peer reads how to reach the chaincode
set -eu
mkdir -p "$2/chaincode/server"
cp "$1/connection.json" "$2/chaincode/server/connection.json"
if [ -d "$1/META-INF/statedb" ]; then cp -R "$1/META-INF/statedb" "$2/statedb"; fi
`;

/** Writes an external builder for chaincode as a service below `dir`, in the layout that Fabric's peers call. */
export function writeBuilder(dir: string): void {
  const bin = join(dir, 'bin');
  mkdirSync(bin, { recursive: true });
  for (const [name, text] of Object.entries({ detect: DETECT, build: BUILD, release: RELEASE })) {
    const path = join(bin, name);
    writeFileSync(path, text);
    chmodSync(path, 0o755);
  }
}
