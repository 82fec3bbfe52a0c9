/** Stripe takes `a=1&metadata[key]=x&expand[]=y`: flat pairs out, groups of `name[key]` gathered. */

export type Form = Readonly<Record<string, string | Readonly<Record<string, string>>>>;

export function parseForm(text: string): Form {
  const form: Record<string, string | Record<string, string>> = Object.create(null);
  for (const [key, value] of new URLSearchParams(text)) {
    const [, group, part] = /^([a-z_]+)\[([^\]]*)\]$/.exec(key) ?? [];
    if (group === undefined || part === undefined) {
      form[key] = value;
      continue;
    }
    const present = form[group];
    form[group] = { ...(typeof present === 'object' ? present : {}), [part]: value };
  }
  return form;
}
