// Runs one client: reads a task as a line of JSON, does it, writes what the application saw as a line.
//   node serve.mjs CLIENT GATEWAY_URL KEY
import { createInterface } from 'node:readline';

const [name, url, key] = process.argv.slice(2);
const [module, variant] = name.split('#');
const { default: open } = await import(`./clients/${module}.mjs`);

/** What an application can tell of an error without parsing messages. */
function surface(error) {
  // An error that repeats others has the last in `lastError`; one that wraps another, in `cause`.
  const known = (one) => one?.status ?? one?.statusCode ?? one?.code ?? null;
  const told = (known(error) === null && (error?.lastError ?? error?.cause)) || error;
  const body = bodyOf(told);
  return {
    class: error?.constructor?.name ?? typeof error,
    status: told?.status ?? told?.statusCode ?? null,
    code: told?.code ?? body?.code ?? null,
    type: told?.type ?? body?.type ?? null,
    budget: body?.budget?.name ?? null,
    message: String(error?.message).slice(0, 300),
  };
}

/** The `error` object of the answer, which clients keep whole, unwrapped or as text. */
function bodyOf(error) {
  let body = error?.error ?? error?.responseBody ?? error?.message;
  if (typeof body === 'string') {
    const start = body.indexOf('{');
    try {
      body = JSON.parse(body.slice(Math.max(0, start)));
    } catch {
      return null;
    }
  }
  return body?.error ?? body;
}

async function work(task) {
  const headers = { 'X-Bursar-Run': task.run, ...task.headers };
  const seen = { text: '', finish: null, error: null };
  try {
    const client = open({ url, key, headers, model: task.model, variant });
    const say = (text) => (seen.text += text);
    seen.finish = (await client[task.does]({ prompt: task.prompt, say })) ?? null;
  } catch (error) {
    seen.error = surface(error);
    if (process.env.BURSAR_E2E_TRACE) console.error(error);
  }
  return seen;
}

console.log(JSON.stringify({ ready: true }));
for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await work(JSON.parse(line))));
}
