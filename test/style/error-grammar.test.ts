import { describe, expect, it } from 'vitest';
import {
  isNode,
  lineOf,
  nodesOf,
  productFolders,
  type SourceFile,
  type SyntaxNode,
  sources,
  typescript,
} from './sources.ts';

/** A message as written: `…` stands for what is filled in. */
interface Message {
  readonly where: string;
  readonly text: string;
  /** Why not stands in the error it was made from, so the message need not say it. */
  readonly hasCause: boolean;
}

const ours = new Set(['CountersignError', 'OutsideError']);
const hole = '…';

function messagesOf(file: SourceFile): Message[] {
  return nodesOf(file).flatMap((node) => {
    if (node.type !== 'NewExpression' || !isNode(node.callee) || !ours.has(String(node.callee.name)))
      return [];
    const [, message, options] = Array.isArray(node.arguments) ? node.arguments.map(asNode) : [];
    const where = `${file.path}:${lineOf(file.text, node.start)}`;
    const hasCause = options !== undefined && /\bcause\b/.test(file.text.slice(options.start, options.end));
    return message === undefined ? [] : textsOf(message).map((text) => ({ where, text, hasCause }));
  });
}

function asNode(value: unknown): SyntaxNode | undefined {
  return isNode(value) ? value : undefined;
}

/** The texts an expression may become; none for one that is not written in place. */
function textsOf(node: SyntaxNode): string[] {
  if (node.type === 'Literal' && typeof node.value === 'string') return [node.value];
  if (node.type === 'TemplateLiteral') return [templateText(node)];
  if (node.type === 'ConditionalExpression')
    return [node.consequent, node.alternate].filter(isNode).flatMap(textsOf);
  return [];
}

function templateText({ quasis }: SyntaxNode): string {
  const parts = Array.isArray(quasis) ? quasis.filter(isNode) : [];
  return parts.map(({ value }) => (value as { readonly cooked: string }).cooked).join(hole);
}

/** What is wrong with a message by craft habit 21. */
function grammarProblems({ text, hasCause }: Pick<Message, 'text' | 'hasCause'>): string[] {
  return [
    /^[A-Z…]/.test(text) ? '' : 'does not start with a capital',
    hasCause || /\S: \S/.test(text) ? '' : 'has no colon between what was tried and why not',
    /\.$/.test(text) ? 'ends with a full stop' : '',
    /!$/.test(text) ? 'shouts' : '',
    /'…'|`…`/.test(text) ? 'quotes a value otherwise than with "' : '',
    /\b(please|sorry|oops)\b/i.test(text) ? 'chats' : '',
  ].filter((problem) => problem !== '');
}

describe('error messages', () => {
  const messages = sources(productFolders, typescript).flatMap(messagesOf);

  it('error messages say what was tried, then why not, with a capital and no final stop', () => {
    expect(messages.length).toBeGreaterThan(20);
    const wrong = messages.flatMap((message) =>
      grammarProblems(message).map((why) => `${message.where}: "${message.text}" ${why}`),
    );
    expect(wrong).toEqual([]);
  });

  it.each([
    ['Cannot read policy: rule "…" has no @reason', []],
    ['…: Slack answered "…"', []],
    ['cannot read policy: no file', ['does not start with a capital']],
    ['Cannot read policy', ['has no colon between what was tried and why not']],
    ['Cannot read policy: no file.', ['ends with a full stop']],
    ["Cannot read policy: no file '…'", ['quotes a value otherwise than with "']],
  ])('error grammar of %j finds %j', (text, problems) => {
    expect(grammarProblems({ text, hasCause: false })).toEqual(problems);
  });
});
