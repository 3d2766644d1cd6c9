// npm `ai` with one of its providers.
import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogleGenerativeAI } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { embed, generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai';
import { description, lookup, schema } from '../lookup.mjs';

const MODELS = {
  chat: (url, rest, model) => createOpenAI({ baseURL: `${url}/v1`, ...rest }).chat(model),
  responses: (url, rest, model) => createOpenAI({ baseURL: `${url}/v1`, ...rest })(model),
  anthropic: (url, rest, model) => createAnthropic({ baseURL: `${url}/v1`, ...rest })(model),
  google: (url, rest, model) =>
    createGoogleGenerativeAI({ baseURL: `${url}/v1beta`, ...rest })(model),
};

const EMBEDDINGS = {
  chat: (url, rest, model) => createOpenAI({ baseURL: `${url}/v1`, ...rest }).embedding(model),
  google: (url, rest, model) =>
    createGoogleGenerativeAI({ baseURL: `${url}/v1beta`, ...rest }).embedding(model),
};

export default function open({ url, key, headers, model: id, variant }) {
  const rest = { apiKey: key, headers };
  const model = MODELS[variant](url, rest, id);
  // It prints errors of streams unless told otherwise.
  const quiet = { onError: () => {} };

  return {
    async answer({ prompt, say }) {
      say((await generateText({ model, prompt })).text);
    },

    async stream({ prompt, say }) {
      let finish;
      for await (const part of streamText({ model, prompt, ...quiet }).fullStream) {
        if (part.type === 'text-delta') say(part.text);
        if (part.type === 'error') throw part.error;
        if (part.type === 'finish') finish = part.finishReason;
      }
      return finish;
    },

    async callTool({ prompt, say }) {
      const tools = {
        lookup: tool({ description, inputSchema: jsonSchema(schema), execute: lookup }),
      };
      say((await generateText({ model, prompt, tools, stopWhen: stepCountIs(2) })).text);
    },

    async goAway({ prompt, say }) {
      const abort = new AbortController();
      const { textStream } = streamText({ model, prompt, abortSignal: abort.signal, ...quiet });
      for await (const text of textStream) {
        say(text);
        abort.abort();
      }
    },

    async embed({ prompt: value, say }) {
      const { embedding } = await embed({ model: EMBEDDINGS[variant](url, rest, id), value });
      say(embedding.join(' '));
    },
  };
}
