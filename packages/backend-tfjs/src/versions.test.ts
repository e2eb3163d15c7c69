import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { TfjsStartError } from './index.ts';
import { checkVersion, NEWEST, OLDEST } from './versions.ts';

const core = '@tensorflow/tfjs-core';
const wasm = '@tensorflow/tfjs-backend-wasm';

describe('the versions of TensorFlow.js', () => {
  it('that are allowed are those of the peer range', () => {
    const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    const range = `>=${OLDEST} <=${NEWEST}`;
    expect(new Set(Object.values(manifest.peerDependencies))).toEqual(new Set([range]));
  });

  it.each([tf.version_core, OLDEST, NEWEST])('include %s', (version) => {
    expect(() => checkVersion(core, version)).not.toThrow();
  });

  it.each(['3.9.0', '4.5.0', '4.23.0', '5.0.0', '4.22.0-rc.0', '4.22', 'latest', ''])(
    'do not include %s: refused in one sentence with the one to install',
    (version) => {
      expect(() => checkVersion(core, version)).toThrow(TfjsStartError);
      expect(() => checkVersion(core, version)).toThrow(
        `${core}: must be a release from ${OLDEST} to ${NEWEST} (got "${version}"). Install one: npm install ${core}@${NEWEST}.`,
      );
    },
  );

  it('must be the same in a backend and in the core', () => {
    expect(() => checkVersion(wasm, NEWEST, OLDEST)).toThrow(
      `${wasm}: must have the version of ${core}, ${OLDEST} (got "${NEWEST}"). Install that one: npm install ${wasm}@${OLDEST}.`,
    );
  });
});
