// Fedify is for Node 22; with these two it runs on Node 20.

globalThis.navigator ??= { userAgent: `Node.js/${process.versions.node}` };

ArrayBuffer.prototype.transfer ??= function transfer(length = this.byteLength) {
  const moved = structuredClone(this, { transfer: [this] });
  if (length === moved.byteLength) return moved;
  const resized = new Uint8Array(length);
  resized.set(new Uint8Array(moved).subarray(0, length));
  return resized.buffer;
};
