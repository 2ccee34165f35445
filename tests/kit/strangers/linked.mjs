// Reads a page's linked data with a library that knows nothing of us: `node linked.mjs < document`. Prints its triples as JSON.
import { text } from "node:stream/consumers";

const { default: jsonld } = await import("jsonld");

/** schema.org explains every word by its own address; nothing is fetched. */
const documentLoader = async (url) => {
  if (!/^https?:\/\/schema\.org\/?$/.test(url)) throw new Error(`asks for ${url}`);
  return { documentUrl: url, document: { "@context": { "@vocab": "https://schema.org/", url: { "@type": "@id" } } } };
};
const document = JSON.parse(await text(process.stdin));
console.log(JSON.stringify(await jsonld.toRDF(document, { documentLoader, safe: true })));
