// npm `@anthropic-ai/sdk`.
import Anthropic from '@anthropic-ai/sdk';
import { description, lookup, name, schema } from '../lookup.mjs';

export default function open({ url, key, headers, model }) {
  const client = new Anthropic({ baseURL: url, apiKey: key, defaultHeaders: headers });
  const ask = (prompt) => ({ model, max_tokens: 500, messages: [{ role: 'user', content: prompt }] });
  const text = (event) => (event.type === 'content_block_delta' ? (event.delta.text ?? '') : '');

  return {
    async answer({ prompt, say }) {
      const answer = await client.messages.create(ask(prompt));
      say(answer.content[0].text);
    },

    async stream({ prompt, say }) {
      const stream = client.messages.stream(ask(prompt)).on('text', say);
      return (await stream.finalMessage()).stop_reason;
    },

    async callTool({ prompt, say }) {
      const answer = await client.beta.messages.toolRunner({
        ...ask(prompt),
        tools: [{ name, description, input_schema: schema, run: lookup, parse: (input) => input }],
      });
      say(answer.content[0].text);
    },

    async goAway({ prompt, say }) {
      const stream = await client.messages.create({ ...ask(prompt), stream: true });
      for await (const event of stream) {
        say(text(event));
        if (text(event)) break;
      }
    },
  };
}
