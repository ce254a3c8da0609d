// What the test asks ada to do. Each answers as soon as Fedify has what is to be sent.

import { randomUUID } from "node:crypto";
import {
  Create,
  Delete,
  Follow,
  Like,
  Mention,
  Note,
  PUBLIC_COLLECTION,
  Tombstone,
  Undo,
  Update,
} from "@fedify/fedify";
import { Temporal } from "@js-temporal/polyfill";

export function controls({ context, memory, name }) {
  const ada = context.getActorUri(name);
  const followers = context.getFollowersUri(name);

  async function find(what) {
    const documentLoader = await context.getDocumentLoader({ identifier: name });
    const found = await context.lookupObject(what, { documentLoader });
    if (!found) throw new Error(`nothing found at ${what}`);
    return found;
  }

  async function send(kind, recipients, values) {
    const id = new URL(`/activities/${randomUUID()}`, ada);
    const activity = new kind({ id, actor: ada, ...values });
    memory.sent.set(id.href, { activity, recipients });
    await context.sendActivity({ identifier: name }, recipients, activity);
    return id.href;
  }

  const publicly = (people) => ({
    tos: [PUBLIC_COLLECTION],
    ccs: [followers, ...people.map((one) => one.id)],
  });

  /** A note that names people, as microblogs answer: everyone it names gets it. */
  async function reply({ to, text, mentions }) {
    const people = await Promise.all(mentions.map(find));
    const id = context.getObjectUri(Note, { id: randomUUID() });
    const tags = people.map(
      (one) => new Mention({ href: one.id, name: `@${one.preferredUsername}@${one.id.host}` }),
    );
    const named = tags.map((tag) => `<a href="${tag.href}" class="u-url mention">${tag.name}</a>`);
    const note = new Note({
      id,
      attribution: ada,
      replyTarget: new URL(to),
      content: `<p>${named.join(" ")} ${text}</p>`,
      published: Temporal.Now.instant(),
      tags,
      ...publicly(people),
    });
    memory.notes.set(id.pathname, { note, people });
    return { note: id.href, id: await send(Create, people, { object: note, ...publicly(people) }) };
  }

  async function edit({ note, text }) {
    const { pathname } = new URL(note);
    const { note: last, people } = memory.notes.get(pathname);
    const updated = Temporal.Now.instant().add({ seconds: 1 });
    const changed = last.clone({ content: `<p>${text}</p>`, updated });
    memory.notes.set(pathname, { note: changed, people });
    return { id: await send(Update, people, { object: changed, ...publicly(people) }) };
  }

  async function remove({ note }) {
    const { pathname } = new URL(note);
    const { people } = memory.notes.get(pathname);
    memory.notes.delete(pathname);
    const object = new Tombstone({ id: new URL(note) });
    return { id: await send(Delete, people, { object, ...publicly(people) }) };
  }

  return {
    "GET /received": () => memory.received,
    "GET /refused": () => memory.refused,
    "GET /asked": () => memory.asked,
    "POST /fetch": async ({ url }) => await (await find(url)).toJsonLd({ format: "compact" }),
    "POST /follow": async ({ handle }) => {
      const followed = await find(handle);
      return { actor: followed.id.href, id: await send(Follow, followed, { object: followed.id }) };
    },
    "POST /reply": reply,
    "POST /edit": edit,
    "POST /delete": remove,
    "POST /like": async ({ object }) => {
      const author = await (await find(object)).getAttribution();
      return { id: await send(Like, author, { object: new URL(object) }) };
    },
    "POST /undo": async ({ id }) => {
      const { activity, recipients } = memory.sent.get(id);
      return { id: await send(Undo, recipients, { object: activity }) };
    },
  };
}
