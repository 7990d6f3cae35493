//! A generator with a seed, so that a run can be repeated (`SplitMix64`).

/// The generator.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The same seed gives the same numbers.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below this one; 0 below 0.
    pub fn below(&mut self, end: u32) -> u32 {
        // The remainder of 64 bits by 32 is even enough here.
        u32::try_from(self.next().checked_rem(u64::from(end)).unwrap_or_default()).unwrap_or_default()
    }

    /// One of these, or none of none.
    pub fn of<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        choices.get(self.below(u32::try_from(choices.len()).ok()?) as usize)
    }

    /// A decimal digit.
    pub fn digit(&mut self) -> char {
        char::from_digit(self.below(10), 10).unwrap_or('0')
    }
}
