// An OpenID provider on this machine, of `oidc-provider`. Its argument is JSON:
//   port, keys        where it listens; its private keys, as JWKs
//   people            claims by id; each person is a client, too, with the
//                     secret `secret-ID`, whose tokens carry those claims
//   redirects         where the client `pages` may lead people back to; who signs
//                     out is led back to its site
// A token is asked for by a resource `urn:AUDIENCE:ALGORITHM:SECONDS`.
// SPDX-License-Identifier: Apache-2.0
import Provider from 'oidc-provider';

const { port, keys, people, redirects } = JSON.parse(process.argv[2]);
const issuer = `http://127.0.0.1:${port}`;

const resource_server = (name) => {
  const [, audience, alg, seconds] = name.split(':');
  return {
    audience,
    scope: '',
    accessTokenFormat: 'jwt',
    accessTokenTTL: Number(seconds),
    jwt: { sign: { alg } },
  };
};

const provider = new Provider(issuer, {
  jwks: { keys },
  clients: [
    ...Object.keys(people).map((id) => ({
      client_id: id,
      client_secret: `secret-${id}`,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    })),
    {
      client_id: 'pages',
      client_secret: 'secret-pages/+ ',
      redirect_uris: redirects,
      post_logout_redirect_uris: redirects.map((to) => new URL('..', to).href),
    },
  ],
  claims: { openid: ['sub'], profile: ['name', 'role', 'programs', 'azp'] },
  conformIdTokenClaims: false,
  cookies: { keys: ['a-key-of-this-test'] },
  enabledJWA: {
    idTokenSigningAlgValues: ['RS256', 'ES256', 'EdDSA'],
  },
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_, name) => resource_server(name),
    },
  },
  findAccount: (_, sub) => ({
    accountId: sub,
    claims: () => ({ sub, ...people[sub] }),
  }),
  extraTokenClaims: (_, token) => people[token.clientId],
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  pkce: { required: () => true, methods: ['S256'] },
});

/** Asks a browser who is in front of it. */
const choice = Object.keys(people)
  .map((id) => `<p><a href="?person=${id}">${id}</a></p>`)
  .join('');

/** Signs in whom the request hints at or the browser chose, and consents to all. */
const interact = async (ctx) => {
  const details = await provider.interactionDetails(ctx.req, ctx.res);
  const person =
    details.session?.accountId ?? details.params.login_hint ?? ctx.query.person;
  if (person === undefined) {
    ctx.res.setHeader('Content-Type', 'text/html');
    ctx.res.end(`<!doctype html><title>Who are you?</title>${choice}`);
    return;
  }
  const grant = new provider.Grant({
    accountId: person,
    clientId: details.params.client_id,
  });
  grant.addOIDCScope(details.params.scope);
  await provider.interactionFinished(ctx.req, ctx.res, {
    login: { accountId: person },
    consent: { grantId: await grant.save() },
  });
};

provider.use(async (ctx, next) => {
  console.log(ctx.method, ctx.path);
  if (!ctx.path.startsWith('/interaction/')) return next();
  ctx.respond = false;
  await interact(ctx);
});
provider.listen(port, '127.0.0.1');
