// What this device holds, in IndexedDB: audits that were taken along, and their entries. All that says something is
// encrypted; in the clear are numbers, days and the wrapped keys.
import { base64, counted, fromBase64, later, pictures, privateNotes, sealEntry, standing } from "./offline-chain.js";
import { openKeys, shut, shutBytes, unshut, unshutBytes } from "./offline-keys.js";

const NAME = "keurwerk-offline";
const TRIAL = 24 * 1024 * 1024; // bytes of room that must be there before somebody leaves

let opened;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 2);
    asked.onupgradeneeded = ({ oldVersion }) => {
      if (oldVersion < 1) {
        asked.result.createObjectStore("audits", { keyPath: "chain" });
        asked.result.createObjectStore("entries", { keyPath: ["chain", "number"] });
        asked.result.createObjectStore("trial");
      }
      asked.result.createObjectStore("pictures", { keyPath: ["chain", "number"] });
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  return opened;
}

/** Runs `work` on these stores; resolves once it is on the disk. One transaction is whole, or nothing of it. */
async function run(stores, mode, work) {
  const transaction = (await database()).transaction(stores, mode, { durability: "strict" });
  return new Promise((resolve, reject) => {
    const asked = work(...stores.map((name) => transaction.objectStore(name)));
    transaction.oncomplete = () => resolve(asked?.result);
    transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
  });
}

const chainOf = (chain) => IDBKeyRange.bound([chain], [chain, Infinity]);

export const audits = () => run(["audits"], "readonly", (store) => store.getAll());
export const rowsOf = (chain) => run(["entries"], "readonly", (store) => store.getAll(chainOf(chain)));
const picturesOf = (chain) => run(["pictures"], "readonly", (store) => store.getAll(chainOf(chain)));
export const keepAudit = (record) => run(["audits"], "readwrite", (store) => store.put(record));

/** Everything of these audits for a file: as encrypted as it is here. */
export async function packed(records) {
  const all = async (read) => (await Promise.all(records.map((record) => read(record.chain)))).flat();
  const [rows, shots] = [await all(rowsOf), await all(picturesOf)];
  const plain = (_, value) =>
    value instanceof ArrayBuffer || value instanceof Uint8Array ? { base64: base64(value) } : value;
  return JSON.stringify({ type: "keurwerk-offline", format: 1, records, rows, pictures: shots }, plain);
}

/** Takes back what such a file holds, where this device does not have it; returns of how many audits. */
export async function restore(text) {
  const found = JSON.parse(text, (_, value) => (typeof value?.base64 === "string" ? fromBase64(value.base64) : value));
  if (found.type !== "keurwerk-offline" || found.format !== 1) throw new TypeError("another file");
  const known = new Set((await audits()).map((each) => each.chain));
  const fresh = found.records.filter((each) => !known.has(each.chain));
  const chains = new Set(fresh.map((each) => each.chain));
  await run(["audits", "entries", "pictures"], "readwrite", (held, entries, shots) => {
    for (const record of fresh) held.put(record);
    for (const row of found.rows) if (chains.has(row.chain)) entries.put(row);
    for (const shot of found.pictures ?? []) if (chains.has(shot.chain)) shots.put(shot);
  });
  return fresh.length;
}

/** Throws these audits away: the wrapped keys go first, so that what a disk still holds can be read by nobody. */
export const wipe = (chains) =>
  run(["audits", "entries", "pictures"], "readwrite", (held, entries, shots) => {
    for (const chain of chains) {
      held.delete(chain);
      entries.delete(chainOf(chain));
      shots.delete(chainOf(chain));
    }
  });

/** Writes as much as a few days need, and takes it away: what a browser says of its room is a guess. */
export async function tryRoom() {
  await run(["trial"], "readwrite", (store) => store.put(new Blob([new Uint8Array(TRIAL)]), "room"));
  await run(["trial"], "readwrite", (store) => store.delete("room"));
}

/** One audit on this device, open: its packet, its entries, and the keys for as long as the page lives. */
export class Held {
  static async open(record, lock, wrapped) {
    const keys = await openKeys(lock, wrapped);
    const packet = await unshut(keys.data, record.packet, record.chain);
    const rows = await rowsOf(record.chain);
    const entries = [];
    for (const row of rows) entries.push(await unshut(keys.data, row, `${row.chain}/${row.number}`));
    return new Held(record, keys, packet, entries);
  }

  constructor(record, keys, packet, entries) {
    Object.assign(this, { record, keys, packet, entries });
    this.queue = Promise.resolve();
    this.look();
  }

  get last() {
    const newest = this.entries.at(-1);
    return newest ? { number: this.entries.length, digest: newest.digest } : { number: 0, digest: this.record.opening };
  }

  get unsent() {
    return this.entries.length - this.record.sent + (this.record.pictures ?? 0);
  }

  get isOver() {
    const latest = Math.max(Date.now(), Date.parse(this.record.seen));
    return latest > Date.parse(this.packet.until);
  }

  look() {
    const spoken = later(this.entries, this.record.folded);
    this.cells = standing(this.packet.cells, spoken);
    this.counts = counted(this.packet.counts, spoken);
    this.notes = privateNotes(this.packet.private, spoken);
    this.pictures = pictures(this.packet.files, spoken);
  }

  /** Seals an entry and keeps it, with the bytes of a picture if it is about one: both, or nothing. */
  write(said, bytes = null) {
    return this.inTurn(async () => {
      const entry = await sealEntry(this.record, this.last, said, this.keys.sign);
      const number = this.last.number + 1;
      const row = await shut(this.keys.data, entry, `${this.record.chain}/${number}`);
      const shot = bytes && (await shutBytes(this.keys.data, bytes, `${this.record.chain}/${number}/picture`));
      const record = { ...this.record, sealed: number, pictures: (this.record.pictures ?? 0) + (bytes ? 1 : 0) };
      await run(["audits", "entries", "pictures"], "readwrite", (held, entries, shots) => {
        held.put(record);
        entries.add({ ...row, chain: record.chain, number });
        if (shot) shots.add({ ...shot, chain: record.chain, number });
      });
      this.record = record;
      this.entries.push(entry);
      this.look();
      return entry;
    });
  }

  /** Notes up to where the portal signed for what it holds, if the last of that is ours. */
  receipted(upto, head) {
    return this.inTurn(async () => {
      if (upto <= this.record.sent || this.entries[upto - 1]?.digest !== head) return;
      await this.change({ sent: upto });
    });
  }

  /** Takes over how the audit stands at the portal, which knows of our entries up to `folded`. */
  renew(packet, folded) {
    return this.inTurn(async () => {
      const sealed = await shut(this.keys.data, packet, this.record.chain);
      await this.change({ packet: sealed, folded, seen: packet.now });
      this.packet = packet;
      this.look();
    });
  }

  /** The pictures whose entries the portal has, each with the digest of its entry, its name and its bytes. */
  async *waiting() {
    for (const shot of await picturesOf(this.record.chain)) {
      if (shot.number > this.record.sent) continue;
      const { digest, words } = this.entries[shot.number - 1];
      const bytes = await unshutBytes(this.keys.data, shot, `${shot.chain}/${shot.number}/picture`);
      yield { number: shot.number, digest, name: words.name, bytes };
    }
  }

  /** Lets go of a picture that the portal has. */
  released(number) {
    return this.inTurn(async () => {
      const record = { ...this.record, pictures: this.record.pictures - 1 };
      await run(["audits", "pictures"], "readwrite", (held, shots) => {
        held.put(record);
        shots.delete([record.chain, number]);
      });
      this.record = record;
    });
  }

  /** One step after the other, each whole on the disk before the next. */
  inTurn(step) {
    const next = this.queue.then(step);
    this.queue = next.catch(() => {});
    return next;
  }

  async change(fields) {
    const record = { ...this.record, ...fields };
    await keepAudit(record);
    this.record = record;
  }
}
