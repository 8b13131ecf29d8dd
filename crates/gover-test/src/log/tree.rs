//! The Merkle tree of RFC 6962 and its tiles of height 8, from the definitions.

use crate::digest::sha256;

pub(crate) type Hash = [u8; 32];

pub(crate) fn leaf(record: &[u8]) -> Hash {
    sha256(&[&[0], record])
}

/// The root of the tree over `leaves` (RFC 6962 section 2.1).
pub(crate) fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => sha256(&[]),
        [only] => *only,
        more => {
            let split = more.len().next_power_of_two() / 2;
            sha256(&[&[1], &root(&more[..split]), &root(&more[split..])])
        }
    }
}

/// The tile `L/N` or `L/N.p/W` in a log of these leaves; `None` if the log has not got all of it.
pub(crate) fn tile(name: &str, leaves: &[Hash]) -> Option<Vec<u8>> {
    let (full, width) = match name.split_once(".p/") {
        Some((full, width)) => (full, width.parse().ok().filter(|width| (1..256).contains(width))?),
        None => (name, 256),
    };
    let (level, number) = full.split_once('/')?;
    let span = 256_usize.checked_pow(level.parse().ok()?)?;
    let first = parse_number(number)?.checked_mul(256)?;
    let mut hashes = Vec::with_capacity(width * 32);
    for index in first..first.checked_add(width)? {
        let start = index.checked_mul(span)?;
        hashes.extend(root(leaves.get(start..start.checked_add(span)?)?));
    }
    Some(hashes)
}

/// Groups of three digits, all but the last marked with `x`: `x112/911`.
fn parse_number(text: &str) -> Option<usize> {
    let groups: Vec<&str> = text.split('/').collect();
    let mut number = 0_usize;
    for (position, group) in groups.iter().enumerate() {
        let last = position + 1 == groups.len();
        let digits = if last { group } else { group.strip_prefix('x')? };
        if digits.len() != 3 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        number = number.checked_mul(1000)?.checked_add(digits.parse().ok()?)?;
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::hex;

    fn vectors() -> serde_json::Value {
        serde_json::from_str(include_str!("../../../../tests/vectors/sumdb_tlog.json")).unwrap()
    }

    #[test]
    fn roots_agree_with_the_vectors() {
        let vectors = vectors();
        let leaves: Vec<Hash> = vectors["leaves_hex"]
            .as_array()
            .unwrap()
            .iter()
            .map(|text| {
                let text = text.as_str().unwrap();
                let bytes: Vec<u8> = (0..text.len())
                    .step_by(2)
                    .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
                    .collect();
                leaf(&bytes)
            })
            .collect();
        for (index, expected) in vectors["roots_by_size_1_to_8"].as_array().unwrap().iter().enumerate() {
            assert_eq!(hex(&root(&leaves[..=index])), expected.as_str().unwrap());
        }
        assert_eq!(hex(&root(&[])), vectors["empty_root"].as_str().unwrap());
    }

    #[test]
    fn a_tile_holds_the_hashes_of_its_level_and_no_log_serves_what_it_lacks() {
        let leaves: Vec<Hash> = (0_u32..300).map(|number| leaf(&number.to_le_bytes())).collect();
        assert_eq!(tile("0/000", &leaves).unwrap(), leaves[..256].concat());
        assert_eq!(tile("0/001.p/44", &leaves).unwrap(), leaves[256..].concat());
        assert_eq!(tile("1/000.p/1", &leaves).unwrap(), root(&leaves[..256]));
        assert_eq!(tile("0/001", &leaves), None);
        assert_eq!(tile("1/000.p/2", &leaves), None);
        assert_eq!(tile("0/1", &leaves), None);
        assert_eq!(parse_number("x112/911"), Some(112_911));
    }
}
