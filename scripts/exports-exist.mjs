// Refuses to pack a package whose package.json promises files that are not there. Run in the package's folder, by `prepack`.
import { existsSync, readFileSync } from 'node:fs';

const { name, exports, bin = {} } = JSON.parse(readFileSync('package.json', 'utf8'));

/** Every file that a value of `exports` leads to, but sources, which only this repository asks for. */
function filesOf(entry) {
  if (typeof entry === 'string') return [entry];
  return Object.entries(entry).flatMap(([condition, target]) =>
    condition === '@softmoe/source' ? [] : filesOf(target),
  );
}

const missing = [...filesOf(exports), ...Object.values(bin)].filter((file) => !existsSync(file));
if (missing.length > 0) {
  console.error(
    `${name} cannot be packed: ${missing.join(', ')} missing. Build it first: pnpm build`,
  );
  process.exit(1);
}
