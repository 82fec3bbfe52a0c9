/** Signing a command line in as people do: it shows a code, its owner allows it in their browser. */
import { type Browser, hidden } from '../web/browser.ts';
import { type CliEnv, cli, type Said } from './cli-run.ts';

export const CODE = /Code {3}([A-Z]{4}-[A-Z]{4})/;

/** Runs `login`; before it asks for its token the first time, its owner answers on the page. */
export async function loginAs(
  owner: () => Promise<Browser>,
  env: CliEnv,
  { answer = 'allow', line = [] }: { readonly answer?: string; readonly line?: readonly string[] } = {},
): Promise<Said> {
  let said = '';
  let answered: Promise<void> | undefined;
  return await cli(['login', ...line], env, {
    err: (text) => {
      said += text;
    },
    fetch: async (url, init) => {
      if (String(url).endsWith('/token')) {
        answered ??= allow(await owner(), said, answer);
        await answered;
      }
      return fetch(url, init);
    },
  });
}

async function allow(browser: Browser, said: string, answer: string): Promise<void> {
  const [, address = ''] = /Open {3}(\S+)/.exec(said) ?? [];
  const [, code = ''] = CODE.exec(said) ?? [];
  const { pathname, search } = new URL(address);
  const page = await browser.open(`${pathname}${search}`);
  await browser.send('/device', { token: hidden(page, 'token'), code, answer });
}
