/** The search attributes of design §8, as the namespace must have them, and the upkeep of an existing namespace. */
import { msToTs } from '@temporalio/common/lib/time.js';
import proto from '@temporalio/proto';
import type { NativeConnection } from '@temporalio/worker';
import { SEARCH_ATTRIBUTES } from '../../../workflows/messages.ts';

const { IndexedValueType } = proto.temporal.api.enums.v1;
const cliTypes = { KEYWORD: 'Keyword', KEYWORD_LIST: 'KeywordList', BOOL: 'Bool' } as const;
type AttributeType = (typeof cliTypes)[keyof typeof cliTypes];
const indexedTypes: Record<AttributeType, number> = {
  Keyword: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  KeywordList: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST,
  Bool: IndexedValueType.INDEXED_VALUE_TYPE_BOOL,
};

/** Name to type in the CLI's spelling, of every attribute that workflows and starters use. */
export const SEARCH_ATTRIBUTE_TYPES: Readonly<Record<string, AttributeType>> = Object.freeze(
  Object.fromEntries(Object.values(SEARCH_ATTRIBUTES).map(({ name, type }) => [name, cliTypes[type]])),
);

/** How long closed requests stay readable in the embedded default; the CLI's own is one day. */
export const RETENTION_DAYS = 30;

/** Adds what the namespace lacks. A database file from an older version of ours gets no attributes by start flags. */
export async function ensureSearchAttributes(connection: NativeConnection, namespace: string): Promise<void> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = Object.entries(SEARCH_ATTRIBUTE_TYPES).filter(
    ([name]) => !(name in (customAttributes ?? {})),
  );
  if (missing.length === 0) return;
  const searchAttributes = Object.fromEntries(missing.map(([name, type]) => [name, indexedTypes[type]]));
  await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
}

/** Sets the namespace's retention where it differs. */
export async function ensureRetention(connection: NativeConnection, namespace: string): Promise<void> {
  const described = await connection.workflowService.describeNamespace({ namespace });
  const wanted = msToTs(RETENTION_DAYS * 86_400_000);
  if (String(described.config?.workflowExecutionRetentionTtl?.seconds) === String(wanted.seconds)) return;
  await connection.workflowService.updateNamespace({
    namespace,
    config: { workflowExecutionRetentionTtl: wanted },
  });
}
