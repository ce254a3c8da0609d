// An ActivityPub server that is no Curbside: one person, ada, on Fedify, all of it in memory.
//
//   node peer.mjs PORT CONTROL_PORT FORM KEYS
//
// PORT is what others see; FORM the signatures it sends first, "rfc9421" or
// "draft-cavage-http-signatures-12"; KEYS a file where her keys stay, because they take seconds to
// make. control.mjs says what the test may ask of her.

import "./node20.mjs";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { Writable } from "node:stream";
import {
  Accept,
  Activity,
  Announce,
  Create,
  createFederation,
  Delete,
  Endpoints,
  exportJwk,
  generateCryptoKeyPair,
  importJwk,
  InProcessMessageQueue,
  Like,
  MemoryKvStore,
  Note,
  Person,
  Reject,
  Undo,
  Update,
} from "@fedify/fedify";
import { configure, getStreamSink } from "@logtape/logtape";
import { controls } from "./control.mjs";

const [port, controlPort, firstKnock, keysFile] = process.argv.slice(2);
const origin = `http://localhost:${port}`;
const NAME = "ada";
const RECORDED = [Accept, Reject, Announce, Create, Update, Delete, Like, Undo];

// WebFinger of an acct: is asked over https always; here, on loopback, that is http (a test alone).
const overTls = globalThis.fetch;
globalThis.fetch = (input, options) => {
  const url = input instanceof Request ? input.url : String(input);
  const isLoopback = url.startsWith("https://localhost:");
  return overTls(isLoopback ? url.replace("https:", "http:") : input, options);
};

await configure({
  sinks: { stderr: getStreamSink(Writable.toWeb(process.stderr)) },
  loggers: [
    { category: "fedify", lowestLevel: "warning", sinks: ["stderr"] },
    { category: ["logtape", "meta"], lowestLevel: "error", sinks: ["stderr"] },
  ],
});

// What came and was verified, what was refused elsewhere, who asked what, what ada wrote and sent.
const memory = { received: [], refused: [], asked: [], notes: new Map(), sent: new Map() };
const keys = await keptKeys();

const federation = createFederation({
  kv: new MemoryKvStore(),
  queue: new InProcessMessageQueue({ pollInterval: { milliseconds: 50 } }),
  origin,
  allowPrivateAddress: true,
  firstKnock,
  onOutboxError: (error) => memory.refused.push(String(error)),
});

federation
  .setActorDispatcher("/users/{identifier}", async (ctx, identifier) => {
    if (identifier !== NAME) return null;
    const pairs = await ctx.getActorKeyPairs(identifier);
    return new Person({
      id: ctx.getActorUri(identifier),
      preferredUsername: identifier,
      name: "Ada",
      inbox: ctx.getInboxUri(identifier),
      outbox: ctx.getOutboxUri(identifier),
      followers: ctx.getFollowersUri(identifier),
      endpoints: new Endpoints({ sharedInbox: ctx.getInboxUri() }),
      publicKey: pairs[0].cryptographicKey,
      assertionMethods: pairs.map((pair) => pair.multikey),
    });
  })
  .setKeyPairsDispatcher(() => keys);

const none = () => ({ items: [] });
federation.setOutboxDispatcher("/users/{identifier}/outbox", none);
federation.setFollowersDispatcher("/users/{identifier}/followers", none);
federation.setObjectDispatcher(Note, "/notes/{id}", (ctx, values) => {
  const { pathname } = ctx.getObjectUri(Note, values);
  return memory.notes.get(pathname)?.note ?? null;
});

const inbox = federation.setInboxListeners("/users/{identifier}/inbox", "/inbox");
for (const kind of RECORDED) inbox.on(kind, record);
inbox.setSharedKeyDispatcher(() => ({ identifier: NAME })); // it signs what it fetches

async function record(ctx, activity) {
  const { documentLoader, contextLoader } = ctx;
  const object = await activity.getObject({ documentLoader, contextLoader, suppressError: true });
  memory.received.push({
    id: activity.id?.href,
    type: activity.constructor.name,
    actor: activity.actorId?.href,
    objectId: activity.objectId?.href,
    objectType: object?.constructor.name,
    innerId: object instanceof Activity ? object.objectId?.href : undefined,
    innerActor: object instanceof Activity ? object.actorId?.href : undefined,
  });
}

serve(port, async (request) => {
  const form = request.headers.has("signature-input") ? "rfc9421" : "cavage";
  const isSigned = request.headers.has("signature");
  const answer = await federation.fetch(request, { contextData: undefined });
  const { pathname } = new URL(request.url);
  memory.asked.push({ method: request.method, pathname, form, isSigned, status: answer.status });
  return answer;
});

const context = federation.createContext(new URL(origin), undefined);
const control = controls({ context, memory, name: NAME });
serve(controlPort, async (request) => {
  const { pathname } = new URL(request.url);
  const act = control[`${request.method} ${pathname}`];
  if (!act) return new Response("no such control", { status: 404 });
  const body = request.method === "POST" ? await request.json() : {};
  return Response.json((await act(body)) ?? {});
});

async function keptKeys() {
  if (!existsSync(keysFile)) {
    const pairs = [
      await generateCryptoKeyPair("RSASSA-PKCS1-v1_5"),
      await generateCryptoKeyPair("Ed25519"),
    ];
    const each = pairs.map(async ({ privateKey, publicKey }) => ({
      privateKey: await exportJwk(privateKey),
      publicKey: await exportJwk(publicKey),
    }));
    writeFileSync(keysFile, JSON.stringify(await Promise.all(each)));
  }
  const kept = JSON.parse(readFileSync(keysFile));
  const each = kept.map(async ({ privateKey, publicKey }) => ({
    privateKey: await importJwk(privateKey, "private"),
    publicKey: await importJwk(publicKey, "public"),
  }));
  return await Promise.all(each);
}

function serve(onPort, answer) {
  const server = createServer(async (incoming, outgoing) => {
    try {
      const response = await answer(await requestOf(incoming));
      outgoing.writeHead(response.status, Object.fromEntries(response.headers));
      outgoing.end(Buffer.from(await response.arrayBuffer()));
    } catch (error) {
      console.error(error);
      outgoing.writeHead(500).end(String(error));
    }
  });
  server.listen(Number(onPort), "127.0.0.1");
}

async function requestOf(incoming) {
  const chunks = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const body = chunks.length ? Buffer.concat(chunks) : undefined;
  const headers = Object.entries(incoming.headersDistinct).flatMap(([name, values]) =>
    values.map((value) => [name, value]),
  );
  const url = new URL(incoming.url, `http://${incoming.headers.host}`);
  return new Request(url, { method: incoming.method, headers, body });
}
