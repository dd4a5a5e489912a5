//! What PostgreSQL stores of a password (RFC 5802, SCRAM-SHA-256), made here.
//!
//! A password chosen by a person is hashed 4,096 times, so that guessing it is slow. Ours are 24 or
//! more random letters and digits that nobody can guess, and one round is as safe. It spares every
//! login a wait: an unoptimised client takes 40 ms for 4,096 rounds. And no log ever has the
//! password, since the server is told only this.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use rand::RngExt;
use sha2::{Digest, Sha256};

/// What `PASSWORD '…'` takes instead of a random password in the clear.
pub(super) fn verifier(password: &str) -> String {
    let salt: [u8; 16] = rand::rng().random();
    rounds(password, &salt, 1)
}

fn rounds(password: &str, salt: &[u8], count: u32) -> String {
    let mut block = mac(password.as_bytes(), &[salt, &1_u32.to_be_bytes()]);
    let mut salted = block;
    for _ in 1..count {
        block = mac(password.as_bytes(), &[&block]);
        salted.iter_mut().zip(block).for_each(|(sum, byte)| *sum ^= byte);
    }
    let stored: [u8; 32] = Sha256::digest(mac(&salted, &[b"Client Key"])).into();
    let server = mac(&salted, &[b"Server Key"]);
    format!(
        "SCRAM-SHA-256${count}:{}${}:{}",
        STANDARD.encode(salt),
        STANDARD.encode(stored),
        STANDARD.encode(server)
    )
}

fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // Never fails: HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As PostgreSQL 15 stored it for `CREATE ROLE … PASSWORD 'pencil'`.
    #[test]
    fn it_is_what_postgresql_stores() {
        let stored = "SCRAM-SHA-256$4096:r+n/57P5sKJM6sfCuKV6sA==\
                      $UfFGMHNe4tYMo7B2lrmHmfg2TXuNh4uJq/bbiilp2Es=\
                      :Z4XVm1uEq9XMgOaJXAB35A7wSGgA2CCMBXVdZFkZlG8=";
        let salt = STANDARD.decode("r+n/57P5sKJM6sfCuKV6sA==").unwrap();
        assert_eq!(rounds("pencil", &salt, 4096), stored);
    }
}
