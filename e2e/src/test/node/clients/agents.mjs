// npm `@openai/agents`.
import { Agent, OpenAIProvider, Runner, setTracingDisabled, tool } from '@openai/agents';
import OpenAI from 'openai';
import { description, lookup, name, schema } from '../lookup.mjs';

setTracingDisabled(true);

export default function open({ url, key, headers, model, variant }) {
  const openAIClient = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, defaultHeaders: headers });
  const useResponses = variant === 'responses';
  const runner = new Runner({ modelProvider: new OpenAIProvider({ openAIClient, useResponses }) });
  const agent = (tools) => new Agent({ name: 'e2e', instructions: 'Be brief.', model, tools });

  return {
    async answer({ prompt, say }) {
      say((await runner.run(agent([]), prompt)).finalOutput);
    },

    async stream({ prompt, say }) {
      const result = await runner.run(agent([]), prompt, { stream: true });
      for await (const text of result.toTextStream()) say(text);
      await result.completed;
    },

    async callTool({ prompt, say }) {
      const tools = [tool({ name, description, parameters: schema, strict: true, execute: lookup })];
      say((await runner.run(agent(tools), prompt)).finalOutput);
    },

    async goAway({ prompt, say }) {
      const abort = new AbortController();
      const options = { stream: true, signal: abort.signal };
      const result = await runner.run(agent([]), prompt, options);
      for await (const text of result.toTextStream()) {
        say(text);
        abort.abort();
      }
    },
  };
}
