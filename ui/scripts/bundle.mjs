// The desktop's build holds the wizard and nothing pretended.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const assets = new URL('../dist/assets/', import.meta.url).pathname;
const found = readdirSync(assets).filter((file) => readFileSync(join(assets, file), 'utf8').includes('Nordvik Bygg'));
if (found.length > 0) {
  console.error(`The pretend platform is in ${found.join(', ')}.`);
  process.exit(1);
}
