/** GET /v1/tools: what this agent may ask for, with the JSON Schema of each tool's arguments. */
import type { z } from 'zod';
import type { Agent } from '../domain/people.ts';
import type { Tool } from '../tools/define-tool.ts';
import { answers, type Door } from './openapi.ts';
import type { ToolCatalogue } from './parse-ask.ts';
import type { CallerOf } from './require-caller.ts';
import { toolListSchema } from './view.schema.ts';

/** Whether an agent may ask for a tool at all. Policy's to say; a later request is judged on its own all the same. */
export type MayAsk = (agent: Agent, tool: Tool) => boolean | Promise<boolean>;

/** Adds the route. Schemas are made once: the registry is frozen. */
export function addToolRoutes(
  door: Door,
  parts: {
    readonly registry: ToolCatalogue;
    readonly mayAsk: MayAsk;
    readonly callerOf: CallerOf;
  },
): void {
  const listed = parts.registry.all().map((tool) => ({ tool, entry: describeTool(tool, parts.registry) }));
  const schema = {
    summary: 'List the tools you may ask for',
    response: answers({ 200: [toolListSchema, 'Tools'] }),
  };
  door.get('/v1/tools', { schema }, async (request) => {
    const { agent } = parts.callerOf(request);
    const allowed = await Promise.all(listed.map(({ tool }) => parts.mayAsk(agent, tool)));
    return { tools: listed.filter((_, index) => allowed[index] === true).map(({ entry }) => entry) };
  });
}

function describeTool(tool: Tool, registry: ToolCatalogue): z.input<typeof toolListSchema>['tools'][number] {
  const { name, title, summary, effect, reversibility } = tool;
  return { name, title, summary, effect, reversibility, input: registry.jsonSchema(name) };
}
