// npm `@google/genai`.
import { GoogleGenAI } from '@google/genai';
import { description, lookup, name, schema } from '../lookup.mjs';

export default function open({ url, key, headers, model }) {
  const ai = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: url, headers } });

  return {
    async answer({ prompt, say }) {
      say((await ai.models.generateContent({ model, contents: prompt })).text);
    },

    async stream({ prompt, say }) {
      const stream = await ai.models.generateContentStream({ model, contents: prompt });
      let finish;
      for await (const chunk of stream) {
        say(chunk.text ?? '');
        finish = chunk.candidates?.[0]?.finishReason ?? finish;
      }
      return finish;
    },

    async callTool({ prompt, say }) {
      const declaration = { name, description, parametersJsonSchema: schema };
      const config = { tools: [{ functionDeclarations: [declaration] }] };
      const contents = [{ role: 'user', parts: [{ text: prompt }] }];
      const asked = await ai.models.generateContent({ model, contents, config });
      contents.push(asked.candidates[0].content);
      const parts = asked.functionCalls.map(({ name, args }) => ({
        functionResponse: { name, response: { output: lookup(args) } },
      }));
      contents.push({ role: 'user', parts });
      say((await ai.models.generateContent({ model, contents, config })).text);
    },

    async goAway({ prompt, say }) {
      const abortSignal = new AbortController();
      const config = { abortSignal: abortSignal.signal };
      const stream = await ai.models.generateContentStream({ model, contents: prompt, config });
      for await (const chunk of stream) {
        say(chunk.text ?? '');
        if (!chunk.text) continue;
        abortSignal.abort();
        break;
      }
    },

    async embed({ prompt, say }) {
      const { embeddings } = await ai.models.embedContent({ model, contents: prompt });
      say(embeddings[0].values.join(' '));
    },
  };
}
