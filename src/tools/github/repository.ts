/**
 * GitHub: argument fields, targets and the one way to call. Owner, repository and user names are case-insensitive on
 * GitHub, so they are lower-cased: a rule about `acme/webshop` must not be stepped around by `Acme/Webshop`.
 */
import type { Octokit } from '@octokit/rest';
import { z } from 'zod';
import type { Target, TargetTrait } from '../../domain/ask.ts';
import { askVendor } from '../ask-vendor.ts';
import type { ToolContext } from '../define-tool.ts';
import type { VendorCall } from '../vendor-errors.ts';

/** A name ending in `.git` is another spelling of the one without it, and `.wiki` is the wiki of that one. */
export const repositoryField = z
  .string()
  .max(140)
  .regex(
    /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})\/(?![^/]*\.(?:[Gg][Ii][Tt]|[Ww][Ii][Kk][Ii])$)[A-Za-z0-9._-]{0,99}[A-Za-z0-9_-]$/,
    'Want "owner/name" without ".git"',
  )
  .toLowerCase()
  .describe('Repository as owner/name, e.g. acme/webshop');

export const branchField = z
  .string()
  .max(200)
  .regex(
    /^(?!.*(?:\.\.|\/\/|\/\.|\.lock(?:\/|$)))[A-Za-z0-9_][A-Za-z0-9._/+=-]*(?<![./])$/,
    'Want a branch name without "refs/heads/"',
  )
  .describe('Branch name, e.g. old-checkout');

export const numberField = z.int().min(1).max(2_147_483_647).describe('Number of the issue or pull request');

export const shaField = z
  .string()
  .max(40)
  .regex(/^[0-9a-f]{40}$/, 'Want 40 hex digits')
  .describe('Full commit id');

export const loginField = z
  .string()
  .max(39)
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/, 'Want a GitHub user name')
  .toLowerCase()
  .describe('GitHub user name');

/** Names of branches and users as GitHub answers them: longer ones than it allows are no names. */
export const answeredName = z.string().max(255);

/** A number as GitHub gives ids. */
export const answeredId = z.int().min(1).max(Number.MAX_SAFE_INTEGER);

/** Every repository of an organisation is treated as internal. */
const TIER = 2;

/** Something in a repository; `part` follows the repository in the id, e.g. `heads/old-checkout`. */
export function inRepository(
  repository: string,
  {
    kind,
    part,
    label,
    traits = [],
  }: {
    readonly kind: string;
    readonly part?: string;
    readonly label: string;
    readonly traits?: readonly TargetTrait[];
  },
): Target {
  const id = part === undefined ? `github:${repository}` : `github:${repository}#${part}`;
  return { kind, id, label: `${repository} ${label}`, scope: `github/${repository}`, tier: TIER, traits };
}

/** Whether a branch is one that releases are made from, whatever GitHub's own protection says. */
export function isProtectedName(branch: string): boolean {
  return (
    /^(?:main|master|production|release(?:[-/._].*)?)$/i.test(branch) || /^releases?[-/._\d]/i.test(branch)
  );
}

export type OctokitRest = Octokit['rest'];

/** What each call is given: where to, and the signal that stops it. */
export interface RepositoryCall {
  readonly owner: string;
  readonly repo: string;
  readonly request: { readonly signal: AbortSignal };
}

/** Calls GitHub about one repository and parses the answer's `data`. Rejects with an OutsideError only. */
export function askGitHub<Answer>(
  { vendors, signal }: ToolContext,
  {
    repository,
    schema,
    ...call
  }: Omit<VendorCall, 'provider'> & { readonly repository: string; readonly schema: z.ZodType<Answer> },
  run: (rest: OctokitRest, at: RepositoryCall) => Promise<{ readonly data: unknown }>,
): Promise<Answer> {
  const [owner = '', repo = ''] = repository.split('/');
  return askVendor({ provider: 'GitHub', ...call }, { signal, schema }, async () => {
    const { data } = await run(vendors.github.rest, { owner, repo, request: { signal } });
    return data;
  });
}

/** For calls whose success is a 204 with an empty body. */
export const emptyAnswer = z.union([z.literal(''), z.undefined(), z.null()]);
