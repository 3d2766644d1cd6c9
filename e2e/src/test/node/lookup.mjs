// The one tool that the clients offer, in the words that most of them share.
export const name = 'lookup';
export const description = 'Looks something up';
export const schema = {
  type: 'object',
  properties: { query: { type: 'string' } },
  required: ['query'],
  additionalProperties: false,
};

/** @throws when the model did not say what to look up */
export function lookup({ query }) {
  if (typeof query !== 'string' || query === '') {
    throw new Error('a tool call without a query');
  }
  return `found: ${query}`;
}
