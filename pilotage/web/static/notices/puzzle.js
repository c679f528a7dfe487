// Finds the number that shows the browser has done some work; without scripts the form works all the same, with a smaller allowance.
(() => {
  "use strict";
  const form = document.querySelector("form[data-puzzle]");
  if (!form) return;

  const K = new Uint32Array(64);
  const START = new Uint32Array(8);
  const isPrime = (n) => { for (let d = 2; d * d <= n; d++) if (n % d === 0) return false; return true; };
  const part = (x) => Math.floor((x - Math.floor(x)) * 4294967296);
  for (let n = 2, found = 0; found < 64; n++) {
    if (!isPrime(n)) continue;
    if (found < 8) START[found] = part(Math.sqrt(n));
    K[found++] = part(Math.cbrt(n));
  }
  const right = (x, n) => (x >>> n) | (x << (32 - n));
  const words = new Uint32Array(64);

  // SHA-256; returns the first 32 bits of the digest
  function head(bytes) {
    const length = bytes.length;
    const padded = new Uint8Array(((length + 8) >> 6) * 64 + 64);
    padded.set(bytes);
    padded[length] = 128;
    const view = new DataView(padded.buffer);
    view.setUint32(padded.length - 4, length * 8);
    let [a0, b0, c0, d0, e0, f0, g0, h0] = START;
    for (let at = 0; at < padded.length; at += 64) {
      for (let i = 0; i < 16; i++) words[i] = view.getUint32(at + i * 4);
      for (let i = 16; i < 64; i++) {
        const x = words[i - 15], y = words[i - 2];
        words[i] = words[i - 16] + (right(x, 7) ^ right(x, 18) ^ (x >>> 3)) + words[i - 7] + (right(y, 17) ^ right(y, 19) ^ (y >>> 10));
      }
      let a = a0, b = b0, c = c0, d = d0, e = e0, f = f0, g = g0, h = h0;
      for (let i = 0; i < 64; i++) {
        const one = (h + (right(e, 6) ^ right(e, 11) ^ right(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + words[i]) | 0;
        const two = ((right(a, 2) ^ right(a, 13) ^ right(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
      }
      a0 = (a0 + a) | 0; b0 = (b0 + b) | 0; c0 = (c0 + c) | 0; d0 = (d0 + d) | 0;
      e0 = (e0 + e) | 0; f0 = (f0 + f) | 0; g0 = (g0 + g) | 0; h0 = (h0 + h) | 0;
    }
    return a0 >>> 0;
  }

  const encoder = new TextEncoder();
  const challenge = `${form.dataset.puzzle}:`;
  const limit = 2 ** (32 - Number(form.dataset.bits));
  let number = 0;
  // a few milliseconds at a time, so that typing never waits
  function work() {
    const end = performance.now() + 12;
    while (performance.now() < end) {
      for (let i = 0; i < 50; i++, number++) {
        if (head(encoder.encode(challenge + number)) < limit) {
          form.elements.answer.value = String(number);
          form.dataset.solved = "";
          return;
        }
      }
    }
    setTimeout(work, 0);
  }
  work();
})();
