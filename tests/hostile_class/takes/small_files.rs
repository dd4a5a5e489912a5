//! # Filling its folder with empty files
//!
//! the verdict | crashed: wrote more than 64 MiB | crashed: wrote more than 64 MiB

fn attempts(_: &mut postgres::Client) {
    for count in 0u64.. {
        let _ = std::fs::File::create(count.to_string());
    }
}
