// Regenerates the TypeScript of every .proto file; run it after changing one, and commit the result.
import { spawnSync } from 'node:child_process';

for (const workspace of ['fabric-model', 'gateway-app']) {
  const { status } = spawnSync(
    'npx',
    [
      '--yes',
      '--package=@bufbuild/buf@1.75.0',
      '--package=@bufbuild/protoc-gen-es@2.10.2',
      '--',
      'buf',
      'generate',
      '--template',
      '{"version":"v2","plugins":[{"local":"protoc-gen-es","out":"gen","opt":["target=ts","import_extension=js"]}],"inputs":[{"directory":"proto"}]}',
    ],
    { cwd: workspace, stdio: 'inherit' },
  );
  if (status !== 0) process.exit(status ?? 1);
}
