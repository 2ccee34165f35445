// A passkey as a second way to open what lies here: a secret that its authenticator gives only to who is checked by it
// (WebAuthn level 3, extension prf) becomes the key that wraps. The words remain: not every device has passkeys.
import { bytesOf } from "./offline-chain.js";
import { WRAPPING } from "./offline-keys.js";

const ABOUT = "keurwerk offline desk";
const PATIENT = 120000; // ms that a person has
const random = (size) => crypto.getRandomValues(new Uint8Array(size));
const nameOf = (id) => btoa(String.fromCharCode(...id)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

export const canHavePasskeys = () => Boolean(window.PublicKeyCredential && navigator.credentials);

/** Makes a passkey on this device; rejects if its person does not want it, or if it gives no secret. */
export async function makePasskey(label) {
  const salt = random(32);
  const made = await navigator.credentials.create({
    publicKey: {
      challenge: random(32), // nobody checks the answer: the passkey proves nothing to the portal, it opens a box
      rp: { name: location.hostname },
      user: { id: random(16), name: label, displayName: label },
      pubKeyCredParams: [-7, -257].map((alg) => ({ type: "public-key", alg })), // ES256, RS256
      authenticatorSelection: { userVerification: "required", residentKey: "discouraged" },
      timeout: PATIENT,
      extensions: { prf: { eval: { first: salt } } },
    },
  });
  const passkey = { id: new Uint8Array(made.rawId), salt };
  const said = made.getClientExtensionResults().prf;
  if (!said?.enabled) throw new TypeError("a passkey without a secret");
  const key = said.results?.first ? await keyFrom(said.results.first) : (await askPasskey([passkey])).key;
  return { passkey, key };
}

/** Asks for one of these passkeys; resolves to it, with the key that it gives. */
export async function askPasskey(passkeys) {
  const evalByCredential = Object.fromEntries(passkeys.map(({ id, salt }) => [nameOf(id), { first: salt }]));
  const asked = await navigator.credentials.get({
    publicKey: {
      challenge: random(32),
      allowCredentials: passkeys.map(({ id }) => ({ type: "public-key", id })),
      userVerification: "required",
      timeout: PATIENT,
      extensions: { prf: { evalByCredential } },
    },
  });
  const secret = asked.getClientExtensionResults().prf?.results?.first;
  if (!secret) throw new TypeError("a passkey without a secret");
  const name = nameOf(new Uint8Array(asked.rawId));
  return { passkey: passkeys.find(({ id }) => nameOf(id) === name), key: await keyFrom(secret) };
}

async function keyFrom(secret) {
  const base = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: bytesOf(ABOUT) };
  return crypto.subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, WRAPPING);
}
