/** A browser without a screen: keeps cookies, follows what it is told to, says where its forms come from. */
import { setTimeout as pause } from 'node:timers/promises';

export interface Page {
  readonly status: number;
  readonly url: string;
  readonly html: string;
  readonly headers: Headers;
  /** Text as read: no tags, entities resolved, blanks folded. */
  readonly text: string;
}

export class Browser {
  readonly cookies = new Map<string, string>();
  readonly base: string;

  constructor(base: string) {
    this.base = base;
  }

  /** Opens a page, following every redirect. */
  open(path: string): Promise<Page> {
    return this.#follow(path, { method: 'GET' });
  }

  /** Sends a form as a page of ours would, with the fields given; `headers` may lie. */
  send(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = { origin: this.base, 'sec-fetch-site': 'same-origin' },
  ): Promise<Page> {
    return this.#follow(path, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields).toString(),
    });
  }

  /** Asks as our script does. */
  async call(
    path: string,
    token: string,
    body: object = {},
  ): Promise<{ status: number; body: Record<string, never> }> {
    const answer = await fetch(`${this.base}${path}`, {
      method: 'POST',
      headers: {
        ...this.#cookieHeader(),
        'content-type': 'application/json',
        'x-form-token': token,
        origin: this.base,
      },
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, never> };
  }

  /** As if the identity provider had signed this browser out: it will ask again. */
  forgetProvider(): void {
    for (const name of [...this.cookies.keys()]) if (name.startsWith('_session')) this.cookies.delete(name);
  }

  /** Signs in through the identity provider's own page. */
  async signIn(person: string, back = '/', fresh = false): Promise<Page> {
    const asked = await this.open(`/sign-in?back=${encodeURIComponent(back)}${fresh ? '&fresh=1' : ''}`);
    return this.#follow(new URL(asked.url).pathname, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ person }).toString(),
    });
  }

  async #follow(path: string, init: RequestInit): Promise<Page> {
    let url = new URL(path, this.base);
    let request = init;
    for (let hops = 0; hops < 12; hops += 1) {
      const answer = await fetch(url, {
        ...request,
        redirect: 'manual',
        headers: { ...request.headers, ...this.#cookieHeader() },
      });
      this.#keep(answer.headers.getSetCookie());
      const to = answer.headers.get('location');
      if (to === null) return page(url, answer);
      await answer.body?.cancel();
      url = new URL(to, url);
      request = { method: 'GET' };
      await pause(0);
    }
    throw new Error(`too many redirects at ${url.href}`);
  }

  #cookieHeader(): Readonly<Record<string, string>> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    return cookie === '' ? {} : { cookie };
  }

  #keep(set: readonly string[]): void {
    for (const line of set) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }
}

/** The value of a hidden field on a page; empty when there is none. */
export function hidden({ html }: Page, name: string): string {
  return new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? '';
}

async function page(url: URL, answer: Response): Promise<Page> {
  const html = await answer.text();
  const text = html
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ');
  return { status: answer.status, url: url.href, html, headers: answer.headers, text };
}
