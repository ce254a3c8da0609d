// A web client as small as can be: what Elk and Phanpy do with masto.js, from an origin of its own.
import { createOAuthAPIClient, createRestAPIClient, createStreamingAPIClient } from "masto";

const SCOPES = "read write follow push";
const here = `${location.origin}/`;

/** To the pages of the server, which lead back here with a code. */
async function signIn(server) {
  const masto = createRestAPIClient({ url: server });
  const app = await masto.v1.apps.create({ clientName: "A page", redirectUris: here, scopes: SCOPES });
  sessionStorage.app = JSON.stringify({ server, id: app.clientId, secret: app.clientSecret });
  const asked = { response_type: "code", client_id: app.clientId, redirect_uri: here, scope: SCOPES };
  location.href = `${server}/oauth/authorize?${new URLSearchParams(asked)}`;
}

/** With the code: a client for each of both ways. */
async function arrive() {
  const code = new URLSearchParams(location.search).get("code");
  const { server, id, secret } = JSON.parse(sessionStorage.app);
  const token = await createOAuthAPIClient({ url: server }).token.create({
    grantType: "authorization_code", clientId: id, clientSecret: secret, redirectUri: here, code,
  });
  const masto = createRestAPIClient({ url: server, accessToken: token.accessToken });
  const instance = await masto.v2.instance.fetch();
  const streaming = createStreamingAPIClient({
    accessToken: token.accessToken, streamingApiUrl: instance.configuration.urls.streaming, retry: false,
  });
  window.client = { server, token: token.accessToken, app: { id, secret }, masto, streaming, instance };
}

/** Events of a stream as they come; `ready` once the server takes subscriptions. */
function follow(subscription) {
  const events = [];
  (async () => {
    for await (const event of subscription) events.push(event);
  })().catch((error) => events.push({ event: `ended: ${error}` }));
  return events;
}

async function until(isSo) {
  const deadline = Date.now() + 10_000;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error("it did not come");
    await new Promise((done) => setTimeout(done, 20));
  }
}

Object.assign(window, { signIn, follow, until });
if (location.search.includes("code=")) await arrive();
document.getElementById("state").textContent = "Ready";
