#!/usr/bin/env node
// Starts gover from the package of this platform.
'use strict';

const { spawnSync } = require('node:child_process');
const { constants } = require('node:os');

const name = `@gover/${process.platform}-${process.arch}`;
const program = process.platform === 'win32' ? 'gover.exe' : 'gover';

let path;
try {
  path = require.resolve(`${name}/bin/${program}`);
} catch {
  console.error(`error: the package ${name} is not installed`);
  console.error('hint: npm leaves it out with --omit=optional, and on platforms that gover has no programs for');
  process.exit(1);
}
const result = spawnSync(path, process.argv.slice(2), { stdio: 'inherit' });
if (result.error) {
  console.error(`error: cannot start ${path}: ${result.error.message}`);
  process.exit(1);
}
// As a shell counts a program that a signal ended.
process.exit(result.status ?? 128 + (constants.signals[result.signal] ?? 0));
