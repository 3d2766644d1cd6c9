// npm `openai`, Responses.
import OpenAI from 'openai';
import { description, lookup, name, schema } from '../lookup.mjs';

export default function open({ url, key, headers, model }) {
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, defaultHeaders: headers });

  return {
    async answer({ prompt, say }) {
      say((await client.responses.create({ model, input: prompt })).output_text);
    },

    async stream({ prompt, say }) {
      const stream = client.responses.stream({ model, input: prompt });
      stream.on('response.output_text.delta', ({ delta }) => say(delta));
      return (await stream.finalResponse()).incomplete_details?.reason;
    },

    async callTool({ prompt, say }) {
      const tools = [{ type: 'function', name, description, parameters: schema, strict: true }];
      const input = [{ role: 'user', content: prompt }];
      const asked = await client.responses.create({ model, input, tools });
      for (const item of asked.output) {
        input.push(item);
        if (item.type === 'function_call') {
          const output = lookup(JSON.parse(item.arguments));
          input.push({ type: 'function_call_output', call_id: item.call_id, output });
        }
      }
      say((await client.responses.create({ model, input, tools })).output_text);
    },

    async goAway({ prompt, say }) {
      const stream = await client.responses.create({ model, input: prompt, stream: true });
      for await (const event of stream) {
        if (event.type !== 'response.output_text.delta') continue;
        say(event.delta);
        break;
      }
    },
  };
}
