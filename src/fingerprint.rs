/// FNV-1a, at compile time.
pub(crate) const fn fingerprint(texts: &[&str], seed: u32) -> u32 {
    let (mut hash, mut text) = (seed ^ 0x811c_9dc5, 0);
    while text < texts.len() {
        let (bytes, mut at) = (texts[text].as_bytes(), 0);
        while at < bytes.len() {
            hash = (hash ^ bytes[at] as u32).wrapping_mul(0x0100_0193);
            at += 1;
        }
        text += 1;
    }
    hash
}
