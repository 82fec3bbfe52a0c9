#!/usr/bin/env node
/**
 * What `npm start`, `npm test` and `npm run check` do first, with nothing installed but Node and npm: install what is
 * missing, then run TypeScript in this same process, so that one Ctrl-C reaches the program and nothing else.
 *
 *   node bootstrap.mjs <script.ts> [arguments]      run a script
 *   node bootstrap.mjs --test [vitest arguments]    everything the tests need, then the tests
 *   node bootstrap.mjs --lint                       types, lint and format
 *   node bootstrap.mjs --check                      those, then the tests, with a table of times
 *
 * Until the packages are there it may import Node's own modules only.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';

const root = dirname(fileURLToPath(import.meta.url));
const nodeWanted = [20, 19];
const stillHereEveryMs = 5_000;

// Cedar's WebAssembly crashes now and then on Node 20 without it; once Cedar is loaded it would have no effect.
if (process.version.startsWith('v20.')) setFlagsFromString('--no-turbo-inline-js-wasm-calls');

/** Runs a TypeScript file of this repository in this process, as if it had been started with `rest`. */
export async function runScript(script, rest) {
  checkNode();
  await installPackages();
  const { register } = await import('tsx/esm/api');
  register();
  const file = resolve(root, script);
  process.argv = [process.argv[0], file, ...rest];
  await import(pathToFileURL(file).href);
}

async function test(rest) {
  checkNode();
  await installPackages();
  const ready = await settled([prepareTemporal(), installSystemPackages()]);
  return ready === 0 ? runVitest(rest) : ready;
}

const lintSteps = [
  ['types', () => tool('typescript', 'tsc', [])],
  ['types of the pages', () => tool('typescript', 'tsc', ['-p', 'src/dev/pages'])],
  ['lint and format', () => tool('@biomejs/biome', 'biome', ['ci'])],
];

async function check() {
  checkNode();
  await installPackages();
  // Begun now, wanted last: building the server may take minutes.
  const ready = settled([prepareTemporal(), installSystemPackages()]);
  const code = await inSteps([
    ...lintSteps,
    ['waiting for the server', () => ready],
    ['tests', () => runVitest([])],
  ]);
  if (code !== 0) process.exit(code);
  return code;
}

/** Runs the steps in turn until one fails, then prints what each took. */
async function inSteps(steps) {
  checkNode();
  await installPackages();
  const times = [];
  let code = 0;
  for (const [name, work] of steps) {
    const started = performance.now();
    code = await work();
    times.push({ name, seconds: (performance.now() - started) / 1000, ok: code === 0 });
    if (code !== 0) break;
  }
  console.log('');
  for (const { name, seconds, ok } of times) {
    console.log(`${ok ? 'ok  ' : 'FAIL'} ${name.padEnd(24)} ${seconds.toFixed(1).padStart(7)} s`);
  }
  return code;
}

function runVitest(rest) {
  return tool('vitest', 'vitest', ['run', ...rest]);
}

/**
 * Gets the Temporal dev server, in a process group of its own: a build that nobody waits for any more is ended with
 * all its compilers.
 */
function prepareTemporal() {
  return run(process.execPath, ['--import', 'tsx', 'src/dev/temporal-server/prepare.ts'], { group: true });
}

/** Chromium for the pages and PostgreSQL for the second database: installed where we may, else said loudly. */
async function installSystemPackages() {
  const postgresFolders = ['/usr/lib/postgresql', '/opt/homebrew/opt/postgresql', '/usr/local/pgsql'];
  const wanted = [
    {
      name: 'chromium',
      here: ['chromium', 'chromium-browser', 'google-chrome'].some(onPath),
      lost: 'the page tests do not run',
    },
    {
      name: 'postgresql',
      here: onPath('initdb') || postgresFolders.some((folder) => existsSync(folder)),
      lost: 'the store is tested on PGlite only',
    },
  ];
  const missing = wanted.filter(({ here }) => !here);
  if (missing.length === 0) return 0;
  if (existsSync('/etc/debian_version') && process.getuid?.() === 0) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const names = missing.map(({ name }) => name);
    say(`installing ${names.join(' and ')} with apt-get`);
    const quiet = ['-qq', '-o', 'Dpkg::Use-Pty=0'];
    const code =
      (await run('apt-get', [...quiet, 'update'], { env })) ||
      (await run('apt-get', [...quiet, 'install', '-y', '--no-install-recommends', ...names], {
        env,
        stdout: 'ignore',
      }));
    if (code === 0) return 0;
  }
  for (const { name, lost } of missing)
    say(`!!! ${name.toUpperCase()} IS MISSING AND COULD NOT BE INSTALLED HERE: ${lost}`);
  return 0;
}

/** Installs the packages of the lock file when those in node_modules are others. Ends the process when it cannot. */
export async function installPackages() {
  if (packagesAreInstalled()) return;
  const started = performance.now();
  const seconds = () => `${((performance.now() - started) / 1000).toFixed(0)} s`;
  say('installing packages (about half a minute)');
  const ticker = setInterval(() => say(`still installing packages, ${seconds()}`), stillHereEveryMs);
  const flags = ['--include=dev', '--no-audit', '--no-fund'];
  let code = await npm(['ci', ...flags]);
  if (code !== 0) {
    // npm ci refuses a lock that misses other platforms' packages; npm install takes the same versions from it.
    say('npm ci did not take the lock file, trying npm install');
    code = await npm(['install', '--no-save', ...flags]);
  }
  clearInterval(ticker);
  if (code !== 0) fail('Cannot install packages: npm failed, see above');
  say(`packages installed in ${seconds()}`);
}

/**
 * Whether npm's own record of node_modules agrees with the lock file in every package that is not optional. The record
 * is written at the very end of an installation, so half of one does not count.
 */
function packagesAreInstalled() {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const { packages: installed } = JSON.parse(readFileSync(record, 'utf8'));
  const { packages: wanted } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(wanted).every(
    ([path, { version, optional, devOptional, peer }]) =>
      path === '' ||
      optional === true ||
      devOptional === true ||
      peer === true ||
      installed[path]?.version === version,
  );
}

function npm(args) {
  // Under `npm start` this is the npm that runs us, also where none is on PATH.
  const { npm_execpath: npmScript } = process.env;
  return npmScript?.endsWith('.js') ? run(process.execPath, [npmScript, ...args]) : run('npm', args);
}

/** Runs the command line of an installed package with this Node. */
function tool(packageName, binName, args) {
  const folder = join(root, 'node_modules', packageName);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = typeof bin === 'string' ? bin : bin[binName];
  return run(process.execPath, [join(folder, file), ...args]);
}

function run(command, args, { env = process.env, stdout = 'inherit', group = false } = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, {
      cwd: root,
      env,
      stdio: ['ignore', stdout, 'inherit'],
      detached: group,
    });
    const endGroup = () => process.kill(-child.pid, 'SIGTERM');
    // A child in our group gets the terminal's Ctrl-C itself; we only have to outlive it.
    const onInterrupt = () => (group ? endGroup() : undefined);
    const left = (code) => {
      process.off('SIGINT', onInterrupt);
      if (group) process.off('exit', endGroup);
      done(code);
    };
    child.once('error', (error) => {
      say(`cannot run ${command}: ${error.message}`);
      left(127);
    });
    child.once('spawn', () => {
      process.on('SIGINT', onInterrupt);
      if (group) process.on('exit', endGroup);
    });
    child.once('exit', (code, signal) => left(code ?? (signal === 'SIGINT' ? 130 : 1)));
  });
}

/** The first code that is not 0, once all have ended. */
async function settled(works) {
  const codes = await Promise.all(works);
  return codes.find((code) => code !== 0) ?? 0;
}

function onPath(name) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)));
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [wantedMajor, wantedMinor] = nodeWanted;
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  fail(`Cannot run on Node ${process.versions.node}: want ${nodeWanted.join('.')} or newer`);
}

function say(line) {
  console.error(`countersign: ${line}`);
}

function fail(line) {
  say(line);
  process.exit(2);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [what, ...rest] = process.argv.slice(2);
  if (what === '--test') process.exitCode = await test(rest);
  else if (what === '--lint') process.exitCode = await inSteps(lintSteps);
  else if (what === '--check') process.exitCode = await check();
  else if (what === undefined || what.startsWith('-'))
    fail('Cannot run: no script given, want a .ts file, --test, --lint or --check');
  else await runScript(what, rest);
}
