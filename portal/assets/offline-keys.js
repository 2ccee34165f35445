// Keys of the offline desk. At rest they are wrapped under words that the person alone knows, and where they want it
// under the secret of a passkey too; open they are in memory.
import { base64url, bytesOf } from "./offline-chain.js";

export const WRAPPING = ["wrapKey", "unwrapKey", "encrypt", "decrypt"]; // what a key may do that opens others
const ROUNDS = 600000;
const CONSONANTS = "bdfghklmnprstvwz";
const VOWELS = "aeiou";
const WORDS = 5; // of two syllables each: 63 bits

const curve = { name: "ECDSA", namedCurve: "P-256" };
const box = (iv, about = "") => ({ name: "AES-GCM", iv, additionalData: bytesOf(about) });
const freshIv = () => crypto.getRandomValues(new Uint8Array(12));

function syllable() {
  const most = CONSONANTS.length * VOWELS.length;
  const [drawn] = crypto.getRandomValues(new Uint32Array(1));
  const place = drawn % most; // of 2^32: no syllable is noticeably likelier
  return CONSONANTS[place % CONSONANTS.length] + VOWELS[Math.floor(place / CONSONANTS.length)];
}

/** New words that can be said and typed, and mean nothing in any language. */
export const newWords = () => Array.from({ length: WORDS }, () => syllable() + syllable()).join(" ");

/** The words as they count, however they were typed. */
export const spoken = (typed) => typed.toLowerCase().replace(/[^a-z]/g, "").replace(/(.{4})(?=.)/g, "$1 ");

export async function keyOf(words, salt) {
  const typed = await crypto.subtle.importKey("raw", bytesOf(spoken(words)), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS };
  return crypto.subtle.deriveKey(how, typed, { name: "AES-GCM", length: 256 }, false, WRAPPING);
}

/** Makes the keys of one audit: the public one, and the others wrapped under each of `locks`. Only here are they plain. */
export async function makeKeys(locks) {
  const pair = await crypto.subtle.generateKey(curve, true, ["sign", "verify"]);
  const data = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt", "decrypt"]);
  const wrap = async (format, key, lock) => {
    const iv = freshIv();
    return { iv, box: await crypto.subtle.wrapKey(format, key, lock, box(iv)) };
  };
  const wrapped = [];
  for (const lock of locks) {
    wrapped.push({ sign: await wrap("pkcs8", pair.privateKey, lock), data: await wrap("raw", data, lock) });
  }
  return { open: base64url(await crypto.subtle.exportKey("raw", pair.publicKey)), wrapped };
}

/** Opens wrapped keys for as long as the page lives; rejects if another lock shut them. */
export async function openKeys(lock, wrapped) {
  const open = (format, { iv, box: sealed }, kind, use) =>
    crypto.subtle.unwrapKey(format, sealed, lock, box(iv), kind, false, use);
  return {
    sign: await open("pkcs8", wrapped.sign, curve, ["sign"]),
    data: await open("raw", wrapped.data, "AES-GCM", ["encrypt", "decrypt"]),
  };
}

/** Encrypts a value; `about` says where it belongs, so that boxes cannot change places. */
export async function shut(key, value, about) {
  const iv = freshIv();
  return { iv, box: await crypto.subtle.encrypt(box(iv, about), key, bytesOf(JSON.stringify(value))) };
}

/** Encrypts the bytes of a picture. */
export async function shutBytes(key, bytes, about) {
  const iv = freshIv();
  return { iv, box: await crypto.subtle.encrypt(box(iv, about), key, bytes) };
}

export const unshutBytes = (key, { iv, box: sealed }, about) => crypto.subtle.decrypt(box(iv, about), key, sealed);

export async function unshut(key, { iv, box: sealed }, about) {
  return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(box(iv, about), key, sealed)));
}
