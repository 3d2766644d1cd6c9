// npm `openai`, Chat Completions and embeddings.
import OpenAI from 'openai';
import { description, lookup, name, schema } from '../lookup.mjs';

export default function open({ url, key, headers, model }) {
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, defaultHeaders: headers });
  const user = (prompt) => [{ role: 'user', content: prompt }];

  return {
    async answer({ prompt, say }) {
      const answer = await client.chat.completions.create({ model, messages: user(prompt) });
      say(answer.choices[0].message.content);
    },

    async stream({ prompt, say }) {
      const stream = await client.chat.completions.create({
        model,
        messages: user(prompt),
        stream: true,
      });
      let finish;
      for await (const { choices } of stream) {
        say(choices[0]?.delta.content ?? '');
        finish = choices[0]?.finish_reason ?? finish;
      }
      return finish;
    },

    async callTool({ prompt, say }) {
      const runner = client.chat.completions.runTools({
        model,
        messages: user(prompt),
        tools: [
          {
            type: 'function',
            function: { name, description, parameters: schema, parse: JSON.parse, function: lookup },
          },
        ],
      });
      say(await runner.finalContent());
    },

    async goAway({ prompt, say }) {
      const stream = await client.chat.completions.create({
        model,
        messages: user(prompt),
        stream: true,
      });
      for await (const chunk of stream) {
        say(chunk.choices[0]?.delta.content ?? '');
        if (chunk.choices[0]?.delta.content) break;
      }
    },

    async embed({ prompt, say }) {
      const { data } = await client.embeddings.create({ model, input: prompt });
      say(data[0].embedding.join(' '));
    },
  };
}
