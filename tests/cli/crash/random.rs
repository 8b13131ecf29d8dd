//! Random numbers that the same seed gives again, and how many are wanted.

use gover_core::Env;

/// `SplitMix64`: numbers that the same seed gives again.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new() -> Self {
        Self(Self::seed())
    }

    fn seed() -> u64 {
        number("GOVER_CRASH_SEED", 20_261_125) as u64
    }

    pub(crate) fn describe() -> String {
        format!("GOVER_CRASH_SEED={}", Self::seed())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to 1.
    pub(crate) fn fraction(&mut self) -> f64 {
        f64::from(u32::try_from(self.next() >> 32).unwrap()) / f64::from(u32::MAX)
    }

    pub(super) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }
}

pub(crate) fn number(variable: &str, usual: usize) -> usize {
    Env::from_process().text(variable).map_or(usual, |text| text.parse().unwrap())
}

/// Bytes that no packing makes fewer.
pub(super) fn noise(length: usize) -> Vec<u8> {
    let mut random = Random::new();
    std::iter::repeat_with(|| random.next().to_le_bytes()).flatten().take(length).collect()
}
