// Solves the challenge that the server asks for, and submits the form that was refused for it. Without this script the page
// says how long to wait. Not by crypto.subtle: it does not exist on pages without TLS, and a call for each hash is slow.
{
  const { currentScript: script } = document;
  // The sentence around it is read aloud.
  script.remove();

  const { algorithm, challenge, maxnumber, salt, signature } = JSON.parse(script.dataset.challenge || "{}");

  // The first 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4), and of square roots.
  const primes = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime)) primes.push(n);
  const fraction = (root) => ((root - Math.floor(root)) * 2 ** 32) | 0;
  const K = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));
  const H = Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));
  const W = new Int32Array(64);
  const turn = (x, n) => (x >>> n) | (x << (32 - n));

  const block = (state, bytes, at) => {
    for (let i = 0; i < 16; i++) {
      const j = at + 4 * i;
      W[i] = (bytes[j] << 24) | (bytes[j + 1] << 16) | (bytes[j + 2] << 8) | bytes[j + 3];
    }
    for (let i = 16; i < 64; i++) {
      const a = W[i - 15];
      const b = W[i - 2];
      const s0 = turn(a, 7) ^ turn(a, 18) ^ (a >>> 3);
      const s1 = turn(b, 17) ^ turn(b, 19) ^ (b >>> 10);
      W[i] = (W[i - 16] + s0 + W[i - 7] + s1) | 0;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
      const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => (state[i] += word));
  };

  // Of ASCII, up to 119 characters; the longest salt and number have half of that.
  const sha256 = (text) => {
    const bytes = new Uint8Array(text.length < 56 ? 64 : 128);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    bytes[text.length] = 128;
    new DataView(bytes.buffer).setUint32(bytes.length - 4, 8 * text.length);
    const state = H.slice();
    for (let at = 0; at < bytes.length; at += 64) block(state, bytes, at);
    return state;
  };

  const words = Int32Array.from((challenge || "").match(/.{8}/g) || [], (hex) => parseInt(hex, 16) | 0);
  const isSolution = (state) => state.every((word, i) => word === words[i]);

  const submit = (number) => {
    const isOurs = (form) => /\/(start|resend)$/.test(form.getAttribute("action")) && !form.closest("[hidden]");
    const form = [...document.querySelectorAll(".lock-card form[method=post]")].find(isOurs);
    const proof = { algorithm, challenge, number, salt, signature };
    if (!form) return;
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: "altcha" });
    field.value = btoa(JSON.stringify(proof));
    form.append(field);
    form.requestSubmit();
    // It counts once.
    field.remove();
  };

  // In slices, so that the page can be used meanwhile; messages are not slowed down in the background as timers are.
  const { port1, port2 } = new MessageChannel();
  let next = 0;
  port1.onmessage = () => {
    for (const end = Date.now() + 12; Date.now() < end; ) {
      for (let i = 0; i < 32; i++, next++) {
        if (next > maxnumber) return;
        if (isSolution(sha256(salt + next))) return submit(next);
      }
    }
    port2.postMessage(0);
  };
  const begin = () => port2.postMessage(0);
  if (salt && salt.length < 100) {
    if (document.readyState === "loading") addEventListener("DOMContentLoaded", begin);
    else begin();
  }
}
