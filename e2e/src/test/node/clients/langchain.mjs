// npm `@langchain/openai`.
import { HumanMessage, ToolMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';
import { description, lookup, name, schema } from '../lookup.mjs';

export default function open({ url, key, headers, model: id, variant }) {
  const configuration = { baseURL: `${url}/v1`, defaultHeaders: headers };
  const useResponsesApi = variant === 'responses';
  const model = new ChatOpenAI({ model: id, apiKey: key, useResponsesApi, configuration });

  return {
    async answer({ prompt, say }) {
      say((await model.invoke(prompt)).text);
    },

    async stream({ prompt, say }) {
      let finish;
      for await (const { text, response_metadata: told } of await model.stream(prompt)) {
        say(text);
        finish = told.finish_reason ?? told.incomplete_details?.reason ?? finish;
      }
      return finish;
    },

    async callTool({ prompt, say }) {
      const tools = model.bindTools([tool(lookup, { name, description, schema })]);
      const messages = [new HumanMessage(prompt)];
      const asked = await tools.invoke(messages);
      messages.push(asked);
      for (const call of asked.tool_calls) {
        messages.push(new ToolMessage({ tool_call_id: call.id, content: lookup(call.args) }));
      }
      say((await tools.invoke(messages)).text);
    },

    async goAway({ prompt, say }) {
      for await (const chunk of await model.stream(prompt)) {
        say(chunk.text);
        if (chunk.text) break;
      }
    },

    async embed({ prompt, say }) {
      const embeddings = new OpenAIEmbeddings({ model: id, apiKey: key, configuration });
      say((await embeddings.embedQuery(prompt)).join(' '));
    },
  };
}
