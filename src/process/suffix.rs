//! Suffixes: short random texts that make a name unique.

use std::io;

/// Crockford's base 32 in lower case: no `i`, `l`, `o` beside `1` and `0`, no `u`.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Makes a text of `length` characters, five bits of the operating system's randomness each; fails when it has none.
pub fn random(length: usize) -> io::Result<String> {
    let mut bytes = vec![0; length];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect())
}

/// Tells whether a text could be a suffix, of whatever length but none.
pub(super) fn is_one(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| ALPHABET.contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suffix_has_the_length_and_the_letters_it_should() {
        for length in [0, 1, 4, 64] {
            let text = random(length).unwrap();
            assert_eq!(text.len(), length);
            assert!(text.bytes().all(|byte| ALPHABET.contains(&byte)), "{text}");
        }
    }

    #[test]
    fn two_suffixes_differ_and_every_letter_comes_up() {
        assert_ne!(random(16).unwrap(), random(16).unwrap());
        let text = random(4096).unwrap();
        assert!(ALPHABET.iter().all(|letter| text.bytes().any(|byte| byte == *letter)));
    }
}
