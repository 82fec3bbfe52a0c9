/** A running sandbox over the fakes, and the page of it in a browser. */
import type { Browser, Page } from 'playwright-core';
import type { AskAnswer } from '../../../src/dev/sandbox/api.ts';
import { startSandbox } from '../../../src/dev/sandbox/server.ts';
import type { SlackEmulator } from '../../../src/dev/slack-emulator/contract.ts';
import { WORLD } from './example-world.ts';
import { type FakeRequests, fakeRequests } from './fake-requests.ts';
import { type FakeSlack, fakeSlack } from './fake-slack.ts';

export interface OpenSandbox<Slack extends SlackEmulator = FakeSlack> {
  readonly url: string;
  readonly slack: Slack;
  readonly requests: FakeRequests;
  /** What reached the doors behind the page, in order. */
  readonly done: unknown[];
  /** The door's next answers. */
  answer(answer: AskAnswer): void;
  close(): Promise<void>;
}

/** A sandbox over a fake workspace. */
export function openSandbox(): Promise<OpenSandbox> {
  return openSandboxOver(fakeSlack());
}

/** A sandbox over any workspace, with everything else faked. */
export async function openSandboxOver<Slack extends SlackEmulator>(
  slack: Slack,
  world = WORLD,
): Promise<OpenSandbox<Slack>> {
  const requests = fakeRequests();
  const done: unknown[] = [];
  let answer: AskAnswer = { status: 200, body: {} };
  const note = async (what: unknown): Promise<void> => {
    done.push(what);
  };
  const server = await startSandbox({
    port: 0,
    host: '127.0.0.1',
    world,
    slack,
    requests,
    askAs: async (agent, body) => {
      done.push({ ask: agent, body });
      return answer;
    },
    dryRunAs: async (agent, body) => {
      done.push({ dryRun: agent, body });
      return answer;
    },
    cancelAs: async (id) => {
      done.push({ cancel: id });
      return answer;
    },
    answerAs: async (id, given) => {
      done.push({ answer: id, ...given });
      return answer;
    },
    drift: () => note('drift'),
    halts: { halt: () => note('halt'), resume: () => note('resume') },
    temporalUrlFor: (id) => `http://127.0.0.1:8233/namespaces/default/workflows/${id}`,
  });
  return {
    url: server.url,
    slack,
    requests,
    done,
    answer: (next) => {
      answer = next;
    },
    close: server.close,
  };
}

/** Opens the page, and fails the test on any error of a script or any refusal of the content security policy. */
export async function openPage(
  browser: Browser,
  url: string,
  address = '',
): Promise<Page & { problems: string[] }> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' });
  page.setDefaultTimeout(10_000);
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== url) problems.push(`outside request: ${request.url()}`);
  });
  await page.goto(`${url}/${address}`);
  await page.getByRole('heading', { name: 'Countersign' }).waitFor();
  return Object.assign(page, { problems });
}
