/**
 * Tries `npm start` as a newcomer would: waits until it is ready, asks a read with the command line, presses Ctrl-C,
 * sees that it ends in time and leaves nothing behind; starts it again and finds the request still there.
 */
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const readyMsMax = 10 * 60_000;
const stopMsMax = 10_000;

const data = mkdtempSync(join(tmpdir(), 'countersign-smoke-'));
const names = ['GATEWAY', 'APPROVALS', 'SANDBOX', 'TEMPORAL', 'TEMPORAL_UI'];
const ports = await freePorts(names.length);
const settings = Object.fromEntries(
  names.map((name, index) => [`COUNTERSIGN_${name}_PORT`, String(ports[index])]),
);
const env = { ...process.env, ...settings, COUNTERSIGN_DATA: data };
const gateway = `http://127.0.0.1:${settings.COUNTERSIGN_GATEWAY_PORT}`;

let current;
try {
  const id = await whileStarted('first start', async () => {
    const args = JSON.stringify({ repository: 'acme/webshop' });
    const asked = await countersign(
      'ask',
      '--agent',
      'release-agent',
      '--tool',
      'github.list_branches',
      '--args',
      args,
      '--reason',
      'Smoke test',
    );
    expect(asked.outcome === 'executed', `the read is executed, not ${JSON.stringify(asked)}`);
    await expectPage(`http://127.0.0.1:${settings.COUNTERSIGN_SANDBOX_PORT}/`, 'the sandbox page');
    await expectPage(`http://127.0.0.1:${settings.COUNTERSIGN_TEMPORAL_UI_PORT}/`, "Temporal's UI");
    return asked.id;
  });
  await whileStarted('second start', async () => {
    const shown = await countersign('show', id);
    expect(shown.outcome === 'executed', `the request is remembered, not ${JSON.stringify(shown)}`);
  });
  console.log('smoke: all is well');
} catch (error) {
  console.log(`smoke: FAILED: ${error.message}`);
  process.exitCode = 1;
} finally {
  if (current?.exitCode === null && current.signalCode === null) process.kill(-current.pid, 'SIGKILL');
  rmSync(data, { recursive: true, force: true });
}

async function whileStarted(name, work) {
  const started = Date.now();
  // Its own process group stands for the terminal's: the Ctrl-C below reaches npm and everything under it.
  current = spawn('npm', ['start'], { env, detached: true, stdio: ['ignore', 'inherit', 'inherit'] });
  const ended = new Promise((resolve) => {
    current.once('exit', (code, signal) => resolve(code ?? signal));
  });
  await until(`${name} is ready`, readyMsMax, async () => {
    expect(current.exitCode === null, `${name} runs, not ended with ${current.exitCode}`);
    return (await fetch(`${gateway}/readyz`).catch(() => undefined))?.ok === true;
  });
  console.log(`smoke: ${name} ready after ${seconds(started)}`);
  const result = await work();
  await pressCtrlC(name, ended);
  return result;
}

async function pressCtrlC(name, ended) {
  const pressed = Date.now();
  process.kill(-current.pid, 'SIGINT');
  const how = await Promise.race([ended, sleep(stopMsMax, 'late', { ref: false })]);
  expect(how !== 'late', `${name} ends within ${stopMsMax / 1000} s of Ctrl-C`);
  // npm ends by the signal itself once everything under it has ended well.
  expect(how === 0 || how === 'SIGINT', `${name} ends cleanly, not with ${how}`);
  console.log(`smoke: ${name} ended ${seconds(pressed)} after Ctrl-C`);
  await until('no process is left', 3_000, async () => leftBehind(current.pid).length === 0);
  for (const port of ports) expect(await isFree(port), `port ${port} is free again`);
}

/** Processes of the group, and any that was given our data folder. Linux only; elsewhere the ports must do. */
function leftBehind(group) {
  return pids().filter((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const [state, , ofGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (state === 'Z') return false;
      return Number(ofGroup) === group || readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(data);
    } catch {
      return false;
    }
  });
}

function pids() {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

async function countersign(...args) {
  const { stdout } = await run('npx', ['countersign', ...args, '--json'], { env, timeout: 60_000 });
  return JSON.parse(stdout);
}

async function expectPage(url, what) {
  const answer = await fetch(url).catch((error) => ({ ok: false, status: error.message }));
  expect(answer.ok, `${what} answers, not ${answer.status}`);
}

async function until(what, msMax, holds) {
  const end = Date.now() + msMax;
  while (!(await holds())) {
    expect(Date.now() < end, `${what} within ${msMax / 1000} s`);
    await sleep(100);
  }
}

function expect(holds, what) {
  if (!holds) throw new Error(`expected that ${what}`);
}

function seconds(since) {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}

function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** All held at once, so that they differ. */
async function freePorts(count) {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer();
      return new Promise((resolve) => {
        server.listen(0, '127.0.0.1', () => resolve(server));
      });
    }),
  );
  const found = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return found;
}
